"""The drawings of a report as numbers: one small line per item, the trend, the months. Tables say the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from cmr_registry.quality.reporting import Comparison, ItemLine, MonthLine, TrendLine
from cmr_registry.quality.thresholds import KNOWN_AT_LEAST

SPAN = 160
"""Width of the line of an item: 0 to 100 %."""
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 760, 44, 750, 14, 150


@dataclass(frozen=True, slots=True)
class ItemDrawing:
    """The line of one item: own share, threshold, and the middle half of the centers where it is shown."""

    own: float
    threshold: float
    q1: float | None = None
    median: float | None = None
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One quarter: where it stands, what stands below it, and its color by name."""

    x: float
    y: float
    label: str
    color: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: what the hospital made, and inside it what was delivered."""

    x: float
    y: float
    height: float
    delivered_y: float
    delivered_height: float
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The line of known shares over quarters."""

    points: tuple[Point, ...]
    line: str
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Months:
    """The bars of case completeness."""

    bars: tuple[Bar, ...]
    bar_width: float
    most: int


def item_drawing(line: ItemLine) -> ItemDrawing:
    """The line of one item that exams owe."""
    own = SPAN * line.known.num / line.known.den
    threshold = SPAN * KNOWN_AT_LEAST
    if line.comparison is None:
        return ItemDrawing(round(own, 1), threshold)
    return _with_peers(own, threshold, line.comparison)


def trend_drawing(lines: Sequence[TrendLine]) -> Trend | None:
    """The trend, None where there are fewer than two quarters with shares to show."""
    shown = [line for line in lines if line.known.den]
    if len(shown) < 2:
        return None
    points = tuple(
        Point(
            x=_across(place, len(shown)),
            y=_up(line.known.num / line.known.den),
            label=line.quarter,
            color=line.color.value if line.color else "",
        )
        for place, line in enumerate(shown)
    )
    ticks = tuple((_up(part / 100), f"{part}") for part in (0, 50, 100))
    return Trend(points, " ".join(f"{point.x},{point.y}" for point in points), ticks)


def months_drawing(months: Sequence[MonthLine]) -> Months | None:
    """The bars of the months, None where nothing was made."""
    most = max((max(month.delivered.den, month.delivered.num) for month in months), default=0)
    if not most:
        return None
    width = (RIGHT - LEFT) / len(months)
    bars = tuple(
        Bar(
            x=round(LEFT + place * width + width * 0.15, 1),
            y=_up(month.delivered.den / most),
            height=round(BOTTOM - _up(month.delivered.den / most), 1),
            delivered_y=_up(month.delivered.num / most),
            delivered_height=round(BOTTOM - _up(month.delivered.num / most), 1),
            label=month.month,
        )
        for place, month in enumerate(months)
    )
    return Months(bars, round(width * 0.7, 1), most)


def _with_peers(own: float, threshold: float, comparison: Comparison) -> ItemDrawing:
    q1, median, q3 = (
        SPAN * share.num / share.den for share in (comparison.q1, comparison.median, comparison.q3)
    )
    return ItemDrawing(round(own, 1), threshold, round(q1, 1), round(median, 1), round(max(q3 - q1, 2.0), 1))


def _across(place: int, count: int) -> float:
    return round(LEFT + 20 + place * (RIGHT - LEFT - 40) / (count - 1), 1)


def _up(part: float) -> float:
    return round(BOTTOM - part * (BOTTOM - TOP), 1)
