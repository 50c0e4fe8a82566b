"""Every write of the exams room: what an accepted delivery says about an exam and its case report."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cmr_dictionary import Item, Missing, load, settled
from cmr_dictionary.checks import Problem, Severity, check_values
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue
from cmr_registry.archive.models import ImagingStudy
from cmr_registry.audit.services import audited, event_record
from cmr_registry.exams.changes import exam_changed
from cmr_registry.exams.entering import case_report_save
from cmr_registry.exams.errors import SubjectMismatchError, SupersededError
from cmr_registry.exams.models import Examination
from cmr_registry.exams.versions import Document, FormChange, case_reports_write, with_desk_entries
from cmr_registry.subjects.models import Subject

__all__ = ["case_report_save", "exam_record", "values_problems"]


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
    the dictionary; what it refuses is not stored. Old codes that mean unknown are stored as missing codes.

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
    changes: list[FormChange] = []
    if manifest.contents is not Contents.IMAGES_ONLY:
        changes, exam.has_report = _changes(exam, _documents(manifest))
    exam.save()
    case_reports_write(exam, changes, at=at, actor=actor)
    exam_changed(exam)
    detail = {"version": manifest.version, "forms_changed": [change.form for change in changes]}
    event_record(
        actor=actor, action="exam.record", center=exam.center_id, target=f"exam:{exam.pk}", detail=detail
    )
    return exam


def values_problems(values: Mapping[str, ReportValue]) -> tuple[Problem, ...]:
    """What the dictionary says against these case-report values; missing values are checked by name alone."""
    items = load().items
    plain = {
        name: settled(items[name], value.value) if name in items else value.value
        for name, value in values.items()
        if value.missing is None and value.value is not None
    }
    present = {name: value for name, value in plain.items() if not isinstance(value, Missing)}
    unknown = {
        name: None for name, value in values.items() if value.missing is not None and name not in items
    }
    return check_values(present) + check_values(unknown)


def _changes(exam: Examination, stated: Mapping[str, Document]) -> tuple[list[FormChange], bool]:
    """The forms that a report changes, by name, and whether any form says anything afterwards."""
    is_new = exam._state.adding
    current = {} if is_new else {one.form: one for one in exam.case_reports.filter(is_current=True)}
    changes, says_something = [], False
    for form in sorted(stated.keys() | current.keys()):
        before = current.get(form)
        document = with_desk_entries(before, stated.get(form, {})) if before else stated.get(form, {})
        says_something = says_something or bool(document)
        if before is None or before.document != document:
            changes.append(FormChange(form, document, before))
    return changes, says_something


def _documents(manifest: DeliveryManifest) -> dict[str, Document]:
    """The accepted values by form, as they are stored."""
    refused = {p.item for p in values_problems(manifest.values) if p.severity is Severity.REJECT}
    items = load().items
    documents: dict[str, Document] = defaultdict(dict)
    for name, value in manifest.values.items():
        if name in items and items[name].may_cross and name not in refused:
            documents[items[name].form][name] = _entry(items[name], value)
    return dict(documents)


def _entry(item: Item, value: ReportValue) -> dict[str, Any]:
    """A value as it is stored: in the codes of the present dictionary."""
    entry = value.to_document()
    if value.value is None:
        return entry
    present = settled(item, value.value)
    if isinstance(present, Missing):
        return {"source": entry["source"], "missing": present.value}
    return entry | {"value": present}
