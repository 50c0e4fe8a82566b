"""The de-identification profile as layered data: Table E.1-1 under our options, then MR, then our marks.

Basic Profile with Clean Descriptors, Retain Longitudinal With Modified Dates, Retain Patient Characteristics
and Retain Safe Private (PS3.15 Annex E). A layer above may only strengthen what the standard says; the
attributes that carry our own statements are written anew.
"""

import enum
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from pydicom.datadict import tag_for_keyword

from cmr_deid import mr_layer
from cmr_deid.codes import MEANINGS, TERMS
from cmr_deid.elements import vr_of_tag
from cmr_deid.equipment import WORDS as EQUIPMENT
from cmr_deid.safe_private import SAFE_PRIVATE
from cmr_deid.standard.table_e1_1 import E1_1, EDITION
from cmr_deid.vocabulary import WORDS

PROFILE_ID = "cmr-mr-1"
NO_RULE = "no rule"


class Act(enum.StrEnum):
    """What the engine does with an attribute."""

    KEEP = "keep"
    CLEAN_TEXT = "clean_text"
    CLEAN_WORDS = "clean_words"
    SHIFT = "shift"
    REMAP = "remap"
    RECURSE = "recurse"
    EMPTY = "empty"
    REMOVE = "remove"
    SUBJECT = "subject"
    DEVICE = "device"
    SEX = "sex"
    AGE = "age"
    SIZE = "size"
    WEIGHT = "weight"
    CHARACTER_SET = "character_set"
    MARK = "mark"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to one attribute, and which line of which layer says so.

    Attributes:
        act: what is done.
        why: layer and row, in words.
        type: attribute type where it stands (PS3.5 7.4): `1` must hold a value, `2` may be empty, `3` may be
            absent; tells what becomes of a value that cannot be used (dummy, empty, removed).
    """

    act: Act
    why: str
    type: str = "3"


@dataclass(frozen=True, slots=True)
class DeidProfile:
    """The effective rules.

    Attributes:
        id: name of the profile, a code of the contract.
        edition: edition of the tables it was made from.
        rules: rule by tag; a tag that is not here is removed.
        digest: SHA-256 of the effective rules, public and private, and of the vocabularies.
    """

    id: str
    edition: str
    rules: dict[int, Rule]
    digest: str

    def rule(self, tag: int) -> Rule:
        """The rule of a standard attribute; `REMOVE` with `NO_RULE` where there is none."""
        return self.rules.get(tag) or _REMOVE_UNKNOWN

    def rules_at(self, sop_class_uid: str, path: tuple[int, ...]) -> Mapping[int, Rule]:
        """The rules by tag where `path` (tags of the enclosing sequences, outermost first) leads in an IOD.

        Conditional actions of Table E.1-1 (X/Z, X/D, ...) are resolved by the attribute type there.
        """
        return self.rules


_REMOVE_UNKNOWN = Rule(Act.REMOVE, NO_RULE)
_OURS = {
    0x00080005: Rule(Act.CHARACTER_SET, "all text is plain ASCII"),
    0x00100010: Rule(Act.SUBJECT, "E.1-1 Z: pseudonym"),
    0x00100020: Rule(Act.SUBJECT, "E.1-1 Z/D: pseudonym"),
    0x00181000: Rule(Act.DEVICE, "E.1-1 X/Z/D: keyed device name"),
    0x00100040: Rule(Act.SEX, "E.1-1 K: patient characteristics"),
    0x00101010: Rule(Act.AGE, "E.1-1 K: patient characteristics, 90 and above as 90"),
    0x00101020: Rule(Act.SIZE, "E.1-1 K: patient characteristics, to 0.5 cm"),
    0x00101030: Rule(Act.WEIGHT, "E.1-1 K: patient characteristics, to 0.5 kg (0.1 kg below 20 kg)"),
    0x00120062: Rule(Act.MARK, "mark of de-identification"),
    0x00120063: Rule(Act.MARK, "mark of de-identification"),
    0x00120064: Rule(Act.MARK, "mark of de-identification"),
    0x00280303: Rule(Act.MARK, "mark of de-identification"),
    0x00080100: Rule(Act.CODE, "MR layer: codes of public schemes"),
    0x00080102: Rule(Act.CODE, "MR layer: codes of public schemes"),
    0x00080104: Rule(Act.CODE, "MR layer: codes of public schemes, meaning or code"),
    0x00201040: Rule(Act.EMPTY, "MR layer: Type 2, free text"),
    0x00280301: Rule(Act.KEEP, "source's own statement"),
}


@functools.lru_cache(maxsize=1)
def default_profile() -> DeidProfile:
    """The profile of this release of the software."""
    rules = _standard_layer()
    rules.update(_mr_layer())
    rules.update(_OURS)
    return DeidProfile(PROFILE_ID, EDITION, rules, _digest(rules))


def tags_of(keywords: str) -> list[int]:
    """Tags of blank-separated keywords; a keyword that the dictionary does not know is left out."""
    tags = (tag_for_keyword(keyword) for keyword in keywords.split())
    return [tag for tag in tags if tag is not None]


def _standard_layer() -> dict[int, Rule]:
    return {tag: _resolved(tag, *actions) for tag, actions in E1_1.items()}


def _resolved(tag: int, basic: str, descriptors: str, dates: str, traits: str) -> Rule:
    if tag in _sets()["references"]:
        return Rule(Act.RECURSE, f"E.1-1 {basic}: UIDs re-mapped")
    if dates and tag in _sets()["dates"]:
        shifted = vr_of_tag(tag) in ("DA", "DT")
        return Rule(Act.SHIFT if shifted else Act.KEEP, "E.1-1 C: modified dates")
    if descriptors and tag in _sets()["descriptors"]:
        return Rule(Act.CLEAN_WORDS, "E.1-1 C: clean descriptors")
    if basic == "U" and tag in _sets()["uids"]:
        return Rule(Act.REMAP, "E.1-1 U")
    if tag in _sets()["type 2"]:
        return Rule(Act.EMPTY, f"E.1-1 {basic}: Type 2")
    stricter = ", stricter than the table" if descriptors or dates or traits or basic == "U" else ""
    return Rule(Act.REMOVE, f"E.1-1 {basic}{stricter}")


def _mr_layer() -> dict[int, Rule]:
    words = set(tags_of(mr_layer.VOCABULARY_CLEANED))
    return {
        tag: Rule(_act_by_vr(tag, words), f"MR layer: {group}")
        for group, keywords in mr_layer.KEPT.items()
        for tag in tags_of(keywords)
        if tag not in E1_1
    }


def _act_by_vr(tag: int, words: set[int]) -> Act:
    vr = vr_of_tag(tag)
    if tag in words:
        return Act.CLEAN_WORDS
    if vr == "SQ":
        return Act.RECURSE
    if vr == "UI":
        return Act.REMAP
    if vr in ("LO", "SH", "ST", "LT", "UT", "UC"):
        return Act.CLEAN_TEXT
    return Act.KEEP


@functools.lru_cache(maxsize=1)
def _sets() -> dict[str, frozenset[int]]:
    return {
        "dates": frozenset(tags_of(mr_layer.RETAINED_BY_OPTION["modified dates"])),
        "descriptors": frozenset(tags_of(mr_layer.RETAINED_BY_OPTION["descriptors"])),
        "references": frozenset(tags_of(mr_layer.REFERENCES_KEPT)),
        "uids": frozenset(tags_of(mr_layer.UIDS_REMAPPED)),
        "type 2": frozenset(tags_of(mr_layer.EMPTIED_TYPE_2)),
    }


def _digest(rules: dict[int, Rule]) -> str:
    lines = [f"{tag:08X} {rule.act} {rule.why}" for tag, rule in sorted(rules.items())]
    lines += [f"{place} {safe}" for place, safe in sorted(SAFE_PRIVATE.items())]
    lines += sorted(WORDS) + sorted(EQUIPMENT) + sorted(TERMS) + sorted(MEANINGS)
    return hashlib.sha256("\n".join([PROFILE_ID, EDITION, *lines]).encode()).hexdigest()
