"""Reads of the exams room; the open center scope decides whose exams there are."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet

from cmr_dictionary import Item, display, load
from cmr_dictionary.case_report import SOURCE_WORDS
from cmr_dictionary.local_reference import LocalReference
from cmr_registry.archive.models import Series
from cmr_registry.centers.models import Center
from cmr_registry.exams.models import CaseReport, Examination, MappingReference

MISSING_WORDS = {
    "not_acquired": "not acquired",
    "not_reported": "not reported",
    "unknown": "unknown",
    "not_applicable": "not applicable",
    "withheld": "withheld",
}


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One case-report value as a page shows it.

    Attributes:
        item: name of the dictionary item.
        section: section of its form, may be empty.
        label: what the item is called.
        text: the value with its unit, the labels of its codes, or the word for why it is missing.
        unit: UCUM unit, empty where there is none.
        missing: code of the reason why it is absent, empty where it is present.
        source: where it came from, in words.
    """

    item: str
    section: str
    label: str
    text: str
    unit: str
    missing: str
    source: str


@dataclass(frozen=True, slots=True)
class FormValues:
    """The current values of one form of an exam, in the order of the dictionary."""

    form: str
    title: str
    version: int
    values: tuple[ShownValue, ...]


def exam_list(*, has_report: bool | None = None, kind: str = "") -> QuerySet[Examination]:
    """Exams of the open scope, newest first, with subject, study and center in the same query.

    Args:
        has_report: only exams with (True) or without (False) a report; None for all.
        kind: only exams with a series recognized as this kind; empty for all.
    """
    exams = Examination.objects.all()
    if has_report is not None:
        exams = exams.filter(has_report=has_report)
    if kind:
        exams = exams.filter(Exists(Series.objects.filter(study=OuterRef("imaging_study"), kind=kind)))
    return exams.select_related("subject", "imaging_study", "center").order_by("-accepted_at", "id")


def exam_find(pk: uuid.UUID) -> Examination | None:
    """The exam with this id in the open scope, with subject, study and center."""
    return exam_list().filter(pk=pk).first()


def exam_by_pseudonym(center: uuid.UUID, pseudonym: str) -> Examination | None:
    """The exam that this center calls so, even of a subject who withdrew: whoever takes exams in must know it."""
    named = Examination.everything.filter(center_id=center, pseudonym=pseudonym)
    return named.select_related("subject").first()


def exam_by_study(center: uuid.UUID, study_instance_uid: str) -> Examination | None:
    """The exam whose images are this study of this center."""
    return Examination.objects.filter(
        center_id=center, imaging_study__study_instance_uid=study_instance_uid
    ).first()


def exam_values(exam: Examination) -> tuple[FormValues, ...]:
    """The current case-report values of an exam by form, in the order of the dictionary; one query."""
    order = list(load().forms())
    reports = [report for report in exam.case_reports.filter(is_current=True) if report.document]
    reports.sort(key=lambda report: order.index(report.form) if report.form in order else len(order))
    return tuple(
        FormValues(report.form, _title(report.form), report.version, shown_values(report.document))
        for report in reports
    )


def present_values(reports: Iterable[CaseReport]) -> dict[str, object]:
    """Plain values of forms by item, without what is missing: what derivation and ranges take."""
    return {
        name: entry["value"]
        for report in reports
        for name, entry in report.document.items()
        if "value" in entry
    }


def exam_page_rows(*, has_report: bool | None = None, kind: str = "") -> QuerySet[Examination]:
    """As `exam_list`, with the kinds of the series in one further query for the whole page."""
    series = Series.objects.only("study_id", "center_id", "kind")
    return exam_list(has_report=has_report, kind=kind).prefetch_related(
        Prefetch("imaging_study__series", queryset=series)
    )


def exam_series(exam: Examination) -> list[Series]:
    """The series of an exam in the order of the scanner; none for a report that came before its images."""
    return list(Series.objects.filter(study=exam.imaging_study_id).order_by("number", "series_instance_uid"))


def exams_total() -> int:
    """Exams of the open scope."""
    return Examination.objects.count()


def centers_with_exams() -> frozenset[uuid.UUID]:
    """Centers of the open scope with at least one accepted exam."""
    exams = Examination.objects.all()
    return frozenset(exams.order_by().values_list("center_id", flat=True).distinct())


def exams_accepted_since(at: datetime) -> int:
    """Exams of the open scope whose newest version was accepted at `at` or later."""
    return Examination.objects.filter(accepted_at__gte=at).count()


def exams_without_report() -> int:
    """Exams of the open scope that wait for their report."""
    return Examination.objects.filter(has_report=False).count()


def reference_rows(center: Center) -> QuerySet[MappingReference]:
    """References of mapping of a center, those in force first, newest first."""
    rows = MappingReference.objects.filter(center=center).select_related("center")
    return rows.order_by(F("last_year").desc(nulls_first=True), "-stated_at", "id")


def reference_find(pk: uuid.UUID) -> MappingReference | None:
    """The reference with this id in the open scope."""
    return MappingReference.objects.select_related("center").filter(pk=pk).first()


def local_references(center: uuid.UUID) -> tuple[LocalReference, ...]:
    """The references of a center as z-scores take them; one query."""
    return tuple(
        LocalReference(
            item=row.item,
            n=row.n,
            mean=row.mean,
            sd=row.sd,
            scanner=row.scanner,
            field_strength_t=row.field_strength_t,
            software=row.software,
            scheme=row.scheme,
            first_year=row.first_year,
            last_year=row.last_year,
        )
        for row in MappingReference.objects.filter(center_id=center)
    )


def shown_values(document: dict[str, dict[str, Any]]) -> tuple[ShownValue, ...]:
    """The entries of a form as a page shows them, in the order of the dictionary."""
    items = load().items
    known = [name for name in items if name in document]
    return tuple(
        _value(name, items.get(name), document[name])
        for name in (*known, *sorted(document.keys() - items.keys()))
    )


def _value(name: str, item: Item | None, entry: dict[str, Any]) -> ShownValue:
    missing = str(entry.get("missing", ""))
    if missing:
        text = MISSING_WORDS.get(missing, missing)
    else:
        text = display(item, entry["value"]) if item else str(entry["value"])
    return ShownValue(
        item=name,
        section=item.section if item else "",
        label=item.label if item else name,
        text=text,
        unit=item.unit if item else "",
        missing=missing,
        source=SOURCE_WORDS.get(str(entry.get("source", "")), ""),
    )


def _title(form: str) -> str:
    return form.replace("_", " ").capitalize()
