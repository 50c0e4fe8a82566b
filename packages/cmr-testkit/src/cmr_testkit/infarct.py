"""The infarct: which AHA segments, how deep, and its exact mass.

Segments follow the AHA 17-segment model (CID 3717): thirds of the ventricle from base to apex, 60 degree
sectors above, 90 degree sectors at the apex, segment 17 the tip below the cavity.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmr_testkit.errors import UnknownInfarctError
from cmr_testkit.heart import MYOCARDIUM_G_ML, Beat

Array = NDArray[np.float32]

TERRITORIES: dict[str, tuple[int, ...]] = {
    "none": (),
    "lad": (7, 8, 13, 14, 17),
    "rca": (3, 4, 9, 10),
    "lcx": (5, 6, 11, 12),
}


@dataclass(frozen=True, slots=True)
class Infarct:
    """An infarct from the endocardium outward.

    Attributes:
        segments: AHA segments 1..17 that are involved.
        transmurality: depth as a fraction of the wall, 0..1.
    """

    segments: tuple[int, ...]
    transmurality: float

    @property
    def aha_code(self) -> int:
        """Answer code of `lge_aha_01..17` for an involved segment: 1..4 by quarter of the wall."""
        return min(4, math.ceil(self.transmurality * 4))


def draw_infarct(rng: np.random.Generator, territory: str) -> Infarct:
    """The infarct of a coronary territory with a drawn depth of 0.4..0.95.

    Raises:
        UnknownInfarctError: the territory is not none, lad, rca or lcx.
    """
    if territory not in TERRITORIES:
        raise UnknownInfarctError(f"The infarct territory '{territory}' is none of {', '.join(TERRITORIES)}.")
    return Infarct(TERRITORIES[territory], round(float(rng.uniform(0.4, 0.95)), 2))


def levels(beat: Beat) -> tuple[float, float, float, float]:
    """Z in mm of mitral plane, basal/mid border, mid/apical border and tip of the cavity."""
    base, apex = beat.endo.base_z, beat.endo.apex_z
    third = (apex - base) / 3
    return base, base + third, base + 2 * third, apex


def sector(segment: int) -> tuple[int, float, float]:
    """Level 0..3 of a segment with the center and half width in degrees of its sector.

    Angles run counterclockwise from lateral as the reader sees a short-axis image; anterior is 90.
    """
    if segment <= 12:
        return (segment - 1) // 6, 90 + 60 * ((segment - 1) % 6), 30
    if segment <= 16:
        return 2, 90 + 90 * (segment - 13), 45
    return 3, 0, 180


def infarct_mass_g(beat: Beat, infarct: Infarct) -> float:
    """Mass of the infarct in g, integrated over 0.05 mm steps along the long axis."""
    borders = (*levels(beat), beat.epi.apex_z)
    volume = 0.0
    for segment in infarct.segments:
        level, _, half = sector(segment)
        low, high = borders[level], borders[level + 1]
        steps = max(1, round((high - low) / 0.05))
        z = low + (np.arange(steps) + 0.5) * (high - low) / steps
        inner, outer = beat.endo.radius_at(z), beat.epi.radius_at(z)
        depth = inner + infarct.transmurality * (outer - inner)
        volume += float(np.sum(math.radians(half) * (depth**2 - inner**2)) * (high - low) / steps)
    return volume / 1000 * MYOCARDIUM_G_ML


def infarct_cover(beat: Beat, infarct: Infarct, x: Array, y: Array, z: Array, edge_mm: float) -> Array:
    """How much of each point (heart coordinates, mm) is infarct, 0..1, softened over `edge_mm`."""
    radius = np.hypot(x, y)
    inner = beat.endo.radius_at(z.astype(np.float64)).astype(np.float32)
    outer = beat.epi.radius_at(z.astype(np.float64)).astype(np.float32)
    depth = inner + np.float32(infarct.transmurality) * (outer - inner)
    deep = np.clip((depth - radius) / edge_mm + 0.5, 0, 1)
    angle = np.degrees(np.arctan2(y, x))
    borders = (*levels(beat), beat.epi.apex_z + 5)
    cover = np.zeros_like(radius)
    for segment in infarct.segments:
        level, center, half = sector(segment)
        away = np.abs((angle - center + 180) % 360 - 180)
        along = np.clip(np.radians(half - away) * radius / edge_mm + 0.5, 0, 1) if half < 180 else 1.0
        span = np.clip((z - borders[level]) / edge_mm + 0.5, 0, 1)
        span = span * np.clip((borders[level + 1] - z) / edge_mm + 0.5, 0, 1)
        cover += along * span
    return np.asarray(np.clip(cover, 0, 1) * deep, dtype=np.float32)
