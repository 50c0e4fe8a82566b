"""Pseudonymous subjects, and what a withdrawal has done so far. A person means a person within one center
(contract.md).
"""

import uuid
from typing import Any, ClassVar, TypeVar

from django.db import models

from cmr_registry.centers.models import CenterOwned
from cmr_registry.lib.scope import ScopedManager

M = TypeVar("M", bound=models.Model)


class PresentManager(ScopedManager[M]):
    """Manager of what belongs to a subject: rows of subjects who have withdrawn are absent at once.

    `subject_path` of the model is the way from it to its subject. `everything` beside it still sees all rows, for
    a repeated withdrawal, for fixity and for the releases that hold them.
    """

    def get_queryset(self) -> models.QuerySet[M]:
        """All rows of the open scope whose subject has not withdrawn."""
        rows = super().get_queryset()
        path: str = self.model.subject_path  # type: ignore[attr-defined]
        if not path:
            return rows.filter(withdrawn_at=None)
        gone: models.QuerySet[Subject, Any] = (
            models.QuerySet(Subject).filter(withdrawn_at__isnull=False).values("pk")
        )
        return rows.exclude(**{f"{path}__in": gone})


class SubjectOwned(CenterOwned):
    """Base of every table that leads to a subject: what withdrew is not seen unless asked for by name."""

    subject_path: ClassVar[str] = "subject"

    objects = PresentManager()  # type: ignore[misc]
    everything = ScopedManager()

    class Meta(CenterOwned.Meta):
        abstract = True
        base_manager_name = "everything"
        default_manager_name = "objects"


class Subject(SubjectOwned):
    """A person as the registry knows one: the center's pseudonym and nothing that could name anybody."""

    subject_path = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pseudonym = models.CharField(max_length=17)
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(SubjectOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["center", "pseudonym"], name="one_subject_per_pseudonym")
        ]
        indexes = [
            models.Index(
                fields=["withdrawn_at"],
                condition=models.Q(withdrawn_at__isnull=False),
                name="subjects_who_withdrew",
            )
        ]

    def __str__(self) -> str:
        return self.pseudonym


class WithdrawalTask(CenterOwned):
    """What one room has to do about one withdrawal; done once, whatever happens to the worker."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="withdrawal_tasks")
    room = models.CharField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["subject", "room"], name="one_withdrawal_task_per_room")
        ]

    def __str__(self) -> str:
        return self.room
