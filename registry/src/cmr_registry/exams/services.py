"""Every write of the exams room: what an accepted delivery says about an exam and its case report."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cmr_dictionary import load
from cmr_dictionary.checks import Problem, Severity, check_values
from cmr_dictionary.dictionary import VERSION
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue, ValueSource
from cmr_registry.archive.models import ImagingStudy
from cmr_registry.audit.services import audited, event_record
from cmr_registry.exams.changes import exam_changed
from cmr_registry.exams.drafts import draft_discard, draft_keep
from cmr_registry.exams.earlier import name_in, present_values
from cmr_registry.exams.entering import case_report_save
from cmr_registry.exams.errors import SubjectMismatchError, SupersededError
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.versions import Document, FormChange, case_reports_write, with_desk_entries
from cmr_registry.subjects.models import Subject

DICOM = ValueSource.DICOM.value
__all__ = ["case_report_save", "draft_discard", "draft_keep", "exam_record", "values_problems"]


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
    images alone says nothing about the report and leaves it as it stands: it only adds what the image headers tell
    (age, sex, scanner) where nobody else said it. Values are checked again against the dictionary; what it refuses is
    not stored. Old codes that mean unknown are stored as missing codes.

    What a person entered on the registry's form (source `desk`, `entering.case_report_save`) is never wiped in
    silence: it stays where the delivery does not state the item, and where the delivery only repeats what an earlier
    one stated (the desk corrected that). A delivery that states the item anew supersedes it.

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
    if manifest.contents is Contents.IMAGES_ONLY:
        changes = _image_changes(exam, _documents(manifest))
    else:
        changes, exam.has_report = _changes(exam, _documents(manifest))
    exam.save()
    case_reports_write(exam, changes, at=at, actor=actor)
    exam_changed(exam)
    detail = {"version": manifest.version, "forms_changed": [change.form for change in changes]}
    event_record(
        actor=actor, action="exam.record", center=exam.center_id, target=f"exam:{exam.pk}", detail=detail
    )
    return exam


def values_problems(values: Mapping[str, ReportValue], version: str = VERSION) -> tuple[Problem, ...]:
    """What the dictionary says against these case-report values; missing values are checked by name alone.

    Args:
        values: as they were sent.
        version: of the dictionary with which they were written; problems stand under its names.
    """
    present, lost = present_values(values, version)
    return (*(replace(one, item=name_in(version, one.item)) for one in _problems(present)), *lost)


def _problems(present: Mapping[str, ReportValue]) -> tuple[Problem, ...]:
    items = load().items
    plain = {name: one.value for name, one in present.items() if one.value is not None}
    unknown = {name: None for name, one in present.items() if one.missing is not None and name not in items}
    return check_values(plain) + check_values(unknown)


def _changes(exam: Examination, stated: Mapping[str, Document]) -> tuple[list[FormChange], bool]:
    """The forms that a report changes, by name, and whether any form says anything afterwards."""
    current = _current(exam)
    changes, says_something = [], False
    for form in sorted(stated.keys() | current.keys()):
        before = current.get(form)
        document = with_desk_entries(before, stated.get(form, {})) if before else stated.get(form, {})
        says_something = says_something or bool(document)
        if before is None or before.document != document:
            changes.append(FormChange(form, document, before))
    return changes, says_something


def _image_changes(exam: Examination, stated: Mapping[str, Document]) -> list[FormChange]:
    """The forms that change by what image headers tell; an entry of any other source stays."""
    current, changes = _current(exam), list[FormChange]()
    for form, told in sorted(stated.items()):
        before = current.get(form)
        stored: Document = before.document if before else {}
        kept = {name: entry for name, entry in stored.items() if entry.get("source") != DICOM}
        document = {**stored, **told, **kept}
        if document != stored:
            changes.append(FormChange(form, document, before))
    return changes


def _current(exam: Examination) -> dict[str, CaseReport]:
    if exam._state.adding:
        return {}
    return {one.form: one for one in exam.case_reports.filter(is_current=True)}


def _documents(manifest: DeliveryManifest) -> dict[str, Document]:
    """The accepted values by form, as they are stored."""
    present, _ = present_values(manifest.values, manifest.dictionary_version)
    refused = {problem.item for problem in _problems(present) if problem.severity is Severity.REJECT}
    items = load().items
    documents: dict[str, Document] = defaultdict(dict)
    for name, value in present.items():
        if name in items and items[name].may_cross and name not in refused:
            documents[items[name].form][name] = value.to_document()
    return dict(documents)
