"""Writes of data quality that somebody asks for: counts of a hospital, and a check of everything anew."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.centers.models import Center
from cmr_registry.quality.judging import judging_digest
from cmr_registry.quality.models import Census, Recheck

REPLACED = ["n_hospital", "n_eligible", "n_delivered", "source", "counted_at", "stated_at", "stated_by"]


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Exams of one month.

    Attributes:
        month: `2026-11`, checked by whoever read it.
        n_hospital: CMR exams that the hospital made.
        n_delivered: those of them that were delivered.
        n_eligible: those that may be delivered, None where nobody knows.
    """

    month: str
    n_hospital: int
    n_delivered: int
    n_eligible: int | None = None


def census_record(
    *,
    principal: Principal,
    center: Center,
    months: Sequence[MonthCount],
    source: str,
    counted_at: datetime.datetime,
) -> int:
    """Keep what a hospital counted; the last statement of a month counts (R17).

    Args:
        principal: who states it.
        center: whose exams.
        months: each month once.
        source: a word of `cmr_exchange.census.CensusSource`.
        counted_at: when it was counted, UTC.

    Returns:
        How many months were stated.

    Raises:
        NotAllowedRejected: the caller may not deliver for the center.
    """
    if not can(principal, Permission.DELIVER, center.pk):
        denial_record(actor=principal.actor, action="census.record", center=center.pk)
        raise NotAllowedRejected(f"Your roles do not let you {Permission.DELIVER.value}.")
    return _census_record(principal, center, months, source, counted_at)


@audited
def _census_record(
    principal: Principal,
    center: Center,
    months: Sequence[MonthCount],
    source: str,
    counted_at: datetime.datetime,
) -> int:
    at = timezone.now()
    rows = [
        Census(
            center=center,
            month=one.month,
            n_hospital=one.n_hospital,
            n_eligible=one.n_eligible,
            n_delivered=one.n_delivered,
            source=source,
            counted_at=counted_at,
            stated_at=at,
            stated_by=principal.actor,
        )
        for one in sorted(months, key=lambda one: one.month)
    ]
    Census.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["center", "month"], update_fields=REPLACED
    )
    event_record(
        actor=principal.actor,
        action="census.record",
        center=center.pk,
        target=f"center:{center.pk}",
        detail={"n_months": len(rows), "source": source},
    )
    return len(rows)


@audited
def recheck_request(*, by: Principal) -> Recheck:
    """Have every exam checked anew; while that is under way, asking again changes nothing."""
    digest = judging_digest()
    defaults = {"asked_by": by.actor, "asked_at": timezone.now()}
    recheck, made = Recheck.objects.get_or_create(digest=digest, done_at=None, defaults=defaults)
    if made:
        event_record(actor=by.actor, action="recheck.request", target=f"recheck:{recheck.pk}")
    return recheck
