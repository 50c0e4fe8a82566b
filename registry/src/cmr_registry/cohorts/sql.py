"""Conditions as SQL for DuckDB: what a person typed travels as a parameter, never as text of the statement.

Names of columns come from the table of columns that the snapshot really has. SQL's own three values are those of the
cohort language (`conditions`): NULL is unanswerable.

Tables: `base b` one row per exam, `m` its case report, `events` (see `duck`).
"""

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from cmr_dictionary import ItemKind
from cmr_exchange.manifest import MissingCode
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
from cmr_registry.cohorts.duck import series_column
from cmr_registry.cohorts.parquet import crossing_items
from cmr_registry.cohorts.query import CohortQuery

COMPARED = {Op.UNEQUAL: "<>"}
EXAM_COLUMNS = {
    ExamFact.YEAR: "b.exam_year",
    ExamFact.NUMBER: "b.number",
    ExamFact.DAY_GAP: "b.day_gap",
    ExamFact.HAS_IMAGES: "b.has_images",
}


@dataclass
class Statement:
    """A statement under construction.

    Attributes:
        columns: columns of `measurements` in this snapshot.
        base: columns of `base`.
        centers: center ids by code.
        values: parameters by name.
        used: columns of `measurements` that the statement reads.
    """

    columns: Collection[str]
    base: Collection[str]
    centers: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def value(self, value: Any) -> str:
        """Bind a value; returns its placeholder."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def column(self, name: str) -> str:
        """The column of an item; NULL where this snapshot has none (the dictionary grew since)."""
        if name not in self.columns:
            return "NULL"
        self.used.add(name)
        return f'm."{name}"'


def levels_of(
    query: CohortQuery,
    measurements: str,
    columns: Collection[str],
    base: Collection[str],
    centers: Mapping[str, str],
) -> tuple[str, dict[str, Any]]:
    """The statement that says how far each exam comes: 0 fails the first step, n passes all.

    Args:
        query: the question.
        measurements: path of the file of measurements.
        columns: columns of `measurements` in this snapshot.
        base: columns of `base`.
        centers: center ids by code.

    Returns:
        Statement with the columns `exam_no` and `level`, and its parameters.
    """
    statement = Statement(columns, base, centers)
    tests = [_failing(statement, step.where, step.include) for step in query.steps]
    if query.min_follow_up_days is not None:
        days = statement.value(query.min_follow_up_days)
        tests.append(f"(b.died OR b.follow_up_days >= {days}) IS NOT TRUE")
    branches = " ".join(f"WHEN {test} THEN {level}" for level, test in enumerate(tests))
    level = f"CASE {branches} ELSE {len(tests)} END" if tests else "0"
    joined = joined_columns(statement.used, statement.value(measurements)) if statement.used else ""
    return f"SELECT b.exam_no, ({level})::UTINYINT AS level FROM base b{joined}", statement.values  # noqa: S608


def joined_columns(columns: Collection[str], measurements: str) -> str:
    """The join that brings columns of measurements beside `base b` as `m`.

    Args:
        columns: names of the table of columns.
        measurements: placeholder of the path of the file.
    """
    names = ", ".join(f'"{name}"' for name in sorted(columns))
    read = f"SELECT file_row_number, {names} FROM read_parquet({measurements}, file_row_number = true)"  # noqa: S608
    return f" LEFT JOIN ({read}) m ON m.file_row_number = b.m_row"


def _failing(statement: Statement, where: Condition, include: bool) -> str:
    return f"({_said(where, statement)}) {'IS NOT TRUE' if include else 'IS TRUE'}"


@functools.singledispatch
def _said(condition: Condition, statement: Statement) -> str:
    raise TypeError(type(condition).__name__)


@_said.register
def _(condition: All, statement: Statement) -> str:
    return " AND ".join(f"({_said(part, statement)})" for part in condition.parts)


@_said.register
def _(condition: AnyOf, statement: Statement) -> str:
    return " OR ".join(f"({_said(part, statement)})" for part in condition.parts)


@_said.register
def _(condition: Not, statement: Statement) -> str:
    return f"NOT ({_said(condition.part, statement)})"


@_said.register
def _(condition: ItemIs, statement: Statement) -> str:
    column = statement.column(condition.item)
    if condition.op is Op.KNOWN:
        return f"{column} IS NOT NULL"
    if condition.op is Op.MISSING:
        return _missing(condition, column, statement)
    if crossing_items()[condition.item].kind is ItemKind.CODES:
        return _several(condition, column, statement)
    return _compared(column, condition.op, condition.values, statement)


@_said.register
def _(condition: ExamIs, statement: Statement) -> str:
    if condition.fact is ExamFact.AGE:
        return _compared(statement.column(AGE_ITEM), condition.op, condition.values, statement)
    return _compared(EXAM_COLUMNS[condition.fact], condition.op, condition.values, statement)


@_said.register
def _(condition: HasSeries, statement: Statement) -> str:
    column = series_column(condition.kind, condition.view)
    if column not in statement.base:
        return "FALSE"
    return f"coalesce(b.{column}, 0) >= {statement.value(condition.at_least)}"


@_said.register
def _(condition: HadEvent, statement: Statement) -> str:
    said = _death(condition, statement) if condition.kind == DEATH else _event(condition, statement)
    return f"CASE WHEN b.day IS NULL THEN NULL ELSE {'' if condition.happened else 'NOT '}({said}) END"


@_said.register
def _(condition: CenterIn, statement: Statement) -> str:
    ids = [statement.centers[code] for code in condition.codes if code in statement.centers]
    return f"b.center IN ({', '.join(statement.value(center) for center in ids)})" if ids else "FALSE"


def _missing(condition: ItemIs, column: str, statement: Statement) -> str:
    if not condition.values:
        return f"{column} IS NULL"
    codes = ", ".join(statement.value(code) for code in condition.values)
    reason = statement.column(condition.item + MISSING_SUFFIX)
    return f"{column} IS NULL AND coalesce({reason}, '{MissingCode.NOT_REPORTED.value}') IN ({codes})"


def _several(condition: ItemIs, column: str, statement: Statement) -> str:
    found = " OR ".join(f"list_contains({column}, {statement.value(code)})" for code in condition.values)
    said = f"NOT ({found})" if condition.op is Op.UNEQUAL else f"({found})"
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE {said} END"


def _compared(column: str, op: Op, values: tuple[Value, ...], statement: Statement) -> str:
    bound = [statement.value(value) for value in values]
    if column == "NULL":
        return "NULL::BOOLEAN"
    if op is Op.BETWEEN:
        return f"{column} BETWEEN {bound[0]} AND {bound[1]}"
    if op is Op.IN:
        return f"{column} IN ({', '.join(bound)})"
    return f"{column} {COMPARED.get(op, op.value)} {bound[0]}"


def _death(condition: HadEvent, statement: Statement) -> str:
    return " AND ".join(["b.died", *_window("b.follow_up_days", condition, statement)])


def _event(condition: HadEvent, statement: Statement) -> str:
    tests = [f"e.kind = {statement.value(condition.kind)}", *_window("(e.day - x.day)", condition, statement)]
    return (
        "b.exam_no IN (SELECT x.exam_no FROM base x JOIN events e USING (subject_no) "  # noqa: S608
        f"WHERE {' AND '.join(tests)})"
    )


def _window(days: str, condition: HadEvent, statement: Statement) -> list[str]:
    tests = []
    if condition.from_day is not None:
        tests.append(f"{days} >= {statement.value(condition.from_day)}")
    if condition.through_day is not None:
        tests.append(f"{days} <= {statement.value(condition.through_day)}")
    return tests
