"""Every write of the exams room: what an accepted delivery says about an exam and its case report."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cmr_dictionary import load
from cmr_dictionary.checks import Problem, Severity, check_values
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue
from cmr_registry.archive.models import ImagingStudy
from cmr_registry.audit.services import audited, event_record
from cmr_registry.exams.errors import SubjectMismatchError, SupersededError
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.subjects.models import Subject


@audited
def exam_record(
    *,
    subject: Subject,
    manifest: DeliveryManifest,
    imaging_study: ImagingStudy | None,
    at: datetime,
    actor: str,
    is_stated: bool = True,
) -> Examination:
    """Record an accepted version of an exam: a first one creates it, a later one supersedes.

    A manifest is a full statement (contract.md). A form whose document changed gets a new row; a delivery of
    images alone says nothing about the report and leaves it as it stands. Values are checked again against
    the dictionary; what it refuses is not stored.

    Args:
        subject: whose exam it is.
        manifest: what the center states.
        imaging_study: the accepted study, None for a report that came before its images.
        at: instant of acceptance, UTC.
        actor: `Principal.actor`.
        is_stated: False for a manifest that the registry made for plain images: it says nothing about day,
            year, version or profile of an exam that is already known.

    Raises:
        SubjectMismatchError: the exam is stored under another subject.
        SupersededError: a newer version is stored.
    """
    exam = (
        Examination.objects.select_for_update().filter(center=subject.center, pseudonym=manifest.exam).first()
    )
    if exam is None:
        exam = Examination(center=subject.center, subject=subject, pseudonym=manifest.exam)
    elif exam.subject_id != subject.pk:
        raise SubjectMismatchError("The exam is already stored under another subject.")
    elif manifest.version < exam.version:
        raise SupersededError("A newer version of the exam is already stored.")
    exam.imaging_study = imaging_study or exam.imaging_study
    exam.accepted_at = at
    if is_stated or exam._state.adding:
        exam.day, exam.exam_year, exam.version = manifest.day, manifest.exam_year, manifest.version
        exam.deid_profile, exam.key_id = manifest.profile, manifest.key_id
    exam.save()
    changed = _case_reports_record(exam, manifest, at, actor)
    if manifest.contents is not Contents.IMAGES_ONLY:
        exam.has_report = any(exam.case_reports.filter(is_current=True).values_list("document", flat=True))
        exam.save(update_fields=["has_report"])
    detail = {"version": manifest.version, "forms_changed": changed}
    event_record(
        actor=actor, action="exam.record", center=exam.center_id, target=f"exam:{exam.pk}", detail=detail
    )
    return exam


def values_problems(values: Mapping[str, ReportValue]) -> tuple[Problem, ...]:
    """What the dictionary says against these case-report values; missing values are checked by name alone."""
    plain = {name: value.value for name, value in values.items() if value.missing is None}
    items = load().items
    unknown = {
        name: None for name, value in values.items() if value.missing is not None and name not in items
    }
    return check_values(plain) + check_values(unknown)


def _case_reports_record(
    exam: Examination, manifest: DeliveryManifest, at: datetime, actor: str
) -> list[str]:
    """Write the forms whose documents changed; returns their names."""
    if manifest.contents is Contents.IMAGES_ONLY:
        return []
    stated = _documents(manifest)
    current = {report.form: report for report in exam.case_reports.filter(is_current=True)}
    changed = []
    for form in sorted(stated.keys() | current.keys()):
        document, before = stated.get(form, {}), current.get(form)
        if before is not None and before.document == document:
            continue
        if before is not None:
            before.is_current = False
            before.save(update_fields=["is_current"])
        CaseReport(
            center=exam.center,
            examination=exam,
            form=form,
            version=before.version + 1 if before else 1,
            document=document,
            dictionary_version=manifest.dictionary_version,
            recorded_at=at,
            recorded_by=actor,
        ).save()
        changed.append(form)
    return changed


def _documents(manifest: DeliveryManifest) -> dict[str, dict[str, Any]]:
    """The accepted values by form, as they are stored."""
    refused = {p.item for p in values_problems(manifest.values) if p.severity is Severity.REJECT}
    items = load().items
    documents: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in manifest.values.items():
        if name in items and items[name].may_cross and name not in refused:
            documents[items[name].form][name] = value.to_document()
    return dict(documents)
