"""Slices without writing, of every contrast that the phantom knows; and slices with what only looks like writing."""

import numpy as np
from numpy.typing import NDArray

from cmr_testkit import tissue
from cmr_testkit.burned import ink as inks
from cmr_testkit.heart import Heart, draw_heart_size, systole_for
from cmr_testkit.infarct import draw_infarct
from cmr_testkit.render import Cut, Scene, with_noise
from cmr_testkit.space import Plane, draw_frame, long_axis, orthogonal, short_axis
from cmr_testkit.tissue import Contrast

Words = NDArray[np.uint16]

CONTRASTS: dict[str, Contrast] = {
    name.lower(): value for name, value in vars(tissue).items() if isinstance(value, Contrast)
}
"""Every contrast of the phantom by name."""

TECHNICAL = ("R", "L", "A", "P", "H", "F", "10 cm", "SAT", "W 350 L 200", "Seg 1/4", "TI 300", "BO1", "SP 2")
"""What consoles write that names nobody."""


def clean_slice(seed: int, *, contrast: str, pixels: int = 160, frames: int = 4) -> Words:
    """Frames (frames, pixels, pixels) of one slice of the phantom; plane and heart follow the seed."""
    rng = np.random.default_rng([seed, 0xC1EA])
    infarct = draw_infarct(rng, "lad" if seed % 2 else "none")
    size = draw_heart_size(rng, female=bool(seed % 2), infarct=bool(infarct.segments))
    scene = Scene(
        Heart(size, systole_for(20)), draw_frame(rng), infarct, round(float(rng.uniform(0.95, 1.06)), 3)
    )
    look = CONTRASTS[contrast]
    cut = Cut(scene, _plane(scene, seed, pixels), look)
    shown = [cut.at(number / frames) for number in range(frames)]
    return np.stack([with_noise(one, look.noise, rng, signed=look.signed) for one in shown])


def _plane(scene: Scene, seed: int, pixels: int) -> Plane:
    spacing = (300 + 20 * (seed % 5)) / pixels
    way = seed % 6
    if way < 2:
        return short_axis(scene.frame, 10.0 + 12 * (seed % 4), pixels, spacing, 8.0)
    if way < 4:
        return long_axis(scene.frame, ("4ch", "2ch")[way - 2], 0.0, pixels, spacing, 8.0)
    kind = ("axial", "coronal")[way - 4]
    return orthogonal(kind, scene.frame.at(-8, 0, 30) * np.array([0.4, 0.3, 1.0]), pixels, spacing, 8.0)


def with_look_alikes(frames: Words, seed: int) -> Words:
    """Orientation letters, a ruler, coil labels and saturation bands, as consoles draw them."""
    rng = np.random.default_rng([seed, 0x100C])
    result = frames.copy()
    rows, columns = frames.shape[1:]
    value = int(frames.max())
    middle = ((2, columns // 2), (rows - 16, columns // 2), (rows // 2, 2), (rows // 2, columns - 14))
    for letter, (row, column) in zip(("A", "P", "R", "L"), middle, strict=True):
        _stamp(result, inks.written([letter], 12), row, column, value)
    _stamp(result, inks.ruler(rows // 2, 8), rows // 4, columns - 26, value)
    word = str(rng.choice(TECHNICAL[6:]))
    _stamp(result, inks.written([word], int(rng.integers(10, 14))), rows - 16, 3, value)
    band = slice(rows // 8, rows // 8 + max(3, rows // 24))
    result[:, band, :] //= 4
    return result


def _stamp(frames: Words, ink: inks.Ink, row: int, column: int, value: int) -> None:
    rows, columns = slice(row, row + ink.shape[0]), slice(column, column + ink.shape[1])
    window = frames[:, rows, columns].astype(np.float32)
    share = ink[: window.shape[1], : window.shape[2]]
    frames[:, rows, columns] = np.rint(window + share * (value - window)).astype(np.uint16)
