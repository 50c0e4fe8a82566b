"""How many items of an exam are known from where, and how many a person typed or has still to type.

Counted whenever the values of an exam are put together, so that lists and summaries read one row per exam.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cmr_connector.database import Database
from cmr_connector.merging import Values, plain
from cmr_dictionary import derive, load, not_asked
from cmr_dictionary.case_report import TYPED, entered_items, minimum_items, tally

NO_REPORT = "none"
SOURCES = ("dicom", "center_profile", "report_hl7", "report_csv", "table", "derived", TYPED)
"""Sources as people read them: the image first, the person last."""


@dataclass(frozen=True, slots=True)
class ExamCount:
    """What is known of one exam.

    Attributes:
        came_by: how its report came: sources joined by `+`, `none` without a report.
        n_minimum: items of the short form that are asked or known.
        n_open: those of them of which nothing is known.
        n_known: items of the whole case report of which something is known.
        minimum, whole: source -> items, over the short form and over the whole case report.
    """

    came_by: str
    n_minimum: int
    n_open: int
    n_known: int
    minimum: Mapping[str, int]
    whole: Mapping[str, int]

    @property
    def n_typed(self) -> int:
        """Items of the short form that a person typed."""
        return self.minimum.get(TYPED, 0)

    @property
    def n_by_hand(self) -> int:
        """Items of the short form that no source gives: typed already or still to type."""
        return self.n_typed + self.n_open


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """All exams whose report came in one way.

    Attributes:
        came_by: as `ExamCount.came_by`; empty for all exams together.
        n_exams: how many.
        n_minimum, n_open: items of the short form over all of them.
        minimum: source -> items of the short form.
    """

    came_by: str
    n_exams: int
    n_minimum: int
    n_open: int
    minimum: Mapping[str, int]

    @property
    def n_by_hand(self) -> int:
        """Items of the short form that no source gives, over all exams."""
        return self.minimum.get(TYPED, 0) + self.n_open

    @property
    def by_hand_per_exam(self) -> float:
        """The same per exam."""
        return self.n_by_hand / self.n_exams if self.n_exams else 0.0


def count(values: Values, reports: Iterable[str]) -> ExamCount:
    """Count one exam.

    Args:
        values: everything that is known of it, by item.
        reports: sources of its reports.
    """
    known = plain(values)
    computed = {**derive(known), **known}
    entries = {
        **{
            name: {"source": "derived"} for name in computed if name not in values and name in entered_items()
        },
        **values,
    }
    hidden = not_asked(computed)
    asked = {name: name not in hidden for name in entered_items()}
    short = tally(entries, minimum_items(), asked)
    whole = tally(entries, entered_items(), asked)
    n_known = whole.n_asked - len(whole.open)
    return ExamCount(
        "+".join(sorted(set(reports))) or NO_REPORT,
        short.n_asked,
        len(short.open),
        n_known,
        _with_typed(short.known_from, short.n_typed),
        _with_typed(whole.known_from, whole.n_typed),
    )


def _with_typed(known_from: Mapping[str, int], n_typed: int) -> dict[str, int]:
    return {**known_from, **({TYPED: n_typed} if n_typed else {})}


class ValueCounts:
    """The tables of counts."""

    def __init__(self, database: Database) -> None:
        """Share the store's database."""
        self._db = database

    def put(self, exam_id: int, found: ExamCount) -> None:
        """Keep the counts of an exam."""
        with self._db.transaction():
            self._db.execute("DELETE FROM exam_count WHERE exam_id = ?", exam_id)
            self._db.execute("DELETE FROM exam_source WHERE exam_id = ?", exam_id)
            self._db.execute(
                "INSERT INTO exam_count (exam_id, digest, came_by, n_minimum, n_open, n_known)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                exam_id,
                load().digest,
                found.came_by,
                found.n_minimum,
                found.n_open,
                found.n_known,
            )
            for source, n in found.whole.items():
                self._db.execute(
                    "INSERT INTO exam_source (exam_id, source, n_minimum, n_known) VALUES (?, ?, ?, ?)",
                    exam_id,
                    source,
                    found.minimum.get(source, 0),
                    n,
                )

    def of_exams(self, exam_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Number of asked and of open items of the short form, by exam; exams that were not counted are absent."""
        numbers = list(exam_ids)
        marks = ",".join("?" * len(numbers))
        sql = f"SELECT exam_id, n_minimum, n_open FROM exam_count WHERE exam_id IN ({marks})"  # noqa: S608
        return {row["exam_id"]: (row["n_minimum"], row["n_open"]) for row in self._db.all(sql, *numbers)}

    def uncounted(self, limit: int) -> list[int]:
        """Exams with a subject that this dictionary has not counted yet."""
        rows = self._db.all(
            "SELECT id FROM exam LEFT JOIN exam_count ON exam_id = id WHERE subject IS NOT NULL"
            " AND (digest IS NULL OR digest <> ?) ORDER BY id DESC LIMIT ?",
            load().digest,
            limit,
        )
        return [row["id"] for row in rows]

    def n_open(self) -> int:
        """Exams of which something of the short form is open."""
        return int(self._db.one("SELECT count(*) AS n FROM exam_count WHERE n_open > 0")["n"])

    def summary(self) -> list[SourceSummary]:
        """All counted exams together, and by the way in which their report came."""
        exams = self._db.all(
            "SELECT came_by, count(*) AS n, sum(n_minimum) AS minimum, sum(n_open) AS open FROM exam_count"
            " GROUP BY came_by ORDER BY came_by"
        )
        sources = self._db.all(
            "SELECT came_by, source, sum(exam_source.n_minimum) AS n FROM exam_source"
            " JOIN exam_count USING (exam_id) GROUP BY came_by, source"
        )
        found = []
        for row in exams:
            minimum = {one["source"]: one["n"] for one in sources if one["came_by"] == row["came_by"]}
            found.append(SourceSummary(row["came_by"], row["n"], row["minimum"], row["open"], minimum))
        return [_together(found), *found] if found else []


def _together(found: list[SourceSummary]) -> SourceSummary:
    return SourceSummary(
        "",
        sum(one.n_exams for one in found),
        sum(one.n_minimum for one in found),
        sum(one.n_open for one in found),
        {source: sum(one.minimum.get(source, 0) for one in found) for source in SOURCES},
    )
