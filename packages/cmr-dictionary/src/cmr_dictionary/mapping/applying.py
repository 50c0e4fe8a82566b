"""A row becomes values: each cell is taken, taken with a question, or refused.

What is refused has a code, a sentence and who can mend it; one cell never refuses another.
"""

import datetime
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

from cmr_dictionary.checks import Mender, Problem, Severity, check_values
from cmr_dictionary.dictionary import Dictionary, load
from cmr_dictionary.errors import RejectReason, ValueRejected
from cmr_dictionary.items import Item
from cmr_dictionary.mapping.cells import TICKED, date_of, interval, read_cell, word_meant
from cmr_dictionary.mapping.documents import SAYS_NOTHING, ColumnRule, Key, Mapping, Use
from cmr_dictionary.mapping.tables import Row
from cmr_dictionary.missing import Missing
from cmr_dictionary.values import Value

NO_EXAM_DATE, SHIFTED = "NoExamDate", "Shifted"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about one cell.

    Attributes:
        column: its column; empty where the whole row or a constant is meant.
        item: the item that it goes to; empty where the whole row or a key is meant.
        code: a word of `RejectReason`, `NoExamDate` or `Shifted`.
        sentence: for a person; it never holds the cell.
        who: who can mend it.
    """

    column: str
    item: str
    code: str
    sentence: str
    who: str = Mender.COORDINATOR.value


@dataclass(frozen=True, slots=True)
class RowKeys:
    """Whose row it is; only inside the hospital.

    Attributes:
        accession, patient: as the table writes them, empty where it does not.
        exam_date: None where the table has none, or none that can be read.
        event, repeat: of a REDCap export.
    """

    accession: str = field(default="", repr=False)
    patient: str = field(default="", repr=False)
    exam_date: datetime.date | None = field(default=None, repr=False)
    event: str = ""
    repeat: str = ""


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row as the registry would take it.

    Attributes:
        keys: whose row it is.
        values: value or missing code by item; what has a question is among them.
        questions: what was taken and should be looked at.
        refused: what was not taken.
        is_left_out: the row is of an event that the mapping does not read.
    """

    keys: RowKeys
    values: dict[str, Value | Missing]
    questions: tuple[Said, ...] = ()
    refused: tuple[Said, ...] = ()
    is_left_out: bool = False

    def without_questions(self) -> "RowResult":
        """The same row without the values that have a question."""
        doubtful = {said.item for said in self.questions}
        values = {name: value for name, value in self.values.items() if name not in doubtful}
        return RowResult(self.keys, values, (), (*self.refused, *self.questions), self.is_left_out)


