"""What becomes of the rows of a table beside what the registry holds: each value taken, questioned or refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmr_dictionary import load
from cmr_dictionary.checks import Severity, check_values
from cmr_dictionary.errors import RejectReason
from cmr_dictionary.missing import Missing
from cmr_exchange.manifest import ValueSource
from cmr_registry.exams.merging import Brought, Held, HeldExam
from cmr_registry.intake.table_screening import DUPLICATE, CleanRow
from cmr_registry.intake.table_states import RowOutcome

OTHER_SUBJECT, WITHDRAWN, OTHER_VALUE, OTHER_DAY, OTHER_YEAR = (
    "OtherSubject",
    "Withdrawn",
    "OtherValue",
    "OtherDay",
    "OtherYear",
)
SENTENCES = {
    DUPLICATE: "Another row of the table states the same exam; the first one counts.",
    OTHER_SUBJECT: "The registry holds this exam under another subject.",
    WITHDRAWN: "This subject has withdrawn; nothing of it is taken.",
    OTHER_VALUE: "The registry holds another value of this item; taking this one replaces it.",
    OTHER_DAY: "The registry holds another day of this exam; its own stays.",
    OTHER_YEAR: "The registry holds another year of this exam; its own stays.",
    RejectReason.TYPE.value: "The cell is no value of this kind: look at decimal signs, units and comparisons.",
    RejectReason.SELECTION.value: "The cell is no answer of the item's list.",
    RejectReason.RANGE.value: "The number lies outside the limits of the item.",
}
_SOURCE = ValueSource.TABLE.value
SAID, TAKEN, QUESTIONED, REFUSED = range(4)
"""Places of the counts of an item."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said about a cell, or about the row where no item is named; never with a value."""

    item: str
    code: str
    sentence: str
    is_question: bool = False

    def to_document(self) -> list[Any]:
        """As it is stored with the row."""
        return [self.item, self.code, self.sentence, self.is_question]


@dataclass(slots=True)
class JudgedRow:
    """One row beside what the registry holds.

    Attributes:
        row: the row.
        outcome: what becomes of it.
        brought: what it changes; None where it changes nothing.
        n_values: values that are taken or stand already.
        remarks: questions and refusals.
    """

    row: CleanRow
    outcome: RowOutcome = RowOutcome.REFUSED
    brought: Brought | None = None
    n_values: int = 0
    remarks: list[Remark] = field(default_factory=list)


def judge_rows(
    rows: Sequence[CleanRow], held: Held, *, takes_questions: bool
) -> tuple[list[JudgedRow], dict[str, list[int]]]:
    """Judge rows.

    Args:
        rows: rows of one chunk.
        held: what is stored of their subjects and exams.
        takes_questions: a value with a question is taken, else it is left out.

    Returns:
        The judged rows, and counts by item: said, taken, questioned, refused.
    """
    counts: dict[str, list[int]] = {}
    judged = [_judged(row, held, takes_questions, counts) for row in rows]
    return judged, counts


def totals(judged: Sequence[JudgedRow]) -> Counter[str]:
    """Counts of rows and values by the names of `TableImport`'s fields."""
    found: Counter[str] = Counter()
    for one in judged:
        found[f"n_{one.outcome.value}"] += 1
        found["n_values"] += one.n_values
        questions = sum(remark.is_question for remark in one.remarks)
        found["n_questions"] += questions
        found["n_values_refused"] += len(one.remarks) - questions
    return found


