"""A table of 100,000 rows and 40 items at the registry's door: screened, checked and taken in on a fresh PostgreSQL.

`CMR_BENCH_ROWS` makes it smaller. Everything runs in one process and one thread, as one worker does it.
"""

import json
import os
import subprocess
import sys
import tempfile
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
            "benchmarks.tables_steps",
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
