"""A table of 100,000 rows and 40 items at the registry's door: screened, checked and taken in on a fresh PostgreSQL.

`CMR_BENCH_ROWS` makes it smaller. Everything runs in one process and one thread, as one worker does it.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Figure

ROOT = Path(__file__).resolve().parent.parent
ROWS = 100_000
ITEMS = 40


def run() -> list[Figure]:
    """Time each step in a child beside a database of its own."""
    rows = int(os.environ.get("CMR_BENCH_ROWS", ROWS))
    with tempfile.TemporaryDirectory(prefix="cmr-bench-") as folder:
        out = Path(folder) / "figures.json"
        command = [
            str(ROOT / "scripts" / "with-postgres"),
            sys.executable,
            "-m",
            "benchmarks.tables",
            str(rows),
            str(out),
        ]
        subprocess.run(command, check=True, cwd=ROOT)
        found = json.loads(out.read_text())
    what = f"table of {rows:,} rows x {ITEMS} items"
    return [
        Figure(f"{what}: screening", "rows/s", rows / found["screened"]),
        Figure(f"{what}: check for the preview", "rows/s", rows / found["checked"]),
        Figure(f"{what}: import", "rows/s", rows / found["imported"]),
        Figure(f"{what}: import, by the worker's own computing time", "rows/s", rows / found["imported_cpu"]),
        Figure(f"{what}: the same values again", "rows/s", rows / found["again"]),
        Figure(f"{what}: peak memory", "MiB", found["peak_mib"], higher_is_better=False),
        Figure(f"{what}: size as CSV", "MiB", found["csv_mib"], higher_is_better=False),
    ]


def _measure(rows: int, out: Path) -> None:
    import benchmarks.registry_models  # noqa: F401 - sets Django up in this child alone
    from benchmarks.tables_steps import steps

    figures: dict[str, float] = {}
    for name, seconds, computing in _timed(steps(rows, ITEMS, figures)):
        figures[name], figures[f"{name}_cpu"] = seconds, computing
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.write_text(json.dumps(figures))


def _timed(steps: Iterator[str]) -> Iterator[tuple[str, float, float]]:
    """Each step with its seconds on the clock, and those that this process computed."""
    begun, computed = time.perf_counter(), time.process_time()
    for name in steps:
        yield name, time.perf_counter() - begun, time.process_time() - computed
        begun, computed = time.perf_counter(), time.process_time()


if __name__ == "__main__":
    _measure(int(sys.argv[1]), Path(sys.argv[2]))
