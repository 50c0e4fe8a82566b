"""Snapshots and the way of those that are being built; questions that people keep, and what they were told."""

import uuid

from django.db import models

from cmr_registry.accounts.models import Account
from cmr_registry.cohorts.states import SnapshotState


class Snapshot(models.Model):
    """All consented, agreement-covered data at one moment, as Parquet tables in the object store.

    `tables` maps the name of each table to `{"object": name, "sha256": of its bytes, "rows": n, "size": bytes}`;
    `sha256` is the digest of the whole. `data_digest` says what the data looked like when it was asked for, so
    that no second one is built of the same. `claimed_until` and `claim_token` belong to `lib.claims`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in SnapshotState])
    created_at = models.DateTimeField(auto_now_add=True)
    requested_by = models.CharField(max_length=80)
    frozen_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    dictionary_version = models.CharField(max_length=64, blank=True)
    data_digest = models.CharField(max_length=64, blank=True)
    n_subjects = models.PositiveIntegerField(default=0)
    n_exams = models.PositiveIntegerField(default=0)
    tables = models.JSONField(default=dict)
    failure = models.CharField(
        max_length=200, blank=True, help_text="why it could not be built, for the steward"
    )
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["state", "-created_at"], name="newest_snapshots_first")]

    def __str__(self) -> str:
        return str(self.id)


class AnsweredQuestion(models.Model):
    """That a question was answered, or refused, to somebody: who knows what, for the difference guard.

    `account_key`, `institution_key` and `project_key` are whom the answer was told to; empty where there is none.
    The question itself is not kept here, only its digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    account_key = models.CharField(max_length=80)
    institution_key = models.CharField(max_length=200, blank=True)
    project_key = models.CharField(max_length=80, blank=True)
    query_digest = models.CharField(max_length=64)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=[(o, o) for o in ("answered", "refused")])

    def __str__(self) -> str:
        return self.query_digest


class ShownSet(models.Model):
    """A set of persons whose count was shown: its size and the sketch by which close sets are found.

    `mark` is the same for the same persons in every snapshot; nobody is named, and no person can be read out. The keys
    are those of its question, so that an index finds what somebody was told about sets of a size.
    """

    question = models.ForeignKey(AnsweredQuestion, on_delete=models.CASCADE, related_name="sets")
    account_key = models.CharField(max_length=80)
    institution_key = models.CharField(max_length=200, blank=True)
    project_key = models.CharField(max_length=80, blank=True)
    mark = models.BinaryField(max_length=32)
    persons = models.PositiveIntegerField()
    sketch = models.BinaryField(max_length=1024)

    class Meta:
        indexes = [
            models.Index(fields=["account_key", "persons"], name="told_to_account"),
            models.Index(fields=["institution_key", "persons"], name="told_to_institution"),
            models.Index(fields=["project_key", "persons"], name="told_to_project"),
        ]

    def __str__(self) -> str:
        return "a set of persons"


class SavedQuery(models.Model):
    """A question that somebody keeps under a name; a changed one is a new version, the newest is current."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_queries")
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    sentence = models.TextField()
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name", "version"], name="one_saved_query_per_version"),
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=models.Q(is_current=True),
                name="one_current_saved_query",
            ),
        ]
        indexes = [models.Index(fields=["owner", "-saved_at"], name="newest_questions_first")]

    def __str__(self) -> str:
        return self.name
