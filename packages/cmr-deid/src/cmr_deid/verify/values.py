"""Judges single values by their bytes: does this have a form that may identify?"""

import functools
import re

from cmr_deid.verify import private_terms, tables, technique, terms
from cmr_deid.verify.amounts import is_sensible
from cmr_deid.verify.descriptions import is_technique
from cmr_deid.verify.standard_uids import STANDARD_UID

_LETTERS, _ANY_LETTERS = re.compile(r"[a-z]{4,}"), re.compile(r"[a-z]+")
_LONG_OR_PHONE = re.compile(rb"[0-9]{5}|[0-9]{3}[-. ][0-9]{4}")
_SHORTEST_PART = 3
_ALNUM, _DIGIT = re.compile(rb"[A-Za-z0-9]+"), re.compile(rb"[0-9]")
_CHANGES = re.compile(rb"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])")
_MOST_CHANGES, _MOST_DIGITS = 3, 4
_METHOD, _DEVICE = 0x00120063, 0x00181000
_TECHNIQUE = 0x00180024
_META_VERSION, _WRITER_CLASS, _WRITER_NAME = 0x00020001, 0x00020012, 0x00020013
_METHOD_WORD = "|".join(re.escape(word) for word in sorted(terms.METHOD_WORDS, key=len, reverse=True))
_METHOD_FORM = re.compile(
    rf"CMR Registry [a-z0-9.-]{{1,24}} [0-9a-z/]{{1,12}}\\k-[a-z2-7]{{8}} [A-Z2-7]{{17}} [A-Z2-7]{{16}}"
    rf"(?:\\(?i:{_METHOD_WORD})(?: (?i:{_METHOD_WORD}))*)* ?".encode()
)
_STANDARD_NUMBER = re.compile(rb"ISO_1[0-9]{4}(?:_[0-9])?")
_NO_DATE = re.compile(rb"19000101(?:000000)? ?")
_TERM = re.compile(rb"[A-Za-z0-9_ .+/*-]{1,16}")
_NOT_IN_TERMS = re.compile(
    rb"[0-9]{5}|[0-9]{3}-[0-9]{4}|[0-9]{1,2}[A-Za-z]{3,9}[0-9]{2}|[0-9]+[-./][0-9]+[-./][0-9]"
)
_MEANING = re.compile(rb"[A-Za-z0-9 (),/.%*-]{0,64}")
_LONG_RUN = re.compile(rb"[A-Za-z]{4}")
_DEVICE_FORM = re.compile(rb"(?:D[A-Z2-7]{15})? ?")
_PSEUDONYM_FORM = re.compile(rb"[A-Z2-7]{17} ?")
_OWN_UID = re.compile(rb"2\.25\.([1-9][0-9]{23,38})")
_AMOUNTS = frozenset(("FL", "FD", "US", "SS", "UL", "SL", "AT"))
_LONGEST_TEXT, _LONGEST_REMEMBERED = 1024, 128


CODED = (0x00080100, 0x00080102, 0x00080104)
"""Code value, scheme and meaning of a coded item."""


def value_finding(tag: int, vr: str, value: bytes) -> str | None:
    """Reason code against this value, or None; the parts of a code are judged together (`code_finding`)."""
    return _remembered(tag, vr, value) if len(value) <= _LONGEST_REMEMBERED else _finding(tag, vr, value)


def _finding(tag: int, vr: str, value: bytes) -> str | None:
    if tag in CODED:
        return None
    if tag in tables.MUST_BE_EMPTY:
        return "identifying_attribute" if value.strip(b" \0") else None
    special = _SPECIAL.get(tag)
    if special is not None:
        return None if special.fullmatch(value) else "identifying_value"
    if vr == "UI":
        return _uid_finding(value)
    if vr == "CS":
        return _words_finding(value) if tag in tables.DESCRIPTIONS else _terms_finding(value)
    form = tables.FORMS.get(vr)
    if form is not None:
        return _formed(tag, vr, value, form)
    width = tables.WIDTHS.get(vr)
    if width is not None:
        wrong = len(value) % width or (
            vr in _AMOUNTS and tag >> 16 & 1 == 0 and not is_sensible(tag, vr, value)
        )
        return "identifying_value" if wrong else None
    return _text_finding(tag, value)


_DUMMIES = (b"REMOVED ", b"REMOVED")
"""What stands in a text that must have a value and whose own may not stay."""

_remembered = functools.lru_cache(maxsize=16_384)(_finding)

_SPECIAL: dict[int, re.Pattern[bytes]] = {
    _METHOD: _METHOD_FORM,
    0x00080005: re.compile(rb"(?:ISO_IR [0-9]{1,3})? ?"),
    _DEVICE: _DEVICE_FORM,
    _META_VERSION: re.compile(rb"\x00\x01"),
    _WRITER_CLASS: re.compile(rb"[0-9.]{1,64}\0?"),
    **dict.fromkeys((0x00080106, 0x00080107, 0x0040A120, 0x0040A121), _NO_DATE),
    0x0040A122: re.compile(rb"000000"),
    0x0040A123: re.compile(rb"REMOVED ?"),
    0x00100010: _PSEUDONYM_FORM,
    0x00100020: _PSEUDONYM_FORM,
    0x00100040: re.compile(rb"[MFO]? ?"),
    **terms.CLOSED,
}


