"""Safe private attributes: an allow-list by creator, element, VR, number of values and form (PS3.15 E.3.10).

The action is C, not K: a number in a known place is science, and a text only if all of it is of the element's own
closed form. A value of any other form goes.
"""

import functools
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from cmr_deid.codes import clean_codes
from cmr_deid.descriptors import clean_words
from cmr_deid.numbers import is_text
from cmr_deid.safe_private_rows import ALIASES, COIL, DURATIONS, FORMS, OFFSETS, PHILIPS_TERMS, ROWS, SCALES

NUMERIC_SIZES = {"FL": 4, "FD": 8, "US": 2, "SS": 2, "UL": 4, "SL": 4}
_COUNT, _WHOLE_SCALE, _SCALE, _DURATION = 20_000, 70_000, 500_000, 1_000_000
"""Largest counts, places and times, whole and broken scale factors, and durations; larger ones may be patient
numbers or dates."""

_NUMERIC_TEXT = frozenset(("DS", "IS"))
_ANY_NUMBER = 64
_LONGEST_TEXT = 512
_SAME_FORM = ({"US", "SS"}, {"UL", "SL"}, {"LO", "SH"}, {"LO", "ST"})


@dataclass(frozen=True, slots=True, order=True)
class SafePrivate:
    """VR, smallest and largest number of values, and the form of a text, of a safe private attribute.

    Of a number also: the largest amount, the largest whole one, and what may be added to it as a flag.
    """

    vr: str
    low: int
    high: int
    form: str = ""
    largest: int = _COUNT
    whole: int = _COUNT
    offset: int = 0


def _row(creator: str, word: str) -> tuple[int, SafePrivate]:
    number, _, rest = word.partition(",")
    rest, _, form = rest.partition("=")
    vr, _, multiplicity = rest.partition("*")
    low, _, high = (multiplicity or "1").partition("-")
    place = (creator, int(number, 16))
    largest, whole = _COUNT, _COUNT
    if place in SCALES:
        largest, whole = _SCALE, _WHOLE_SCALE
    elif place in DURATIONS:
        largest, whole = _DURATION, _DURATION
    count = _ANY_NUMBER if high == "n" else int(high or low)
    return place[1], SafePrivate(vr, int(low), count, form, largest, whole, OFFSETS.get(place, 0))


def _rows() -> dict[tuple[str, int, int], SafePrivate]:
    rows: dict[tuple[str, int, int], SafePrivate] = {}
    creator, group = "", 0
    for part in re.split(r"\s+(?=\[)", ROWS.strip()):
        name, _, listed = part.partition("\n")
        creator = name.strip("[]")
        for word in listed.split():
            if word.endswith(":"):
                group = int(word[:-1], 16)
            else:
                number, safe = _row(creator, word)
                rows[creator, group, number] = safe
    capitals = {
        (alias, *place[1:]): safe
        for alias, name in ALIASES.items()
        for place, safe in rows.items()
        if place[0] == name
    }
    return rows | capitals


SAFE_PRIVATE: dict[tuple[str, int, int], SafePrivate] = _rows()
"""(creator, group, element) -> form of the value."""

FORM_LINES = tuple(f"{name} {form}" for name, form in sorted({**FORMS, "coil": COIL}.items())) + tuple(
    sorted(PHILIPS_TERMS)
)
"""The forms of texts as lines, for the digest of the profile."""

_PATTERNS = {name: re.compile(form.replace("{coil}", COIL)) for name, form in FORMS.items()}
_VOCABULARIES: dict[str, Callable[[str], bool]] = {
    "words": lambda text: clean_words(text) == text,
    "codes": lambda text: clean_codes(text) == text,
    "philips": PHILIPS_TERMS.__contains__,
}


def fits(safe: SafePrivate, vr: str, value: bytes) -> bool:
    """True if a value of this VR (or UN) has the declared form; of a sequence only its items can tell."""
    if vr not in (safe.vr, "UN") and {vr, safe.vr} not in _SAME_FORM:
        return False
    size = NUMERIC_SIZES.get(safe.vr)
    if size is not None:
        return _numbers_fit(safe, size, value)
    if len(value) > _LONGEST_TEXT:
        return False
    parts = [part.strip(" ") for part in value.decode("latin-1").strip(" \0").split("\\")]
    if not safe.low <= len(parts) <= safe.high:
        return False
    if safe.vr in _NUMERIC_TEXT:
        return all(_is_number(safe, part) for part in parts)
    return parts == [""] or all(_has_form(safe.form, part) for part in parts)


def _numbers_fit(safe: SafePrivate, size: int, value: bytes) -> bool:
    count, rest = divmod(len(value), size)
    if rest or not safe.low <= count <= safe.high or is_text(safe.vr, value):
        return False
    if safe.vr in ("FL", "FD"):
        numbers = struct.unpack(f"<{count}{'f' if safe.vr == 'FL' else 'd'}", value)
        return all(number == 0 or (abs(number) >= 1e-12 and _small(safe, number)) for number in numbers)
    form = {"UL": "L", "SL": "l"}.get(safe.vr)
    return form is None or all(_small(safe, n) for n in struct.unpack(f"<{count}{form}", value))


@functools.lru_cache(maxsize=4096)
def _has_form(form: str, text: str) -> bool:
    pattern = _PATTERNS.get(form)
    return pattern.fullmatch(text) is not None if pattern is not None else _VOCABULARIES[form](text)


def _is_number(safe: SafePrivate, text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    if len(text) > 16 or not text.isascii() or "_" in text:
        return False
    return _small(safe, number) or (safe.offset > 0 and 0 <= number - safe.offset <= safe.whole)


def _small(safe: SafePrivate, number: float) -> bool:
    return abs(number) <= (safe.largest if number % 1 else safe.whole)
