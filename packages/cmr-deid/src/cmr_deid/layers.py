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

_MARKED = "mark of de-identification"
_TRAITS = "E.1-1 K: patient characteristics"
_PUBLIC_CODES = "MR layer: codes of public schemes"
_OURS = {
    0x00080005: Rule(Act.CHARACTER_SET, "all text is plain ASCII"),
    0x00181000: Rule(Act.DEVICE, "E.1-1 X/Z/D: keyed device name"),
    0x00100040: Rule(Act.SEX, _TRAITS),
    0x00101010: Rule(Act.AGE, f"{_TRAITS}, 90 and above as 90"),
    0x00101020: Rule(Act.SIZE, f"{_TRAITS}, to 0.5 cm"),
    0x00101030: Rule(Act.WEIGHT, f"{_TRAITS}, to 0.5 kg (0.1 kg below 20 kg)"),
    0x00120062: Rule(Act.MARK, _MARKED),
    0x00120063: Rule(Act.MARK, _MARKED),
    0x00120064: Rule(Act.MARK, _MARKED),
    0x0018A001: Rule(Act.MARK, _MARKED),
    0x00280303: Rule(Act.MARK, _MARKED),
    0x00080100: Rule(Act.CODE, _PUBLIC_CODES),
    0x00080102: Rule(Act.CODE, _PUBLIC_CODES),
    0x00080104: Rule(Act.CODE, f"{_PUBLIC_CODES}, meaning or code"),
}
_SUBJECT = {0x00100010: "E.1-1 Z: pseudonym", 0x00100020: "E.1-1 Z/D: pseudonym"}
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
    number = "3" if kind is None else kind.number
    rule = _our_rule(tag, number)
    if rule is None:
        row = E1_1.get(tag)
        rule = _mr_rule(tag) if row is None else standard_rule(tag, row, kind)
    return Rule(rule.act, rule.why, number)


def _our_rule(tag: int, number: str) -> Rule | None:
    if tag in _SUBJECT:
        return Rule(Act.SUBJECT if number != "3" else Act.REMOVE, _SUBJECT[tag])
    if tag == _POSITION_REFERENCE:
        return Rule(Act.EMPTY if number == "2" else Act.REMOVE, "MR layer: free text")
    if tag == _BURNED_IN and number == "1":
        return Rule(Act.KEEP, "the IOD asks for it: NO")
    return Rule(Act.MARK, _MARKED) if tag == _BURNED_IN else _OURS.get(tag)


def standard_rule(tag: int, row: Row, kind: Type | None) -> Rule:
    """What a row of Table E.1-1 leads to, under our options.

    Args:
        tag: of the attribute.
        row: of the table.
        kind: type at the place in question; None where the IOD has no such attribute there.
    """
    needed = kind is not None and not kind.optional and kind.number != "3"
    rule = _retained(tag, row, kind is not None, needed)
    if rule is not None:
        return rule
    if row.basic == "X" or not needed:
        return Rule(Act.REMOVE, f"E.1-1 {row.basic}{_remark(row)}")
    if vr_of_tag(tag) == "SQ" or (kind is not None and kind.number == "2"):
        return Rule(Act.EMPTY, f"E.1-1 {row.basic}: Type 2")
    return Rule(Act.DUMMY, f"E.1-1 {row.basic}: Type 1")


def _retained(tag: int, row: Row, of_the_iod: bool, needed: bool) -> Rule | None:
    """The rule of what an option or the replacement of UIDs keeps; None where nothing does."""
    references = needed and row.basic != "X" and vr_of_tag(tag) == "SQ" and "uids" in row.options
    if references or (row.basic == "X/Z/U*" and of_the_iod):
        return Rule(Act.RECURSE, f"E.1-1 {row.basic}: UIDs re-mapped")
    if "modified_dates" in row.options and tag in _kept("modified dates"):
        shifted = vr_of_tag(tag) in ("DA", "DT")
        return Rule(Act.SHIFT if shifted else Act.KEEP, "E.1-1 C: modified dates")
    if "clean_descriptors" in row.options and tag in _kept("descriptors"):
        return Rule(Act.CLEAN_WORDS, "E.1-1 C: clean descriptors")
    if row.basic == "U" and (needed or tag in _remapped()):
        return Rule(Act.REMAP, "E.1-1 U")
    return None


def _remark(row: Row) -> str:
    ours = {"clean_descriptors", "modified_dates", "patient_characteristics"} & row.options.keys()
    if ours or row.basic == "U":
        return ", stricter than the table"
    return "" if row.basic == "X" else ": not needed here"


def _mr_rule(tag: int) -> Rule:
    return Rule(_act_by_vr(tag), f"MR layer: {_mr_groups()[tag]}")


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
    ours = (*_OURS, *_SUBJECT, _POSITION_REFERENCE, _BURNED_IN)
    return tuple(sorted({*E1_1, *_mr_groups(), *ours}))


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
