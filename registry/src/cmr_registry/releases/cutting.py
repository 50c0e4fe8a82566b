"""Cutting the tables of a release out of the tables of a snapshot: labels for ids, days from the first exam.

DuckDB reads the snapshot's Parquet files and joins them with the labels; no row passes through Python (3,000 exams
take seconds). Columns and types are those of `cmr_exchange.release.TABLES` and of the snapshot; of the dictionary's
items only those that the application asked for.
"""

import contextlib
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from cmr_dictionary import Item, Transfer
from cmr_exchange.release import MISSING_SUFFIX, TABLES
from cmr_registry.cohorts.conditions import TELLS_CENTER
from cmr_registry.cohorts.parquet import crossing_items, event_items, schema_of
from cmr_registry.releases.labels import Labels
from cmr_registry.releases.landmarks import followup_from_landmark

OLDEST_EXACT = 90
DAYS_PER_YEAR = 365.25
AGE_UNITS = frozenset({"a", "years"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the application asked for, and nothing more is released (minimum necessary).

    Attributes:
        items: names of dictionary items.
        kinds: kinds of series; empty for all.
        follow_up: whether follow-up comes.
        bands_ages: whether the law behind the data demands that nobody can be seen to be 90 or older.
        landmark_days: days after the exam at which follow-up begins; 0 for the exam itself.
    """

    items: frozenset[str]
    kinds: frozenset[str] = frozenset()
    follow_up: bool = True
    bands_ages: bool = False
    landmark_days: int = 0


@dataclass(frozen=True)
class CutTables:
    """The tables of a release and what else follows from them.

    Attributes:
        tables: by name, rows in the order of their labels.
        days: of each exam from the subject's first exam in the release, by registry id; None where unknown.
        images: registry ids of the series whose images come, with the registry id of their exam.
        oldest_age_years: ages from here on stand as one band; None where all are exact.
        landmark_days: days after the exam at which follow-up begins.
    """

    tables: Mapping[str, pa.Table]
    days: Mapping[str, int | None]
    images: tuple[tuple[str, str], ...]
    oldest_age_years: int | None
    landmark_days: int = 0


def cut_tables(paths: Mapping[str, Path], labels: Labels, asked: Asked) -> CutTables:
    """Cut a release.

    Args:
        paths: Parquet file of each table of the snapshot.
        labels: the exams to release and what they are called in it.
        asked: what of them.
    """
    with contextlib.closing(duckdb.connect(config={"threads": "2"})) as connection:
        _prepare(connection, paths, labels, asked)
        oldest = _oldest_exact(connection, asked)
        tables = {name: _table(connection, name, asked, oldest) for name in TABLES}
        days = dict(connection.execute("SELECT exam, day FROM chosen").fetchall())
        images = connection.execute(
            "SELECT series, exam FROM released_series WHERE has_images ORDER BY exam_label, series_label"
        ).fetchall()
    if asked.landmark_days:
        tables["followup"] = followup_from_landmark(
            tables["followup"], tables["vital_status"], asked.landmark_days
        )
    return CutTables(tables, days, tuple(images), oldest, asked.landmark_days)


def item_columns(table: str, items: Collection[str]) -> Iterator[tuple[Item, str]]:
    """The items of a table that were asked for, in the order of the dictionary, each with its column."""
    known = {"measurements": crossing_items, "events": event_items}.get(table)
    for name, item in (known() if known else {}).items():
        if (
            name not in TELLS_CENTER
            and not item.identifier
            and (name in items or (table == "events" and items))
        ):
            yield item, name


def _prepare(
    connection: duckdb.DuckDBPyConnection, paths: Mapping[str, Path], labels: Labels, asked: Asked
) -> None:
    for name in TABLES:
        source = str(paths[name]).replace("'", "''")
        view = f"CREATE VIEW source_{name} AS SELECT * FROM read_parquet('{source}')"  # noqa: S608 - own names
        connection.execute(view)
    connection.register("wanted", labels.table())
    connection.execute("""
        CREATE TABLE chosen AS
        SELECT w.*, e.exam_year, e.day - min(e.day) OVER (PARTITION BY e.subject) AS day,
               min(e.day) OVER (PARTITION BY e.subject) AS base
        FROM source_exams e JOIN wanted w ON w.exam = e.exam""")
    connection.execute("CREATE TABLE people AS SELECT DISTINCT subject, subject_label, base FROM chosen")
    found = connection.execute(
        "SELECT s.series FROM source_series s JOIN chosen c ON c.exam = s.exam"
    ).fetchall()
    ids = [series for (series,) in found]
    named = {"series": ids, "series_label": [labels.identities.series(series) for series in ids]}
    connection.register("series_labels", pa.table({k: pa.array(v, pa.string()) for k, v in named.items()}))
    kinds = sorted(asked.kinds)
    connection.execute(
        """
        CREATE TABLE released_series AS
        SELECT s.* EXCLUDE (subject, has_images), l.series_label, c.exam_label, c.subject_label,
               s.has_images AND c.with_images AS has_images
        FROM source_series s JOIN chosen c ON c.exam = s.exam JOIN series_labels l ON l.series = s.series
        WHERE len($kinds) = 0 OR list_contains($kinds, s.kind)""",
        {"kinds": kinds},
    )


def _oldest_exact(connection: duckdb.DuckDBPyConnection, asked: Asked) -> int | None:
    """90 minus the longest follow-up that anybody can have in this release, in whole years (contract.md)."""
    if not asked.bands_ages:
        return None
    longest = "SELECT max(day) FROM chosen"
    if asked.follow_up:
        longest += """ UNION ALL SELECT max(f.follow_up_days + c.day)
            FROM source_followup f JOIN chosen c ON c.exam = f.exam
            UNION ALL SELECT max(v.through_day - p.base) FROM source_vital_status v JOIN people p USING (subject)
            UNION ALL SELECT max(e.day - p.base) FROM source_events e JOIN people p USING (subject)"""
    statement = f"SELECT max(d) FROM ({longest}) AS l(d)"  # noqa: S608 - the texts above
    ((days,),) = connection.execute(statement).fetchall()
    return OLDEST_EXACT - math.ceil(max(days or 0, 0) / DAYS_PER_YEAR)


_STATEMENTS: Mapping[str, str] = {
    "subjects": """SELECT subject_label AS subject, any_value(center_label) AS center, count(*) AS n_exams
        FROM chosen GROUP BY subject_label""",
    "exams": """SELECT exam_label AS exam, subject_label AS subject, center_label AS center, day, exam_year,
        true AS is_index, exists(FROM released_series s WHERE s.exam = chosen.exam AND s.has_images) AS has_images
        FROM chosen""",
    "series": """SELECT series_label AS series, exam_label AS exam, subject_label AS subject, kind, view,
        n_instances, n_phases, n_positions, has_images FROM released_series""",
    "measurements": """SELECT c.exam_label AS exam, c.subject_label AS subject{items}
        FROM source_measurements t JOIN chosen c ON c.exam = t.exam""",
    "events": """SELECT p.subject_label AS subject, t.kind, t.day - p.base AS day, t.source, t.precision{items}
        FROM source_events t JOIN people p ON p.subject = t.subject WHERE {follow_up}""",
    "followup": """SELECT c.subject_label AS subject, c.exam_label AS exam, c.day AS time_zero_day,
        t.follow_up_days, t.died, t."end", t.source, t.cause, t.rule, t.is_conflicting
        FROM source_followup t JOIN chosen c ON c.exam = t.exam WHERE {follow_up}""",
    "vital_status": """SELECT p.subject_label AS subject, t.source, t.from_day - p.base AS from_day,
        t.through_day - p.base AS through_day, t.death_day - p.base AS death_day, t.death_precision, t.cause,
        t.last_alive_day - p.base AS last_alive_day
        FROM source_vital_status t JOIN people p ON p.subject = t.subject WHERE {follow_up}""",
}


def _table(connection: duckdb.DuckDBPyConnection, name: str, asked: Asked, oldest: int | None) -> pa.Table:
    held = set(connection.sql(f"SELECT * FROM source_{name} LIMIT 0").columns)  # noqa: S608 - own names
    columns = [(item, column) for item, column in item_columns(name, asked.items) if column in held]
    names = [column for _, item in columns for column in (item, item + MISSING_SUFFIX)]
    picked = "".join(
        f', {_value(item, oldest)} AS "{column}", t."{column}{MISSING_SUFFIX}"' for item, column in columns
    )
    follow_up = "true" if asked.follow_up else "false"
    statement = _STATEMENTS[name].format(items=picked, follow_up=follow_up)
    order = ", ".join(f'"{column}"' for column in TABLES[name])
    schema = schema_of(name)
    wanted = pa.schema([schema.field(column) for column in (*TABLES[name], *names)])
    ordered = f"SELECT * FROM ({statement}) ORDER BY {order}"  # noqa: S608 - names of the dictionary and the contract
    found = connection.sql(ordered).to_arrow_table()
    return found.select(wanted.names).cast(wanted)


def _value(item: Item, oldest: int | None) -> str:
    banded = oldest is not None and item.transfer is Transfer.TOP_CODED and item.unit in AGE_UNITS
    return f'least(t."{item.name}", {oldest})' if banded else f't."{item.name}"'
