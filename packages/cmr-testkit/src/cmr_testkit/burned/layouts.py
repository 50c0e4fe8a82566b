"""Series with writing burned in: `LAYOUTS` ways in which scanners, viewers and result sheets put it there.

Everything is drawn from a seed. The writing names invented people; `visible` ones reach a contrast of at least
`LEAST_CONTRAST` times the spread of what surrounds them, the figure at which a person reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmr_testkit.burned import ink as inks

Words = NDArray[np.uint16]
Box = tuple[int, int, int, int]

LEAST_CONTRAST = 3.0
FULL_SCALE = 4095
_FAMILIES = ("Quist", "Okafor", "Brandvold", "Lindqvist", "Marchetti", "Pereira", "Novak", "Haldane", "Sorel")
_GIVEN = ("Anna", "Jonas", "Maria", "Tomas", "Ingrid", "Pavel", "Lucia", "Erik", "Sofia", "Ada")
_CYRILLIC = ("Иванова Анна", "Петров Борис", "Соколова Мария", "Орлов Павел")
_ARABIC = ("ﻣﺤﻤﺪ ﻋﻠﻲ", "ﻓﺎﻃﻤﺔ ﺣﺴﻦ", "ﺳﺎﺭﺓ ﻳﻮﺳﻒ")
_CHINESE = ("王小明", "李大山", "田中正人", "山本明", "王明月", "田本生")


@dataclass(frozen=True, slots=True)
class Burned:
    """A slice with writing in it.

    Attributes:
        kind: word for the layout. text: what a reader sees; empty for codes.
        frames: (frames, rows, columns), 12 bits.
        boxes: where, as (row, column, rows, columns).
        contrast: of the weakest box, in spreads of its surroundings.
        known: identifiers among the text.
    """

    kind: str
    text: str
    frames: Words
    boxes: tuple[Box, ...]
    contrast: float
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    number: str
    born: str
    when: str

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.name.split("^"), self.number, self.born)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Ink at a place; `value` is a share of the full scale, None takes what the surroundings need."""

    ink: inks.Ink
    row: int
    column: int
    value: float | None
    halo: bool = False


Maker = Callable[[np.random.Generator, "_Person", tuple[int, int]], list[_Piece]]


def burned(frames: Words, seed: int, kind: str | None = None) -> Burned:
    """Burn the layout of a seed into copies of `frames`; its kind follows the seed where none is named."""
    rng = np.random.default_rng([seed, 0x1A4])
    names = list(LAYOUTS)
    chosen = names[seed % len(names)] if kind is None else kind
    person = _person(rng)
    maker, text_of = LAYOUTS[chosen]
    for _ in range(40):
        pieces = maker(rng, person, frames.shape[1:])
        result, contrasts = _put(frames, pieces, rng, only_one=chosen == "one_frame")
        if min(contrasts) >= LEAST_CONTRAST:
            break
    boxes = tuple((piece.row, piece.column, *piece.ink.shape) for piece in pieces)
    return Burned(chosen, text_of(person), result, boxes, min(contrasts), person.known)


def _person(rng: np.random.Generator) -> _Person:
    born = f"{rng.integers(1, 29):02d}.{rng.integers(1, 13):02d}.{rng.integers(1931, 2004)}"
    when = f"{rng.integers(1, 29):02d}-{rng.choice(['Jan', 'Mar', 'Jul', 'Oct'])}-{rng.integers(2012, 2026)}"
    name = f"{rng.choice(_FAMILIES)}^{rng.choice(_GIVEN)}"
    return _Person(name, f"{rng.integers(10_000, 9_999_999)}", born, when)


def _put(
    frames: Words, pieces: list[_Piece], rng: np.random.Generator, *, only_one: bool
) -> tuple[Words, list[float]]:
    result = frames.astype(np.float32)
    chosen = [int(rng.integers(len(frames)))] if only_one else list(range(len(frames)))
    contrasts = []
    for piece in pieces:
        rows = slice(piece.row, piece.row + piece.ink.shape[0])
        columns = slice(piece.column, piece.column + piece.ink.shape[1])
        around = _surroundings(result[chosen[0]], rows, columns)
        value = _value(piece, around, float(frames.max()), rng)
        if piece.halo:
            _blend(result, chosen, rows, columns, _grown(piece.ink), 0.0)
            contrasts.append(max(LEAST_CONTRAST, value / (float(around.std()) + 1)))
        else:
            contrasts.append(abs(value - float(around.mean())) / (float(around.std()) + 1))
        _blend(result, chosen, rows, columns, piece.ink, value)
    return np.clip(np.rint(result), 0, 65_535).astype(np.uint16), contrasts


