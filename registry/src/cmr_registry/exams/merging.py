"""Values of many exams at once, as an imported table brings them: read and written with a fixed number of statements.

An exam that the registry does not hold yet begins as one with a report alone, under version 1: the first delivery of
its center states it anew and leaves the table's entries standing where it says nothing else (`versions`).
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from cmr_dictionary import load
from cmr_registry.exams.changes import exams_changed
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.versions import TABLES, Document
from cmr_registry.lib.scope import ALL_CENTERS, NoCenterScopeError, current_scope
from cmr_registry.subjects.models import Subject

NOT_DELIVERED = "table"
"""Profile and key of an exam that no connector delivered yet."""
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class HeldExam:
    """What the registry holds of one exam.

    Attributes:
        exam: the exam; None where it is not known yet.
        reports: current version by form.
    """

    exam: Examination | None = None
    reports: Mapping[str, CaseReport] = field(default_factory=dict)

    def entries(self) -> Document:
        """All entries by item."""
        return {name: entry for report in self.reports.values() for name, entry in report.document.items()}


@dataclass(frozen=True, slots=True)
class Held:
    """What the registry holds of the exams of some rows.

    Attributes:
        exams: by pseudonym; those not known are absent.
        subjects: by pseudonym, those who withdrew among them.
    """

    exams: Mapping[str, HeldExam]
    subjects: Mapping[str, Subject]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a table changes of one exam.

    Attributes:
        subject, pseudonym: whose exam, and which.
        day, exam_year: as the table states them; they fill in what the registry does not know.
        entries: the entries that are new or other, by item.
        held: what was there before.
    """

    subject: str
    pseudonym: str
    day: int | None
    exam_year: int | None
    entries: Document
    held: HeldExam


def exams_held(
    center: uuid.UUID, subjects: Collection[str], exams: Collection[str], *, lock: bool = False
) -> Held:
    """What is stored of these exams; four statements. `lock` keeps the exams until the transaction ends."""
    people = {
        one.pseudonym: one for one in Subject.everything.filter(center_id=center, pseudonym__in=set(subjects))
    }
    rows = Examination.everything.filter(center_id=center, pseudonym__in=set(exams)).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    known = list(rows)
    reports: dict[uuid.UUID, dict[str, CaseReport]] = defaultdict(dict)
    for report in CaseReport.everything.filter(examination__in=[one.pk for one in known], is_current=True):
        reports[report.examination_id][report.form] = report
    return Held({one.pseudonym: HeldExam(one, reports[one.pk]) for one in known}, people)


def exams_merge(
    *, center: uuid.UUID, brought: Sequence[Brought], subjects: Mapping[str, Subject], at: datetime
) -> int:
    """Store what a table brought, inside a service of a higher room; one new version of each form that changes.

    Args:
        center: whose exams they are.
        brought: what changes; the exams that are known locked (`exams_held`).
        subjects: those who are known, by pseudonym.
        at: instant, UTC.

    Returns:
        How many versions of forms were written.
    """
    people = dict(subjects) | _subjects_made(center, {one.subject for one in brought} - subjects.keys())
    exams = _exams_made(center, brought, people, at)
    _exams_filled_in([(one, one.held.exam) for one in brought if one.held.exam is not None])
    replaced: list[uuid.UUID] = []
    written: list[_Version] = []
    for one in brought:
        exam = one.held.exam or exams[one.pseudonym]
        for form, entries in _by_form(one.entries).items():
            before = one.held.reports.get(form)
            if before is not None:
                replaced.append(before.pk)
            written.append(_version(exam, form, entries, before, at))
    if replaced:
        CaseReport.everything.filter(pk__in=replaced).update(is_current=False)
    _versions_write(center, written)
    exams_changed([one.held.exam or exams[one.pseudonym] for one in brought])
    return len(written)


def _subjects_made(center: uuid.UUID, pseudonyms: Collection[str]) -> dict[str, Subject]:
    rows = [Subject(center_id=center, pseudonym=name) for name in sorted(pseudonyms)]
    if not rows:
        return {}
    Subject.objects.bulk_create(rows, ignore_conflicts=True)
    found = Subject.everything.filter(center_id=center, pseudonym__in=pseudonyms)
    return {one.pseudonym: one for one in found}


def _exams_made(
    center: uuid.UUID, brought: Sequence[Brought], people: Mapping[str, Subject], at: datetime
) -> dict[str, Examination]:
    rows = [
        Examination(
            center_id=center,
            subject=people[one.subject],
            pseudonym=one.pseudonym,
            day=one.day,
            exam_year=one.exam_year,
            version=1,
            has_report=True,
            deid_profile=NOT_DELIVERED,
            key_id=NOT_DELIVERED,
            accepted_at=at,
        )
        for one in brought
        if one.held.exam is None
    ]
    return {one.pseudonym: one for one in Examination.objects.bulk_create(rows)}


def _exams_filled_in(brought: Sequence[tuple[Brought, Examination]]) -> None:
    """Known exams have a report now, and a day or year where they had none."""
    changed = []
    for one, exam in brought:
        day = one.day if exam.day is None else exam.day
        year = one.exam_year if exam.exam_year is None else exam.exam_year
        if (day, year, True) != (exam.day, exam.exam_year, exam.has_report):
            exam.day, exam.exam_year, exam.has_report = day, year, True
            changed.append(exam)
    if changed:
        Examination.objects.bulk_update(changed, ["day", "exam_year", "has_report"])


def _by_form(entries: Document) -> dict[str, Document]:
    items, found = load().items, dict[str, Document]()
    for name, entry in entries.items():
        found.setdefault(items[name].form, {})[name] = entry
    return found


def _version(
    exam: Examination, form: str, entries: Document, before: CaseReport | None, at: datetime
) -> "_Version":
    document: dict[str, Any] = dict(entries)
    if before is not None:
        merged = {**before.document, **entries}
        order = load().items
        document = {name: merged.pop(name) for name in order if name in merged} | merged
    return _Version(exam.pk, form, before.version + 1 if before else 1, document, at)


class _Version(NamedTuple):
    """A new current version of one form; lighter than a model instance, for there are hundreds of thousands."""

    examination_id: uuid.UUID
    form: str
    version: int
    document: dict[str, Any]
    recorded_at: datetime


def _versions_write(center: uuid.UUID, versions: Sequence[_Version]) -> None:
    """Write versions; on PostgreSQL by COPY, which costs a third of inserting."""
    fixed = {
        "center_id": center,
        "is_current": True,
        "dictionary_version": load().version,
        "recorded_by": TABLES,
    }
    if connection.vendor != "postgresql":
        rows = [CaseReport(**one._asdict(), **fixed) for one in versions]
        CaseReport.objects.bulk_create(rows, batch_size=_AT_ONCE)
        return
    scope = current_scope()
    if scope is not ALL_CENTERS and center not in scope:
        raise NoCenterScopeError("Rows of another center were about to be written.")
    columns = ", ".join(("id", *_Version._fields, *fixed))
    tail = "\t".join((str(center), "t", load().version, TABLES))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {CaseReport._meta.db_table} ({columns}) FROM STDIN") as copy,
    ):
        copy.write(
            "".join(
                f"{uuid.uuid4()}\t{one.examination_id}\t{one.form}\t{one.version}\t{_copied(one.document)}\t"
                f"{one.recorded_at.isoformat()}\t{tail}\n"
                for one in versions
            )
        )


def _copied(document: dict[str, Any]) -> str:
    """A document as text of COPY: JSON holds no line break or tab, and its backslashes count twice."""
    return json.dumps(document, separators=(",", ":")).replace("\\", "\\\\")
