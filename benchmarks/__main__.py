"""`make bench [NAME=cohorts|deid|desk-tables|exams|pipeline|pixels|quality|releases|stow|tables]`."""

import sys
from collections.abc import Callable

from benchmarks import cohorts, deid, desk_tables, exams, pipeline, pixels, quality, releases, stow, tables
from benchmarks.report import Figure, show

BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "cohorts": cohorts.run,
    "deid": deid.run,
    "desk-tables": desk_tables.run,
    "exams": exams.run,
    "pipeline": pipeline.run,
    "pixels": pixels.run,
    "quality": quality.run,
    "releases": releases.run,
    "stow": stow.run,
    "tables": tables.run,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"No such benchmark; there are: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    show([figure for name in names or BENCHMARKS for figure in BENCHMARKS[name]()])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
