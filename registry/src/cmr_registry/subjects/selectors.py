"""Reads of the subjects room; the open center scope decides whose subjects there are."""

import uuid

from django.db.models import Count, OuterRef, Q, QuerySet

from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.models import Subject, WithdrawalTask
from cmr_registry.subjects.withdrawal import handlers


def subjects_total() -> int:
    """Subjects of the open scope who have not withdrawn; a person counts once per center (contract.md)."""
    return Subject.objects.count()


def subject_find(center: uuid.UUID, pseudonym: str) -> Subject | None:
    """The subject that this center calls so, withdrawn or not; None outside of the open scope."""
    return Subject.everything.filter(center_id=center, pseudonym=pseudonym).first()


def has_withdrawn(center: uuid.UUID, pseudonym: str) -> bool:
    """Whether the subject that this center calls so has withdrawn."""
    return withdrawn_of(center, pseudonym).exists()


def subjects_withdrawn() -> frozenset[uuid.UUID]:
    """Ids of the subjects of the open scope who have withdrawn."""
    gone = Subject.everything.filter(withdrawn_at__isnull=False)
    return frozenset(gone.values_list("pk", flat=True))


def withdrawn_of(center: uuid.UUID | OuterRef, pseudonym: str | OuterRef) -> QuerySet[Subject]:
    """The withdrawn subject of this name, for rows that know a subject by its pseudonym only."""
    gone = Subject.everything.filter(withdrawn_at__isnull=False)
    return gone.filter(center=center, pseudonym=pseudonym)


def withdrawn_ids() -> frozenset[uuid.UUID]:
    """Ids of all subjects who have withdrawn, of every center whatever scope is open: to leave them out."""
    with center_scope(ALL_CENTERS):
        rows = Subject.everything.filter(withdrawn_at__isnull=False)
        return frozenset(rows.values_list("pk", flat=True))


def withdrawal_tasks_waiting() -> QuerySet[WithdrawalTask]:
    """Tasks of withdrawals that no room has done yet, those tried least often first."""
    waiting = WithdrawalTask.objects.filter(done_at=None, room__in=handlers())
    return waiting.order_by("claim_token", "created_at", "id")


def withdrawn_without_tasks() -> QuerySet[Subject]:
    """Withdrawn subjects for whom a room registered since has no task yet."""
    rooms = list(handlers())
    gone = Subject.everything.filter(withdrawn_at__isnull=False)
    with_tasks = gone.annotate(n=Count("withdrawal_tasks", filter=Q(withdrawal_tasks__room__in=rooms)))
    return with_tasks.filter(n__lt=len(rooms)).order_by("withdrawn_at", "id")
