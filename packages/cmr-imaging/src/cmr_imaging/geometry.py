"""Layer 3: the view of a series from the direction of its planes and from the other series of its exam.

The short axis of the heart is measured from the exam where it can be: the largest set of parallel cine
slices, in one series or one slice per series as Siemens writes them, whose normal points roughly as the long
axis of a human heart does. Long-axis planes stand upright on it (|n_view . n_SAX| = 0.04-0.35, cmr.md)
and are told apart by their rotation about it. Hearts lie turned by up to 40 degrees about their axis, so the
long-axis planes of one exam are fitted together, named planes counting by their name. Without a short-axis
set the average heart serves, with less trust.
"""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmr_imaging.features import CINE_PHASES, Features
from cmr_imaging.kinds import SeriesKind, View
from cmr_imaging.stacks import PARALLEL, SAME_POSITION_MM
from cmr_imaging.vectors import Vector, cross, dot, reject, unit

LONG_AXIS: Vector = (0.57, -0.66, -0.49)
"""From base to apex in LPS: leftward, forward, downward; mean of the measured stacks, GE and Siemens."""
FOUR_CHAMBER_NORMAL: Vector = (0.05, 0.82, -0.57)
ROTATIONS: dict[View, float] = {View.FOUR_CHAMBER: 0.0, View.TWO_CHAMBER: 70.0, View.THREE_CHAMBER: 122.0}
"""Degrees about the long axis from the 4-chamber plane (3-chamber measured, 2-chamber by anatomy)."""
WIDEST_ROTATION = 28.0
WIDEST_TURN = 40
APART_DEG = 20.0
MOST_COST_DEG = 60.0
LEAST_LIKENESS = 0.6
"""A stack whose normal is further from the average long axis is no short-axis stack (an axial one: 0.49)."""
STRONG_POSITIONS = 5
SURE = 0.9
PLAIN_PLANE = 0.97
MOST_PHASES = 60


@dataclass(frozen=True, slots=True)
class ShortAxis:
    """The short axis of one exam.

    Attributes:
        axis: unit normal of the short-axis planes, pointing to the apex.
        n_positions: slices it was measured from; 0 when it is the average heart's.
        turn_deg: how far this heart is turned about its axis from the average heart.
    """

    axis: Vector
    n_positions: int
    turn_deg: float = 0.0

    @property
    def is_sure(self) -> bool:
        """Measured from enough parallel slices to overrule the words of a series."""
        return self.n_positions >= STRONG_POSITIONS


@dataclass(frozen=True, slots=True)
class GeometryReading:
    """What geometry found.

    Attributes:
        view, kind: `unknown` where geometry does not tell.
        rule: name of the rule.
        confidence: 0 to 1.
        rotation_deg: rotation about the short axis from this heart's 4-chamber plane, of a long-axis plane.
    """

    view: View
    kind: SeriesKind
    rule: str
    confidence: float
    rotation_deg: float | None = None


def short_axis_of(candidates: Iterable[Features]) -> ShortAxis:
    """Measure the short axis from the series that could be short-axis cines (other views left out).

    Args:
        candidates: features of series of one exam.
    """
    stacks = [f for f in candidates if f.normal is not None and f.n_orientations == 1 and _is_candidate(f)]
    stacks.sort(key=lambda f: (-len(f.positions), f.normal, f.positions))
    average = unit(LONG_AXIS) or LONG_AXIS
    best = ShortAxis(average, 0)
    for stack in stacks:
        axis = _pointing_to_apex(stack.normal or average)
        count = _slices_along(axis, stacks)
        if count > best.n_positions:
            best = ShortAxis(axis, count)
    return best


def geometry_of(features: Features, short_axis: ShortAxis) -> GeometryReading | None:
    """The view of one series; None where it has several planes, none, or one that fits nothing."""
    normal = features.normal
    if normal is None or features.n_orientations != 1:
        return None
    plain = _plain_plane(normal)
    if plain is not None:
        return GeometryReading(plain, SeriesKind.UNKNOWN, "plain_plane", 0.8)
    if abs(dot(normal, short_axis.axis)) >= (0.9 if short_axis.n_positions > 0 else 0.8):
        return _short_axis_reading(features, short_axis)
    rotation = _long_axis_rotation(features, short_axis)
    return (
        None if rotation is None else _long_axis_reading((rotation - short_axis.turn_deg) % 180.0, short_axis)
    )


