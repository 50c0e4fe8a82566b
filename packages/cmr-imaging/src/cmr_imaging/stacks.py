"""Position x phase grids: how the images of a series, or of several parallel series, lie in space and time.

Images are sorted by ImagePositionPatient along the normal, then by phase. A phase is ordered by TriggerTime
where that tells the images of one position apart, else by temporal position, else by acquisition time and
instance number (first-pass perfusion repeats one trigger delay for every heartbeat).
"""

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmr_imaging.errors import NoStackError
from cmr_imaging.headers import InstanceHeader
from cmr_imaging.vectors import Vector, dot

PARALLEL = 0.995
"""Least absolute cosine between the normals of one stack: 5.7 degrees, well below any planned angle."""
SAME_POSITION_MM = 0.5
SAME_TRIGGER_MS = 0.5
REGULAR_MM = 0.5
"""Largest deviation of a slice distance from the median in a regular stack (cmr.md section 4)."""
MOST_REPEATS = 3
"""More images than this at one trigger time are a dynamic series, not a repeated breath-hold."""
COMPONENTS = {
    "P": "P",
    "PHASE": "P",
    "VELOCITY": "P",
    "PHASE MAP": "P",
    "V": "P",
    "R": "R",
    "I": "I",
    "PSIR": "PS",
}
"""Words of ImageType that tell magnitude from phase, real, imaginary and phase-sensitive images."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Images ordered by position and phase.

    Attributes:
        normal: unit normal along which positions count.
        positions: mm along the normal, ascending.
        phases: ms after the R wave (median over positions) where `timed`, else 0, 1, 2 ...
        grid: one row per position, one column per phase: index into the headers given, None where missing.
        repeats: indices of images that a later acquisition of the same position and phase replaced.
        left_out: indices without geometry, or of another orientation or image component.
        spacing_mm: median distance between neighbor positions, None for one position.
        gap_mm: spacing minus slice thickness, None where either is unknown.
        regular: no distance deviates 0.5 mm or more from the median; true for one position.
        timed: phases are trigger times.
    """

    normal: Vector
    positions: tuple[float, ...]
    phases: tuple[float, ...]
    grid: tuple[tuple[int | None, ...], ...]
    repeats: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    spacing_mm: float | None = None
    gap_mm: float | None = None
    regular: bool = True
    timed: bool = False


def stack_of(headers: Sequence[InstanceHeader]) -> Stack:
    """The largest stack of one series, or of several parallel series given together.

    Raises:
        NoStackError: no image has a position and an orientation.
    """
    stacks = stacks_of(headers)
    if not stacks:
        raise NoStackError("No image of this series has a position and an orientation.")
    return stacks[0]


def stacks_of(headers: Sequence[InstanceHeader]) -> tuple[Stack, ...]:
    """All stacks, one per orientation and image component, the one with most images first."""
    groups = sorted(_groups(headers), key=lambda group: (-len(group[1]), _order(headers[group[1][0]])))
    return tuple(_stack(headers, normal, members) for normal, members in groups)


def component_of(header: InstanceHeader) -> str:
    """`M` for magnitude and ordinary images, `P`, `R`, `I` or `PS` for the other images of the same slice."""
    return next((COMPONENTS[word] for word in header.image_type[2:] if word in COMPONENTS), "M")


def _order(header: InstanceHeader) -> tuple[float, float, str, str, float]:
    """A total order that does not depend on the order of arrival."""
    return (
        _or_last(header.acquisition_time_s),
        _or_last(header.instance_number),
        header.series_instance_uid,
        header.sop_instance_uid,
        header.frame_number or 0,
    )


def _or_last(value: float | None) -> float:
    return float("inf") if value is None else value


def _groups(headers: Sequence[InstanceHeader]) -> Iterable[tuple[Vector, list[int]]]:
    """Indices by orientation and component; the first image in total order gives the normal its direction."""
    groups: list[tuple[str, Vector, list[int]]] = []
    for index in sorted(range(len(headers)), key=lambda i: _order(headers[i])):
        header = headers[index]
        normal, component = header.normal, component_of(header)
        if normal is None or header.position is None:
            continue
        for known, axis, members in groups:
            if known == component and abs(dot(axis, normal)) >= PARALLEL:
                members.append(index)
                break
        else:
            groups.append((component, normal, [index]))
    return [(normal, members) for _, normal, members in groups]


def _stack(headers: Sequence[InstanceHeader], normal: Vector, members: list[int]) -> Stack:
    heights = {i: dot(p, normal) for i in members if (p := headers[i].position) is not None}
    rows = _clusters(heights)
    dynamic = any(_is_dynamic([headers[i] for i in row]) for row in rows)
    ordered = [_row(headers, row, dynamic) for row in rows]
    width = max(len(row) for row, _ in ordered)
    grid = tuple((*row, *[None] * (width - len(row))) for row, _ in ordered)
    positions = tuple(statistics.fmean(heights[i] for i in row) for row in rows)
    phases = _trigger_phases(headers, grid) if not dynamic else None
    steps = [b - a for a, b in itertools.pairwise(positions)]
    spacing = statistics.median(steps) if steps else None
    thickness = thickness_of(headers[i] for i in members)
    return Stack(
        normal=normal,
        positions=positions,
        phases=tuple(map(float, range(width))) if phases is None else phases,
        grid=grid,
        repeats=tuple(sorted(i for _, repeats in ordered for i in repeats)),
        left_out=tuple(sorted(set(range(len(headers))) - set(members))),
        spacing_mm=spacing,
        gap_mm=None if spacing is None or thickness is None else spacing - thickness,
        regular=spacing is None or max(abs(step - spacing) for step in steps) < REGULAR_MM,
        timed=phases is not None,
    )


