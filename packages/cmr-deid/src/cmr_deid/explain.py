"""Words for people inside the hospital: what happens to each attribute, nested and private ones too, and why.

The rows hold source values: for the center desk and the command line on the hospital's own machine only; they
are never logged, stored or sent. `sheets.py` shows them, with or without the values.
"""

import re
from dataclasses import dataclass, field

from cmr_deid.changes import Change, label
from cmr_deid.elements import PIXEL_DATA, DataSet, Element
from cmr_deid.grammar import first_integer
from cmr_deid.profile import NO_RULE, Act, DeidProfile, Rule, default_profile
from cmr_deid.reading import read_raw
from cmr_deid.text import character_sets, decoded, plain

SENTENCES: dict[str, str] = {
    "removed": "is removed",
    "emptied": "stays without a value, because the image format asks for the attribute",
    "replaced": "is replaced by a pseudonym or a statement of ours",
    "remapped": "is replaced by another UID, the same one wherever it occurs; UIDs of the DICOM standard stay",
    "shifted": "moves by a number of days that is fixed for this patient; distances stay exact",
    "cleaned": "stays in part: only what does not identify remains",
    "added": "is added: it says that and how the image was de-identified",
    "kept": "stays as it is: it describes the images, not the person",
}
"""Every action in words, in the order in which a person wants to read them."""

ACTION_OF_ACT: dict[Act, str] = {
    Act.CLEAN_TEXT: "cleaned",
    Act.CLEAN_WORDS: "cleaned",
    Act.CODE: "cleaned",
    Act.SEX: "cleaned",
    Act.AGE: "cleaned",
    Act.SIZE: "cleaned",
    Act.WEIGHT: "cleaned",
    Act.SHIFT: "shifted",
    Act.REMAP: "remapped",
    Act.RECURSE: "cleaned",
    Act.EMPTY: "emptied",
    Act.REMOVE: "removed",
}
"""What a changed value means where the record is silent; acts that are not here replace the value."""

LONGEST_SHOWN = 200
_STANDARD_ACTION = {
    "X": "remove",
    "Z": "empty",
    "D": "dummy value",
    "U": "another UID",
    "K": "keep",
    "C": "clean",
}
_STANDARD_RULE = re.compile(
    r"E\.1-1 (?P<codes>[XZDUKC](?:/[XZDUKC]\*?)*)(?:, (?P<option>[KC]))?"
    r"(?P<stricter>, stricter than the table)?(?:[:;] (?P<rest>.*))?",
    re.DOTALL,
)
_OPTION = {"K": "an option keeps it", "C": "an option keeps it cleaned"}
_PRIVATE_RULES = {
    "private, not on the safe list": "a manufacturer's own attribute; only listed science values of known form stay",
    "private, value not of the declared form": "a listed science value, but this value has another form",
    "private creator without a kept attribute": "the manufacturer's name of a private block of which nothing stays",
    "safe private E.3.10": "a manufacturer's own science value; it is on the safe list (DICOM PS3.15 E.3.10) and has"
    " the listed form",
}
_FILE_META = 0x0002
_NUMBER_VRS = frozenset(("US", "SS", "UL", "SL"))
_BINARY_VRS = _NUMBER_VRS | {"OB", "OW", "OF", "OD", "OL", "OV", "UN", "FL", "FD", "AT"}
Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute before and after.

    Attributes:
        path: tags from the top, with the numbers of items.
        keyword: DICOM keyword, empty for private and unknown attributes.
        before, after: values as text, None where the attribute is absent; hidden in the repr.
        action: a key of `SENTENCES`.
        why: the sentence of the action and the rule.
        rule: which rule of which layer says so, in words; empty where no record of the engine names one.
        creator: the private creator of a private attribute, else empty; a text of the source, hidden too.
        place: the same as `path` as numbers: tag, item number from 0, tag, ...
    """

    path: str
    keyword: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)
    action: str
    why: str
    rule: str = ""
    creator: str = field(default="", repr=False)
    place: Place = field(default=(), repr=False)

    @property
    def depth(self) -> int:
        """How many sequences enclose it."""
        return len(self.place) // 2

    @property
    def kind(self) -> str:
        """`private`, `nested` or `top`, for a reader who looks for one of them."""
        if any(tag >> 16 & 1 for tag in self.place[::2]):
            return "private"
        return "nested" if self.depth else "top"


@dataclass(frozen=True, slots=True)
class _Value:
    text: str
    creator: str
    binary: bytes | memoryview = b""


def before_after(
    source: bytes, output: bytes, changes: tuple[Change, ...] = (), profile: DeidProfile | None = None
) -> list[Row]:
    """Every attribute of the source and of the output, side by side.

    Args:
        source: Part-10 file of the hospital.
        output: what the engine made from it.
        changes: `Deidentified.changes`, for the rules' words; without them the action is read off the values.
        profile: the rules in force, for attributes of which the record does not speak.

    Raises:
        InstanceRejected: one of the files cannot be read.
    """
    old, new = _flat(source), _flat(output)
    said = {change.path: change for change in changes}
    namer = _Namer(said, profile or default_profile(), _sop_class(source))
    return [namer.row(place, old.get(place), new.get(place)) for place in sorted({**old, **new})]


def sentence(change: Change) -> str:
    """One line of the record in words."""
    return f"{change.path} {SENTENCES[change.action]} ({change.rule})."


def rule_in_words(rule: str) -> str:
    """A rule of the profile as a person reads it; the words of a rule that is not known here stay."""
    if rule == NO_RULE:
        return "no rule allows it"
    if rule in _PRIVATE_RULES:
        return _PRIVATE_RULES[rule]
    match = _STANDARD_RULE.fullmatch(rule)
    if match is None:
        return rule.replace("MR layer: ", "needed for MR: ", 1)
    codes = match["codes"]
    actions = ", ".join(_STANDARD_ACTION[code[0]] for code in codes.split("/"))
    parts = [f"DICOM PS3.15 Table E.1-1, {codes}: {actions}"]
    parts += [_OPTION[match["option"]]] if match["option"] else []
    parts += ["stricter than the table"] if match["stricter"] else []
    parts += [match["rest"]] if match["rest"] else []
    return "; ".join(parts)


class _Namer:
    """Says what became of an attribute, from the record where it speaks, else from values and profile."""

    def __init__(self, said: dict[str, Change], profile: DeidProfile, sop_class: str) -> None:
        self._said, self._profile, self._sop_class = said, profile, sop_class

    def row(self, place: Place, before: _Value | None, after: _Value | None) -> Row:
        change = self._said.get(_change_path(place)) if before is not None else None
        action = self._action(place, before, after, change)
        rule = rule_in_words(change.rule) if change is not None else self._rule(place, before)
        tag = place[-1]
        return Row(
            _path(place),
            label(tag).partition(" ")[2],
            None if before is None else before.text,
            None if after is None else after.text,
            action,
            SENTENCES[action] + (f" ({rule})" if rule else ""),
            rule,
            (before or after or _Value("", "")).creator,
            place,
        )

    def _action(
        self, place: Place, before: _Value | None, after: _Value | None, change: Change | None
    ) -> str:
        if before is None:
            return "added"
        if change is not None and change.action in SENTENCES:
            return _as_seen(change.action, after)
        if after is None:
            return "removed"
        if before.text == after.text and before.binary == after.binary:
            return "kept"
        if not after.text:
            return "emptied"
        return _as_seen(ACTION_OF_ACT.get(self._rule_at(place).act, "replaced"), after)

    def _rule_at(self, place: Place) -> Rule:
        rules = self._profile.rules_at(self._sop_class, place[:-1:2])
        return rules.get(place[-1]) or self._profile.rule(place[-1])

    def _rule(self, place: Place, before: _Value | None) -> str:
        """The rule of an enclosing sequence that went as a whole, else the profile's own."""
        if before is None:
            return ""
        if place[0] >> 16 == _FILE_META:
            return "the head of the file is written anew"
        for end in range(len(place) - 2, 0, -2):
            change = self._said.get(_change_path(place[:end]))
            if change is not None and change.action == "removed":
                return f"goes with the sequence that holds it: {rule_in_words(change.rule)}"
        return "" if place[-1] >> 16 & 1 else rule_in_words(self._rule_at(place).why)


