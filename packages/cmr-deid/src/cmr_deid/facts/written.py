"""Facts that only the vendor's private elements stated, written into the standard's attribute where the IOD has one.

MR Image (PS3.3 C.8.3.1): InversionTime where the image inverts, TriggerTime where it is gated,
CardiacNumberOfImages. Enhanced MR (C.8.13.5): b-value, velocity encoding and inversion times, in the functional
group that is there without them, and in a new one where nothing else of it is Type 1: a private element does not
tell the sign of a velocity's direction, so a direction is never made up. Attributes that say something stay.
"""

import struct

from cmr_deid.elements import DataSet, Element
from cmr_deid.facts.places import PER_FRAME, SHARED, first_item, text
from cmr_deid.writing import text_value
from cmr_exchange.facts import AcquisitionFacts

FACT_WRITTEN = "written from the vendor's private element"
"""What the record of changes says of such an attribute."""

_MR, _ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1"
_INVERSION_TIME, _TRIGGER_TIME, _PHASES = 0x00180082, 0x00181060, 0x00181090
_SCANNING, _OPTIONS, _TYPE = 0x00180020, 0x00180022, 0x00080008
_GATED = frozenset(("CG", "PPG"))
_DIFFUSION, _B_VALUE = 0x00189117, 0x00189087
_VELOCITY, _SLOWEST, _FASTEST, _AXIS = 0x00189197, 0x00189091, 0x00189217, 0x00189090
_MODIFIER, _INVERTS, _INVERSION_TIMES = 0x00189115, 0x00189009, 0x00189079


def standard_elements(facts: AcquisitionFacts, sop_class_uid: str, data_set: DataSet) -> dict[int, Element]:
    """Top-level elements to put into `data_set`: those that it lacks, and functional groups with what they lacked.

    Args:
        facts: of the source.
        sop_class_uid: of the instance.
        data_set: the instance as it will be written; it is not changed.
    """
    if sop_class_uid == _MR:
        return _classic(facts, data_set)
    return _enhanced(facts, data_set) if sop_class_uid == _ENHANCED_MR else {}


def _classic(facts: AcquisitionFacts, data_set: DataSet) -> dict[int, Element]:
    inverts = "IR" in _words(data_set, _SCANNING)
    gated = not _GATED.isdisjoint(_words(data_set, _OPTIONS))
    offered = (
        (_INVERSION_TIME, "DS", facts.inversion_time_ms if inverts else None),
        (_TRIGGER_TIME, "DS", facts.trigger_time_ms if gated else None),
        (_PHASES, "IS", facts.n_phases if gated else None),
    )
    return {
        tag: Element(tag, vr, text_value(f"{value:.10g}", vr))
        for tag, vr, value in offered
        if value is not None and not text(data_set.get(tag))
    }


def _words(data_set: DataSet, tag: int) -> list[str]:
    return [word.strip() for word in text(data_set.get(tag)).split("\\")]


def _enhanced(facts: AcquisitionFacts, data_set: DataSet) -> dict[int, Element]:
    offered: list[tuple[int, DataSet]] = []
    if facts.b_value_s_mm2 is not None:
        offered.append((_DIFFUSION, _doubles({_B_VALUE: facts.b_value_s_mm2})))
    if facts.venc_cm_s is not None:
        offered.append((_VELOCITY, _doubles({_SLOWEST: -facts.venc_cm_s, _FASTEST: facts.venc_cm_s})))
    if facts.inversion_time_ms is not None:
        offered.append((_MODIFIER, _doubles({_INVERSION_TIMES: facts.inversion_time_ms})))
    original = "ORIGINAL" in _words(data_set, _TYPE)
    made: dict[int, Element] = {}
    for place in (SHARED, PER_FRAME):
        groups = data_set.get(place)
        if groups is not None and groups.items:
            items = [_filled(item, offered, place == SHARED and not original) for item in groups.items]
            if any(new is not old for new, old in zip(items, groups.items, strict=True)):
                made[place] = Element(place, "SQ", b"", items)
    return made


def _doubles(values: dict[int, float]) -> DataSet:
    return {tag: Element(tag, "FD", struct.pack("<d", value)) for tag, value in values.items()}


def _filled(item: DataSet, offered: list[tuple[int, DataSet]], may_begin: bool) -> DataSet:
    """The item with what its functional groups lack; the same item where they lack nothing."""
    for group, values in offered:
        inner = first_item(item.get(group))
        if inner is None:
            begins = may_begin and group == _VELOCITY
            added = dict(values) if begins else {}
        else:
            added = {tag: element for tag, element in values.items() if _lacks(inner, group, tag)}
        if added:
            item = {**item, group: Element(group, "SQ", b"", [{**(inner or {}), **added}])}
    return item


def _lacks(inner: DataSet, group: int, tag: int) -> bool:
    """Whether an item of a functional group misses this attribute and can have it."""
    if inner.get(tag) is not None and inner[tag].value:
        return False
    return group != _MODIFIER or text(inner.get(_INVERTS)) == "YES"
