"""The values that measurements stand on: geometry, timing, gating, encoding, scaling; raw, by name of the attribute.

What stands under one of these attributes and is no such quantity (a text in a number, a position of two coordinates)
is no science: the profile takes it out and says so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cmr_deid.changes import label
from cmr_deid.elements import DataSet, Element, vr_of_tag
from cmr_deid.facts.places import PER_FRAME, SHARED, Privates, first_item, numbers

GEOMETRY, SPACING, TIMING, ENCODING, SCALING, PRIVATE, FACTS = GROUPS = (
    "position and orientation",
    "spacing and matrix",
    "timing and gating",
    "inversion, velocity and diffusion encoding",
    "rescale and stored bits",
    "private scale and encoding values",
    "facts read again from what leaves",
)

POSITION, ORIENTATION, TRIGGER, DELAY = 0x00200032, 0x00200037, 0x00181060, 0x00209153
PLANE_POSITION, PLANE_ORIENTATION, CARDIAC = 0x00209113, 0x00209116, 0x00189118


@dataclass(frozen=True, slots=True)
class Quantity:
    """Group in the report, how many numbers the value has (0: any), how large they can be, VR; TM is a time of day."""

    group: str
    count: int
    largest: float
    vr: str


Science = Mapping[str, tuple[bytes, ...]]
"""Raw values by name of the attribute, one for each place (frame) that holds one."""

_TOP = (
    (GEOMETRY, "00200032*3 00201041", 1e4),
    (GEOMETRY, "00200037*6", 1.01),
    (SPACING, "00280030*2", 100.0),
    (SPACING, "00180050 00180088", 1e4),
    (SPACING, "00181310*4", 8191.0),
    (SPACING, "00280008 00280010 00280011", 99_999.0),
    (TIMING, "00181060 00180080", 99_999.0),
    (TIMING, "00181062 00181090 00181081 00181082 00181083 00181084 00180081", 1e4),
    (TIMING, "00181088", 400.0),
    (TIMING, "00080032 00181042", 0.0),
    (ENCODING, "00180082 00189087", 99_999.0),
    (ENCODING, "00181314", 400.0),
    (SCALING, "00281052 00281053", 1e6),
    (SCALING, "00280100 00280101 00280102 00280103", 64.0),
)
_FRAME = (
    (GEOMETRY, "00209113/00200032*3 00209116/00200037*6", 1e4),
    (SPACING, "00289110/00280030*2 00289110/00180050", 1e4),
    (TIMING, "00189118/00209153 00189118/00209251 00189112/00180080 00189114/00189082", 1e5),
    (
        ENCODING,
        "00189115/00189079*0 00189117/00189087 00189197/00189217 00189197/00189091 00189197/00189090*3",
        1e5,
    ),
    (SCALING, "00289145/00281052 00289145/00281053", 1e6),
)
_PRIVATE = (
    ("Philips MR Imaging DD 001", 0x2005, 0x0D, "FL"),
    ("Philips MR Imaging DD 001", 0x2005, 0x0E, "FL"),
    ("Philips Imaging DD 001", 0x2001, 0x1A, "FL"),
    ("Philips Imaging DD 001", 0x2001, 0x03, "FL"),
    ("GEMS_ACQU_01", 0x0019, 0xCC, "SS"),
    ("GEMS_PARM_01", 0x0043, 0x39, "IS"),
    ("SIEMENS MR HEADER", 0x0019, 0x0C, "IS"),
)
_PHILIPS_FRAME = ("Philips MR Imaging DD 005", 0x2005, 0x0F)
_TIME = re.compile(rb"\d{6}(\.\d{1,6})?")


def _listed(rows: tuple[tuple[str, str, float], ...]) -> Iterator[tuple[tuple[int, ...], Quantity]]:
    for group, words, largest in rows:
        for word in words.split():
            path, _, count = word.partition("*")
            tags = tuple(int(part, 16) for part in path.split("/"))
            yield tags, Quantity(group, int(count or 1), largest, vr_of_tag(tags[-1]))


def _name(tags: tuple[int, ...]) -> str:
    return " / ".join(map(label, tags))


_TOP_NAMES = tuple((tags[0], _name(tags)) for tags, _ in _listed(_TOP))
_FRAME_NAMES = tuple((tags[0], tags[1], _name(tags)) for tags, _ in _listed(_FRAME))
_PRIVATE_NAMES = tuple(
    (creator, group, number, f"({group:04X},xx{number:02X}) {creator}")
    for creator, group, number, _ in _PRIVATE
)
_PRIVATE_GROUPS = frozenset(group for _, group, _, _ in _PRIVATE)
QUANTITIES: dict[str, Quantity] = {
    **{_name(tags): quantity for tags, quantity in (*_listed(_TOP), *_listed(_FRAME))},
    **{
        name: Quantity(PRIVATE, 0, 2e9, row[3])
        for (_, _, _, name), row in zip(_PRIVATE_NAMES, _PRIVATE, strict=True)
    },
}
"""What each name stands for."""

TAGS = frozenset(tag for tag, _ in _TOP_NAMES)
"""Attributes at the top level."""

GROUP_TAGS = frozenset(group for group, _, _ in _FRAME_NAMES)
"""Sequences of functional groups."""


def science_of(data_set: DataSet) -> Science:
    """The science values of an instance by its elements; nothing is converted."""
    found: dict[str, tuple[bytes, ...]] = {}
    for tag, name in _TOP_NAMES:
        element = data_set.get(tag)
        if element is not None and element.value:
            found[name] = (_raw(element),)
    _add_private(data_set, found)
    for place in (SHARED, PER_FRAME):
        groups = data_set.get(place)
        for item in groups.items or () if groups is not None else ():
            _add_frame(item, found)
    return found


def _raw(element: Element) -> bytes:
    return bytes(element.value).rstrip(b" \0") if element.vr in ("DS", "IS", "TM") else bytes(element.value)


def _add_frame(item: DataSet, found: dict[str, tuple[bytes, ...]]) -> None:
    for group, tag, name in _FRAME_NAMES:
        inner = first_item(item.get(group))
        element = inner.get(tag) if inner else None
        if element is not None and element.value:
            found[name] = (*found.get(name, ()), _raw(element))
    carried = first_item(Privates(item).get(*_PHILIPS_FRAME))
    if carried:
        _add_private(carried, found)


def _add_private(data_set: DataSet, found: dict[str, tuple[bytes, ...]]) -> None:
    if not any(tag >> 16 in _PRIVATE_GROUPS for tag in data_set):
        return
    privates = Privates(data_set)
    for creator, group, number, name in _PRIVATE_NAMES:
        element = privates.get(creator, group, number)
        if element is not None and element.value:
            found[name] = (*found.get(name, ()), _raw(element))


def is_science(name: str, value: bytes) -> bool:
    """True if a value is such a quantity at all."""
    quantity = QUANTITIES[name]
    if quantity.vr == "TM":
        return _TIME.fullmatch(value) is not None
    found = numbers(Element(0, quantity.vr, value), quantity.vr)
    return len(found) == (quantity.count or len(found)) > 0 and all(
        abs(number) <= quantity.largest for number in found
    )


def same(name: str, one: bytes, other: bytes) -> bool:
    """True if two values of a name are the same numbers."""
    vr = QUANTITIES[name].vr
    return one == other or (
        vr != "TM" and numbers(Element(0, vr, one), vr) == numbers(Element(0, vr, other), vr) != []
    )