def _judged(row: CleanRow, held: Held, takes_questions: bool, counts: dict[str, list[int]]) -> JudgedRow:
    known = held.exams.get(row.exam) or HeldExam()
    judged = JudgedRow(row)
    why = _refusal(row, held, known)
    if why:
        judged.remarks.append(Remark("", why, SENTENCES[why]))
        return judged
    judged.remarks += [Remark(item, code, SENTENCES[code]) for item, code in row.refused]
    entries = known.entries() if known.reports else {}
    remarks = _checked(row, entries)
    remarks += _differing(row, entries, {one.item for one in remarks})
    refused = {one.item for one in remarks if not one.is_question}
    questioned = {one.item for one in remarks if one.is_question} - refused
    left_out = refused if takes_questions else refused | questioned
    new = {
        name: _entry(value)
        for name, value in row.values.items()
        if name not in left_out and not _is_same(entries.get(name), value)
    }
    judged.remarks += remarks + _about_exam(row, known)
    judged.n_values = len(row.values) - len(left_out & row.values.keys())
    if new or known.exam is None:
        judged.brought = Brought(row.subject, row.exam, row.day, row.exam_year, new, known)
    if not row.values or (not judged.n_values and known.exam is None):
        judged.brought = None
    else:
        judged.outcome = _outcome(judged.brought, known)
    _count(row, judged.remarks, left_out, counts)
    return judged


def _refusal(row: CleanRow, held: Held, known: HeldExam) -> str:
    if row.refused and row.refused[0][1] == DUPLICATE:
        return DUPLICATE
    subject = held.subjects.get(row.subject)
    if subject is not None and subject.withdrawn_at is not None:
        return WITHDRAWN
    if known.exam is not None and (subject is None or known.exam.subject_id != subject.pk):
        return OTHER_SUBJECT
    return ""


def _checked(row: CleanRow, entries: Mapping[str, Mapping[str, Any]]) -> list[Remark]:
    """What the dictionary's checks say about the values of the row, together with what is stored."""
    plain: dict[str, object] = {
        name: entry["value"]
        for name, entry in entries.items()
        if "value" in entry and name not in row.values and name in load().items
    }
    plain |= {name: value for name, value in row.values.items() if not isinstance(value, Missing)}
    return [
        Remark(one.item, one.code.value, one.sentence, one.severity is not Severity.REJECT)
        for one in check_values(plain)
        if one.item in row.values
    ]


def _differing(row: CleanRow, entries: Mapping[str, Mapping[str, Any]], questioned: set[str]) -> list[Remark]:
    """Values that would replace others, where no check speaks of them already."""
    return [
        Remark(name, OTHER_VALUE, SENTENCES[OTHER_VALUE], True)
        for name, value in row.values.items()
        if name in entries and name not in questioned and not _is_same(entries[name], value)
    ]


def _about_exam(row: CleanRow, known: HeldExam) -> list[Remark]:
    """Day and year that the registry knows otherwise."""
    exam, found = known.exam, []
    if exam is not None and None not in (row.day, exam.day) and row.day != exam.day:
        found.append(OTHER_DAY)
    if exam is not None and None not in (row.exam_year, exam.exam_year) and row.exam_year != exam.exam_year:
        found.append(OTHER_YEAR)
    return [Remark("", code, SENTENCES[code], True) for code in found]


def _outcome(brought: Brought | None, known: HeldExam) -> RowOutcome:
    if brought is None:
        return RowOutcome.UNCHANGED
    return RowOutcome.NEW if known.exam is None else RowOutcome.CHANGED


def _entry(value: object) -> dict[str, Any]:
    if isinstance(value, Missing):
        return {"source": _SOURCE, "missing": value.value}
    return {"source": _SOURCE, "value": value}


def _is_same(entry: Mapping[str, Any] | None, value: object) -> bool:
    if entry is None:
        return False
    if isinstance(value, Missing):
        return entry.get("missing") == value.value
    return "value" in entry and bool(entry["value"] == value)


def _count(
    row: CleanRow, remarks: Sequence[Remark], left_out: set[str], counts: dict[str, list[int]]
) -> None:
    for name in row.values:
        known = counts.setdefault(name, [0, 0, 0, 0])
        known[SAID] += 1
        known[TAKEN] += name not in left_out
    for remark in remarks:
        if remark.item:
            known = counts.setdefault(remark.item, [0, 0, 0, 0])
            known[SAID] += remark.item not in row.values
            known[QUESTIONED if remark.is_question else REFUSED] += 1
