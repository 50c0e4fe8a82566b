"""RapidOCR (models inside its wheel, no network) as two steps: where could writing be, and what does it say."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr_onnxruntime import RapidOCR

Array = NDArray[Any]
Gray = NDArray[np.uint8]

WANTED_SIDE = 560
"""Images are enlarged up to this shorter side, at most three times: then letters of 8 pixels are found."""

_MOST_ENLARGED = 3
_BORDER = 32
"""Pixels of black around the enlarged image: writing that touches the edge is missed without it."""

_STEP = 32
_LEAST_SCORE = 0.3
_ROWS_READ = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A place where writing may be.

    Attributes:
        corners: four (column, row) in pixels of the image.
        score: how sure the detector is, 0 to 1.
        length, height: longer and shorter side in pixels.
        text: the best reading of several ways to turn it. sureness: of the reading, 0 to 1.
    """

    corners: tuple[tuple[float, float], ...]
    score: float
    length: float
    height: float
    text: str
    sureness: float


class Reader:
    """Finds and reads lines of writing; keep one, its models take a second to load."""

    def __init__(self, threads: int = 1) -> None:
        """Load the models.

        Args:
            threads: how many cores to use.
        """
        self._ocr = RapidOCR(intra_op_num_threads=threads, inter_op_num_threads=1)
        self._ocr.text_det.postprocess_op.box_thresh = _LEAST_SCORE

    def lines(self, image: Gray) -> list[Line]:
        """Lines of writing in an image (rows, columns), 0 to 255."""
        factor = min(max(WANTED_SIDE // min(image.shape), 1), _MOST_ENLARGED)
        large = _enlarged(image, factor)
        shown = (large.astype(np.float32) / 255 - 0.5) / 0.5
        answer = self._ocr.text_det.infer(np.repeat(shown[None, None], 3, axis=1))[0]
        corners, scores = self._ocr.text_det.postprocess_op(answer, large.shape)
        found = zip(corners, scores, strict=True)
        return [
            self._line(large, np.asarray(four, np.float32), float(score), factor) for four, score in found
        ]

    def _line(self, large: Gray, corners: Array, score: float, factor: int) -> Line:
        _, sides, _ = cv2.minAreaRect(corners)
        height, length = sorted(float(side) / factor for side in sides)
        text, sureness = self._read(large, corners)
        places = tuple(((float(x) - _BORDER) / factor, (float(y) - _BORDER) / factor) for x, y in corners)
        return Line(places, score, length, height, text, sureness)

    def _read(self, large: Gray, corners: Array) -> tuple[str, float]:
        ordered = self._ocr.text_det.order_points_clockwise(corners)
        color = cv2.cvtColor(large, cv2.COLOR_GRAY2BGR)
        crop = np.asarray(self._ocr.get_crop_img_list(color, [ordered])[0])
        if min(crop.shape[:2]) < _ROWS_READ:
            return "", 0.0
        # upside down: 270 instead of 90 degrees; the negative: dark letters on bright
        ways = [crop, np.ascontiguousarray(np.rot90(crop, 2)), 255 - crop]
        readings, _ = self._ocr.text_rec(ways)
        text, sureness = max(((str(one[0]), float(one[1])) for one in readings), key=_worth)
        return text, sureness


def _worth(reading: tuple[str, float]) -> float:
    return reading[1] * min(len(reading[0]), 4)


def _enlarged(image: Gray, factor: int) -> Gray:
    """Enlarged, with a black border, and filled up to whole steps of the network."""
    rows, columns = (side * factor for side in image.shape)
    large = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_CUBIC)
    full = np.zeros([-(-(side + 2 * _BORDER) // _STEP) * _STEP for side in (rows, columns)], np.uint8)
    full[_BORDER : _BORDER + rows, _BORDER : _BORDER + columns] = large
    return full
