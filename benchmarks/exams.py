"""Making synthetic exams: wall time and memory of the command, as a person runs it."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.report import Figure
from demo.processes import COMMANDS


def run() -> list[Figure]:
    """Time `cmr-testkit exam` per size and vendor, with its peak memory."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="cmr-bench-") as folder:
        for vendor in ("siemens", "ge"):
            for size in ("tiny", "small", "full"):
                seconds, peak, count = _make(Path(folder) / f"{vendor}-{size}", vendor, size)
                what = f"synthetic exam, {vendor}, {size} ({count} instances)"
                figures.append(Figure(what, "s", seconds, higher_is_better=False))
                figures.append(Figure(f"{what}, peak memory", "MiB", peak, higher_is_better=False))
    return figures


def _make(out: Path, vendor: str, size: str) -> tuple[float, float, int]:
    command = [
        str(COMMANDS / "cmr-testkit"),
        "exam",
        str(out),
        "--vendor",
        vendor,
        "--size",
        size,
        "--protocol",
        "basic",
        "--seed",
        "1",
    ]
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"cmr-testkit ended with {child.returncode}")
    return seconds, usage.ru_maxrss / 1024, sum(path.is_file() for path in out.rglob("*"))