def _blend(
    result: NDArray[np.float32], chosen: list[int], rows: slice, columns: slice, ink: inks.Ink, value: float
) -> None:
    for number in chosen:
        window = result[number, rows, columns]
        window += ink * (np.float32(value) - window)


def _surroundings(image: NDArray[np.float32], rows: slice, columns: slice) -> NDArray[np.float32]:
    margin = 3
    return image[
        max(0, rows.start - margin) : rows.stop + margin,
        max(0, columns.start - margin) : columns.stop + margin,
    ]


def _value(piece: _Piece, around: NDArray[np.float32], most: float, rng: np.random.Generator) -> float:
    if piece.value is not None:
        return piece.value * most
    wanted = (LEAST_CONTRAST + 0.3 + 1.5 * float(rng.random())) * (float(around.std()) + 1)
    return float(around.mean()) + wanted


def _grown(ink: inks.Ink) -> inks.Ink:
    padded = np.pad(ink, 1)
    shifted = [
        padded[1 + dy : 1 + dy + ink.shape[0], 1 + dx : 1 + dx + ink.shape[1]]
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
    ]
    return np.asarray(np.max(shifted, axis=0), np.float32)


def _fitting(ink: inks.Ink, shape: tuple[int, int]) -> inks.Ink:
    """Cut to what fits on the image, as a console does."""
    return ink[: shape[0] - 2, : shape[1] - 2]


def _at_corner(ink: inks.Ink, shape: tuple[int, int], corner: int, value: float | None) -> _Piece:
    ink = _fitting(ink, shape)
    row = 1 if corner < 2 else shape[0] - ink.shape[0] - 1
    column = 1 if corner % 2 == 0 else shape[1] - ink.shape[1] - 1
    return _Piece(ink, row, column, value)


def _anywhere(
    ink: inks.Ink, shape: tuple[int, int], rng: np.random.Generator, value: float | None, halo: bool = False
) -> _Piece:
    ink = _fitting(ink, shape)
    row, column = (int(rng.integers(1, shape[i] - ink.shape[i])) for i in (0, 1))
    return _Piece(ink, row, column, value, halo)


