"""A table of 100,000 rows at the center desk: read, mapped, previewed and taken in on a fresh connector.

`CMR_BENCH_ROWS` makes it smaller. One process and one thread, as the connector does it; nothing is sent.
"""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Figure
from cmr_connector import log
from cmr_connector.store import Store
from cmr_connector.tables.work import TableWork
from cmr_deid.keys import CenterKey
from cmr_dictionary import Item, ItemKind, load

ROWS = 100_000
ITEMS = 40


def run() -> list[Figure]:
    """Time each step; the rows differ by their number alone, so that every one of them is new."""
    rows = int(os.environ.get("CMR_BENCH_ROWS", ROWS))
    data = _table(rows)
    with (
        tempfile.TemporaryDirectory(prefix="cmr-bench-") as folder,
        (Path(folder) / "log").open("w") as lines,
    ):
        log.to_stream(lines)
        store = Store(Path(folder), CenterKey("bench", bytes(32)))
        found = dict(_timed(_steps(TableWork(store, Path(folder)), data)))
        store.close()
        log.to_stream(None)
    what = f"table of {rows:,} rows x {ITEMS} items at the desk"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Figure(f"{what}: read and suggest", "s", found["brought"][0], higher_is_better=False),
        Figure(f"{what}: preview of the first rows", "s", found["previewed"][0], higher_is_better=False),
        Figure(f"{what}: taken in", "rows/s", rows / found["taken"][0]),
        Figure(f"{what}: taken in, by its own computing time", "rows/s", rows / found["taken"][1]),
        Figure(f"{what}: the same table again", "rows/s", rows / found["again"][0]),
        Figure(f"{what}: peak memory of the process", "MiB", peak, higher_is_better=False),
    ]


def _steps(tables: TableWork, data: bytes) -> Iterator[str]:
    number = tables.bring(data, "bench.csv", "bench")
    yield "brought"
    tables.preview(number)
    yield "previewed"
    tables.accept(number, "bench")
    while tables.step():
        pass
    yield "taken"
    tables.accept(tables.bring(data, "bench.csv", "bench"), "bench")
    while tables.step():
        pass
    yield "again"


def _timed(steps: Iterator[str]) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each step with its seconds on the clock, and those that this process computed."""
    begun, computed = time.perf_counter(), time.process_time()
    for name in steps:
        yield name, (time.perf_counter() - begun, time.process_time() - computed)
        begun, computed = time.perf_counter(), time.process_time()


def _table(rows: int) -> bytes:
    kinds = {ItemKind.NUMBER, ItemKind.INTEGER, ItemKind.CODE, ItemKind.YES_NO}
    items = [
        item for item in load().items.values() if item.may_cross and item.kind in kinds and not item.read_only
    ]
    plain = [item for item in items if not item.matrix and item.form not in ("followup", "exam")][:ITEMS]
    cells = ",".join(_cell(item) for item in plain)
    lines = [",".join(["accession_number", "patient_id", *(item.name for item in plain)])]
    lines += [f"A{n},P{n},{cells}" for n in range(rows)]
    return "\n".join(lines).encode()


def _cell(item: Item) -> str:
    if item.code_list:
        return item.code_list[0].code
    if item.kind is ItemKind.YES_NO:
        return "1"
    low = item.soft_min if item.soft_min is not None else item.hard_min or 0.0
    high = item.soft_max if item.soft_max is not None else item.hard_max or 100.0
    return str(int((low + high) / 2))
