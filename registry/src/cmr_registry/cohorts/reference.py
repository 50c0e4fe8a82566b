"""The slow engine: what the answer to a question must be, written down as plainly as the manual says it.

It shares nothing with the fast one but the question: rows are Python objects, three values are True, False and None.
Tests hold DuckDB to it.
"""

import functools
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmr_dictionary import ItemKind
from cmr_exchange.release import MISSING_SUFFIX
from cmr_registry.cohorts.conditions import (
    AGE_ITEM,
    DEATH,
    All,
    AnyOf,
    CenterIn,
    Condition,
    ExamFact,
    ExamIs,
    HadEvent,
    HasSeries,
    ItemIs,
    Not,
    Op,
    Value,
)
from cmr_registry.cohorts.parquet import crossing_items
from cmr_registry.cohorts.query import CohortQuery, Index

Truth = bool | None
Row = Mapping[str, Any]

PLAIN: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.LESS: operator.lt,
    Op.AT_MOST: operator.le,
    Op.EQUAL: operator.eq,
    Op.UNEQUAL: operator.ne,
    Op.AT_LEAST: operator.ge,
    Op.MORE: operator.gt,
}


@dataclass
class PlainSnapshot:
    """The tables of a snapshot as rows."""

    exams: Sequence[Row]
    measurements: Sequence[Row] = ()
    series: Sequence[Row] = ()
    events: Sequence[Row] = ()
    followup: Sequence[Row] = ()


@dataclass
class PlainExam:
    """One exam with everything that is known around it."""

    row: Row
    number: int
    day_gap: int | None
    report: Row = field(default_factory=dict)
    series: Sequence[Row] = ()
    events: Sequence[Row] = ()
    followup: Row = field(default_factory=dict)


def reference_select(
    query: CohortQuery,
    snapshot: PlainSnapshot,
    *,
    center_ids: Mapping[str, str],
    subjects_out: Collection[str] = (),
    centers_out: Collection[str] = (),
) -> tuple[list[tuple[int, int]], list[str]]:
    """Answer a question.

    Args:
        query: the question.
        snapshot: the rows.
        center_ids: ids of centers by code.
        subjects_out: subjects that nobody may see.
        centers_out: centers that nobody may see.

    Returns:
        Persons and exams of everybody, after each step, after follow-up where it is asked, and of the index exams;
        ids of the chosen exams in the order of the snapshot.
    """
    exams = [
        exam
        for exam in exams_of(snapshot)
        if exam.row["subject"] not in subjects_out and exam.row["center"] not in centers_out
    ]
    counts = [_counts(exams)]
    for step in query.steps:
        answers = [(exam, answer(step.where, exam, center_ids)) for exam in exams]
        exams = [exam for exam, truth in answers if (truth is True) == step.include]
        counts.append(_counts(exams))
    if query.min_follow_up_days is not None:
        exams = [exam for exam in exams if _is_followed(exam, query.min_follow_up_days)]
        counts.append(_counts(exams))
    if query.index is not Index.ANY:
        ordered = exams if query.index is Index.LAST else exams[::-1]
        chosen = {exam.row["subject"]: exam.row["exam"] for exam in ordered}
        exams = [exam for exam in exams if chosen[exam.row["subject"]] == exam.row["exam"]]
    counts.append(_counts(exams))
    return counts, [exam.row["exam"] for exam in exams]


def exams_of(snapshot: PlainSnapshot) -> list[PlainExam]:
    """All exams by subject, by day (unknown last), by id."""
    rows = sorted(
        snapshot.exams, key=lambda row: (row["subject"], row["day"] is None, row["day"] or 0, row["exam"])
    )
    found: list[PlainExam] = []
    for row in rows:
        before = found[-1] if found and found[-1].row["subject"] == row["subject"] else None
        days = (row["day"], before.row["day"] if before else None)
        found.append(
            PlainExam(
                row=row,
                number=before.number + 1 if before else 1,
                day_gap=None if None in days else days[0] - days[1],
                report=next((r for r in snapshot.measurements if r["exam"] == row["exam"]), {}),
                series=[r for r in snapshot.series if r["exam"] == row["exam"]],
                events=[r for r in snapshot.events if r["subject"] == row["subject"]],
                followup=next((r for r in snapshot.followup if r["exam"] == row["exam"]), {}),
            )
        )
    return found


@functools.singledispatch
def answer(condition: Condition, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    """True: fulfilled; False: not fulfilled; None: unanswerable."""
    raise TypeError(type(condition).__name__)


@answer.register
def _(condition: All, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    truths = [answer(part, exam, center_ids) for part in condition.parts]
    return False if False in truths else None if None in truths else True


@answer.register
def _(condition: AnyOf, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    truths = [answer(part, exam, center_ids) for part in condition.parts]
    return True if True in truths else None if None in truths else False


@answer.register
def _(condition: Not, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    truth = answer(condition.part, exam, center_ids)
    return None if truth is None else not truth


@answer.register
def _(condition: ItemIs, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    found = exam.report.get(condition.item)
    if condition.op is Op.KNOWN:
        return found is not None
    if condition.op is Op.MISSING:
        reason = exam.report.get(condition.item + MISSING_SUFFIX) or "not_reported"
        return found is None and (not condition.values or reason in condition.values)
    if found is None:
        return None
    if crossing_items()[condition.item].kind is ItemKind.CODES:
        is_among = any(code in found for code in condition.values)
        return not is_among if condition.op is Op.UNEQUAL else is_among
    return _compare(found, condition.op, condition.values)


@answer.register
def _(condition: ExamIs, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    facts = {
        ExamFact.YEAR: exam.row["exam_year"],
        ExamFact.AGE: exam.report.get(AGE_ITEM),
        ExamFact.NUMBER: exam.number,
        ExamFact.DAY_GAP: exam.day_gap,
        ExamFact.HAS_IMAGES: exam.row["has_images"],
    }
    found = facts[condition.fact]
    return None if found is None else _compare(found, condition.op, condition.values)


@answer.register
def _(condition: HasSeries, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    such = [
        row for row in exam.series if row["kind"] == condition.kind and condition.view in (None, row["view"])
    ]
    return len(such) >= condition.at_least


@answer.register
def _(condition: HadEvent, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    day = exam.row["day"]
    if day is None:
        return None
    if condition.kind == DEATH:
        days = [exam.followup["follow_up_days"]] if exam.followup.get("died") else []
    else:
        days = [row["day"] - day for row in exam.events if row["kind"] == condition.kind]
    first = -float("inf") if condition.from_day is None else condition.from_day
    last = float("inf") if condition.through_day is None else condition.through_day
    return any(first <= found <= last for found in days) == condition.happened


@answer.register
def _(condition: CenterIn, exam: PlainExam, center_ids: Mapping[str, str]) -> Truth:
    return exam.row["center"] in {center_ids[code] for code in condition.codes if code in center_ids}


def _compare(found: Any, op: Op, values: tuple[Value, ...]) -> bool:
    if op is Op.IN:
        return found in values
    if op is Op.BETWEEN:
        return bool(values[0] <= found <= values[1])
    return PLAIN[op](found, values[0])


def _is_followed(exam: PlainExam, days: int) -> bool:
    return bool(exam.followup) and (exam.followup["died"] or exam.followup["follow_up_days"] >= days)


def _counts(exams: Sequence[PlainExam]) -> tuple[int, int]:
    return len({exam.row["subject"] for exam in exams}), len(exams)
