"""Building a snapshot: rows of persons become Parquet files, files become objects named by their bytes."""

import hashlib
import uuid
from collections.abc import Callable, Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cmr_dictionary import load
from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.censoring import RULE, End, FollowUp, follow_up
from cmr_exchange.release import TABLES
from cmr_registry.cohorts.collecting import ExamFacts, PersonFacts, persons, spool_followup
from cmr_registry.cohorts.parquet import TableWriter, crossing_items, event_items
from cmr_registry.cohorts.reporting import columns_of, event_values, exam_values
from cmr_registry.lib.storage import storage

FORMAT = 1
NOT_WATCHED = FollowUp(0, End.NOT_WATCHED)


def tables_write(folder: Path, centers: Collection[uuid.UUID], alive: Callable[[], None]) -> dict[str, int]:
    """Write all tables into a folder. Runs in the scope of all centers.

    Args:
        folder: an empty one; `<table>.parquet` are written there.
        centers: whose data may be used.
        alive: called between batches; may raise to stop.

    Returns:
        Rows by table.
    """
    spool = folder / "followup.lines"
    spool_followup(spool)
    with ExitStack() as stack:
        writers = {
            table: stack.enter_context(TableWriter(folder / f"{table}.parquet", table)) for table in TABLES
        }
        for batch in persons(centers, spool):
            alive()
            _append(writers, batch)
    spool.unlink()
    return {table: writer.rows for table, writer in writers.items()}


def tables_store(folder: Path, snapshot: uuid.UUID, rows: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Put the written tables into the object store; what returns is durable.

    An object's name ends in its hash, so that a worker that lost its claim cannot change what another one froze.

    Args:
        folder: with `<table>.parquet`.
        snapshot: its id.
        rows: rows by table.

    Returns:
        `Snapshot.tables`.

    Raises:
        StorageError: the store failed.
    """
    tables = {}
    for table in TABLES:
        data = (folder / f"{table}.parquet").read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        name = f"snapshots/{snapshot}/{table.replace('_', '-')}-{digest[:16]}"
        storage().put(name, data)
        tables[table] = {"object": name, "sha256": digest, "rows": rows[table], "size": len(data)}
    return tables


def snapshot_digest(tables: dict[str, dict[str, Any]]) -> str:
    """The fingerprint of a whole snapshot: its tables, the meaning of their items, the censoring rule."""
    dictionary = load()
    document = {
        "format": FORMAT,
        "dictionary": [dictionary.version, dictionary.digest],
        "rule": RULE,
        "tables": {name: [entry["sha256"], entry["rows"]] for name, entry in tables.items()},
    }
    return sha256_hex(canonical_json(document))


def _append(writers: dict[str, TableWriter], batch: list[PersonFacts]) -> None:
    exams = [(person, exam) for person in batch for exam in person.exams]
    writers["subjects"].append_rows([(p.id, p.center, len(p.exams)) for p in batch])
    writers["exams"].append_rows(
        [(e.id, p.id, p.center, e.day, e.exam_year, False, e.has_images) for p, e in exams]
    )
    writers["series"].append_rows(
        [
            (s.id, e.id, p.id, s.kind, s.view, s.n_instances, s.n_phases, s.n_positions, True)
            for p, e in exams
            for s in e.series
        ]
    )
    writers["followup"].append_rows([_follow_up_row(p, e) for p, e in exams])
    writers["vital_status"].append_rows(
        [
            (
                p.id,
                s.source,
                s.from_day,
                s.through_day,
                s.death_day,
                s.death_precision,
                s.cause,
                s.last_alive_day,
            )
            for p in batch
            for s in p.statuses
        ]
    )
    _append_measurements(writers["measurements"], [(p, e) for p, e in exams if e.entries])
    _append_events(writers["events"], batch)


def _append_measurements(writer: TableWriter, exams: list[tuple[PersonFacts, ExamFacts]]) -> None:
    items = crossing_items()
    columns = columns_of((exam_values(exam.entries, items) for _, exam in exams), len(exams), items)
    ids = {"exam": [exam.id for _, exam in exams], "subject": [person.id for person, _ in exams]}
    writer.append({**ids, **columns})


def _append_events(writer: TableWriter, batch: list[PersonFacts]) -> None:
    items = event_items()
    events = sorted(
        ((person.id, event) for person in batch for event in person.events),
        key=lambda row: (row[0], row[1].day, row[1].kind),
    )
    documents = [{name: value.to_document() for name, value in event.values.items()} for _, event in events]
    rows = (
        event_values(event.kind.value, document, items)
        for (_, event), document in zip(events, documents, strict=True)
    )
    fixed: dict[str, list[Any]] = {
        "subject": [subject for subject, _ in events],
        "kind": [event.kind.value for _, event in events],
        "day": [event.day for _, event in events],
        "source": [event.source.value for _, event in events],
        "precision": [event.precision.value for _, event in events],
    }
    writer.append({**fixed, **columns_of(rows, len(events), items)})


def _follow_up_row(person: PersonFacts, exam: ExamFacts) -> tuple[Any, ...]:
    found = NOT_WATCHED if exam.day is None else follow_up(person.statuses, exam.day)
    return (
        person.id,
        exam.id,
        exam.day,
        found.days,
        found.died,
        found.end.value,
        found.source,
        found.cause,
        RULE,
        found.is_conflicting,
    )
