"""The deterministic part of the look: what is drawn like writing, and what is drawn in one exact value.

An image from a scanner is blurred by its own resolution and carries noise, so that neighbors are seldom equal.
What a program draws has edges of a pixel or two and one value. Nothing here reads anything.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]

STROKE_PIXELS = 7
"""Strokes are thinner than this: lines of letters up to about 40 pixels high."""

CLEAR_NOISES = 5.0
"""A stroke stands out from what surrounds it by this many standard deviations of the noise."""

_KERNEL = np.ones((STROKE_PIXELS, STROKE_PIXELS), np.uint8)
_JOIN = np.ones((5, 5), np.uint8)
_LEAST_INK, _LEAST_PEAK = 80, 6.0
_LEAST_SIDE, _LEAST_SHARE, _LEAST_CHANGES = 9, 0.2, 6.0


@dataclass(frozen=True, slots=True)
class Strokes:
    """What is drawn thin in an image.

    Attributes:
        bright, dark: pixels of thin lines brighter, darker than what surrounds them.
    """

    bright: Mask
    dark: Mask

    def density(self, where: Mask) -> float:
        """The larger share of thin lines of one kind among the pixels `where`."""
        if not where.any():
            return 0.0
        return float(max(self.bright[where].mean(), self.dark[where].mean()))


def noise_of(image: Array) -> float:
    """Standard deviation of the noise, from differences between neighbors that differ at all; at least 1."""
    steps = np.abs(np.diff(image.astype(np.float32), axis=1))
    steps = steps[steps > 0]
    return max(1.0, 1.4826 * float(np.median(steps)) / float(np.sqrt(2))) if steps.size else 1.0


def strokes_of(image: Array) -> Strokes:
    """Thin lines by the white and the black top-hat transform."""
    values = image.astype(np.float32)
    clear = CLEAR_NOISES * noise_of(image)
    bright = np.asarray(cv2.morphologyEx(values, cv2.MORPH_TOPHAT, _KERNEL)) > clear
    dark = np.asarray(cv2.morphologyEx(values, cv2.MORPH_BLACKHAT, _KERNEL)) > clear
    return Strokes(bright, dark)


def drawn_fields(image: Array, strokes: Strokes) -> list[Box]:
    """Fields of thin lines in one exact value that alternate as bar codes, matrix codes and writing do.

    Returns:
        (row, column, rows, columns) of each. A scale with ticks or a single line is none: it alternates along
        one thin line only.
    """
    lines = image[strokes.bright]
    if lines.size < _LEAST_INK:
        return []
    values, counts = np.unique(lines, return_counts=True)
    usual = max(1.0, float(np.median(counts)))
    found: list[Box] = []
    for value in values[(counts >= _LEAST_INK) & (counts >= _LEAST_PEAK * usual)]:
        found += _fields((image == value), strokes.bright)
    return found


def _fields(ink: Mask, bright: Mask) -> list[Box]:
    joined = np.asarray(cv2.morphologyEx((ink & bright).astype(np.uint8), cv2.MORPH_CLOSE, _JOIN))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found: list[Box] = []
    for number in range(1, count):
        column, row, columns, rows, _ = (int(v) for v in boxes[number])
        window = ink[row : row + rows, column : column + columns]
        if (
            min(rows, columns) >= _LEAST_SIDE
            and window.mean() >= _LEAST_SHARE
            and _changes(window) >= _LEAST_CHANGES
        ):
            found.append((row, column, rows, columns))
    return found


def _changes(window: Mask) -> float:
    """How often ink begins or ends along a typical line of the field, along the way on which it does so more."""
    along, across = (np.count_nonzero(np.diff(window, axis=axis), axis=axis) for axis in (1, 0))
    return float(max(np.median(along), np.median(across)))
