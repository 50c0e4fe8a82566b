"""DuckDB over the Parquet tables of one snapshot: a database in memory with small tables of its own and a view.

    base    one row per exam in the order of the snapshot: by subject, by day (unknown last), by id. `exam_no` and
            `subject_no` count from 0, `m_row` is its row of measurements, `number` its place among the exams of the
            person, `day_gap` the days since the one before; with follow-up, and with one count of series per kind
            and per kind and view (`series_lge`, `series_lge_sax`)
    events  subject_no, kind, day

Of measurements only the columns that a question names are read, from the file.
No file but those of the snapshot can be opened, no extension is loaded that is not built in (stack.md, trap 6), and
the settings are locked.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from cmr_imaging.kinds import SeriesKind, View

MEMORY_LIMIT = "1GB"
THREADS = 2

SETTINGS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET parquet_metadata_cache = true",
    "SET enable_progress_bar = false",
    "SET temp_directory = ''",
)

EXAMS = """
CREATE TABLE exams AS
SELECT (row_number() OVER exams_in_order - 1)::INTEGER AS exam_no,
    (dense_rank() OVER (ORDER BY e.subject) - 1)::INTEGER AS subject_no,
    e.exam, e.subject, e.center, e.day, e.exam_year, e.has_images, m.m_row,
    (row_number() OVER of_person)::INTEGER AS number,
    (e.day - lag(e.day) OVER of_person)::INTEGER AS day_gap,
    coalesce(f.died, false) AS died,
    coalesce(f.follow_up_days, 0) AS follow_up_days,
    coalesce(f."end" <> 'not_watched', false) AS is_watched
FROM read_parquet($exams) e
LEFT JOIN (SELECT exam, file_row_number::INTEGER AS m_row FROM read_parquet($measurements, file_row_number = true)) m
    USING (exam)
LEFT JOIN read_parquet($followup) f USING (exam)
WINDOW exams_in_order AS (ORDER BY e.subject, e.day NULLS LAST, e.exam),
    of_person AS (PARTITION BY e.subject ORDER BY e.day NULLS LAST, e.exam)
"""
PAIRS = "SELECT DISTINCT kind, view FROM read_parquet($series) ORDER BY ALL"
BASE = """
CREATE TABLE base AS
SELECT x.*, s.* EXCLUDE (exam) FROM exams x
LEFT JOIN (SELECT exam, {counts} FROM read_parquet($series) GROUP BY exam) s USING (exam)
ORDER BY exam_no
"""
EVENTS = """
CREATE TABLE events AS
SELECT p.subject_no, e.kind, e.day
FROM read_parquet($events) e JOIN (SELECT DISTINCT subject, subject_no FROM base) p USING (subject)
ORDER BY subject_no
"""

READ = ("exams", "measurements", "followup", "series", "events")
"""Tables that questions read."""
KINDS, VIEWS = frozenset(SeriesKind), frozenset(View)


def open_tables(paths: Mapping[str, Path]) -> duckdb.DuckDBPyConnection:
    """A database over these files; use a cursor of it per thread.

    Args:
        paths: local Parquet file of each table of `READ`.
    """
    connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT, "threads": THREADS})
    folders = sorted({str(path.parent) for path in paths.values()})
    connection.execute("SET allowed_directories = $folders", {"folders": folders})
    for setting in SETTINGS:
        connection.execute(setting)
    files = {name: str(paths[name]) for name in READ}
    connection.execute(EXAMS, {name: files[name] for name in ("exams", "measurements", "followup")})
    series = {"series": files["series"]}
    pairs = connection.execute(PAIRS, series).fetchall()
    connection.execute(BASE.format(counts=_counts(pairs)), series)
    connection.execute("DROP TABLE exams")
    connection.execute(EVENTS, {"events": files["events"]})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def series_column(kind: str, view: str | None) -> str:
    """Name of the column of `base` that counts series of a kind, and of a view where one is named."""
    return f"series_{kind}" if view is None else f"series_{kind}_{view}"


def _counts(pairs: Sequence[tuple[str, str]]) -> str:
    """One counted column per kind, and per kind and view, of those that occur; only words of ours enter the text."""
    ours = [(kind, view) for kind, view in pairs if kind in KINDS and view in VIEWS]
    kinds = sorted({kind for kind, _ in ours})
    counted = "count(*) FILTER ({test})::USMALLINT AS {name}"
    columns = [counted.format(test=f"kind = '{kind}'", name=series_column(kind, None)) for kind in kinds]
    columns += [
        counted.format(test=f"kind = '{kind}' AND view = '{view}'", name=series_column(kind, view))
        for kind, view in ours
    ]
    return ", ".join(["count(*)::USMALLINT AS series_all", *columns])
