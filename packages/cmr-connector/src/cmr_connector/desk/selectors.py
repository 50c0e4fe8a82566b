"""Every read of the desk that the store does not offer: pages of long lists, series of an exam, today's figures."""

import datetime
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cmr_connector.crosswalk import CrosswalkEntry
from cmr_connector.database import Database
from cmr_connector.rows import DeliveryRow, ExamRow, InstanceRow, RefusalRow, ReportRow
from cmr_connector.statements import StatementRow
from cmr_connector.states import DeliveryState, ExamState, InstanceState, ReportState
from cmr_connector.store import Store

PAGE = 50
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a long list.

    Attributes:
        rows: what stands on it.
        number: from 1. total: rows on all pages.
    """

    rows: list[Row]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """One series of an exam on the ledger.

    Attributes:
        number: from 1, in the order of arrival.
        key: keyed hash of its source UID.
        n: instances. n_bytes: received bytes.
        counts: instances by state.
        facts: acquisition facts of one of its instances.
    """

    number: int
    key: str
    n: int
    n_bytes: int
    counts: dict[InstanceState, int]
    facts: dict[str, Any]

    @property
    def n_problems(self) -> int:
        """Instances that are held or rejected."""
        return self.counts.get(InstanceState.HELD, 0) + self.counts.get(InstanceState.REJECTED, 0)


@dataclass(frozen=True, slots=True)
class Problem:
    """Instances of an exam that share state and reason."""

    state: InstanceState
    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits to be sent.

    Attributes:
        n_deliveries, n_instances: how much.
        since: when the oldest was queued. failing: the newest failed attempt, if the last attempts failed.
    """

    n_deliveries: int
    n_instances: int
    since: str | None
    failing: DeliveryRow | None


@dataclass(frozen=True, slots=True)
class ToEnter:
    """An exam whose case report is to be entered or completed; stays inside.

    Attributes:
        entry: whose exam it is.
        state: where the exam stands.
        n_minimum, n_open: items of the short form that are asked, and those of them of which nothing is known; None
            where they were not counted yet.
    """

    entry: CrosswalkEntry
    state: ExamState
    n_minimum: int | None
    n_open: int | None


_TO_ENTER = (
    "FROM exam LEFT JOIN exam_count ON exam_count.exam_id = exam.id WHERE exam.subject IS NOT NULL"
    " AND exam.state <> 'rejected' AND exam.subject NOT IN (SELECT subject FROM withdrawal)"
)
_WITHOUT_REPORT = (
    " AND NOT EXISTS (SELECT 1 FROM case_report WHERE case_report.exam_id = exam.id)"
    " AND NOT EXISTS (SELECT 1 FROM report WHERE report.exam_id = exam.id AND report.state = 'matched')"
)
_WITH_OPEN = " AND exam_count.n_open > 0"


