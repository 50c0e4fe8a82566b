"""Snapshots: which immutable tables there are, and the way of those that are being built."""

import uuid

from django.db import models

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