def private_text_finding(place: private_terms.Place, value: bytes) -> str | None:
    """Reason code against a private text at (creator, group, element), or None."""
    text = value.rstrip(b" \0")
    if place in private_terms.TECHNIQUE:
        return _text_finding(_TECHNIQUE, text)
    if place in private_terms.CODES:
        return _terms_finding(text)
    form = private_terms.FORMS.get(place)
    known = form is not None and (not text or form.fullmatch(text))
    return None if known else "identifying_value"


@functools.lru_cache(maxsize=4096)
def _uid_finding(value: bytes) -> str | None:
    parts = value.rstrip(b"\0").split(b"\\")
    return None if all(not part or _is_coded_uid(part) for part in parts) else "original_uid"


def _is_coded_uid(part: bytes) -> bool:
    """True for a UID of the standard, or one made from a version 4 UUID (PS3.5 B.2, RFC 9562 5.4).

    A date, a patient number or a UUID with the clock and network card of a scanner is not of version 4.
    """
    own = _OWN_UID.fullmatch(part)
    if own is None:
        return bool(STANDARD_UID.fullmatch(part))
    number = int(own[1])
    return not number >> 128 and number >> 76 & 0xF == 4 and number >> 62 & 0b11 == 0b10


def _formed(tag: int, vr: str, value: bytes, form: re.Pattern[bytes]) -> str | None:
    if not form.fullmatch(value):
        return "identifying_value"
    if vr in ("DS", "IS") and len(value) > 7 and tables.DATE_IN_TEXT.search(value):
        return "identifying_value"
    amount = vr in ("DS", "IS") and tag >> 16 & 1 == 0
    return "identifying_value" if amount and not is_sensible(tag, vr, value) else None


@functools.lru_cache(maxsize=4096)
def _terms_finding(value: bytes) -> str | None:
    """Judge the values of a code string: defined terms, and nothing that only looks like one."""
    parts = (part.strip(b" \0") for part in value.split(b"\\"))
    return None if all(not part or _is_term(part) for part in parts) else "identifying_value"


def _is_term(part: bytes) -> bool:
    if _STANDARD_NUMBER.fullmatch(part):
        return True
    if not _TERM.fullmatch(part) or _NOT_IN_TERMS.search(part) or _is_mixed(part):
        return False
    runs = _LETTERS.findall(part.decode("latin-1").lower())
    if any(run not in terms.TERMS and run not in technique.ALONE for run in runs):
        return False
    words = part.upper().replace(b"_", b" ").split() if b" " in part else []
    return all(word in terms.SHORT_TERMS or word.isdigit() or _LONG_RUN.search(word) for word in words)


@functools.lru_cache(maxsize=1024)
def code_finding(code: bytes, scheme: bytes, meaning: bytes) -> str | None:
    """Reason code against a coded item (PS3.3 8.8): a public code, and known words or the code for a meaning."""
    form = terms.CODES.get(scheme.strip(b" \0"))
    if form is None or not form.fullmatch(code.strip(b" \0")):
        return "identifying_value"
    if meaning.strip(b" \0") == code.strip(b" \0"):
        return None
    runs = _LETTERS.findall(meaning.decode("latin-1").lower())
    if any(run not in terms.MEANINGS and run not in technique.ALONE for run in runs):
        return "identifying_value"
    return "identifying_value" if _NOT_IN_TERMS.search(meaning) or not _MEANING.fullmatch(meaning) else None


def _text_finding(tag: int, value: bytes) -> str | None:
    if value in _DUMMIES:
        return None
    if len(value) > _LONGEST_TEXT or tables.PERSON_LIKE.search(value) or tables.DATE_IN_TEXT.search(value):
        return "identifying_value"
    if tag == _WRITER_NAME:
        if _is_mixed(value):
            return "identifying_value"
        runs = _LETTERS.findall(value.decode("latin-1").lower())
        return None if all(run in tables.WRITERS for run in runs) else "identifying_value"
    if tag in terms.EQUIPMENT_TAGS:
        return _equipment_finding(value)
    if tag >> 16 & 1 == 0 and tag not in tables.DESCRIPTIONS:
        return "identifying_value" if value.strip(b" \0") else None
    return _words_finding(value)


@functools.lru_cache(maxsize=1024)
def _equipment_finding(value: bytes) -> str | None:
    if _LONG_OR_PHONE.search(value) or _is_mixed(value):
        return "identifying_value"
    for token in value.decode("latin-1").lower().replace("\\", " ").split():
        numbered = any("0" <= c <= "9" for c in token)
        for run in _ANY_LETTERS.findall(token):
            short = len(run) < 4 and (numbered or len(run) == 1)
            if not short and not _is_made_of(terms.EQUIPMENT, run, 3):
                return "identifying_value"
    return None


def _words_finding(value: bytes) -> str | None:
    return None if is_technique(value) else "identifying_value"


def _is_mixed(part: bytes) -> bool:
    """True if a run of letters and digits changes between them as no name of a thing does, or has many digits."""
    return any(
        len(_CHANGES.findall(run)) > _MOST_CHANGES or len(_DIGIT.findall(run)) > _MOST_DIGITS
        for run in _ALNUM.findall(part)
    )


def _is_made_of(words: frozenset[str], run: str, parts: int) -> bool:
    """True if a run of letters is one of the words or several of them without a blank between."""
    if run in words:
        return True
    if parts == 1:
        return False
    return any(
        run[:cut] in words and _is_made_of(words, run[cut:], parts - 1)
        for cut in range(_SHORTEST_PART + 1, len(run) - _SHORTEST_PART)
    )
