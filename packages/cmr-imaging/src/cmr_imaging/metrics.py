"""Metrics of a series from headers alone (cmr.md section 4): timing, phases, coverage, gap."""

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from cmr_imaging.headers import InstanceHeader
from cmr_imaging.stacks import Stack, stack_of, thickness_of


@dataclass(frozen=True, slots=True)
class SeriesMetrics:
    """What the headers of one series, or of one stack of several series, say about how it was acquired.

    Attributes:
        n_positions, n_phases: size of the grid.
        temporal_resolution_ms: median over positions of the median step of sorted trigger times. The
            RepetitionTime is never used: a Siemens retro-gated cine writes something else there (trap).
        rr_coverage: median over positions of (last - first + step) / NominalInterval; 1 is a whole heartbeat.
        thickness_mm, spacing_mm, gap_mm: through the stack. regular: no distance is off by 0.5 mm or more.
    """

    n_positions: int
    n_phases: int
    temporal_resolution_ms: float | None
    rr_coverage: float | None
    thickness_mm: float | None
    spacing_mm: float | None
    gap_mm: float | None
    regular: bool


def metrics_of(headers: Sequence[InstanceHeader]) -> SeriesMetrics:
    """Measure the largest stack of the headers.

    Raises:
        NoStackError: no image has a position and an orientation.
    """
    stack = stack_of(headers)
    timings = (
        [timing for row in stack.grid if (timing := _timing(headers, row)) is not None] if stack.timed else []
    )
    coverages = [coverage for _, coverage in timings if coverage is not None]
    return SeriesMetrics(
        n_positions=len(stack.positions),
        n_phases=len(stack.phases),
        temporal_resolution_ms=statistics.median(step for step, _ in timings) if timings else None,
        rr_coverage=statistics.median(coverages) if coverages else None,
        thickness_mm=thickness_of(headers[i] for i in _members(stack)),
        spacing_mm=stack.spacing_mm,
        gap_mm=stack.gap_mm,
        regular=stack.regular,
    )


def _members(stack: Stack) -> list[int]:
    return [i for row in stack.grid for i in row if i is not None]


def _timing(
    headers: Sequence[InstanceHeader], row: Sequence[int | None]
) -> tuple[float, float | None] | None:
    """Step in ms and R-R coverage of one position; None for a single phase."""
    times = [t for i in row if i is not None and (t := headers[i].trigger_time_ms) is not None]
    if len(times) < 2:
        return None
    step = statistics.median(b - a for a, b in itertools.pairwise(times))
    intervals = [
        n for i in row if i is not None and (n := headers[i].nominal_interval_ms) is not None and n > 0
    ]
    interval = statistics.median(intervals) if intervals else None
    return step, None if interval is None else (times[-1] - times[0] + step) / interval
