"""A cohort as the documents that cross the wall: one delivery manifest per exam, follow-up per subject."""

from collections.abc import Iterator
from typing import Any

from cmr_dictionary import Item, ItemKind, load
from cmr_exchange.canonical import sha256_hex
from cmr_exchange.followup import EventKind, FollowUpDocument, OutcomeEvent, SourceClass
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue, ValueSource
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_testkit.cohort.columns import MISSING_CODES, NOT_APPLICABLE, PRESENT, Column
from cmr_testkit.cohort.identities import Pseudonyms
from cmr_testkit.cohort.making import Cohort
from cmr_testkit.cohort.outcomes import KINDS

SOFTWARE = "cmr-testkit 0.1.0"
PROFILE = "synthetic"
SOURCE = ValueSource.REPORT_CSV
ANSWERS = {
    EventKind.VISIT: ("fu_nyha", ("1", "2")),
    EventKind.MYOCARDIAL_INFARCTION: ("mi_type", ("1", "2")),
    EventKind.STROKE: ("stroke_type", ("1", "2")),
}
"""The item that an event answers, and its answers."""


def manifests(cohort: Cohort) -> Iterator[DeliveryManifest]:
    """One manifest per exam, report only, ordered by center, subject and day.

    What is not asked is left out, as is what the registry derives; every other absence is stated.
    """
    names = Pseudonyms(cohort)
    values = list(_values(cohort))
    exams = cohort.exams
    rows = zip(
        exams.subject.tolist(), exams.number.tolist(), exams.day.tolist(), exams.year.tolist(), strict=True
    )
    for row, (subject, number, day, year) in enumerate(rows):
        center = int(cohort.people.center[subject])
        yield DeliveryManifest(
            exchange_version=EXCHANGE_VERSION,
            center=cohort.plans[center].code,
            subject=names.subject(center, subject),
            exam=names.exam(center, subject, number),
            version=1,
            contents=Contents.REPORT_ONLY,
            day=day,
            exam_year=year,
            profile=PROFILE,
            profile_digest=sha256_hex(PROFILE.encode()),
            dictionary_version=load().version,
            key_id=names.key_id(center),
            software=SOFTWARE,
            values={name: value for name, column in values if (value := column[row]) is not None},
        )


def follow_up_documents(cohort: Cohort) -> Iterator[FollowUpDocument]:
    """One document per subject whose center follows it up; the others have none."""
    names, events = Pseudonyms(cohort), _events(cohort)
    for subject, statuses in enumerate(cohort.statuses()):
        if not cohort.watching.has_document[subject]:
            continue
        center = int(cohort.people.center[subject])
        yield FollowUpDocument(
            exchange_version=EXCHANGE_VERSION,
            center=cohort.plans[center].code,
            subject=names.subject(center, subject),
            version=1,
            dictionary_version=load().version,
            software=SOFTWARE,
            vital_status=statuses,
            events=tuple(events.get(subject, ())),
        )


def plain_value(item: Item, column: Column, row: int) -> Any:
    """A present value as documents and checks write it: code as text, yes/no as 1 or 0, number, list of codes."""
    value = column.values[row]
    if column.choices:
        answer = column.choices[int(value)]
        return answer.split(";") if item.kind == ItemKind.CODES else answer
    return float(value) if item.kind in (ItemKind.NUMBER, ItemKind.DERIVED) else int(value)


def _values(cohort: Cohort) -> Iterator[tuple[str, list[ReportValue | None]]]:
    """Item by item, in alphabetical order: what the report of each exam states, None where it is silent."""
    items = load().items
    for name, column in sorted(cohort.sheet.columns.items()):
        if name in items and items[name].may_cross:
            yield name, [_stated(items[name], column, row) for row in range(cohort.exams.rows)]


def _stated(item: Item, column: Column, row: int) -> ReportValue | None:
    missing = int(column.missing[row])
    if missing == NOT_APPLICABLE or (column.is_stated is not None and not column.is_stated[row]):
        return None
    if missing != PRESENT:
        return ReportValue(SOURCE, missing=MISSING_CODES[missing - 1])
    return ReportValue(SOURCE, value=plain_value(item, column, row))


def _events(cohort: Cohort) -> dict[int, list[OutcomeEvent]]:
    known = load().items
    found: dict[int, list[OutcomeEvent]] = {}
    columns = (cohort.events.subject, cohort.events.day, cohort.events.kind, cohort.events.answer)
    for subject, day, kind, answer in zip(*(column.tolist() for column in columns), strict=True):
        name, answers = ANSWERS.get(KINDS[kind], ("", ()))
        values = {name: ReportValue(SOURCE, value=answers[answer])} if name in known else {}
        event = OutcomeEvent(KINDS[kind], day, SourceClass.CHART, values=values)
        found.setdefault(subject, []).append(event)
    return found
