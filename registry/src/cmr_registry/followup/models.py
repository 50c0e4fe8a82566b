"""Follow-up of subjects, one row per version of what their center states."""

import uuid

from django.db import models

from cmr_exchange.censoring import End
from cmr_exchange.followup import SourceClass
from cmr_registry.subjects.models import Subject, SubjectOwned


class FollowUpRecord(SubjectOwned):
    """One version of the follow-up document of a subject; the newest is `is_current`.

    `end`, `source`, `days` and `is_conflicting` are what the censoring rule named in `rule` says from day 0 on; lists
    filter by them. The document itself is the truth.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="follow_up_records")
    version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    dictionary_version = models.CharField(max_length=64)
    rule = models.CharField(max_length=32)
    end = models.CharField(max_length=16, choices=[(end.value, end.value) for end in End])
    source = models.CharField(
        max_length=16, blank=True, choices=[(source.value, source.value) for source in SourceClass]
    )
    days = models.PositiveIntegerField()
    is_conflicting = models.BooleanField(default=False)
    n_events = models.PositiveIntegerField()

    class Meta(SubjectOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["subject", "version"], name="one_follow_up_per_version"),
            models.UniqueConstraint(fields=["subject", "digest"], name="one_follow_up_per_digest"),
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(is_current=True), name="one_current_follow_up"
            ),
        ]

    def __str__(self) -> str:
        return f"follow-up {self.version}"
