"""A center states what it measured in healthy persons, and ends it when scanner, software or scheme change."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from cmr_dictionary.local_reference import LocalReference
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.centers.models import Center
from cmr_registry.exams.errors import ReferenceRejected
from cmr_registry.exams.models import MappingReference

STILL_OPEN = "A reference of this scanner, software, field and scheme is open: end it first."
BEFORE_FIRST = "The last year cannot lie before the first."


def mapping_reference_state(
    *, principal: Principal, center: Center, stated: LocalReference
) -> MappingReference:
    """Keep a reference of a center; exams are read against it from its first year on.

    Args:
        principal: who states it.
        center: whose healthy persons they are.
        stated: what was measured.

    Returns:
        The kept reference.

    Raises:
        NotAllowedRejected: the caller may not state references of the center.
        ReferenceRejected: one of the same technique is still open, or the years are turned.
    """
    _allowed(principal, center, "mapping_reference.state")
    if stated.last_year is not None and stated.last_year < stated.first_year:
        raise ReferenceRejected(BEFORE_FIRST)
    try:
        with transaction.atomic():
            return _state(principal, center, stated)
    except IntegrityError:
        raise ReferenceRejected(STILL_OPEN) from None


def mapping_reference_end(*, principal: Principal, reference: MappingReference, last_year: int) -> None:
    """End a reference: exams of later years are no longer read against it.

    Args:
        principal: who ends it.
        reference: an open one.
        last_year: last year of exams that are still read against it.

    Raises:
        NotAllowedRejected: the caller may not end references of the center.
        ReferenceRejected: it has ended already, or the year lies before its first.
    """
    _allowed(principal, reference.center, "mapping_reference.end")
    _end(principal, reference, last_year)


def _allowed(principal: Principal, center: Center, action: str) -> None:
    """Raises NotAllowedRejected unless the caller may state references of the center."""
    if not can(principal, Permission.EDIT_REFERENCES, center.pk):
        denial_record(actor=principal.actor, action=action, center=center.pk)
        raise NotAllowedRejected(f"Your roles do not let you {Permission.EDIT_REFERENCES.value}.")


@audited
def _state(principal: Principal, center: Center, stated: LocalReference) -> MappingReference:
    row = MappingReference.objects.create(
        center=center,
        item=stated.item,
        n=stated.n,
        mean=stated.mean,
        sd=stated.sd,
        scanner=stated.scanner,
        field_strength_t=stated.field_strength_t,
        software=stated.software,
        scheme=stated.scheme,
        first_year=stated.first_year,
        last_year=stated.last_year,
        stated_at=timezone.now(),
        stated_by=principal.actor,
    )
    _event(principal, row, "mapping_reference.state", {"item": row.item, "n": row.n})
    return row


@audited
def _end(principal: Principal, reference: MappingReference, last_year: int) -> None:
    row = MappingReference.objects.select_for_update().get(pk=reference.pk)
    if row.last_year is not None:
        raise ReferenceRejected("The reference has ended already.")
    if last_year < row.first_year:
        raise ReferenceRejected(BEFORE_FIRST)
    row.last_year, row.ended_at, row.ended_by = last_year, timezone.now(), principal.actor
    row.save(update_fields=["last_year", "ended_at", "ended_by"])
    _event(principal, row, "mapping_reference.end", {"item": row.item, "last_year": last_year})


def _event(principal: Principal, row: MappingReference, action: str, detail: dict[str, object]) -> None:
    event_record(
        actor=principal.actor,
        action=action,
        center=row.center_id,
        target=f"mapping_reference:{row.pk}",
        detail=detail,
    )
