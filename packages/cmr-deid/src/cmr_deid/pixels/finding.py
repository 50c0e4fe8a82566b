"""Where one slice position seems to carry writing: the detector's lines that hold up, and fields drawn by a program.

The limits were set on generated layouts and on clean images, phantom and real (docs/how-to/burned-in-text.md).
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cmr_deid.pixels.projections import Projections, project
from cmr_deid.pixels.reading_text import Line, Reader
from cmr_deid.pixels.strokes import Box, Strokes, drawn_fields, inked_places, strokes_of
from cmr_deid.pixels.verdict import is_technical

Array = NDArray[Any]

SURE_TECHNICAL = 0.75
"""A reading that is less sure than this is never taken for technical: its true text may be another."""

_SURE_OF_LENGTH = {2: 0.75, 3: 0.6}
_SURE, _SURE_OF_HUGE, _LETTERS_OF_HUGE, _HUGE, _HUGE_PIXELS = 0.5, 0.8, 3, 0.2, 40
_WIDTH_OF_LETTER, _SURE_OF_NARROW = 0.5, 0.8
_LINE_SCORE, _LINE_SHAPE, _LINE_SHARE, _LINE_PIXELS, _LINE_SURE, _LINE_DENSITY = 0.5, 2.2, 0.15, 24, 0.4, 0.3
_CLEAR_SCORE, _CLEAR_SHAPE, _CLEAR_SURE, _CLEAR_DENSITY = 0.7, 3.0, 0.25, 0.4
_SAME_PLACE = 0.5
_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks like writing.

    Attributes:
        kind: `text` was read, `line` looks like a line nobody could read, `field` is drawn like a code, `ink` in one
            exact value like letters.
        box: (row, column, rows, columns) in pixels.
        text: as read; it may name the patient and never leaves the hospital.
        sureness: of the reading, 0 to 1.
        image: which of the projections' `values` shows it.
    """

    kind: str
    box: Box
    text: str
    sureness: float
    image: int


def find(frames: Array, reader: Reader) -> list[Finding]:
    """What looks like writing in the frames (frames, rows, columns) of one slice position."""
    return find_in(project(frames), reader)


def find_in(projections: Projections, reader: Reader) -> list[Finding]:
    """The same, from the images that stand for the frames."""
    strokes = [strokes_of(image) for image in projections.values]
    found: list[Finding] = []
    technical: list[Box] = []
    for gray, number in projections.grays:
        for line in reader.lines(gray):
            box, kind = _box_of(line, gray.shape), judged(line, strokes[number])
            if kind:
                _keep(found, Finding(kind, box, line.text, line.sureness, number))
            if line.sureness >= SURE_TECHNICAL and is_technical(line.text):
                technical.append(box)
    for number, image in enumerate(projections.values):
        for box in drawn_fields(image, strokes[number]):
            _keep(found, Finding("field", box, "", 0.0, number))
        for box in inked_places(image, strokes[number]):
            if all(overlap(box, known) < _SAME_PLACE for known in (*technical, *(one.box for one in found))):
                found.append(Finding("ink", box, "", 0.0, number))
    return found


def judged(line: Line, strokes: Strokes) -> str:
    """`text` where a reading holds up, `line` where only its look does, empty where neither does."""
    rows, columns = strokes.bright.shape
    side = min(rows, columns)
    letters = sum(one.isalnum() for one in line.text)
    huge = line.height > max(_HUGE * side, _HUGE_PIXELS)
    needed = _SURE_OF_HUGE if huge else _SURE_OF_LENGTH.get(letters, _SURE)
    wide = line.length >= _WIDTH_OF_LETTER * letters * line.height or line.sureness >= _SURE_OF_NARROW
    if letters >= (_LETTERS_OF_HUGE if huge else 2) and line.sureness >= needed and wide:
        return "text"
    shape = (
        line.length / max(line.height, 1.0) if line.height <= max(_LINE_SHARE * side, _LINE_PIXELS) else 0.0
    )
    if line.score < _LINE_SCORE or shape < _LINE_SHAPE:
        return ""
    density = strokes.density(_inside(line, (rows, columns)))
    if line.score >= _CLEAR_SCORE and shape >= _CLEAR_SHAPE:
        return "line" if density >= _CLEAR_DENSITY or line.sureness >= _CLEAR_SURE else ""
    return "line" if line.sureness >= _LINE_SURE and density >= _LINE_DENSITY else ""


def _inside(line: Line, shape: tuple[int, int]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(line.corners).astype(np.int32)], (1,))
    return mask.astype(bool)


def _box_of(line: Line, shape: tuple[int, ...]) -> Box:
    columns, rows = zip(*line.corners, strict=True)
    top, left = max(0, int(min(rows)) - _MARGIN), max(0, int(min(columns)) - _MARGIN)
    bottom, right = (
        min(shape[0], int(max(rows)) + _MARGIN + 1),
        min(shape[1], int(max(columns)) + _MARGIN + 1),
    )
    return top, left, max(1, bottom - top), max(1, right - left)


def _keep(found: list[Finding], new: Finding) -> None:
    """Of findings at one place, the reading that is surest; a field that is drawn like a code stays beside it."""
    for number, known in enumerate(found):
        if (known.kind == "field") == (new.kind == "field") and overlap(known.box, new.box) >= _SAME_PLACE:
            if (new.kind == "text", new.sureness) > (known.kind == "text", known.sureness):
                found[number] = new
            return
    found.append(new)


def overlap(one: Box, other: Box) -> float:
    """Share of the smaller box that lies in the other."""
    rows = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    columns = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if rows <= 0 or columns <= 0:
        return 0.0
    return rows * columns / min(one[2] * one[3], other[2] * other[3])
