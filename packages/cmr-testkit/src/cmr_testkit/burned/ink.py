"""What is burned in, as a share of ink per pixel (0 to 1): writing in many scripts, bar codes, look-alikes.

Latin, Cyrillic and Arabic letters are drawn from DejaVu Sans where a copy is installed, which matplotlib brings;
Latin letters else from the font inside Pillow. No font with Chinese characters is shipped or asked for: a small set
of them is drawn from its strokes.
"""

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Ink = NDArray[np.float32]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

STROKES: dict[str, tuple[tuple[int, ...], ...]] = {
    "王": ((2, 2, 14, 2), (3, 8, 13, 8), (1, 14, 15, 14), (8, 2, 8, 14)),
    "田": ((2, 2, 14, 2), (2, 2, 2, 14), (14, 2, 14, 14), (2, 14, 14, 14), (8, 2, 8, 14), (2, 8, 14, 8)),
    "中": ((2, 4, 14, 4), (2, 4, 2, 10), (14, 4, 14, 10), (2, 10, 14, 10), (8, 0, 8, 16)),
    "山": ((8, 1, 8, 14), (2, 6, 2, 14), (14, 6, 14, 14), (2, 14, 14, 14)),
    "木": ((1, 5, 15, 5), (8, 0, 8, 16), (8, 5, 2, 13), (8, 5, 14, 13)),
    "本": ((1, 5, 15, 5), (8, 0, 8, 16), (8, 5, 2, 13), (8, 5, 14, 13), (5, 12, 11, 12)),
    "大": ((1, 6, 15, 6), (8, 1, 8, 6, 2, 15), (8, 6, 14, 15)),
    "人": ((8, 1, 7, 7, 1, 15), (8, 6, 15, 15)),
    "正": ((1, 1, 15, 1), (8, 1, 8, 14), (8, 7, 14, 7), (3, 6, 3, 14), (1, 14, 15, 14)),
    "日": ((3, 1, 13, 1), (3, 1, 3, 15), (13, 1, 13, 15), (3, 8, 13, 8), (3, 15, 13, 15)),
    "月": ((4, 1, 13, 1), (4, 1, 4, 10, 1, 15), (13, 1, 13, 15), (4, 6, 13, 6), (4, 10, 13, 10)),
    "生": ((4, 1, 1, 6), (3, 4, 14, 4), (2, 9, 14, 9), (1, 15, 15, 15), (8, 0, 8, 15)),
    "李": ((1, 3, 15, 3), (8, 0, 8, 8), (8, 3, 2, 8), (8, 3, 14, 8), (4, 9, 12, 9, 8, 11), (8, 11, 8, 16),
          (1, 13, 15, 13)),
    "小": ((8, 0, 8, 15, 5, 14), (4, 5, 1, 11), (12, 5, 15, 11)),
    "明": ((1, 2, 6, 2), (1, 2, 1, 13), (6, 2, 6, 13), (1, 7, 6, 7), (1, 13, 6, 13), (9, 1, 15, 1),
          (9, 1, 9, 10, 7, 15), (15, 1, 15, 15), (9, 5, 15, 5), (9, 10, 15, 10)),
}  # fmt: skip
"""Characters as lines on a field of 16 by 16."""


@lru_cache(maxsize=64)
def font(size: int, *, bold: bool = False) -> Font:
    """A font of this height in pixels."""
    found = importlib.util.find_spec("matplotlib")
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    if found is not None and found.origin is not None:
        path = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / name
        if path.is_file():
            return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    return ImageFont.load_default(size)


def written(lines: Sequence[str], size: int, *, bold: bool = False, smooth: bool = True) -> Ink:
    """Lines of text; not `smooth`: every pixel is ink or none, as old consoles draw."""
    chosen = font(size, bold=bold)
    boxes = [chosen.getbbox(line) for line in lines]
    step = round(size * 1.25)
    width = int(max(box[2] for box in boxes)) + 2
    canvas = Image.new("L", (width, step * len(lines) + 2))
    draw = ImageDraw.Draw(canvas)
    draw.fontmode = "L" if smooth else "1"
    for number, line in enumerate(lines):
        draw.text((1, number * step), line, fill=255, font=chosen)
    return _trimmed(np.asarray(canvas, np.float32) / np.float32(255))


def stacked(text: str, size: int) -> Ink:
    """One letter below the other."""
    letters = [written([letter], size) for letter in text if not letter.isspace()]
    width = max(letter.shape[1] for letter in letters)
    rows = [np.pad(one, ((0, 2), (0, width - one.shape[1]))) for one in letters]
    return np.concatenate(rows)


def chinese(text: str, size: int, *, upright: bool = False) -> Ink:
    """Characters of `STROKES`, from left to right or, `upright`, from top to bottom."""
    signs = [np.pad(_sign(one, size), 1) for one in text]
    return np.concatenate(signs, axis=0 if upright else 1)


def _sign(character: str, size: int) -> Ink:
    scale = 4
    canvas = Image.new("L", (size * scale, size * scale))
    draw = ImageDraw.Draw(canvas)
    factor = (size * scale - scale) / 16
    thick = max(scale, round(size * scale / 12))
    for stroke in STROKES[character]:
        points = [(stroke[i] * factor, stroke[i + 1] * factor) for i in range(0, len(stroke), 2)]
        draw.line(points, fill=255, width=thick)
    small = canvas.resize((size, size), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / np.float32(255)


def turned(ink: Ink, degrees: int) -> Ink:
    """Turned against the clock; quarter turns keep every pixel."""
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(ink, degrees // 90))
    image = Image.fromarray(np.uint8(np.rint(ink * 255)))
    angled = image.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    return _trimmed(np.asarray(angled, np.float32) / np.float32(255))


def qr_code(rng: np.random.Generator, module: int, modules: int = 21) -> Ink:
    """A field of random modules between three finder patterns, with its quiet margin."""
    field = (rng.random((modules, modules)) < 0.5).astype(np.float32)
    finder = np.ones((7, 7), np.float32)
    finder[1:6, 1:6] = 0
    finder[2:5, 2:5] = 1
    for rows, columns in ((0, 0), (0, modules - 7), (modules - 7, 0)):
        field[max(0, rows - 1) : rows + 8, max(0, columns - 1) : columns + 8] = 0
        field[rows : rows + 7, columns : columns + 7] = finder
    return np.pad(np.kron(1 - field, np.ones((module, module), np.float32)), 2 * module, constant_values=1)


def bar_code(rng: np.random.Generator, bars: int, height: int) -> Ink:
    """Bars of one to three pixels, white between them."""
    widths = rng.integers(1, 4, 2 * bars)
    line = np.concatenate([np.full(width, i % 2, np.float32) for i, width in enumerate(widths)])
    return np.pad(np.tile(line, (height, 1)), 3, constant_values=1)


def ruler(length: int, step: int) -> Ink:
    """A scale at the edge of an image: a line with ticks."""
    ink = np.zeros((length, 7), np.float32)
    ink[:, 6] = 1
    ink[::step, 2:] = 1
    ink[:: step * 5, :] = 1
    return ink


def _trimmed(ink: Ink) -> Ink:
    rows, columns = np.flatnonzero(ink.max(1) > 0.05), np.flatnonzero(ink.max(0) > 0.05)
    return np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
