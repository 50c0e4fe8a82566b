"""Where centers stand on the map of the world: an equirectangular outline of 720 by 290 units. No database."""

from collections.abc import Iterable
from dataclasses import dataclass

from cmr_registry.centers.models import Center

WIDTH, HEIGHT = 720, 290
UNITS_PER_DEGREE = 2
NORTHERN_EDGE = 85


@dataclass(frozen=True, slots=True)
class Pin:
    """One center on the map: its name and place in units from the upper left corner."""

    label: str
    x: float
    y: float


def pins_of(centers: Iterable[Center]) -> list[Pin]:
    """The centers whose place is known; one south or north of the outline is left to the list beside the map."""
    return [
        Pin(f"{center.name}, {center.city}", *place)
        for center in centers
        if (place := _place(center.latitude, center.longitude)) is not None
    ]


def _place(north: float | None, east: float | None) -> tuple[float, float] | None:
    if north is None or east is None:
        return None
    x, y = (east + 180) * UNITS_PER_DEGREE, (NORTHERN_EDGE - north) * UNITS_PER_DEGREE
    return (round(x, 1), round(y, 1)) if 0 <= x <= WIDTH and 0 <= y <= HEIGHT else None
