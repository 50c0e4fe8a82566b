"""Disclosure control: what may be shown of the counts of one question. Plain Python, no database.

The rule is the cell-size policy of the Centers for Medicare & Medicaid Services (resdac.org/node/1506): no count of 1
to 10 persons may be shown, nor anything from which one follows, such as a percentage, a total without its part, or
the difference of two answers. The means are those of the literature on statistical disclosure control: primary and
complementary suppression (`suppression`), unbiased random rounding with fixed draws (`rounding`), bounds on what is
hidden (`ranges`), and control of overlap between questions (`differencing`).

`protect` does four things. It decides which counts are hidden, as if every shown count were known to the unit. It
checks with exact bounds that each hidden count keeps a range of at least ten, and hides all if one does not. It rounds
what is shown, each count by a draw that hangs on the persons counted. And it computes shares and "known for n of N"
from shown numbers alone.

A number is `exact` (a zero in a table in which nothing is hidden), `rounded`, `hidden` (whatever the reason),
`refused` (the question is too close to an earlier one) or `failed` (nothing is known; never a zero). A total of
nobody is hidden like one of ten: whether there is one such person is nobody's business. A drop of nobody in the flow
shows, as the same number twice. That a question is refused tells that it differs from an earlier one by 1 to 10
persons, not by whom; the policy lets nobody and few be told apart, so this is not hidden.
"""

import enum
import itertools
from dataclasses import dataclass, replace

from cmr_registry.cohorts.ranges import is_safe
from cmr_registry.cohorts.raw import RawAnswer, RawCell, RawStep, RawTable
from cmr_registry.cohorts.rounding import round_days, round_sticky
from cmr_registry.cohorts.suppression import Shown, cells_shown, exams_shown, persons_shown

THRESHOLD = 11
"""The smallest count that may be shown; a registry may raise it, never lower it."""


class Kind(enum.StrEnum):
    """What a number is."""

    EXACT = "exact"
    ROUNDED = "rounded"
    HIDDEN = "hidden"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Number:
    """One number of an answer.

    Attributes:
        kind: what it is.
        value: None unless exact or rounded.
    """

    kind: Kind
    value: int | None = None

    def __str__(self) -> str:
        """As it is printed: `1,230`, or the word for why there is none."""
        return self.kind.value if self.value is None else f"{self.value:,}"