class Selectors:
    """Reads over the connector's database."""

    def __init__(self, database: Database, store: Store) -> None:
        """Read from the desk's connection, and single rows through the store."""
        self._db, self._store = database, store

    def exams(self, state: ExamState | None, text: str, page: int) -> Page[ExamRow]:
        """Exams, newest change first; `text` is an exam number or the beginning of a pseudonym."""
        where, values = ["1 = 1"], list[Any]()
        if state is not None:
            where.append("state = ?")
            values.append(state)
        if text:
            start = text.strip().upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            where.append("(id = ? OR pseudonym LIKE ? ESCAPE '\\' OR subject LIKE ? ESCAPE '\\')")
            values += [
                int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1,
                start,
                start,
            ]
        numbers, total = self._page(
            f"FROM exam WHERE {' AND '.join(where)}", "changed_at DESC, id DESC", values, page
        )
        return Page([self._store.exams.get(number) for number in numbers], page, total)

    def reports(self, state: ReportState, page: int) -> Page[ReportRow]:
        """Reports in one state, newest first."""
        numbers, total = self._page("FROM report WHERE state = ?", "id DESC", [state], page)
        return Page([self._store.reports.get(number) for number in numbers], page, total)

    def statements(self, page: int) -> Page[StatementRow]:
        """Follow-up documents and withdrawals, newest first."""
        numbers, total = self._page("FROM statement WHERE 1 = 1", "id DESC", [], page)
        return Page([self._store.statements.get(number) for number in numbers], page, total)

    def to_enter(self, page: int, *, with_open: bool = False) -> Page[ToEnter]:
        """Exams without a case report, newest first; `with_open`: those whose short form is not complete."""
        where = _TO_ENTER + (_WITH_OPEN if with_open else _WITHOUT_REPORT)
        total = self._db.one(f"SELECT count(*) AS n {where}")["n"]
        columns = "exam.id, exam.state, exam_count.n_minimum, exam_count.n_open"
        sql = f"SELECT {columns} {where} ORDER BY exam.id DESC LIMIT ? OFFSET ?"
        rows = self._db.all(sql, PAGE, (page - 1) * PAGE)
        entries = self._store.crosswalk.entries([row["id"] for row in rows])
        found = [
            ToEnter(entries[row["id"]], ExamState(row["state"]), row["n_minimum"], row["n_open"])
            for row in rows
        ]
        return Page(found, page, total)

    def n_to_enter(self, *, with_open: bool = False) -> int:
        """How many there are."""
        where = _TO_ENTER + (_WITH_OPEN if with_open else _WITHOUT_REPORT)
        return int(self._db.one(f"SELECT count(*) AS n {where}")["n"])

    def next_to_enter(self, exam_id: int) -> int | None:
        """The newest exam without a case report that came before this one, else the newest of all; None for none."""
        rows = self._db.all(
            f"SELECT exam.id {_TO_ENTER}{_WITHOUT_REPORT} AND exam.id <> ?1"
            " ORDER BY exam.id > ?1, exam.id DESC LIMIT 1",
            exam_id,
        )
        return rows[0]["id"] if rows else None

    def report_counts(self) -> dict[ReportState, int]:
        """How many reports stand in each state; every state is present."""
        rows = self._db.all("SELECT state, count(*) AS n FROM report GROUP BY state")
        found = {row["state"]: row["n"] for row in rows}
        return {state: found.get(state, 0) for state in ReportState}

    def refusals(self, page: int) -> Page[RefusalRow]:
        """Files that were no readable image, newest first."""
        total = self.n_refusals()
        rows = self._db.all(
            "SELECT * FROM refusal ORDER BY id DESC LIMIT ? OFFSET ?", PAGE, (page - 1) * PAGE
        )
        return Page([RefusalRow.of(row) for row in rows], page, total)

    def n_refusals(self, since: str = "") -> int:
        """How many files were refused since an instant, or ever."""
        return int(self._db.one("SELECT count(*) AS n FROM refusal WHERE at >= ?", since)["n"])

    def series_of(self, exam_id: int) -> list[SeriesSummary]:
        """The series of an exam, in the order of arrival."""
        rows = self._db.all(
            "SELECT series_hash, state, count(*) AS n, sum(size) AS size, min(id) AS first FROM instance"
            " WHERE exam_id = ? GROUP BY series_hash, state ORDER BY first",
            exam_id,
        )
        by_key: dict[str, list[Any]] = {}
        for row in rows:
            by_key.setdefault(row["series_hash"], []).append(row)
        return [
            SeriesSummary(
                number,
                key,
                sum(row["n"] for row in members),
                sum(row["size"] for row in members),
                {InstanceState(row["state"]): row["n"] for row in members},
                self._facts(exam_id, key),
            )
            for number, (key, members) in enumerate(by_key.items(), 1)
        ]

    def instances(self, exam_id: int, series_key: str, page: int) -> Page[InstanceRow]:
        """Instances of one series, in the order of arrival."""
        where = "FROM instance WHERE exam_id = ? AND series_hash = ?"
        numbers, total = self._page(where, "id", [exam_id, series_key], page)
        return Page([self._store.ledger.get(number) for number in numbers], page, total)

    def problems(self, exam_id: int) -> list[Problem]:
        """Held and rejected instances of an exam, summed up by reason."""
        rows = self._db.all(
            "SELECT state, reason, count(*) AS n FROM instance WHERE exam_id = ? AND state IN (?, ?)"
            " GROUP BY state, reason ORDER BY state, n DESC",
            exam_id,
            InstanceState.HELD,
            InstanceState.REJECTED,
        )
        return [Problem(InstanceState(row["state"]), row["reason"], row["n"]) for row in rows]

    def delivered_since(self, since: str) -> tuple[int, int]:
        """Exams and images of which the registry signed a receipt since an instant."""
        row = self._db.one(
            "SELECT count(DISTINCT exam_id) AS exams, coalesce(sum(n_instances), 0) AS images FROM delivery"
            " WHERE state = ? AND changed_at >= ?",
            DeliveryState.ACCEPTED,
            since,
        )
        return row["exams"], row["images"]

    def queue(self) -> Queue:
        """What waits to be sent."""
        states = (DeliveryState.QUEUED, DeliveryState.SENDING)
        row = self._db.one(
            "SELECT count(*) AS n, coalesce(sum(n_instances), 0) AS images, min(created_at) AS since"
            " FROM delivery WHERE state IN (?, ?)",
            *states,
        )
        failing = [d for d in self._store.outbox.listed(*states, limit=20) if d.attempts and d.cause]
        return Queue(row["n"], row["images"], row["since"], failing[0] if failing else None)

    def _page(self, where: str, order: str, values: list[Any], page: int) -> tuple[list[int], int]:
        # `where` and `order` are constants of this module, never text from outside
        total = self._db.one(f"SELECT count(*) AS n {where}", *values)["n"]
        sql = f"SELECT id {where} ORDER BY {order} LIMIT ? OFFSET ?"
        return [row["id"] for row in self._db.all(sql, *values, PAGE, (page - 1) * PAGE)], total

    def _facts(self, exam_id: int, series_key: str) -> dict[str, Any]:
        row = self._db.first(
            "SELECT facts FROM instance WHERE exam_id = ? AND series_hash = ? AND facts IS NOT NULL LIMIT 1",
            exam_id,
            series_key,
        )
        facts: dict[str, Any] = json.loads(row["facts"]) if row else {}
        return facts


def start_of_today() -> str:
    """Midnight on this machine's clock as the store writes instants (UTC)."""
    midnight = datetime.datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
