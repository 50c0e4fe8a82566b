"""A few images that stand for all frames of one slice position: what is burned in shows in one of them.

Writing that stands in every frame is static: it is in the mean of the frames, which has less noise, and bright
writing that stands in some of them is in the brightest values over time. Writing in one frame only is in the frame
that has the most thin lines which the other frames do not have.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cmr_deid.pixels.strokes import strokes_of

Array = NDArray[Any]
Gray = NDArray[np.uint8]

_LOW, _HIGH = 0.5, 99.8
_CLIP = 3.0


@dataclass(frozen=True, slots=True)
class Projections:
    """What is looked at instead of all frames.

    Attributes:
        values: images in stored values, on which strokes are measured; the first is the brightest over time.
        grays: the same made visible (0 to 255): what reading looks at. Each names the image of `values` that it
            comes from.
    """

    values: tuple[Array, ...]
    grays: tuple[tuple[Gray, int], ...]


def project(frames: Array) -> Projections:
    """The images that stand for `frames`, shape (frames, rows, columns)."""
    if len(frames) == 1:
        only = frames[0]
        return Projections((only,), ((visible(only), 0), (evened(only), 0)))
    brightest, newest = frames.max(axis=0), frames[most_new_strokes(frames)]
    mean = frames.mean(axis=0, dtype=np.float32)
    shown = ((visible(brightest), 0), (evened(mean), 1), (visible(newest), 2))
    return Projections((brightest, mean, newest), shown)


def visible(image: Array) -> Gray:
    """Stretched to 0..255 between almost the darkest and almost the brightest value."""
    values = image.astype(np.float32)
    low, high = (float(v) for v in np.percentile(values, [_LOW, _HIGH]))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    stretched = (values - low) * (255.0 / max(high - low, 1.0))
    return np.asarray(np.clip(stretched, 0, 255), np.uint8)


def evened(image: Array) -> Gray:
    """With local contrast made equal, so that faint writing shows beside bright tissue."""
    return np.asarray(cv2.createCLAHE(_CLIP, (4, 4)).apply(visible(image)), np.uint8)


def most_new_strokes(frames: Array) -> int:
    """Number of the frame whose thin lines are the least like those of the other frames."""
    usual = strokes_of(np.median(frames, axis=0))
    known = usual.bright | usual.dark
    new = []
    for frame in frames:
        found = strokes_of(frame)
        new.append(_crowded((found.bright | found.dark) & ~known))
    return int(np.argmax(new))


def _crowded(mask: NDArray[np.bool_]) -> float:
    """How full of it the fullest neighborhood is."""
    return float(np.asarray(cv2.blur(mask.astype(np.float32), (15, 15))).max())
