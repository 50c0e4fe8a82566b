"""Private attributes of one data set or item: the safe ones stay with their creator, all others go."""

from collections.abc import Callable

from cmr_deid.changes import Recorder
from cmr_deid.elements import DataSet, Element
from cmr_deid.profile import Act, Rule
from cmr_deid.safe_private import SAFE_PRIVATE, fits
from cmr_deid.text import plain
from cmr_deid.writing import text_value

_UNLISTED = Rule(Act.REMOVE, "private, not on the safe list")
_MISSHAPEN = Rule(Act.REMOVE, "private, value not of the declared form")
_IDLE_CREATOR = Rule(Act.REMOVE, "private creator without a kept attribute")
_KEPT = "safe private E.3.10"
Gone = Callable[[Element, Rule], object]


def keep_safe(
    data_set: DataSet, elements: list[Element], out: DataSet, gone: Gone, recorder: Recorder, path: str
) -> None:
    """Copy the safe ones of `elements` of `data_set` into `out`; hand every other to `gone`."""
    creators = [element for element in elements if _is_creator(element.tag)]
    for element in elements:
        if _is_creator(element.tag):
            continue
        group, number = element.tag >> 16, element.tag & 0xFFFF
        creator = data_set.get(group << 16 | number >> 8) if number > 0xFF else None
        name = plain(creator)
        safe = SAFE_PRIVATE.get((name, group, number & 0xFF))
        if creator is None or safe is None or element.items is not None:
            gone(element, _UNLISTED)
        elif not fits(safe, element.vr, bytes(element.value)):
            gone(element, _MISSHAPEN)
        else:
            out[creator.tag] = Element(creator.tag, "LO", text_value(name, "LO"))
            out[element.tag] = Element(element.tag, safe.vr, element.value)
            recorder.add(path, creator.tag, "kept", _KEPT)
            recorder.add(path, element.tag, "kept", _KEPT)
    for element in creators:
        if element.tag not in out:
            gone(element, _IDLE_CREATOR)


def _is_creator(tag: int) -> bool:
    return 0x10 <= tag & 0xFFFF <= 0xFF
