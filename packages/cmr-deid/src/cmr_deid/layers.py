"""The layers of the profile, from the standard upwards: Table E.1-1 under our options, MR, our own statements.

Every function answers for one attribute at one place: a conditional action (X/Z, X/D, X/Z/D, Z/D) leads to
removal where the attribute is Type 3 or not of the IOD, to an empty value where it is Type 2, to a dummy where it
is Type 1 (PS3.15 E.1.1, E.3). An attribute that only user-optional modules define goes with its module.
"""

import functools
from collections.abc import Mapping

from pydicom.datadict import tag_for_keyword

from cmr_deid import mr_layer
from cmr_deid.elements import vr_of_tag
from cmr_deid.rules import Act, Rule
from cmr_deid.tables import E1_1, Row, Type

CLAIMED = {
    "clean_descriptors": "clean descriptors",
    "modified_dates": "modified dates",
    "patient_characteristics": "patient characteristics",
}
"""Options whose columns of Table E.1-1 we follow, by their names in `cmr_deid.tables`."""

_MARKED = "mark of de-identification"
_PUBLIC_CODES = "MR layer: codes of public schemes"
_OURS = {
    0x00080005: Rule(Act.CHARACTER_SET, "all text is plain ASCII"),
    0x00120062: Rule(Act.MARK, _MARKED),
    0x00120063: Rule(Act.MARK, _MARKED),
    0x00120064: Rule(Act.MARK, _MARKED),
    0x0018A001: Rule(Act.MARK, _MARKED),
    0x00280303: Rule(Act.MARK, _MARKED),
    0x00080100: Rule(Act.CODE, _PUBLIC_CODES),
    0x00080102: Rule(Act.CODE, _PUBLIC_CODES),
    0x00080104: Rule(Act.CODE, f"{_PUBLIC_CODES}, meaning or code"),
}
_TRAITS = {
    0x00100040: (Act.SEX, ""),
    0x00101010: (Act.AGE, ", 90 and above as 90"),
    0x00101020: (Act.SIZE, ", to 0.5 cm"),
    0x00101030: (Act.WEIGHT, ", to 0.5 kg (0.1 kg below 20 kg)"),
}
_SUBJECT = (0x00100010, 0x00100020)
_DEVICE = 0x00181000
_POSITION_REFERENCE, _BURNED_IN = 0x00201040, 0x00280301


def tags_of(keywords: str) -> list[int]:
    """Tags of blank-separated keywords; a keyword that the dictionary does not know is left out."""
    tags = (tag_for_keyword(keyword) for keyword in keywords.split())
    return [tag for tag in tags if tag is not None]


def rules_for(types: Mapping[int, Type]) -> dict[int, Rule]:
    """The rules of all layers by tag, at a place where the IOD has attributes of these types."""
    return {tag: _rule(tag, types.get(tag)) for tag in _all_tags()}


@functools.lru_cache(maxsize=8192)
def _rule(tag: int, kind: Type | None) -> Rule:
    row = E1_1.get(tag)
    rule = _mr_rule(tag, kind) if row is None else standard_rule(tag, row, kind)
    return Rule(rule.act, rule.why, "3" if kind is None else kind.number)


def standard_rule(tag: int, row: Row, kind: Type | None) -> Rule:
    """What a row of Table E.1-1 leads to, under our options.

    Args:
        tag: of the attribute.
        row: of the table.
        kind: type at the place in question; None where the IOD has no such attribute there.
    """
    needed = kind is not None and not kind.optional and kind.number != "3"
    rule = _written_anew(tag, row, needed) or _retained(tag, row, kind is not None, needed)
    if rule is not None:
        return rule
    if row.basic == "X" or not needed:
        return Rule(Act.REMOVE, line_of(row) + _remark(row))
    if vr_of_tag(tag) == "SQ" or (kind is not None and kind.number == "2"):
        return Rule(Act.EMPTY, f"{line_of(row)}; Type 2")
    return Rule(Act.DUMMY, f"{line_of(row)}; Type 1")