def _corners(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    size = int(rng.integers(8, 15))
    smooth, bold = bool(rng.random() < 0.7), bool(rng.random() < 0.3)
    value = float(rng.choice([0.9, 1.0, 1.4]))
    blocks = [
        [person.name.replace("^", ", "), person.number],
        [person.born],
        [person.when, "Aera 1.5T"],
        [f"Acc {person.number}"],
    ]
    chosen = sorted(rng.permutation(4)[: int(rng.integers(1, 5))])
    return [
        _at_corner(inks.written(blocks[i], size, bold=bold, smooth=smooth), shape, corner, value)
        for i, corner in enumerate(chosen)
    ]


def _small_corner(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = inks.written([person.name.replace("^", " ")], 8, smooth=bool(rng.random() < 0.5))
    return [_at_corner(ink, shape, int(rng.integers(4)), 1.0)]


def _header_bar(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = _fitting(
        inks.written([f"{person.name.replace('^', ' ')} {person.born}"], int(rng.integers(9, 13))), shape
    )
    bar = np.ones((ink.shape[0] + 4, shape[1]), np.float32)
    row = 0 if rng.random() < 0.5 else shape[0] - bar.shape[0]
    return [_Piece(bar, row, 0, 0.0, halo=True), _Piece(ink, row + 2, 2, 0.8)]


def _dark(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = inks.written([person.name.replace("^", " ")], int(rng.integers(10, 17)), bold=True)
    ink = _fitting(ink, shape)
    row = int(rng.integers(shape[0] // 5, 4 * shape[0] // 5 - ink.shape[0]))
    column = int(rng.integers(1, max(2, shape[1] - ink.shape[1])))
    return [_Piece(ink, row, column, 0.0)]


def _rotated(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = inks.written([f"{person.name.replace('^', ' ')} {person.number}"], int(rng.integers(9, 15)))
    return [_at_corner(inks.turned(ink, int(rng.choice([90, 270]))), shape, int(rng.integers(4)), 1.0)]


def _slanted(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = inks.written([person.name.replace("^", " ")], int(rng.integers(12, 18)))
    return [_anywhere(inks.turned(ink, int(rng.integers(-35, 36))), shape, rng, 1.2)]


def _stacked(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    return [
        _at_corner(
            inks.stacked(person.name.split("^")[0], int(rng.integers(10, 15))),
            shape,
            int(rng.integers(4)),
            1.0,
        )
    ]


def _outlined(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    lines = [person.name.replace("^", " "), person.born]
    ink = np.pad(inks.written(lines, int(rng.integers(10, 16)), bold=True), 1)
    return [_anywhere(ink, shape, rng, 1.0, halo=True)]


def _low_contrast(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = inks.written([person.name.replace("^", " "), person.number], int(rng.integers(11, 17)))
    return [_anywhere(ink, shape, rng, None)]


def _from_color(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    """Yellow, green, cyan and red on a gray image become these shares of white (ITU-R BT.601)."""
    value = float(rng.choice([0.886, 0.587, 0.701, 0.299]))
    ink = inks.written([f"ID {person.number}", person.name.replace("^", " ")], int(rng.integers(10, 15)))
    return [_at_corner(ink, shape, int(rng.integers(4)), value)]


def _chinese(rng: np.random.Generator, _: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = inks.chinese(str(rng.choice(_CHINESE)), int(rng.integers(12, 20)), upright=bool(rng.random() < 0.3))
    return [_at_corner(ink, shape, int(rng.integers(4)), 1.0)]


def _cyrillic(rng: np.random.Generator, _: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = inks.written([str(rng.choice(_CYRILLIC))], int(rng.integers(10, 16)))
    return [_at_corner(ink, shape, int(rng.integers(4)), 1.0)]


def _arabic(rng: np.random.Generator, _: _Person, shape: tuple[int, int]) -> list[_Piece]:
    ink = inks.written([str(rng.choice(_ARABIC))[::-1]], int(rng.integers(13, 20)))
    return [_at_corner(ink, shape, int(rng.integers(4)), 1.0)]


def _qr(rng: np.random.Generator, _: _Person, shape: tuple[int, int]) -> list[_Piece]:
    return [_at_corner(inks.qr_code(rng, int(rng.integers(1, 4))), shape, int(rng.integers(4)), 1.0)]


def _bars(rng: np.random.Generator, _: _Person, shape: tuple[int, int]) -> list[_Piece]:
    return [_at_corner(inks.bar_code(rng, 24, int(rng.integers(10, 24))), shape, int(rng.integers(4)), 1.0)]


def _one_frame(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    value = float(rng.choice([0.6, 0.9, 1.2]))
    ink = inks.written([person.name.replace("^", " "), person.born], int(rng.integers(10, 15)))
    return [_anywhere(ink, shape, rng, value)]


def _initials(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    short = "".join(part[0] for part in person.name.split("^"))
    ink = inks.written([f"{short} {person.born}"], int(rng.integers(8, 13)))
    return [_at_corner(ink, shape, int(rng.integers(4)), 1.0)]


def _sheet(rng: np.random.Generator, person: _Person, shape: tuple[int, int]) -> list[_Piece]:
    values = rng.integers(40, 200, 5)
    lines = [
        f"Patient: {person.name.replace('^', ' ')}",
        f"Born {person.born}  ID {person.number}",
        f"EDV {values[0]} ml  ESV {values[1]} ml",
        f"EF {values[2] // 3} %  SV {values[3]} ml",
        f"Mass {values[4]} g  {person.when}",
    ]
    paper = np.ones(shape, np.float32)
    ink = _fitting(inks.written(lines, int(rng.integers(9, 13))), (shape[0] - 8, shape[1] - 8))
    return [_Piece(paper, 0, 0, 0.0, halo=True), _Piece(ink, 8, 6, 1.0)]


def _name(person: _Person) -> str:
    return person.name.replace("^", " ")


def _nothing(_: _Person) -> str:
    return ""


LAYOUTS: dict[str, tuple[Maker, Callable[[_Person], str]]] = {
    "corners": (_corners, _name),
    "small_corner": (_small_corner, _name),
    "header_bar": (_header_bar, _name),
    "dark": (_dark, _name),
    "rotated": (_rotated, _name),
    "slanted": (_slanted, _name),
    "stacked": (_stacked, lambda person: person.name.split("^")[0]),
    "outlined": (_outlined, _name),
    "low_contrast": (_low_contrast, _name),
    "from_color": (_from_color, _name),
    "chinese": (_chinese, _nothing),
    "cyrillic": (_cyrillic, _nothing),
    "arabic": (_arabic, _nothing),
    "qr": (_qr, _nothing),
    "bars": (_bars, _nothing),
    "one_frame": (_one_frame, _name),
    "initials": (_initials, lambda person: person.born),
    "sheet": (_sheet, _name),
}
"""Word for a layout -> how it is drawn, and what a reader sees of it."""
