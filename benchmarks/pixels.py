"""What looking for burned-in text costs: CPU seconds per series and per slice position, on one core."""

import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.report import Figure
from cmr_deid.pixels.reading_text import Reader
from cmr_deid.pixels.series import look
from cmr_testkit.exam import make_exam

_SIZE = "small"


def run() -> list[Figure]:
    """Look at every series of an exam of each of two vendors, Siemens with one slice per series and GE with stacks."""
    reader = Reader(threads=1)
    figures = []
    with tempfile.TemporaryDirectory(prefix="cmr-bench-") as folder:
        for vendor in ("siemens", "ge"):
            exam = make_exam(Path(folder) / vendor, vendor=vendor, size=_SIZE, seed=1)
            by_series: dict[Path, list[bytes]] = defaultdict(list)
            for path in exam.files:
                by_series[path.parent].append(path.read_bytes())
            begun, positions = time.process_time(), 0
            for files in by_series.values():
                positions += look(files, [], reader)["positions"]
            seconds = time.process_time() - begun
            for what, count in (("series", len(by_series)), ("slice position", positions)):
                name = f"text in pixels, {vendor}, per {what}"
                figures.append(Figure(name, "ms", 1000 * seconds / count, higher_is_better=False))
            figures.append(Figure(f"text in pixels, {vendor}", "images/s", len(exam.files) / seconds))
    return figures
