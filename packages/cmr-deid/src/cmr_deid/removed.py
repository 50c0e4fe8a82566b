"""Which removed source values are worth searching for in the output (leaks.py): long enough, telling, gone.

Values of attributes that identify are always searched; values of attributes without a rule only if the same
text does not legitimately stand in what was kept (vendors repeat their words in private elements).
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cmr_deid.changes import Recorder
from cmr_deid.elements import DataSet, Element
from cmr_deid.equipment import VENDORS
from cmr_deid.equipment import WORDS as EQUIPMENT
from cmr_deid.grammar import TEXT_VRS
from cmr_deid.profile import Rule
from cmr_deid.text import decoded
from cmr_deid.vocabulary import NAMESAKES, WORDS

SHORTEST = 4
LONGEST = 256
LONGEST_NOTED = 8192
_VENDORS = frozenset(VENDORS.split())
_WELL_KNOWN_UID = re.compile(r"[0-9.]{0,8}\b10008(?:\.[0-9]{1,3}){2,9}\.?")
"""A UID of the standard, or the end of one that a damaged length left over."""

_SPLIT_NAME = re.compile(r"[\^=\\]+")
_SPLIT_WORDS = re.compile(r"[^A-Za-z0-9*]+")
_NOTED_VRS = TEXT_VRS | {"UI", "DA", "DT", "CS", "UN"}
_PERSON_TAGS = (0x00100010, 0x00100020, 0x00101000, 0x00101001, 0x00101005, 0x00080050, 0x00080090)
_PLACE_TAGS = (0x00080080, 0x00081010)
"""InstitutionName, StationName."""

IDENTITY_WORD_TAGS = _PERSON_TAGS + _PLACE_TAGS
_OF_TECHNIQUE = WORDS | NAMESAKES | EQUIPMENT
_POOLED_VRS = frozenset(("CS", "LO", "SH", "ST", "LT", "UT", "DS", "IS", "TM", "AS", "UC"))


def note(recorder: Recorder, element: Element, rule: Rule, before: str, after: str = "") -> None:
    """Remember what went of a value: all of it, or the words that `after` lacks."""
    if after:
        kept = set(_SPLIT_WORDS.split(after.casefold()))
        parts = [word for word in _SPLIT_WORDS.split(before) if word.casefold() not in kept]
    elif element.vr == "PN":
        parts = [before, *_SPLIT_NAME.split(before)]
    elif element.vr == "DT":
        parts = [before, before[:8]]
    else:
        parts = before.split("\\")
    identifying = rule.why.startswith("E.1-1") or element.vr in ("PN", "UI", "DA", "DT")
    target = recorder.removed_identity if identifying and not after else recorder.removed_other
    stripped = (part.strip() for part in parts)
    target.update(part for part in stripped if SHORTEST <= len(part) <= LONGEST and _worth(part))


def note_all(recorder: Recorder, element: Element, rule: Rule, encodings: list[str]) -> None:
    """Remember all texts of an attribute that goes, those inside its items too."""
    if element.items is None:
        if element.vr in _NOTED_VRS and len(element.value) <= LONGEST_NOTED:
            note(recorder, element, rule, decoded(element, encodings))
        return
    for item in element.items:
        for inner in item.values():
            note_all(recorder, inner, rule, encodings)


def identity_words(data_set: DataSet, encodings: list[str]) -> frozenset[str]:
    """Case-folded words of three or more letters of the patient's names and numbers, each value as one word too.

    Words of the hospital and its scanner join them, if they have four letters or a digit and are no technique:
    a "Heart Center" takes no heart away.
    """
    words: set[str] = set()
    for tag in _PERSON_TAGS:
        parts = _parts(data_set, tag, encodings)
        words.update(w for w in (*parts, "".join(parts)) if len(w) > 2)
    for tag in _PLACE_TAGS:
        words.update(w for w in _parts(data_set, tag, encodings) if _names_a_place(w))
    return frozenset(words)


def _parts(data_set: DataSet, tag: int, encodings: list[str]) -> list[str]:
    text = decoded(data_set.get(tag), encodings).casefold()
    return "".join(c if c.isalnum() else " " for c in text).split()


def _names_a_place(word: str) -> bool:
    numbered = len(word) >= SHORTEST - 1 and any(map(str.isdigit, word)) and not word.isdigit()
    return (numbered or len(word) >= SHORTEST) and word not in _OF_TECHNIQUE


@dataclass(frozen=True, slots=True)
class Searchable:
    """What one attribute contributes to the choice of the values to search.

    Attributes:
        identity: values of identifying attributes; searched in any case.
        other: other values that went, as they stood and case-folded.
        pool: case-folded texts that stay; another value that stands among them is not searched.
        dates: dates and times that stay, written as they are searched.
    """

    identity: frozenset[str]
    other: tuple[tuple[str, str], ...]
    pool: str
    dates: frozenset[str]


def searchable(recorder: Recorder, kept: Iterable[Element]) -> Searchable:
    """What went of an attribute, and what of it stays."""
    other = tuple((value, value.casefold()) for value in recorder.removed_other)
    elements = {element.tag: element for element in kept}
    return Searchable(
        frozenset(recorder.removed_identity), other, _pool(elements), frozenset(_dates(elements))
    )


def chosen(parts: Iterable[Searchable]) -> tuple[str, ...]:
    """The values to search, without those that the output legitimately holds."""
    values: set[str] = set()
    others: list[tuple[str, str]] = []
    texts: list[str] = []
    dates: set[str] = set()
    for part in parts:
        values |= part.identity
        others += part.other
        dates |= part.dates
        if part.pool:
            texts.append(part.pool)
    pool = "\x1f".join(texts)
    values.update(value for value, folded in others if folded not in pool)
    return tuple(sorted(values - dates))


@functools.lru_cache(maxsize=4096)
def _worth(text: str) -> bool:
    if _WELL_KNOWN_UID.fullmatch(text):
        return False
    if len(set(text)) < 2 or not any(c.isalnum() for c in text) or "\0" in text:
        return False
    words = [w for w in _SPLIT_WORDS.split(text.lower()) if w]
    return not words or any(w not in WORDS and w not in _VENDORS and len(w) > 1 for w in words)


def _pool(data_set: DataSet) -> str:
    texts: list[str] = []
    for element in data_set.values():
        if element.items is not None:
            texts += [_pool(item) for item in element.items]
        elif element.vr in _POOLED_VRS and len(element.value) <= LONGEST:
            texts.append(bytes(element.value).decode("latin-1"))
    return "\x1f".join(texts).casefold()


def _dates(data_set: DataSet) -> set[str]:
    found: set[str] = set()
    for element in data_set.values():
        if element.items is not None:
            for item in element.items:
                found |= _dates(item)
        elif element.vr in ("DA", "DT", "TM"):
            text = bytes(element.value).decode("latin-1").strip()
            found |= {text, text[:8]}
    return found
