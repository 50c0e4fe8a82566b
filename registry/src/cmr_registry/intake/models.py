"""Deliveries: what a center sent, what of it is durably stored, and the receipt."""

import uuid

from django.db import models

from cmr_registry.centers.models import CenterOwned
from cmr_registry.intake.states import DeliveryState


class Delivery(CenterOwned):
    """One version of one exam on its way in; named within its center by the hash of its manifest.

    A delivery without a manifest (plain STOW-RS from a PACS, an uploaded ZIP) gets one made for it when it
    closes. `manifest_object` is an encrypted object; `problems` lists reason codes with instance UIDs.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the manifest; empty while it has none")
    via = models.CharField(max_length=16, choices=[(v, v) for v in ("connector", "stow", "page")])
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in DeliveryState])
    subject_pseudonym = models.CharField(max_length=17, blank=True)
    exam_pseudonym = models.CharField(max_length=17, blank=True)
    study_instance_uid = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    contents = models.CharField(max_length=24)
    manifest_object = models.CharField(max_length=160, blank=True)
    n_expected = models.PositiveIntegerField(default=0)
    n_stored = models.PositiveIntegerField(default=0)
    n_bytes = models.PositiveBigIntegerField(default=0)
    problems = models.JSONField(default=list)
    receipt = models.JSONField(null=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.CharField(max_length=80)
    last_activity_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta(CenterOwned.Meta):
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["center", "digest"], condition=~models.Q(digest=""), name="one_delivery_per_manifest"
            )
        ]
        indexes = [
            models.Index(fields=["state", "last_activity_at"], name="deliveries_by_state"),
            models.Index(fields=["center", "-opened_at"], name="newest_deliveries_first"),
            models.Index(fields=["center", "study_instance_uid"], name="deliveries_of_a_study"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Conflict(CenterOwned):
    """An instance whose UID is already stored with other bytes: kept apart until a person decides (L7)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="conflicts")
    reason = models.CharField(max_length=32)
    sop_instance_uid = models.CharField(max_length=64)
    stored_sha256 = models.CharField(max_length=64)
    offered_sha256 = models.CharField(max_length=64)
    noted_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=16, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "sop_instance_uid", "offered_sha256"], name="one_conflict_per_instance"
            )
        ]
