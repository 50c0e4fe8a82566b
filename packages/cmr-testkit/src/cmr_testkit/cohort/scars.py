"""Which segments enhance late, how far through the wall, in which pattern: by diagnosis (AHA 17 segments)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmr_testkit.cohort.people import DIAGNOSES, INFARCT, People

SEGMENTS = 17
SMALL = (
    (7,), (8,), (13,), (14,), (17,), (7, 13), (8, 14), (13, 17), (1, 7), (2, 8),
    (4,), (10,), (15,), (4, 10), (10, 15), (3, 9), (3, 4), (4, 10, 15),
    (5,), (11,), (16,), (5, 11), (6, 12), (12, 16), (11, 16), (5, 6, 11),
)  # fmt: skip
"""Neighboring segments of one coronary territory: what a small infarct may hold."""
LARGE = (
    (1, 2, 7, 8, 13, 14, 17), (7, 8, 13, 14, 17), (1, 7, 13, 17),
    (3, 4, 9, 10, 15), (3, 4, 9, 10), (4, 10, 15), (5, 6, 11, 12, 16), (5, 11, 16),
)  # fmt: skip
ISCHEMIC, MID_WALL, EPICARDIAL, DIFFUSE = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Other:
    """Enhancement that is no infarct: chance to have it, segments with their own chance, pattern, extents."""

    chance: float
    segments: tuple[int, ...]
    each: float
    pattern: int
    extents: tuple[int, ...]


OTHERS = {
    "4": Other(0.35, (2, 3, 8, 9), 0.7, MID_WALL, (1, 2)),
    "5": Other(0.60, (1, 2, 3, 8, 9), 0.5, MID_WALL, (1, 2)),
    "7": Other(0.85, (4, 5, 6, 10, 11, 12, 16), 0.5, EPICARDIAL, (1, 2)),
    "8": Other(0.95, tuple(range(1, 18)), 0.9, DIFFUSE, (2, 3)),
    "9": Other(0.80, (2, 3, 5, 8, 11), 0.5, MID_WALL, (1, 2, 3)),
    "14": Other(0.15, (3, 9), 0.8, MID_WALL, (1,)),
}


@dataclass(frozen=True, slots=True)
class Scars:
    """(n, 17) extent codes 0..4 and pattern codes (0 where nothing enhances), one row per subject."""

    extent: NDArray[np.int8]
    pattern: NDArray[np.int8]


def draw_scars(rng: np.random.Generator, people: People) -> Scars:
    """Draw segments by diagnosis; a small infarct is subendocardial and holds one to three segments."""
    n = people.subjects
    extent = np.zeros((n, SEGMENTS), np.int8)
    pattern = np.zeros((n, SEGMENTS), np.int8)
    small = people.has_small_infarct
    large = (people.diagnosis == INFARCT) & ~small
    for rows, shapes, shares in ((small, SMALL, (0.7, 0.3, 0, 0)), (large, LARGE, (0.1, 0.25, 0.35, 0.3))):
        chosen = _mask(shapes)[rng.integers(0, len(shapes), int(rows.sum()))]
        grades = rng.choice(np.arange(1, 5), chosen.shape, p=shares)
        extent[rows], pattern[rows] = np.where(chosen, grades, 0), np.where(chosen, ISCHEMIC, 0)
    for code, other in OTHERS.items():
        rows = (people.diagnosis == DIAGNOSES.index(code)) & (rng.random(n) < other.chance)
        size = (int(rows.sum()), SEGMENTS)
        chosen = _mask((other.segments,)) & (rng.random(size) < other.each)
        extent[rows] = np.where(chosen, rng.choice(other.extents, size), 0)
        pattern[rows] = np.where(chosen, other.pattern, 0)
    return Scars(extent, pattern)


def _mask(shapes: tuple[tuple[int, ...], ...]) -> NDArray[np.bool_]:
    mask = np.zeros((len(shapes), SEGMENTS), bool)
    for row, shape in enumerate(shapes):
        mask[row, np.array(shape) - 1] = True
    return mask
