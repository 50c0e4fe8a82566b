"""Private attributes of one data set or item: the safe ones stay with their creator, all others go.

A private sequence that is safe keeps its items, and in them what is safe again; standard attributes inside a
private sequence go: no IOD says what they mean there.
"""

from collections.abc import Callable

from cmr_deid.changes import label
from cmr_deid.elements import DataSet, Element
from cmr_deid.numbers import holds_number
from cmr_deid.profile import Act, Rule
from cmr_deid.replacing import Spot
from cmr_deid.resolution import PRIVATE_FREQUENCIES, coarser
from cmr_deid.safe_private import SAFE_PRIVATE, fits
from cmr_deid.text import plain
from cmr_deid.writing import text_value

_UNLISTED = Rule(Act.REMOVE, "private, not on the safe list")
_MISSHAPEN = Rule(Act.REMOVE, "private, value not of the declared form")
_IDLE_CREATOR = Rule(Act.REMOVE, "private creator without a kept attribute")
_INSIDE = Rule(Act.REMOVE, "inside a private sequence")
_KEPT = "safe private E.3.10"
Gone = Callable[[Element, Rule], object]


def keep_safe(
    data_set: DataSet,
    elements: list[Element],
    out: DataSet,
    gone: Gone,
    spot: Spot,
    own: frozenset[float] = frozenset(),
) -> None:
    """Copy the safe ones of `elements` of `data_set` into `out`; hand every other to `gone`.

    Args:
        data_set: where the elements and their creators stand.
        elements: the private ones of it.
        out: where the safe ones go.
        gone: takes the others.
        spot: where they stand.
        own: the patient's own numbers, which are no measurement.
    """
    creators = [element for element in elements if _is_creator(element.tag)]
    for element in elements:
        if _is_creator(element.tag):
            continue
        group, number = element.tag >> 16, element.tag & 0xFFFF
        creator = data_set.get(group << 16 | number >> 8) if number > 0xFF else None
        name = plain(creator)
        safe = SAFE_PRIVATE.get((name, group, number & 0xFF))
        if creator is None or safe is None:
            gone(element, _UNLISTED)
            continue
        if safe.vr == "SQ":
            kept = _kept_items(element, gone, spot, own)
        else:
            shaped = element.items is None and fits(safe, element.vr, bytes(element.value))
            value = bytes(element.value)
            shaped = shaped and not (own and holds_number(safe.vr, value, own))
            fine = (name, number & 0xFF) in PRIVATE_FREQUENCIES
            kept = (
                Element(element.tag, safe.vr, coarser(safe.vr, value) if fine else value) if shaped else None
            )
        if kept is None:
            gone(element, _MISSHAPEN)
        else:
            out[creator.tag] = Element(creator.tag, "LO", text_value(name, "LO"))
            out[element.tag] = kept
            spot.add(creator.tag, "kept", _KEPT)
            spot.add(element.tag, "kept", _KEPT)
    for element in creators:
        if element.tag not in out:
            gone(element, _IDLE_CREATOR)


def _kept_items(element: Element, gone: Gone, spot: Spot, own: frozenset[float]) -> Element | None:
    """The sequence with what is safe in its items; None if that is nothing."""
    if element.items is None:
        return None
    within = Spot(spot.recorder, f"{spot.path}{label(element.tag)} / ")
    items: list[DataSet] = []
    for item in element.items:
        out: DataSet = {}
        for inner in item.values():
            if not inner.tag >> 16 & 1:
                gone(inner, _INSIDE)
        private = [inner for inner in item.values() if inner.tag >> 16 & 1]
        keep_safe(item, private, out, gone, within, own)
        items.append(out)
    return Element(element.tag, "SQ", b"", items) if any(items) else None


def _is_creator(tag: int) -> bool:
    return 0x10 <= tag & 0xFFFF <= 0xFF
