"""Reading raw elements of a data set by path or by private creator: bounded, silent, never an exception."""

import math
import struct
from collections.abc import Iterator

from cmr_deid.elements import DataSet, Element
from cmr_deid.text import plain

SHARED, PER_FRAME = 0x52009229, 0x52009230
_FORMS = {"FD": "d", "FL": "f", "SS": "h", "US": "H", "SL": "l", "UL": "L"}
_LONGEST_TEXT, _MOST_FRAMES = 4096, 20_000


class Privates:
    """The private elements of one data set by creator; the creators are looked up once."""

    def __init__(self, data_set: DataSet) -> None:
        self._data_set = data_set
        self._blocks: dict[tuple[str, int], int] = {}
        for tag, element in data_set.items():
            if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF:
                self._blocks.setdefault((plain(element), tag >> 16), tag & 0xFF)

    def has(self, creator: str) -> bool:
        """Whether this creator holds any block."""
        return any(creator == name for name, _ in self._blocks)

    def get(self, creator: str, group: int, number: int) -> Element | None:
        """The element `number` of the block that this creator holds in this group."""
        block = self._blocks.get((creator, group))
        return None if block is None else self._data_set.get(group << 16 | block << 8 | number)

    def number(self, creator: str, group: int, number: int, form: str) -> float | None:
        """The single number of an element, whose VR is `form` where the file does not say (UN)."""
        found = numbers(self.get(creator, group, number), form)
        return found[0] if len(found) == 1 else None

    def numbers(self, creator: str, group: int, number: int, form: str) -> list[float]:
        """All numbers of an element; empty where it is absent or no list of numbers."""
        return numbers(self.get(creator, group, number), form)

    def text(self, creator: str, group: int, number: int) -> str:
        """The text of an element, empty where it is absent, longer than any text or a sequence."""
        return text(self.get(creator, group, number))


def text(element: Element | None) -> str:
    """The value of a short text, without padding."""
    if element is None or len(element.value) > _LONGEST_TEXT:
        return ""
    return plain(element)


def numbers(element: Element | None, form: str) -> list[float]:
    """All numbers of a value; empty where one of them is none.

    `form` is the VR that the value must have if it is binary, and has where the file says UN or OB; empty for any.
    """
    if element is None or element.items is not None or len(element.value) > _LONGEST_TEXT:
        return []
    vr = form if element.vr in ("UN", "OB") else element.vr
    letter = _FORMS.get(vr)
    if letter is not None and form in _FORMS and vr != form:
        return []
    if letter is not None:
        size = struct.calcsize("<" + letter)
        count, rest = divmod(len(element.value), size)
        return [] if rest else [float(n) for n in struct.unpack(f"<{count}{letter}", element.value)]
    return listed(plain(element).split("\\"))


def listed(parts: list[str]) -> list[float]:
    """Texts as numbers; empty where one of them is no finite number."""
    found = [parsed(part) for part in parts]
    return [] if None in found else [number for number in found if number is not None]


def parsed(text: str) -> float | None:
    """A decimal text as a number, None for anything else."""
    text = text.strip()
    if not text or len(text) > 32 or not text.isascii() or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def first_item(element: Element | None) -> DataSet | None:
    """The first item of a sequence, if it has one."""
    return element.items[0] if element is not None and element.items else None


def at(data_set: DataSet, path: tuple[int, ...]) -> Iterator[Element]:
    """The elements at a path: at the top level, or in the shared and every per-frame functional group."""
    if len(path) == 1:
        element = data_set.get(path[0])
        if element is not None:
            yield element
        return
    for item in frames_of(data_set):
        inner: DataSet | None = item
        for tag in path[:-1]:
            inner = first_item(inner.get(tag)) if inner else None
        if inner and path[-1] in inner:
            yield inner[path[-1]]


def frames_of(data_set: DataSet) -> list[DataSet]:
    """The items of the shared and per-frame functional groups; none where there are more than any image has."""
    items: list[DataSet] = []
    for place in (SHARED, PER_FRAME):
        groups = data_set.get(place)
        items += groups.items or () if groups is not None else ()
    return items if len(items) <= _MOST_FRAMES else []
