"""Claims: one worker at a time does a piece of work, and a worker that was away too long cannot commit it.

A row that can be claimed has `claimed_until` and `claim_token`. Claiming sets a lease and counts the fencing
token up; the work confirms the token last in its own transaction, so a worker that lost its lease to another
rolls back. Whatever is unfinished and unclaimed is found again by its state: kill -9 loses nothing (N1, N3).
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from cmr_registry.lib.log import event

M = TypeVar("M", bound=models.Model)

LEASE = datetime.timedelta(seconds=30)
"""How long a claim holds. Work that takes longer is safe: whoever claimed last commits, nobody else."""


class ClaimLostError(Exception):
    """Another worker claimed the row meanwhile; this transaction must not be committed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one row until the lease ends or somebody else claims it."""

    model: type[models.Model]
    pk: Any
    token: int


def claim_next(rows: models.QuerySet[M], *, lease: datetime.timedelta = LEASE) -> tuple[M, Claim] | None:
    """Claim the first free row of `rows`, or None where none is free.

    Args:
        rows: ordered query set of a model with `claimed_until` and `claim_token`.
        lease: how long the claim holds.
    """
    with transaction.atomic():
        now = timezone.now()
        free = rows.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
        row: Any = free.select_for_update(skip_locked=True).first()
        if row is None:
            return None
        row.claimed_until = now + lease
        row.claim_token += 1
        row.save(update_fields=["claimed_until", "claim_token"])
    return row, Claim(type(row), row.pk, row.claim_token)


def claim_renew(claim: Claim, *, lease: datetime.timedelta = LEASE) -> None:
    """Let a claim hold for another lease, between two parts of long work.

    Raises:
        ClaimLostError: another worker holds it now; the work is its business.
    """
    rows: Any = claim.model._base_manager.filter(pk=claim.pk, claim_token=claim.token)
    if rows.update(claimed_until=timezone.now() + lease) != 1:
        raise ClaimLostError("Another worker took over meanwhile.")


def claim_confirm(claim: Claim) -> None:
    """Give the claim back, last in the transaction of the work.

    Raises:
        ClaimLostError: another worker holds it now; let the exception roll the transaction back.
    """
    rows: Any = claim.model._base_manager.filter(pk=claim.pk, claim_token=claim.token)
    if rows.update(claimed_until=None, claim_token=F("claim_token") + 1) != 1:
        raise ClaimLostError("Another worker took over meanwhile.")


def work_claimed(
    rows: models.QuerySet[M],
    work: Callable[[M, Claim], object],
    *,
    name: str,
    lease: datetime.timedelta = LEASE,
) -> bool:
    """Claim the first free row of `rows` and do its work.

    Work that fails is logged without values and keeps its lease, which spaces the attempts; others go first.

    Args:
        rows: as `claim_next` takes them.
        work: does it, and confirms the claim last in its transaction.
        name: what a row is called in the log.
        lease: how long the claim holds.

    Returns:
        True if a row was claimed.
    """
    claimed = claim_next(rows, lease=lease)
    if claimed is None:
        return False
    row, claim = claimed
    try:
        work(row, claim)
    except ClaimLostError:
        event("claim_lost", **{name: str(row.pk)})
    except Exception as error:
        event("work_failed", **{name: str(row.pk)}, error=type(error).__name__)
    return True
