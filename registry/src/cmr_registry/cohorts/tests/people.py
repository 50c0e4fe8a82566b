"""Persons, exams and follow-up as rows of the rooms below, for tests that build snapshots."""

import datetime

from django.utils import timezone

from cmr_dictionary import load
from cmr_exchange.followup import FollowUpDocument, OutcomeEvent, VitalStatus
from cmr_exchange.manifest import Contents, DeliveryManifest, MissingCode, ReportValue, ValueSource
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.archive.models import ImagingStudy, Series
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.services import snapshot_request
from cmr_registry.cohorts.tasks import work_once
from cmr_registry.config.principal import principal_of_job
from cmr_registry.exams.services import exam_record
from cmr_registry.followup.services import followup_record
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.services import subject_ensure

AT_TESTS = principal_of_job("tests")
REPORT = {"sex": "F", "age_at_exam_years": 61.0, "lv_edv_ml": 150.0, "lv_esv_ml": 60.0, "lge_performed": 1}


def pseudonym(letter, number):
    """A name of the form that hospitals give."""
    digits = "".join("ABCDEFGHIJ"[int(digit)] for digit in str(number))
    return (letter + digits).ljust(17, "Z")


def exam(center, person, *, number=0, day=0, year=2015, values=None, kinds=(), at=None):
    """One accepted exam; `values` by item, a `MissingCode` for a missing one; one series of each of `kinds`."""
    at = at or timezone.now()
    entries = {
        name: ReportValue(ValueSource.REPORT_CSV, missing=value)
        if isinstance(value, MissingCode)
        else ReportValue(ValueSource.REPORT_CSV, value)
        for name, value in (REPORT if values is None else values).items()
    }
    manifest = DeliveryManifest(
        exchange_version=EXCHANGE_VERSION,
        center=center.code,
        subject=pseudonym("S", person),
        exam=pseudonym("E", 100 * person + number),
        version=1,
        contents=Contents.REPORT_ONLY if entries else Contents.IMAGES_ONLY,
        day=day,
        exam_year=year,
        profile="p",
        profile_digest="0" * 64,
        dictionary_version=load().version,
        key_id="k",
        software="test 1",
        values=entries,
    )
    with center_scope(ALL_CENTERS):
        subject = subject_ensure(center=center, pseudonym=manifest.subject, actor="job:tests")
        study = _study(center, subject, f"1.2.{person}.{number + 1}", kinds, at) if kinds else None
        return exam_record(subject=subject, manifest=manifest, imaging_study=study, at=at, actor="job:tests")


def follow_up(center, person, *, statuses=(), events=(), version=1):
    """The follow-up document of a person."""
    document = FollowUpDocument(
        exchange_version=EXCHANGE_VERSION,
        center=center.code,
        subject=pseudonym("S", person),
        version=version,
        dictionary_version=load().version,
        software="test 1",
        vital_status=tuple(VitalStatus.from_document(row, "vital_status") for row in statuses),
        events=tuple(OutcomeEvent.from_document(row, "events") for row in events),
    )
    with center_scope(ALL_CENTERS):
        connector = Principal("job:tests", center_roles={center.pk: frozenset({Role.CONNECTOR})})
        return followup_record(principal=connector, document=document)


def snapshot():
    """A snapshot of everything, built by the worker."""
    requested = snapshot_request(by=AT_TESTS)
    assert work_once()
    return Snapshot.objects.get(pk=requested.pk)


def yesterday():
    """An instant before the last midnight."""
    return timezone.now() - datetime.timedelta(days=1)


def _study(center, subject, uid, kinds, at):
    study = ImagingStudy.objects.create(
        center=center,
        subject=subject,
        study_instance_uid=uid,
        n_series=len(kinds),
        n_instances=10 * len(kinds),
        accepted_at=at,
    )
    for number, kind in enumerate(kinds):
        Series.objects.create(
            center=center,
            study=study,
            series_instance_uid=f"{uid}.{number}",
            number=number,
            modality="MR",
            kind=kind,
            view="sax",
            n_instances=10,
            n_phases=25,
            n_positions=10,
        )
    return study
