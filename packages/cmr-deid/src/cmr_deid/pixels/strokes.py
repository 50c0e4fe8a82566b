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
_LEAST_INK, _LEAST_PEAK, _FEW_VALUES = 80, 6.0, 8
_LEAST_REPEATED, _REPEATED, _NEAR, _THIN = 8, 3.5, 6, 0.5
_LEAST_VALUES = 32
_LEAST_TOGETHER, _LEAST_PIECES, _LONGER_THAN_LETTER = 4, 2, 18
_SCALE_SHAPE, _SCALE_SPINE = 3.0, 0.6
_TOGETHER = np.ones((7, 11), np.uint8)
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
    # of few values each may be drawn: nothing says what is usual
    usual = float(np.median(counts)) if counts.size > _FEW_VALUES else 1.0
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


def inked_places(image: Array, strokes: Strokes) -> list[Box]:
    """Where thin bright lines in one exact value stand together: letters, of any script.

    One value is exact when it occurs far more often than its neighbors do, which noise never makes it. A value that
    stands in thick places as well is a limit at which an image was cut off. A single letter and the ticks of a
    scale are none; an image of few values has no exact ones.

    Returns:
        (row, column, rows, columns) of each.
    """
    if np.unique(image).size < _LEAST_VALUES:
        return []
    values, counts = np.unique(image[strokes.bright], return_counts=True)
    found: list[Box] = []
    for value, count in zip(values, counts, strict=True):
        if count < _LEAST_REPEATED or count < _THIN * np.count_nonzero(image == value):
            continue
        near = counts[(np.abs(values.astype(np.int64) - int(value)) <= _NEAR) & (values != value)]
        if count >= _REPEATED * (float(near.sum()) / (2 * _NEAR) + 1):
            found += _standing_together((image == value) & strokes.bright)
    return found


def _standing_together(ink: Mask) -> list[Box]:
    joined = np.asarray(cv2.dilate(ink.astype(np.uint8), _TOGETHER))
    count, labels = cv2.connectedComponents(joined, connectivity=8)
    found: list[Box] = []
    for number in range(1, count):
        own = ink & (np.asarray(labels) == number)
        rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
        box = (int(rows[0]), int(columns[0]), int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1)
        if max(box[2:]) >= _LONGER_THAN_LETTER and _is_many_signs(own):
            found.append(box)
    return found


def _is_many_signs(ink: Mask) -> bool:
    """Several pieces, and no scale: a long straight line with ticks."""
    pieces = cv2.connectedComponents(ink.astype(np.uint8), connectivity=8)[0] - 1
    if pieces < _LEAST_PIECES or np.count_nonzero(ink) < _LEAST_TOGETHER:
        return False
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    window = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    narrow, long = sorted(window.shape)
    spine = window.mean(axis=0 if window.shape[0] == long else 1).max()
    return not (long >= _SCALE_SHAPE * narrow and spine >= _SCALE_SPINE)