def thickness_of(headers: Iterable[InstanceHeader]) -> float | None:
    """Median SliceThickness in mm of the headers that have a positive one."""
    known = [
        h.slice_thickness_mm for h in headers if h.slice_thickness_mm is not None and h.slice_thickness_mm > 0
    ]
    return statistics.median(known) if known else None


def _clusters(heights: dict[int, float]) -> list[list[int]]:
    """Indices grouped by position: a step of more than `SAME_POSITION_MM` starts the next slice."""
    rows: list[list[int]] = []
    last = float("-inf")
    for index in sorted(heights, key=lambda i: heights[i]):
        if heights[index] - last > SAME_POSITION_MM:
            rows.append([])
        rows[-1].append(index)
        last = heights[index]
    return rows


def _trigger_clusters(times: Iterable[float]) -> int:
    ordered = sorted(times)
    steps = itertools.pairwise(ordered)
    return sum(b - a > SAME_TRIGGER_MS for a, b in steps) + bool(ordered)


def _is_dynamic(row: Sequence[InstanceHeader]) -> bool:
    """Many heartbeats at one delay, as in first-pass perfusion, rather than many delays of one heartbeat."""
    triggers = [h.trigger_time_ms for h in row if h.trigger_time_ms is not None]
    if len(row) <= MOST_REPEATS or len(triggers) < len(row):
        return False
    if _trigger_clusters(triggers) * MOST_REPEATS < len(row):
        return True
    clock = [h.acquisition_time_s for h in row if h.acquisition_time_s is not None]
    if len(clock) < len(row) or len(set(clock)) < 0.8 * len(row):
        return False
    return (max(clock) - min(clock)) * 1000 > 5000 + 2 * (max(triggers) - min(triggers))


def _row(headers: Sequence[InstanceHeader], members: list[int], dynamic: bool) -> tuple[list[int], list[int]]:
    """The images of one position in phase order, and those that a later acquisition replaced."""
    kept, repeats = _latest_acquisition(headers, members, dynamic)
    if dynamic or any(headers[i].trigger_time_ms is None for i in kept):
        return _by_temporal_position(headers, kept), repeats
    ordered = sorted(kept, key=lambda i: (headers[i].trigger_time_ms or 0.0, _order(headers[i])))
    row: list[int] = []
    anchor = float("-inf")
    for index in ordered:
        time = headers[index].trigger_time_ms or 0.0
        if row and time - anchor <= SAME_TRIGGER_MS:
            older, newer = sorted((row[-1], index), key=lambda i: _order(headers[i]))
            repeats, row[-1] = [*repeats, older], newer
        else:
            row.append(index)
            anchor = time
    return row, repeats


def _by_temporal_position(headers: Sequence[InstanceHeader], members: list[int]) -> list[int]:
    temporal = [headers[i].temporal_position for i in members]
    if None not in temporal and len(set(temporal)) == len(members):
        return sorted(members, key=lambda i: headers[i].temporal_position or 0)
    return sorted(members, key=lambda i: _order(headers[i]))


def _latest_acquisition(
    headers: Sequence[InstanceHeader], members: list[int], dynamic: bool
) -> tuple[list[int], list[int]]:
    """A breath-hold that was repeated stands as two whole acquisitions at one position: the later is kept.

    Acquisitions are told apart by series and AcquisitionNumber; a group is a whole acquisition when it has at
    least half as many images as the largest and covers the same trigger times, else it is part of one.
    """
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index in members:
        groups[headers[index].series_instance_uid, headers[index].acquisition_number or 0].append(index)
    if dynamic or len(groups) < 2:
        return members, []
    largest = max(len(group) for group in groups.values())
    whole = [group for group in groups.values() if 2 * len(group) >= largest]
    if largest < 2 or len(whole) < 2 or not _overlap(headers, whole):
        return members, []
    newest = max(whole, key=lambda group: max(_order(headers[i]) for i in group))
    kept = set(newest)
    return newest, [i for i in members if i not in kept]


def _overlap(headers: Sequence[InstanceHeader], groups: list[list[int]]) -> bool:
    """Whether all groups run over common trigger times; groups without any count as starting at once."""
    spans = []
    for group in groups:
        times = [t for i in group if (t := headers[i].trigger_time_ms) is not None]
        spans.append((min(times), max(times)) if times else (0.0, 0.0))
    return max(start for start, _ in spans) <= min(end for _, end in spans)


def _trigger_phases(
    headers: Sequence[InstanceHeader], grid: tuple[tuple[int | None, ...], ...]
) -> tuple[float, ...] | None:
    columns = []
    for column in zip(*grid, strict=True):
        times = [t for i in column if i is not None and (t := headers[i].trigger_time_ms) is not None]
        if len(times) < sum(i is not None for i in column):
            return None
        columns.append(statistics.median(times))
    return tuple(columns)
