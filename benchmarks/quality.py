"""Data quality at the size of the registry in 2024, 154,458 exams, and at ten times that, on PostgreSQL.

Rows are generated in SQL (`quality_rows`). A sample of exams is checked by the real job, whose rate is reported; what
it wrote is copied in SQL to all other exams, and the real job counts every center's sums. Pages are asked through the
whole server but its socket: middleware, sign-in, doors, queries, templates.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.report import Figure

EXAMS = 154_458
TIMES = (1, 10)
ROOT = Path(__file__).resolve().parents[1]
TIMES_VARIABLE = "CMR_BENCH_TIMES"
"""How many times the size the larger run has; 1 leaves it out."""


def run() -> list[Figure]:
    """p50 and p95 of pages, rates of checks and imports, at both sizes, and how many times longer the larger takes."""
    most = int(os.environ.get(TIMES_VARIABLE, TIMES[-1]))
    sizes = [str(EXAMS * times) for times in TIMES if times <= most]
    command = [
        str(ROOT / "scripts" / "with-postgres"),
        sys.executable,
        "-m",
        "benchmarks.quality_pages",
        *sizes,
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    runs = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    figures = [
        Figure(f"{what}, {found['exams']:,} exams", unit, value, higher_is_better=unit.endswith("/s"))
        for found in runs
        for what, unit, value in found["figures"]
    ]
    return figures + (_growth(*runs) if len(runs) == 2 else [])


def _growth(
    small: dict[str, list[tuple[str, str, float]]], large: dict[str, list[tuple[str, str, float]]]
) -> list[Figure]:
    before = {what: value for what, unit, value in small["figures"] if unit == "ms"}
    return [
        Figure(f"{what}, larger to smaller", "x", value / before[what], higher_is_better=False)
        for what, unit, value in large["figures"]
        if unit == "ms"
    ]
