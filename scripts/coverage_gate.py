"""Fail where coverage falls below the hard stops of the house: 100 % branch in the named places, 95 % elsewhere."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

DISCLOSURE = ("disclosure", "ranges", "raw", "rounding", "suppression", "differencing")
COMPLETE = (
    "cmr_deid/",
    "cmr_exchange/",
    "states.py",
    "accounts/policy.py",
    *(f"cohorts/{name}.py" for name in DISCLOSURE),
)
FLOOR = 95.0
COVERAGE = str(Path(sys.executable).parent / "coverage")


def measure() -> dict[str, tuple[int, int]]:
    """Covered and all lines and branches per source file."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run([COVERAGE, "combine", "-q"], check=False)
        subprocess.run([COVERAGE, "json", "-q", "-o", str(report)], check=True)
        files = json.loads(report.read_text())["files"]
    return {
        name: (
            entry["summary"]["covered_lines"] + entry["summary"]["covered_branches"],
            entry["summary"]["num_statements"] + entry["summary"]["num_branches"],
        )
        for name, entry in files.items()
    }


def share(files: dict[str, tuple[int, int]], belongs: Callable[[str], bool]) -> float:
    """Percentage covered over the files that belong."""
    covered = sum(c for name, (c, _) in files.items() if belongs(name))
    everything = sum(n for name, (_, n) in files.items() if belongs(name))
    return 100.0 * covered / everything if everything else 100.0


def main() -> int:
    """Print what is measured; 1 where a stop is broken."""
    files = measure()
    broken = 0
    for place in COMPLETE:
        missed = [f"{name} ({c}/{n})" for name, (c, n) in sorted(files.items()) if place in name and c < n]
        print(f"{place:26} {share(files, lambda name, place=place: place in name):6.2f} %")
        for line in missed:
            print(f"    not complete: {line}")
        broken += bool(missed)
    rest = share(files, lambda name: not any(place in name for place in COMPLETE))
    print(f"{'everything else':26} {rest:6.2f} %")
    return int(broken > 0 or rest < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
