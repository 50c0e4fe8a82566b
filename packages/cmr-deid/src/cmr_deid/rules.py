"""What a rule is: an act, the line that asks for it, and the type of the attribute where it stands."""

import enum
from dataclasses import dataclass


class Act(enum.StrEnum):
    """What the engine does with an attribute."""

    KEEP = "keep"
    CLEAN_TEXT = "clean_text"
    CLEAN_WORDS = "clean_words"
    SHIFT = "shift"
    REMAP = "remap"
    RECURSE = "recurse"
    EMPTY = "empty"
    DUMMY = "dummy"
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
