"""CMR examinations and their case reports."""

import uuid

from django.db import models

from cmr_registry.accounts.models import Account
from cmr_registry.archive.models import ImagingStudy
from cmr_registry.centers.models import CenterOwned
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
        indexes = [
            models.Index(fields=["center", "-accepted_at", "id"], name="newest_exams_first"),
            models.Index(
                fields=["center"], condition=models.Q(has_report=False), name="exams_without_report"
            ),
        ]

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


class MappingReference(CenterOwned):
    """What a center measured in healthy persons with one scanner, software and scheme; T1, T2 and ECV have no other.

    Nothing of it is changed later but its end: a new measurement is a new reference.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.CharField(max_length=26)
    n = models.PositiveIntegerField()
    mean = models.FloatField()
    sd = models.FloatField()
    scanner = models.CharField(max_length=64)
    field_strength_t = models.FloatField()
    software = models.CharField(max_length=64)
    scheme = models.CharField(max_length=64, blank=True)
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)
    stated_at = models.DateTimeField()
    stated_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["center", "item", "scanner", "field_strength_t", "software", "scheme"],
                condition=models.Q(last_year=None),
                name="one_open_reference_per_technique",
            )
        ]
        indexes = [models.Index(fields=["center", "item", "-stated_at"], name="references_of_a_center")]

    def __str__(self) -> str:
        return f"{self.item} {self.scanner}"