HIDDEN, REFUSED, FAILED = Number(Kind.HIDDEN), Number(Kind.REFUSED), Number(Kind.FAILED)
ZERO = Number(Kind.EXACT, 0)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step of the flow: persons and exams that are left, and what it left out since the last shown step."""

    label: str
    persons: Number
    exams: Number
    left_out: Number


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell: how many persons, and their share of the total in whole percent (None where it would tell)."""

    code: str
    label: str
    persons: Number
    percent: int | None
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A breakdown of the total; `known` persons have an answer, None where the table has no cell of the unknown."""

    name: str
    title: str
    cells: tuple[ShownCell, ...]
    known: Number | None
    is_partition: bool


@dataclass(frozen=True, slots=True)
class Protected:
    """What may be shown: the flow, the total, tables of the total, median follow-up in days."""

    steps: tuple[ShownStep, ...]
    persons: Number
    exams: Number
    tables: tuple[ShownTable, ...]
    median_follow_up_days: Number


def protect(raw: RawAnswer, *, secret: bytes, threshold: int = THRESHOLD) -> Protected:
    """What may be shown of an answer.

    Args:
        raw: the counts.
        secret: key of the draws; one for the whole registry, kept.
        threshold: the smallest count that may be shown.

    Raises:
        ValueError: a threshold below 11, no step, a flow that grows, or a table that is not one of the total: a
            programming error, and nothing may be shown.
    """
    _require_sense(raw, threshold)
    persons = persons_shown(raw.steps, threshold)
    exams = exams_shown(raw.steps, persons, threshold)
    masks = _masks(raw, threshold) if persons[-1] else ()
    if not is_safe(raw.steps, persons, exams, masks, threshold):
        persons = exams = (False,) * len(raw.steps)
        masks = ()
    print_ = _Printer(secret)
    steps = _steps(raw.steps, persons, exams, print_)
    tables = tuple(_table(table, mask, steps[-1].persons, print_) for table, mask in masks) or tuple(
        _table(table, (False,) * len(table.cells), HIDDEN, print_) for table in raw.tables
    )
    days = raw.median_follow_up_days
    median = HIDDEN
    if persons[-1] and days is not None and raw.n_watched >= threshold:
        median = Number(Kind.ROUNDED, round_days(days))
    return Protected(steps, steps[-1].persons, steps[-1].exams, tables, median)


def _masks(raw: RawAnswer, threshold: int) -> tuple[tuple[RawTable, Shown], ...]:
    """Which cells are shown; persons that are hidden in one table are hidden in every other one too.

    Tables can count the same persons, as the unknown of an item and its completeness do: shown in one table, they
    would uncover what stands beside them in the other.
    """
    total, hidden = raw.steps[-1], set[bytes]()
    while True:
        tables = tuple(_with_near(table, hidden) for table in raw.tables)
        masks = tuple((table, cells_shown(table, total.persons, threshold)) for table in tables)
        found = {
            cell.mark
            for table, mask in masks
            for cell, is_shown in zip(table.cells, mask, strict=True)
            if cell.persons and not is_shown
        }
        if found <= hidden:
            return masks
        hidden |= found


def _with_near(table: RawTable, hidden: set[bytes]) -> RawTable:
    cells = (replace(cell, is_near=cell.is_near or cell.mark in hidden) for cell in table.cells)
    return replace(table, cells=tuple(cells))


@dataclass(frozen=True, slots=True)
class _Printer:
    """Turns counts that may be shown into numbers."""

    secret: bytes

    def count(self, count: int, mark: bytes, purpose: str = "persons") -> Number:
        if count == 0:
            return ZERO
        shown = round_sticky(count, mark=mark, secret=self.secret, purpose=purpose)
        return Number(Kind.ROUNDED, shown)

    def exams(self, step: RawStep) -> Number:
        """Where each person has one exam left both numbers are one, and are printed alike."""
        return self.count(step.exams, step.mark, "persons" if step.exams == step.persons else "exams")


def _require_sense(raw: RawAnswer, threshold: int) -> None:
    if threshold < THRESHOLD:
        raise ValueError("The threshold may be raised, never lowered.")
    if not raw.steps:
        raise ValueError("An answer has at least one step.")
    extra = [step.exams - step.persons for step in raw.steps]
    for before, after in itertools.pairwise(raw.steps):
        if after.persons > before.persons or after.exams - after.persons > before.exams - before.persons:
            raise ValueError("A flow never grows.")
    if raw.steps[-1].persons < 0 or extra[-1] < 0:
        raise ValueError("A count is not negative.")
    for table in raw.tables:
        _require_table(table, raw.steps[-1].persons)


def _require_table(table: RawTable, total: int) -> None:
    counts = [cell.persons for cell in table.cells]
    unknown = [cell.persons for cell in table.cells if cell.is_unknown]
    known = total - sum(unknown)
    if len(unknown) > 1 or min(counts, default=0) < 0:
        raise ValueError("A table has one unknown cell at most, and no negative one.")
    if table.is_partition and sum(counts) != total:
        raise ValueError("A partition adds up to the total.")
    answers = [cell.persons for cell in table.cells if not cell.is_unknown]
    if not table.is_partition and not max(answers, default=0) <= known <= sum(answers):
        raise ValueError("Who is known has at least one answer.")


def _steps(
    steps: tuple[RawStep, ...], persons: Shown, exams: Shown, print_: _Printer
) -> tuple[ShownStep, ...]:
    shown: list[ShownStep] = []
    before: Number | None = None
    for step, has_persons, has_exams in zip(steps, persons, exams, strict=True):
        number = print_.count(step.persons, step.mark) if has_persons else HIDDEN
        exam_number = print_.exams(step) if has_exams else HIDDEN
        left_out = ZERO if before is None else _between(before, number)
        shown.append(ShownStep(step.label, number, exam_number, left_out))
        before = number if has_persons or before is None else before
    return tuple(shown)


def _between(before: Number, after: Number) -> Number:
    """What was left out since the last shown step, from the two printed numbers."""
    if before.value is None or after.value is None:
        return HIDDEN
    difference = max(0, before.value - after.value)
    return Number(Kind.ROUNDED, difference)


def _table(table: RawTable, mask: Shown, total: Number, print_: _Printer) -> ShownTable:
    cells = tuple(_cell(cell, shown, total, print_) for cell, shown in zip(table.cells, mask, strict=True))
    known = next((_known(total, cell.persons) for cell in cells if cell.is_unknown), None)
    answers = [cell.persons for cell in cells if not cell.is_unknown]
    if known is not None and table.is_partition and len(answers) == 1:
        known = answers[0]
    return ShownTable(table.name, table.title, cells, known, table.is_partition)


def _known(total: Number, unknown: Number) -> Number:
    """How many have an answer, from the two printed numbers."""
    if total.value is None or unknown.value is None:
        return HIDDEN
    return Number(Kind.ROUNDED, max(0, total.value - unknown.value))


def _cell(cell: RawCell, is_shown: bool, total: Number, print_: _Printer) -> ShownCell:
    number = print_.count(cell.persons, cell.mark) if is_shown else HIDDEN
    percent = None
    if number.value is not None and total.value:
        percent = min(100, round(100 * number.value / total.value))
    return ShownCell(cell.code, cell.label, number, percent, cell.is_unknown)
