"""Data releases, and whose exams are in them."""

import uuid

from django.db import models

from cmr_registry.accounts.models import Account
from cmr_registry.centers.models import CenterOwned
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.exams.models import Examination
from cmr_registry.projects.models import Project
from cmr_registry.releases.states import ReleaseState
from cmr_registry.subjects.models import Subject


class DataRelease(models.Model):
    """One version of the data of one project, frozen and hashed.

    `wrapped_secret` holds the key that labels, UIDs and dates are derived with, and the key of the archive's parts,
    wrapped by a key of the keyring that is named for this release: the map from a label back to a registry id exists
    nowhere else (F12). `parts` lists the encrypted objects of the archive; `flow` is the whole flow of n, for the
    steward, where the researcher's copy in the archive is merged.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    name = models.CharField(max_length=64, unique=True)
    version = models.PositiveIntegerField()
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in ReleaseState])
    state_since = models.DateTimeField()
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    consented_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    consented_at = models.DateTimeField(null=True)
    built_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True, help_text="why it failed or was revoked")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="+")
    wrapped_secret = models.BinaryField(null=True)
    manifest = models.JSONField(null=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    summary = models.JSONField(default=dict, help_text="what the pages show: flow, source mix, missingness")
    flow = models.JSONField(default=list, help_text="the whole flow of n, for the steward only")
    parts = models.JSONField(default=list)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the archive as it is downloaded")
    n_subjects = models.PositiveIntegerField(default=0)
    n_exams = models.PositiveIntegerField(default=0)
    n_images = models.PositiveIntegerField(default=0)
    progress = models.CharField(max_length=80, blank=True)
    n_done = models.PositiveIntegerField(default=0)
    n_to_do = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="one_release_per_version"),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state=ReleaseState.PUBLISHED.value),
                name="one_published_release_per_project",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="releases_by_state")]

    def __str__(self) -> str:
        return self.name


class ReleaseMember(CenterOwned):
    """One exam in a release, and why it is in it; it stays when the subject withdraws, and says so.

    `with_images`: whether the exam's images are in it too, `decision` what its center decided at the ballot.
    """

    release = models.ForeignKey(DataRelease, on_delete=models.PROTECT, related_name="members")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="release_members")
    examination = models.ForeignKey(Examination, on_delete=models.PROTECT, related_name="release_members")
    decision = models.CharField(max_length=24)
    with_images = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["release", "examination"], name="one_row_per_exam_in_a_release")
        ]
        indexes = [
            models.Index(
                fields=["release"],
                condition=models.Q(withdrawn_at__isnull=False),
                name="withdrawn_in_releases",
            )
        ]
