"""A row of a table becomes a report, cell by cell; what is not taken is said with its place and its reason."""

import datetime
from dataclasses import dataclass
from typing import Any

from cmr_connector.report_rows import IncomingReport
from cmr_connector.source_header import plausible_date
from cmr_connector.store import Store
from cmr_connector.tables.imports import RowDone
from cmr_connector.tables.matching import Fit, Match
from cmr_connector.tables.states import Outcome
from cmr_dictionary import Missing, Value
from cmr_dictionary.mapping import Key, Mapping, Row, RowKeys, RowReader, RowResult, Said, Use
from cmr_exchange.manifest import MissingCode, ReportValue, ValueSource

_WHO = "the center's coordinator"
_NO_MATCH = {
    Fit.NO_KEY: ("NoKey", "The row names neither an accession number nor a patient."),
    Fit.AMBIGUOUS: ("Ambiguous", "More than one exam here fits the row. Add the accession number."),
    Fit.OTHER_PATIENT: ("OtherPatient", "The exam with this accession number is another patient's."),
}
_TWICE = ("Twice", "An earlier row of this table is of the same exam and says something else.")
_NO_DAY = ("Type", "The day of the exam cannot be read, so the exam cannot be told.")


@dataclass(frozen=True, slots=True)
class Judged:
    """A row as it would be taken.

    Attributes:
        number: as a spreadsheet numbers it.
        match: its exam.
        result: its values, questions and refusals.
        refusal: why the whole row is refused: code and sentence; None where it is not.
    """

    number: int
    match: Match
    result: RowResult
    refusal: tuple[str, str] | None

    @property
    def outcome(self) -> Outcome:
        """What would become of it."""
        if self.refusal is not None:
            return Outcome.REFUSED
        result = self.result
        if result.is_left_out or not (result.values or result.refused):
            return Outcome.LEFT_OUT
        if not result.values:
            return Outcome.REFUSED
        if result.refused:
            return Outcome.PARTLY
        return Outcome.QUESTIONED if result.questions else Outcome.TAKEN

    def said(self, places: dict[str, int]) -> list[dict[str, Any]]:
        """What is said of it, by place of the column; 0 is the row."""
        found = []
        if self.refusal is not None:
            code, sentence = self.refusal
            found.append(_said(Said("", "", code, sentence, _WHO), places, is_refused=True))
        found += [_said(one, places, is_refused=True) for one in self.result.refused]
        return found + [_said(one, places, is_refused=False) for one in self.result.questions]


class RowTaker:
    """Takes rows in by one mapping."""

    def __init__(self, store: Store, mapping: Mapping, *, with_questions: bool = True) -> None:
        """Make the mapping ready."""
        self._store, self._mapping = store, mapping
        self._reader = RowReader(mapping)
        self._with_questions = with_questions
        self._needs_day = any(rule.use is Use.INTERVAL for rule in mapping.columns)
        self._day_column = mapping.key_column(Key.EXAM_DATE)
        self.places = {rule.column: place for place, rule in enumerate(mapping.columns, 1)}

    def judge(self, row: Row) -> Judged:
        """Look at a row; nothing is stored."""
        keys, _ = self._reader.keys(row.cells)
        match = self._store.matcher.find(keys)
        result = self._reader.read(row, self.exam_date(match))
        if not self._with_questions:
            result = result.without_questions()
        refusal = _NO_MATCH.get(match.fit)
        if (
            self._day_column
            and row.cells.get(self._day_column)
            and keys.exam_date is None
            and not keys.accession
        ):
            refusal = _NO_DAY
        return Judged(row.number, match, result, None if result.is_left_out else refusal)

    def take(self, row: Row, import_id: int) -> RowDone:
        """Take a row in: a report that waits for its exam, or a refusal."""
        judged = self.judge(row)
        report_id, row_key, is_new = None, None, False
        if judged.outcome in (Outcome.TAKEN, Outcome.QUESTIONED, Outcome.PARTLY):
            row_key = self._store.matcher.row_key(self._mapping.id, judged.result.keys)
            incoming = _incoming(judged)
            reports = self._store.reports
            if self._store.tables.has_key(import_id, row_key) and not reports.is_newest(incoming, row_key):
                judged = Judged(row.number, judged.match, _nothing(judged.result.keys), _TWICE)
                row_key = None
            else:
                report_id, is_new = reports.replace(incoming, row_key)
        result = judged.result
        is_taken = report_id is not None
        return RowDone(
            row.number,
            judged.outcome,
            report_id,
            row_key,
            is_new,
            len(result.values) if is_taken else 0,
            len(result.questions) if is_taken else 0,
            len(result.refused) + (judged.refusal is not None),
            judged.said(self.places),
        )

    def exam_date(self, match: Match) -> datetime.date | None:
        """The day of a row's exam as its images state it, where the mapping counts days."""
        if not self._needs_day or match.exam_id is None:
            return None
        written = self._store.crosswalk.entry(match.exam_id).study.study_date
        return plausible_date(written, datetime.datetime.now(datetime.UTC).date())


def _incoming(judged: Judged) -> IncomingReport:
    match, result = judged.match, judged.result
    problems = [
        {"item": said.item or "?", "code": said.code, "sentence": said.sentence} for said in result.refused
    ]
    return IncomingReport(
        ValueSource.TABLE.value,
        match.accession_hash,
        match.patient_id_hash,
        {name: _document(value) for name, value in result.values.items()},
        problems,
        match.date_hash,
    )


def _document(value: Value | Missing) -> dict[str, Any]:
    if isinstance(value, Missing):
        return ReportValue(ValueSource.TABLE, missing=MissingCode(value.value)).to_document()
    return ReportValue(ValueSource.TABLE, value).to_document()


def _nothing(keys: RowKeys) -> RowResult:
    return RowResult(keys, {})


def _said(one: Said, places: dict[str, int], *, is_refused: bool) -> dict[str, Any]:
    return {
        "place": places.get(one.column, 0),
        "item": one.item,
        "code": one.code,
        "sentence": one.sentence,
        "who": one.who,
        "is_refused": is_refused,
    }
