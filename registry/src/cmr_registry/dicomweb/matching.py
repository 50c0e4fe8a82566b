"""QIDO-RS queries as plain data and their meaning: no database, no HTTP (PS3.18 8.3.4, PS3.4 C.2.2.2)."""

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.datadict import dictionary_VR, tag_for_keyword

from cmr_registry.dicomweb.dicom_json import Attributes, tag_of, values_of
from cmr_registry.dicomweb.errors import MalformedRejected

MOST_RESULTS = 1_000
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_NOT_MATCHED = frozenset(
    {
        "limit",
        "offset",
        "fuzzymatching",
        "includefield",
        "accept",
        "charset",
        "emptyvaluematching",
        "multiplevaluematching",
    }
)
_RANGED = frozenset({"DA", "TM", "DT"})
_WILDCARDS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})


@dataclass(frozen=True, slots=True)
class Key:
    """One attribute to match: the path of its tag through sequences, its VR and what it must be."""

    tags: tuple[str, ...]
    vr: str
    wanted: str

    @property
    def tag(self) -> str:
        """The tag at the top."""
        return self.tags[0]

    @property
    def is_wildcard(self) -> bool:
        """True where the wanted text holds a wildcard."""
        return "*" in self.wanted or "?" in self.wanted

    @property
    def uids(self) -> tuple[str, ...]:
        """The wanted list of a UID or of values separated by comma or backslash."""
        return tuple(word for word in re.split(r"[,\\]", self.wanted) if word)


@dataclass(frozen=True, slots=True)
class Query:
    """A whole QIDO-RS query.

    Attributes:
        keys: all must match.
        fields: tags asked for beside the usual ones; None asks for all.
        limit, offset: page of the results.
        fuzzy: fuzzy matching was asked for; it is not done, and the answer warns of it.
    """

    keys: tuple[Key, ...] = ()
    fields: frozenset[str] | None = frozenset()
    limit: int = MOST_RESULTS
    offset: int = 0
    fuzzy: bool = False

    def wanted(self, keyword: str) -> Key | None:
        """The key on a top-level attribute, if there is one."""
        tag = tag_of(keyword)
        return next((key for key in self.keys if key.tags == (tag,)), None)

    def without(self, *keywords: str) -> tuple[Key, ...]:
        """The keys that are left when the store has answered those on `keywords`."""
        answered = {(tag_of(keyword),) for keyword in keywords}
        return tuple(key for key in self.keys if key.tags not in answered)


def query_of(parameters: Sequence[tuple[str, str]]) -> Query:
    """Read the parameters of an address.

    Raises:
        MalformedRejected: an attribute that the standard does not know, or a number out of range.
    """
    options = {name.lower(): value for name, value in parameters if name.lower() in _NOT_MATCHED}
    keys = [_key(name, value) for name, value in parameters if name.lower() not in _NOT_MATCHED]
    named = [
        word for name, value in parameters if name.lower() == "includefield" for word in value.split(",")
    ]
    return Query(
        keys=tuple(key for key in keys if key.wanted not in ("", "*")),
        fields=None if "all" in named else frozenset(_tags(word)[-1] for word in named if word),
        limit=min(_number(options.get("limit"), "limit", MOST_RESULTS), MOST_RESULTS),
        offset=_number(options.get("offset"), "offset", 0),
        fuzzy=options.get("fuzzymatching", "").lower() == "true",
    )


def matches(keys: Sequence[Key], attributes: Mapping[str, Mapping[str, Any]]) -> bool:
    """True where a data set in the DICOM JSON model matches every key."""
    return all(_one_matches(key, key.tags, attributes) for key in keys)


def selected(attributes: Attributes, usual: frozenset[str], query: Query) -> Attributes:
    """The attributes that an answer shows: the usual ones of its level, the keys, and the fields asked for."""
    if query.fields is None:
        return attributes
    shown = usual | query.fields | {key.tag for key in query.keys}
    return {tag: entry for tag, entry in attributes.items() if tag in shown}


def text_matches(wanted: str, text: str, vr: str) -> bool:
    """True where a value matches: range, list, wildcard or equality as its VR has it."""
    if vr in _RANGED:
        return _in_range(wanted, text)
    if vr == "UI":
        return text in re.split(r"[,\\]", wanted)
    if vr in _WILDCARDS and ("*" in wanted or "?" in wanted):
        pattern = wanted.replace("[", "[[]")
        return (
            fnmatch.fnmatchcase(text.casefold(), pattern.casefold())
            if vr == "PN"
            else fnmatch.fnmatchcase(text, pattern)
        )
    if vr == "PN":
        return text.casefold() == wanted.casefold()
    return text == wanted or text in re.split(r"[,\\]", wanted)


def range_of(wanted: str) -> tuple[str, str]:
    """First and last of a range; an open end is empty (PS3.4 C.2.2.2.5)."""
    first, dash, last = wanted.partition("-")
    return (first, last) if dash else (first, first)


def _in_range(wanted: str, text: str) -> bool:
    first, last = range_of(wanted)
    return bool(text) and (not first or text >= first) and (not last or text[: len(last)] <= last)


def _one_matches(key: Key, tags: tuple[str, ...], attributes: Mapping[str, Mapping[str, Any]]) -> bool:
    values = values_of(attributes, tags[0])
    if len(tags) > 1:
        return any(_one_matches(key, tags[1:], item) for item in values)
    return any(text_matches(key.wanted, _text(value), key.vr) for value in values)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("Alphabetic", ""))
    return str(value)


def _key(name: str, wanted: str) -> Key:
    tags = _tags(name)
    try:
        vr = dictionary_VR(int(tags[-1], 16))
    except KeyError:
        raise MalformedRejected(
            "A query parameter names an attribute that the standard does not know."
        ) from None
    return Key(tags, vr, wanted.strip())


def _tags(name: str) -> tuple[str, ...]:
    return tuple(_tag(word) for word in name.split("."))


def _tag(word: str) -> str:
    if _TAG.fullmatch(word):
        return word.upper()
    tag = tag_for_keyword(word) if word else None
    if tag is None:
        raise MalformedRejected("A query parameter names an attribute that the standard does not know.")
    return f"{tag:08X}"


def _number(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise MalformedRejected(f"The parameter {name} is not a count.")
    return int(text)