def _as_seen(action: str, after: _Value | None) -> str:
    """Items of a sequence share one line of the record, and the file's head is written anew: values decide."""
    if after is None:
        return "removed"
    return "replaced" if action == "removed" else action


def _flat(data: bytes) -> dict[Place, _Value]:
    """Values as text by (tag, item number, tag, ...)."""
    source = read_raw(data)
    flat: dict[Place, _Value] = {}
    _flatten(source.file_meta, (), ["ascii"], flat)
    _flatten(source.data_set, (), character_sets(source.data_set), flat)
    return flat


def _flatten(data_set: DataSet, place: Place, encodings: list[str], flat: dict[Place, _Value]) -> None:
    for tag, element in data_set.items():
        creator = _creator(data_set, tag, encodings)
        if element.items is None:
            binary = element.value if element.vr in _BINARY_VRS else b""
            flat[(*place, tag)] = _Value(_shown(element, encodings), creator, binary)
            continue
        n = len(element.items)
        flat[(*place, tag)] = _Value("1 item" if n == 1 else f"{n} items", creator)
        for number, item in enumerate(element.items):
            _flatten(item, (*place, tag, number), encodings, flat)


def _creator(data_set: DataSet, tag: int, encodings: list[str]) -> str:
    if not tag >> 16 & 1:
        return ""
    number = tag & 0xFFFF
    return decoded(data_set.get(tag & ~0xFFFF | (number if number <= 0xFF else number >> 8)), encodings)


def _shown(element: Element, encodings: list[str]) -> str:
    if element.tag == PIXEL_DATA:
        return f"pixels, {len(element.value)} bytes"
    if element.vr in _NUMBER_VRS and len(element.value) <= 4:
        number = first_integer(element.vr, element.value)
        return "" if number is None else str(number)
    if element.vr in _BINARY_VRS:
        return f"binary, {len(element.value)} bytes" if element.value else ""
    text = decoded(element, encodings)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + " ..."


def _sop_class(source: bytes) -> str:
    return plain(read_raw(source).data_set.get(0x00080016))


def _change_path(place: Place) -> str:
    return " / ".join(label(tag) for tag in place[::2])


def _path(place: Place) -> str:
    tags = [f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in place[::2]]
    numbers = [f"[{number + 1}]" for number in place[1::2]]
    return "/".join(tag + number for tag, number in zip(tags, [*numbers, ""], strict=True))
