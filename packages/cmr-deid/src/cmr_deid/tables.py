"""The tables of the standard that the profile stands on, read once from their generated text (standard/).

Table E.1-1 (what happens to each attribute), Table E.3.10-1 and the TCIA knowledge base (safe private attributes),
and the attribute types of the accepted IODs by place.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from cmr_deid.standard import attribute_types, table_e1_1, table_e3_10_1, table_tcia

PrivatePlace = tuple[str, int, int]
"""Private creator, group and the last two digits of the element."""

_USER_OPTIONAL = {"a": "1", "b": "2", "c": "3"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of Table E.1-1.

    Attributes:
        basic: action of the Basic Profile (`X`, `Z/D`, ...).
        options: K or C by option, e.g. `{"modified_dates": "C"}`; empty for attributes newer than the columns.
        name: of the attribute.
    """

    basic: str
    options: Mapping[str, str]
    name: str


@dataclass(frozen=True, slots=True)
class Type:
    """Type of an attribute at one place (PS3.5 7.4).

    Attributes:
        number: `1`, `2` or `3`; 1C and 2C count as 1 and 2, for their condition holds where the attribute stands.
        optional: True where only user-optional modules define it: it may go with all of its module.
    """

    number: str
    optional: bool = False


def _rows() -> dict[str, Row]:
    rows = {}
    for line in table_e1_1.ROWS.strip().splitlines():
        tag, basic, columns, name = line.split(" ", 3)
        pairs = zip(table_e1_1.OPTIONS, columns, strict=True)
        rows[tag] = Row(basic, {option: sign for option, sign in pairs if sign != "."}, name)
    return rows


def _private_rows(text: str) -> dict[PrivatePlace, list[str]]:
    rows: dict[PrivatePlace, list[str]] = {}
    creator = ""
    for line in text.strip().splitlines():
        if line.startswith("["):
            creator = line[1:-1]
        else:
            place, *rest = line.split()
            rows[creator, int(place[:4], 16), int(place[4:], 16)] = rest
    return rows


_ROWS = _rows()
_OF_MANY_TAGS = ("50xxxxxx", "60xx3000", "60xx4000", "private")
E1_1: dict[int, Row] = {int(tag, 16): row for tag, row in _ROWS.items() if tag not in _OF_MANY_TAGS}
"""Rows of Table E.1-1 with one tag."""

E1_1_PATTERNS: dict[str, Row] = {tag: _ROWS[tag] for tag in _OF_MANY_TAGS}
"""Rows of many tags: curves, overlay data, overlay comments, private attributes."""

E3_10_1: dict[PrivatePlace, tuple[str, str]] = {
    place: ("" if vr == "-" else vr, vm) for place, (vr, vm) in _private_rows(table_e3_10_1.ROWS).items()
}
"""VR and VM of every row of Table E.3.10-1; the VR is empty where the table has none, or `OW/OB`."""

TCIA_KEPT: dict[PrivatePlace, tuple[str, ...]] = {
    place: () if vrs == ["-"] else tuple(vrs) for place, vrs in _private_rows(table_tcia.ROWS).items()
}
"""Elements of MR creators that the TCIA knowledge base keeps, with the VRs that it has seen them under."""


@functools.lru_cache(maxsize=1)
def _types() -> dict[tuple[str, tuple[int, ...]], Mapping[int, Type]]:
    tables = [
        {int(word[:8], 16): _type(word[8]) for word in table.split()}
        for table in attribute_types.TABLES.strip().split("\n\n")
    ]
    places: dict[tuple[str, tuple[int, ...]], Mapping[int, Type]] = {}
    sop_class, paths = "", list[tuple[int, ...]]()
    for line in attribute_types.PLACES.strip().splitlines():
        words = line.split()
        if "." in line:
            sop_class, paths = line, []
            continue
        path = () if len(words) == 1 else (*paths[int(words[0])], int(words[1], 16))
        paths.append(path)
        places[sop_class, path] = tables[int(words[-1])]
    return places


def _type(sign: str) -> Type:
    return Type(_USER_OPTIONAL.get(sign, sign), sign in _USER_OPTIONAL)


def places_of(sop_class_uid: str) -> list[tuple[int, ...]]:
    """All places of an IOD: paths of tags, the empty one first; none for a class that is not accepted."""
    return [path for uid, path in _types() if uid == sop_class_uid]


def types_at(sop_class_uid: str, path: tuple[int, ...]) -> Mapping[int, Type] | None:
    """Types by tag at one place of an IOD (absent: not of the IOD there); None where it has no such place.

    The same mapping object stands for all places with the same attributes.
    """
    return _types().get((sop_class_uid, path))
