"""Imaging studies and series as rows; their instances only as members of packs, segments and index objects.

A request becomes one immutable pack, durable before it is answered; acceptance composes packs into segments of
series (contract.md; ADR "packs and segments"). No row exists per instance.
"""

import uuid

from django.db import models

from cmr_registry.centers.models import CenterOwned
from cmr_registry.subjects.models import Subject, SubjectOwned


class SeriesKey(CenterOwned):
    """The data key of one series, wrapped by the center's key of the keyring (AES-256-GCM, contract.md)."""

    study_instance_uid = models.CharField(max_length=64)
    series_instance_uid = models.CharField(max_length=64)
    wrapped_key = models.BinaryField()

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["center", "study_instance_uid", "series_instance_uid"], name="one_key_per_series"
            )
        ]


class Pack(CenterOwned):
    """The verified instances of one STOW request as one stored object.

    All its instances are of one study. `holder` is the id of the delivery that it came with, or of the conflict
    that keeps it apart: a pack that is apart counts as held by nobody and is never composed. `listing` is the
    compressed list of its instances (UIDs, received SHA-256, offset and length of each box), dropped when the
    pack is composed into segments.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.UUIDField()
    study_instance_uid = models.CharField(max_length=64)
    is_apart = models.BooleanField(default=False)
    object_name = models.CharField(max_length=160)
    stored_sha256 = models.CharField(max_length=64)
    n_bytes = models.PositiveBigIntegerField()
    n_instances = models.PositiveIntegerField()
    listing = models.BinaryField()
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta(CenterOwned.Meta):
        indexes = [
            models.Index(fields=["holder"], name="packs_of_a_delivery"),
            models.Index(fields=["center", "study_instance_uid"], name="packs_of_a_study"),
        ]


class ImagingStudy(SubjectOwned):
    """A DICOM study as accepted: its identity is (center, Study Instance UID)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="imaging_studies")
    study_instance_uid = models.CharField(max_length=64)
    study_date = models.CharField(max_length=8, blank=True, help_text="shifted, YYYYMMDD")
    attributes = models.JSONField(default=dict, help_text="study-level DICOM JSON for QIDO-RS")
    n_series = models.PositiveIntegerField(default=0)
    n_instances = models.PositiveIntegerField(default=0)
    n_bytes = models.PositiveBigIntegerField(default=0)
    accepted_at = models.DateTimeField()

    class Meta(SubjectOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["center", "study_instance_uid"], name="one_study_per_uid")
        ]
        indexes = [models.Index(fields=["center", "-accepted_at"], name="newest_studies_first")]

    def __str__(self) -> str:
        return self.study_instance_uid


class Series(SubjectOwned):
    """An accepted series with what it was recognized as; everyone reads this one result (F4)."""

    subject_path = "study__subject"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="series")
    series_instance_uid = models.CharField(max_length=64)
    number = models.IntegerField(null=True)
    description = models.CharField(max_length=64, blank=True)
    modality = models.CharField(max_length=16)
    attributes = models.JSONField(default=dict, help_text="series-level DICOM JSON for QIDO-RS")
    kind = models.CharField(max_length=24, default="unknown")
    view = models.CharField(max_length=24, default="unknown")
    recognition = models.JSONField(default=dict, help_text="every layer's vote")
    facts = models.JSONField(default=dict, help_text="acquisition facts read at the center")
    n_positions = models.PositiveIntegerField(default=0)
    n_phases = models.PositiveIntegerField(default=0)
    n_instances = models.PositiveIntegerField(default=0)
    n_bytes = models.PositiveBigIntegerField(default=0)
    thumbnail_object = models.CharField(max_length=160, blank=True)
    thumbnail_sha256 = models.CharField(max_length=64, blank=True)

    class Meta(SubjectOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["study", "series_instance_uid"], name="one_series_per_uid"),
        ]
        indexes = [models.Index(fields=["center", "kind", "view"], name="series_by_kind")]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.series_instance_uid


class Segment(SubjectOwned):
    """One immutable part of a series: boxes of its instances, and the index object that lists them.

    Late instances add a segment; none is ever changed.
    """

    subject_path = "series__study__subject"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="segments")
    ordinal = models.PositiveIntegerField()
    object_name = models.CharField(max_length=160)
    stored_sha256 = models.CharField(max_length=64)
    index_object_name = models.CharField(max_length=160)
    index_sha256 = models.CharField(max_length=64)
    n_bytes = models.PositiveBigIntegerField()
    n_instances = models.PositiveIntegerField()

    class Meta(SubjectOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["series", "ordinal"], name="segments_in_order")]
        ordering = ["ordinal"]
