"""Audit events: append-only, one hash chain per center and one for the registry (house.md, Audit)."""

from django.db import models


class AuditEvent(models.Model):
    """One thing that somebody did, or was refused. Carries codes and ids, never a name or a value.

    `hash` = SHA-256 of the previous event's hash and the canonical JSON of this one; `chain` is `registry` or a
    center's id; `sequence` counts within the chain without a gap.
    """

    chain = models.CharField(max_length=36)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=64)
    outcome = models.CharField(max_length=16)
    target = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "sequence"], name="no_gap_and_no_fork")]
        indexes = [
            models.Index(fields=["chain", "-sequence"], name="audit_newest_first"),
            models.Index(fields=["target", "-at"], name="audit_by_target"),
        ]
        ordering = ["chain", "sequence"]

    def __str__(self) -> str:
        return f"{self.action} {self.outcome}"