class RowReader:
    """A mapping made ready for many rows."""

    def __init__(self, mapping: Mapping, dictionary: Dictionary | None = None) -> None:
        """Find the items of a mapping that `checked` has passed."""
        self._mapping, self._items = mapping, (dictionary or load()).items
        self._keys = [(rule, Key(rule.target)) for rule in mapping.columns if rule.use is Use.KEY]
        self._plain = [
            (rule, self._items[rule.target])
            for rule in mapping.columns
            if rule.use in (Use.ITEM, Use.INTERVAL)
        ]
        self._boxes: dict[str, list[ColumnRule]] = {}
        for rule in mapping.columns:
            if rule.use is Use.CHECKBOX:
                self._boxes.setdefault(rule.target, []).append(rule)

    def keys(self, cells: MappingOf[str, str]) -> tuple[RowKeys, tuple[Said, ...]]:
        """Whose row it is, and what is wrong with the date where it cannot be read."""
        found = {key: cells.get(rule.column, "") for rule, key in self._keys}
        day = None
        refused: tuple[Said, ...] = ()
        word = found.get(Key.EXAM_DATE, "")
        if word:
            try:
                day = date_of(word, self._mapping.dates)
            except ValueRejected as rejected:
                column = self._mapping.key_column(Key.EXAM_DATE) or ""
                refused = (Said(column, "", rejected.code, str(rejected)),)
        return (
            RowKeys(
                found.get(Key.ACCESSION, ""),
                found.get(Key.PATIENT, ""),
                day,
                found.get(Key.EVENT, ""),
                found.get(Key.REPEAT, ""),
            ),
            refused,
        )

    def read(self, row: Row | MappingOf[str, str], exam_date: datetime.date | None = None) -> RowResult:
        """Read one row.

        Args:
            row: a row of a table, or its cells by column.
            exam_date: date of the exam where the hospital knows it; else the one of the row counts.
        """
        cells = row.cells if isinstance(row, Row) else row
        keys, refused_keys = self.keys(cells)
        if self._mapping.events and keys.event not in self._mapping.events:
            return RowResult(keys, {}, is_left_out=True)
        if isinstance(row, Row) and row.n_extra:
            sentence = "The row has more cells than the header has columns; it may be shifted."
            return RowResult(keys, {}, (), (Said("", "", SHIFTED, sentence),))
        values: dict[str, Value | Missing] = {}
        refused = list(refused_keys)
        origin = exam_date or keys.exam_date
        self._read_constants(values, refused)
        self._read_plain(cells, origin, values, refused)
        for name, rules in self._boxes.items():
            self._read_boxes(self._items[name], rules, cells, values, refused)
        return self._judged(keys, values, refused)

    def _read_constants(self, values: dict[str, Value | Missing], refused: list[Said]) -> None:
        for name, word in self._mapping.constants.items():
            try:
                value = read_cell(self._items[name], word, ColumnRule("", Use.ITEM, name), {}, ".")
            except ValueRejected as rejected:
                refused.append(Said("", name, rejected.code, str(rejected)))
                continue
            if value is not None:
                values[name] = value

    def _read_plain(
        self,
        cells: MappingOf[str, str],
        exam_date: datetime.date | None,
        values: dict[str, Value | Missing],
        refused: list[Said],
    ) -> None:
        for rule, item in self._plain:
            word = cells.get(rule.column, "")
            if not word:
                continue
            try:
                value = self._value(rule, item, word, exam_date)
            except ValueRejected as rejected:
                values.pop(item.name, None)
                refused.append(Said(rule.column, item.name, rejected.code, str(rejected)))
                continue
            except _NoExamDateRejected:
                sentence = "The date of the exam is needed to count the days, and it is not known here."
                refused.append(Said(rule.column, item.name, NO_EXAM_DATE, sentence))
                continue
            if value is not None:
                values[item.name] = value

    def _value(
        self, rule: ColumnRule, item: Item, word: str, exam_date: datetime.date | None
    ) -> Value | Missing | None:
        mapping = self._mapping
        if rule.use is Use.ITEM:
            return read_cell(item, word, rule, mapping.missing, mapping.decimal)
        meant = word_meant(word, rule, mapping.missing)
        if meant == SAYS_NOTHING:
            return None
        if meant in Missing._value2member_map_:
            return Missing(meant)
        day = date_of(meant, mapping.dates)
        if exam_date is None:
            raise _NoExamDateRejected
        return interval(item, day, exam_date)

    def _read_boxes(
        self,
        item: Item,
        rules: list[ColumnRule],
        cells: MappingOf[str, str],
        values: dict[str, Value | Missing],
        refused: list[Said],
    ) -> None:
        """The ticked boxes of one item; boxes that are all empty say nothing."""
        ticked = []
        for rule in rules:
            word = cells.get(rule.column, "").lower()
            if word not in TICKED:
                sentence = "A box is ticked (1, checked) or not (0, unchecked)."
                refused.append(Said(rule.column, item.name, RejectReason.SELECTION.value, sentence))
                return
            if TICKED[word]:
                ticked.append(rule.code)
        answers = [code for code in ticked if code not in Missing._value2member_map_]
        if answers:
            values[item.name] = answers
        elif ticked:
            values[item.name] = Missing(ticked[0])

    def _judged(self, keys: RowKeys, values: dict[str, Value | Missing], refused: list[Said]) -> RowResult:
        """Take out what the dictionary's checks refuse; keep what they question."""
        questions: list[Said] = []
        known = {name: value for name, value in values.items() if not isinstance(value, Missing)}
        for problem in check_values(known):
            if problem.severity is Severity.REJECT:
                values.pop(problem.item, None)
                refused.append(self._said(problem))
            else:
                questions.append(self._said(problem))
        kept = tuple(said for said in questions if said.item in values)
        return RowResult(keys, values, kept, tuple(refused))

    def _said(self, problem: Problem) -> Said:
        columns = [rule.column for rule in self._mapping.columns if rule.target == problem.item]
        column = columns[0] if len(columns) == 1 else ""
        return Said(column, problem.item, problem.code.value, problem.sentence, problem.who.value)


def apply(
    mapping: Mapping, row: Row | MappingOf[str, str], exam_date: datetime.date | None = None
) -> RowResult:
    """Read one row by a mapping; `RowReader` does the same for many."""
    return RowReader(mapping).read(row, exam_date)


class _NoExamDateRejected(Exception):
    """An interval needs the date of the exam."""