def _written_anew(tag: int, row: Row, needed: bool) -> Rule | None:
    """The rule of what holds a pseudonym, a coarser trait of the patient or a statement of ours."""
    if tag in _SUBJECT and needed:
        return Rule(Act.SUBJECT, f"{line_of(row)}; pseudonym")
    if tag == _DEVICE:
        return Rule(Act.DEVICE, f"{line_of(row)}; keyed device name")
    if tag in _TRAITS and "patient_characteristics" in row.options:
        act, remark = _TRAITS[tag]
        return Rule(act, f"{line_of(row)}{remark}")
    return None


def _retained(tag: int, row: Row, of_the_iod: bool, needed: bool) -> Rule | None:
    """The rule of what an option or the replacement of UIDs keeps; None where nothing does."""
    references = needed and row.basic != "X" and vr_of_tag(tag) == "SQ" and "uids" in row.options
    if references or (row.basic == "X/Z/U*" and of_the_iod):
        return Rule(Act.RECURSE, f"{line_of(row)}; UIDs re-mapped")
    if "modified_dates" in row.options and tag in _kept("modified dates"):
        shifted = vr_of_tag(tag) in ("DA", "DT")
        return Rule(Act.SHIFT if shifted else Act.KEEP, line_of(row))
    if "clean_descriptors" in row.options and tag in _kept("descriptors"):
        return Rule(Act.CLEAN_WORDS, line_of(row))
    if row.basic == "U" and (needed or tag in _remapped()):
        return Rule(Act.REMAP, line_of(row))
    return None


def line_of(row: Row) -> str:
    """A row of the table in words: its basic action, and the columns of the options that we claim."""
    claimed = [
        f", {row.options[option]}: {words}" for option, words in CLAIMED.items() if option in row.options
    ]
    return f"E.1-1 {row.basic}{''.join(claimed)}"


def _remark(row: Row) -> str:
    if row.basic == "U" or CLAIMED.keys() & row.options.keys():
        return "; stricter than the table"
    return "" if row.basic == "X" else "; not needed here"


def _mr_rule(tag: int, kind: Type | None) -> Rule:
    number = "3" if kind is None else kind.number
    if tag == _POSITION_REFERENCE:
        return Rule(Act.EMPTY if number == "2" else Act.REMOVE, "MR layer: free text")
    if tag == _BURNED_IN:
        needed = number == "1"
        return Rule(Act.KEEP, "the IOD asks for it: NO") if needed else Rule(Act.MARK, _MARKED)
    return _OURS.get(tag) or Rule(_act_by_vr(tag), f"MR layer: {_mr_groups()[tag]}")


def _act_by_vr(tag: int) -> Act:
    vr = vr_of_tag(tag)
    if tag in _words():
        return Act.CLEAN_WORDS
    if vr == "SQ":
        return Act.RECURSE
    if vr == "UI":
        return Act.REMAP
    return Act.CLEAN_TEXT if vr in ("LO", "SH", "ST", "LT", "UT", "UC") else Act.KEEP


@functools.lru_cache(maxsize=1)
def _all_tags() -> tuple[int, ...]:
    return tuple(sorted({*E1_1, *_mr_groups(), *_OURS, _POSITION_REFERENCE, _BURNED_IN}))


@functools.lru_cache(maxsize=1)
def _mr_groups() -> dict[int, str]:
    return {
        tag: group
        for group, keywords in mr_layer.KEPT.items()
        for tag in tags_of(keywords)
        if tag not in E1_1
    }


@functools.cache
def _kept(option: str) -> frozenset[int]:
    return frozenset(tags_of(mr_layer.RETAINED_BY_OPTION[option]))


@functools.lru_cache(maxsize=1)
def _remapped() -> frozenset[int]:
    return frozenset(tags_of(mr_layer.UIDS_REMAPPED))


@functools.lru_cache(maxsize=1)
def _words() -> frozenset[int]:
    return frozenset(tags_of(mr_layer.VOCABULARY_CLEANED))
