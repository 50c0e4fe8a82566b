"""CMR examinations and their case reports."""

import uuid

from django.db import models

from cmr_registry.accounts.models import Account
from cmr_registry.archive.models import ImagingStudy
from cmr_registry.subjects.models import Subject, SubjectOwned


class Examination(SubjectOwned):
    """One CMR visit of one subject, as its newest accepted delivery states it.

    `day` counts from the subject's origin (contract.md, "Time, pseudonyms, releases"); None where the source's
    date could not be read. No calendar date but the year has a field here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="examinations")
    imaging_study = models.OneToOneField(
        ImagingStudy, on_delete=models.PROTECT, related_name="examination", null=True, blank=True
    )
    pseudonym = models.CharField(max_length=17)
    day = models.IntegerField(null=True)
    exam_year = models.PositiveSmallIntegerField(null=True)
    version = models.PositiveIntegerField()
    has_report = models.BooleanField(default=False)
    deid_profile = models.CharField(max_length=64)
    key_id = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()

    class Meta(SubjectOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["center", "pseudonym"], name="one_exam_per_pseudonym")]
        indexes = [models.Index(fields=["center", "-accepted_at", "id"], name="newest_exams_first")]

    def __str__(self) -> str:
        return self.pseudonym


class CaseReport(SubjectOwned):
    """One form of one exam as one JSON document; a changed version is a new row, the newest is `is_current`.

    `document` maps dictionary items to `{"value": ..., "source": ...}` or `{"missing": code, "source": ...}`.
    """

    subject_path = "examination__subject"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    examination = models.ForeignKey(Examination, on_delete=models.PROTECT, related_name="case_reports")
    form = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    document = models.JSONField()
    dictionary_version = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    class Meta(SubjectOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["examination", "form", "version"], name="one_row_per_version"),
            models.UniqueConstraint(
                fields=["examination", "form"],
                condition=models.Q(is_current=True),
                name="one_current_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.version}"


class CaseReportDraft(SubjectOwned):
    """What one person entered on the case report of an exam and did not save yet; saving deletes it.

    `answers` maps items to `{"texts": [...], "missing": word}` as typed, right or wrong; `seen` maps their forms to the
    versions that the page showed.
    """

    subject_path = "examination__subject"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    examination = models.ForeignKey(Examination, on_delete=models.PROTECT, related_name="drafts")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    answers = models.JSONField()
    seen = models.JSONField()
    begun_at = models.DateTimeField(auto_now_add=True)
    kept_at = models.DateTimeField(auto_now=True)

    class Meta(SubjectOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["examination", "account"], name="one_draft_per_exam_and_person")
        ]

    def __str__(self) -> str:
        return f"draft of {self.examination_id}"