def turned(short_axis: ShortAxis, planes: Iterable[tuple[Features, View]]) -> ShortAxis:
    """Fit the turn of this heart to its long-axis planes; it stays 0 where fewer than two differ.

    Args:
        short_axis: the short axis of the exam.
        planes: series of the exam, each with the view that its words name (`unknown` for none).
    """
    found = [
        (rotation, view)
        for features, view in planes
        if view in ROTATIONS or view == View.UNKNOWN
        if (rotation := _long_axis_rotation(features, short_axis)) is not None
    ]
    rotations = [rotation for rotation, _ in found]
    if all(_apart(a, b) < APART_DEG for a in rotations for b in rotations):
        return short_axis
    turns = sorted(range(-WIDEST_TURN, WIDEST_TURN + 1), key=lambda turn: (abs(turn), turn))
    best = min(turns, key=lambda turn: sum(_cost(r - turn, view) for r, view in found) + 0.2 * abs(turn))
    return dataclasses.replace(short_axis, turn_deg=float(best))


def distance_deg(rotation: float, view: View) -> float:
    """Degrees between a measured rotation and that of a view of `ROTATIONS`."""
    return _apart(rotation, ROTATIONS[view])


def _apart(a: float, b: float) -> float:
    turn = abs(a - b) % 180.0
    return min(turn, 180.0 - turn)


def _cost(rotation: float, view: View) -> float:
    """Misfit of one plane: to its named view, else to the nearest; capped, so that one wrong name is outvoted."""
    views = [view] if view in ROTATIONS else list(ROTATIONS)
    return min(MOST_COST_DEG, *(distance_deg(rotation, candidate) for candidate in views))


def _long_axis_rotation(features: Features, short_axis: ShortAxis) -> float | None:
    """Rotation of a plane that stands upright on the short axis; None for any other."""
    normal = features.normal
    if normal is None or features.n_orientations != 1 or _plain_plane(normal) is not None:
        return None
    upright = abs(dot(normal, short_axis.axis)) < _upright_below(short_axis)
    return _rotation(normal, short_axis) if upright else None


def _upright_below(short_axis: ShortAxis) -> float:
    return 0.4 if short_axis.n_positions > 0 else 0.35


def _rotation(normal: Vector, short_axis: ShortAxis) -> float:
    """Degrees from the average 4-chamber normal; a short axis (`LEAST_LIKENESS`) is never parallel to it."""
    first = unit(reject(FOUR_CHAMBER_NORMAL, short_axis.axis)) or FOUR_CHAMBER_NORMAL
    second = cross(short_axis.axis, first)
    return math.degrees(math.atan2(dot(normal, second), dot(normal, first))) % 180.0


def _is_candidate(f: Features) -> bool:
    several_phases = f.is_cine_like or (f.n_phases >= CINE_PHASES and f.n_positions >= STRONG_POSITIONS)
    stack = f.n_positions >= STRONG_POSITIONS and not f.three_dimensional
    return (
        (several_phases or stack)
        and _plain_plane(f.normal or LONG_AXIS) is None
        and abs(dot(f.normal or LONG_AXIS, unit(LONG_AXIS) or LONG_AXIS)) >= LEAST_LIKENESS
    )


def _pointing_to_apex(normal: Vector) -> Vector:
    return normal if dot(normal, LONG_AXIS) >= 0 else (-normal[0], -normal[1], -normal[2])


def _slices_along(axis: Vector, stacks: Sequence[Features]) -> int:
    """Different positions of all parallel stacks along the axis."""
    positions: list[float] = []
    for stack in stacks:
        cosine = dot(stack.normal or axis, axis)
        if abs(cosine) >= PARALLEL:
            positions.extend(math.copysign(1, cosine) * position for position in stack.positions)
    count, last = 0, -math.inf
    for position in sorted(positions):
        if position - last > SAME_POSITION_MM:
            count, last = count + 1, position
    return count


def _plain_plane(normal: Vector) -> View | None:
    planes = zip(normal, (View.SAGITTAL, View.CORONAL, View.AXIAL), strict=True)
    return next((view for part, view in planes if abs(part) >= PLAIN_PLANE), None)


def _short_axis_reading(features: Features, short_axis: ShortAxis) -> GeometryReading:
    own_stack = features.n_positions >= STRONG_POSITIONS
    movie = CINE_PHASES <= features.n_phases <= MOST_PHASES and not features.inversion_times
    plain = not features.vencs and not features.realtime and features.components == {"M"}
    kind = SeriesKind.CINE if own_stack and movie and plain else SeriesKind.UNKNOWN
    if own_stack:
        return GeometryReading(View.SAX, kind, "parallel_slices", 0.95)
    if short_axis.is_sure:
        return GeometryReading(View.SAX, kind, "parallel_to_short_axis", 0.95)
    return GeometryReading(View.SAX, kind, "along_short_axis", 0.7 if short_axis.n_positions > 1 else 0.6)


def _long_axis_reading(rotation: float, short_axis: ShortAxis) -> GeometryReading | None:
    view = min(ROTATIONS, key=lambda candidate: distance_deg(rotation, candidate))
    if distance_deg(rotation, view) > WIDEST_ROTATION:
        return None
    confidence = SURE if short_axis.is_sure else 0.6
    return GeometryReading(view, SeriesKind.UNKNOWN, "rotation_about_short_axis", confidence, rotation)
