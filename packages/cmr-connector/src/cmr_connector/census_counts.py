"""Counts of months at this center: what a person typed, and what was counted in the PACS. Numbers only."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from cmr_connector.database import Database, utc_now
from cmr_connector.states import ExamState
from cmr_exchange.census import CensusSource


@dataclass(frozen=True, slots=True)
class KeptCount:
    """One count of one month.

    Attributes:
        month: `2026-10`. source: who counted.
        n_hospital: CMR exams that the hospital made. n_eligible: those that may be delivered.
        account: who typed it, empty where nobody did.
        counted_at: when, UTC.
    """

    month: str
    source: CensusSource
    n_hospital: int
    n_eligible: int
    account: str
    counted_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "KeptCount":
        """From a row of `census`."""
        fields = {name: row[name] for name in cls.__slots__ if name != "source"}
        return cls(source=CensusSource(row["source"]), **fields)


@dataclass(frozen=True, slots=True)
class SeenExam:
    """What became of one exam that came.

    Attributes:
        pseudonym, box: the row of the crosswalk that holds its date.
        is_cmr: it is not known to show something else than a heart.
        is_held, is_refused, is_out, is_delivered: it waits for a person, nothing of it can leave, its patient opted
            out or withdrew, the registry has signed a receipt.
    """

    pseudonym: str
    box: bytes
    is_cmr: bool
    is_held: bool
    is_refused: bool
    is_out: bool
    is_delivered: bool


_OTHER = ("not_a_heart", "not_mr", "sop_class", "secondary_capture")
"""Reasons that say that it is no CMR exam at all."""
_SEEN_SQL = (
    "SELECT exam.pseudonym, exam.box, exam.reason, exam.state,"
    " (exam.reason IS 'opted_out' OR exam.subject IN (SELECT subject FROM withdrawal)) AS is_out,"
    " EXISTS (SELECT 1 FROM delivery WHERE exam_id = exam.id AND state = 'accepted') AS is_delivered FROM exam"
)


class CensusCounts:
    """The table of kept counts; the ledger is counted anew each time."""

    def __init__(self, database: Database) -> None:
        """Share the store's database."""
        self._db = database

    def put(
        self, month: str, source: CensusSource, n_hospital: int, n_eligible: int, account: str = ""
    ) -> None:
        """Keep a count; a former one of this month and source is replaced, one that says the same keeps its time."""
        self._db.execute(
            "INSERT INTO census (month, source, n_hospital, n_eligible, account, counted_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (month, source) DO UPDATE SET"
            " n_hospital = excluded.n_hospital, n_eligible = excluded.n_eligible, account = excluded.account,"
            " counted_at = excluded.counted_at",
            month,
            source,
            n_hospital,
            n_eligible,
            account,
            utc_now(),
        )

    def drop(self, month: str, source: CensusSource) -> None:
        """Forget a count; what else is known of the month counts again."""
        self._db.execute("DELETE FROM census WHERE month = ? AND source = ?", month, source)

    def kept(self) -> dict[tuple[str, CensusSource], KeptCount]:
        """Every kept count by month and source."""
        rows = self._db.all("SELECT * FROM census")
        return {(row["month"], CensusSource(row["source"])): KeptCount.of(row) for row in rows}

    def exams(self) -> Iterator[SeenExam]:
        """Every exam that came."""
        for row in self._db.all(_SEEN_SQL):
            state, is_out = ExamState(row["state"]), bool(row["is_out"])
            yield SeenExam(
                row["pseudonym"],
                row["box"],
                is_cmr=row["reason"] not in _OTHER,
                is_held=state is ExamState.HELD and not is_out,
                is_refused=state is ExamState.REJECTED and not is_out,
                is_out=is_out,
                is_delivered=bool(row["is_delivered"]) and not is_out,
            )

    def is_out(self, exam_id: int) -> bool:
        """Whether the patient of an exam opted out or withdrew."""
        row = self._db.first(
            "SELECT 1 FROM exam WHERE id = ? AND (reason IS 'opted_out'"
            " OR subject IN (SELECT subject FROM withdrawal))",
            exam_id,
        )
        return row is not None
