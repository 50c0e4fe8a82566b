"""One cell of a table at the registry's door: taken, refused by itself, or a reason to refuse the whole table.

What is taken is spelled from what the dictionary knows: numbers inside the hard range, answers of code lists, missing
words, technique words. A cell that is wrong but can name nobody (a short number out of range) is refused by itself. Any
other cell may hold a name, a date or a local number, and no table with such a cell is taken (contract.md).
"""

import functools
import re
from dataclasses import dataclass

from cmr_deid.identities import check_pseudonym
from cmr_dictionary import load
from cmr_dictionary.coarsening import coarsened
from cmr_dictionary.errors import RejectReason, ValueRejected
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.mapping.cells import NUMBERS, plain_number
from cmr_dictionary.mapping.words import ANSWERS_OF, MISSING, NOTHING, YES_NO
from cmr_dictionary.missing import Missing, missing_of
from cmr_dictionary.values import Value, is_crossing_text, parse_value, range_problem
from cmr_registry.intake.table_words import GIVEN_NAMES, words_of

OLDEST_YEAR = 1980
"""No exam was made by magnetic resonance before."""
LATEST_DAY = 14_610
"""Forty years: more days than these lie between no two exams, but between 1970 or 1900 and any of them."""

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SHORT_NUMBER = re.compile(r"[+-]?\d{1,4}(?:[.,]\d{1,3})?")
_ZEROS = re.compile(r"[+-]?0\d{3,}")
_MONTHS = (
    r"(?:jan|feb|m[aä]r|apr|avr|ma[iy]|jui?n|jui?l|aug|ao[uû]|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|gen|mag|giu"
    r"|lug|set|ott)"
)
_DATE = re.compile(
    r"\d{1,4}\s*[./\-_\s]\s*\d{1,2}\s*[./\-_\s]\s*\d{1,4}|(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)(?:19|20)\d{6}(?!\d)"
    rf"|\d{{1,2}}[.\s]*{_MONTHS}|{_MONTHS}[a-zéû]*\.?\s*\d|\d{{1,2}}:\d\d",
    re.IGNORECASE,
)
_PADDED_DATE = re.compile(
    r"(?<!\d)(?:[0-3]\d[./-][01]\d|[01]\d[./-][0-3]\d)[./-](?:\d\d|\d{4})(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d[./-]?[01]\d[./-]?[0-3]\d(?!\d)"
)
_MAIL = re.compile(r"@|https?:|www\.|\(at\)", re.IGNORECASE)
_DIGITS = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")

_EPONYMS = words_of(
    "ross philips dubois haycock white siemens master mosteller fabry canon bernoulli fontan mustard simpson"
)
"""Words of answers that are names of people too."""

SENTENCES = {
    "hidden_text": "The cell holds characters that nobody sees.",
    "date": "The cell looks like a date or a year.",
    "contact": "The cell looks like a mail or web address.",
    "local_number": "The cell looks like a local number, a telephone number or a date written as a number.",
    "free_text": "The cell holds a text that is no answer of the item; a text may name somebody.",
    "pseudonym": "The cell is no pseudonym of the registry (16 base-32 characters and a check character).",
}
"""Why a cell lets the whole table be refused."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that is refused by itself: it says nothing about anybody."""

    code: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cell that may hold a name, a date or a local number: a word of `SENTENCES`."""

    kind: str


Said = Value | Missing | Refused | Suspect | None
"""What a cell says; None for nothing."""


def says_nothing(cell: str) -> bool:
    """Whether a cell is empty, or a sign that stands for nothing."""
    return not cell or cell.lower() in NOTHING


def read_pseudonym(cell: str) -> str | Suspect:
    """A pseudonym, or why it is none. One that spells a name without any digit was written by a person."""
    if check_pseudonym(cell):
        spells = cell.isalpha() and any(name in cell for name in GIVEN_NAMES)
        return Suspect("pseudonym") if spells else cell
    if _HIDDEN.search(cell):
        return Suspect("hidden_text")
    return Suspect("pseudonym")


def read_day(cell: str) -> int | Suspect | None:
    """Days from the subject's origin; what is none may be a date."""
    if says_nothing(cell):
        return None
    found = re.fullmatch(r"([+-]?[0-9]{1,5})(?:\.0{1,2})?", cell)
    if found is None or abs(int(found[1])) >= LATEST_DAY or _ZEROS.match(cell):
        return suspicion(cell) if found is None else Suspect("date")
    return int(found[1])


def read_year(cell: str, this_year: int) -> int | Suspect | None:
    """The year of the exam; what is none may be a date."""
    if says_nothing(cell):
        return None
    found = re.fullmatch(r"([0-9]{4})(?:\.0{1,2})?", cell)
    if found is None or not OLDEST_YEAR <= int(found[1]) <= this_year:
        return suspicion(cell) if found is None else Suspect("date")
    return int(found[1])


def read_item(item: Item, cell: str, decimal: str) -> Said:
    """What a cell says about an item.

    Args:
        item: an item that may cross.
        cell: trimmed text.
        decimal: `.` or `,`, as the numbers of the table are written.
    """
    if says_nothing(cell):
        return None
    if _HIDDEN.search(cell):
        return Suspect("hidden_text")
    if item.kind in NUMBERS:
        number = plain_number(cell, decimal) if cell.isascii() else None
        if number is not None:
            return _number(item, cell, number)
    elif item.kind is ItemKind.TEXT:
        if is_crossing_text(item, cell) and not _PADDED_DATE.search(cell):
            return cell
    else:
        answer = _answer(item, cell)
        if answer is not None:
            return answer
    return _missing(item, cell) or _wrong(item, cell)


def suspicion(cell: str) -> Suspect:
    """Why a cell that nothing allows may name somebody."""
    if _HIDDEN.search(cell):
        return Suspect("hidden_text")
    if _MAIL.search(cell):
        return Suspect("contact")
    if _DATE.search(cell):
        return Suspect("date")
    if len(_DIGITS.findall(cell)) >= 4:
        return Suspect("local_number")
    return Suspect("free_text")


def _number(item: Item, cell: str, number: float) -> Said:
    absent = missing_of(item, cell)
    if absent is not None:
        return absent
    if _ZEROS.match(cell):
        return Suspect("local_number")
    if item.kind is ItemKind.INTEGER and number != int(number):
        return Refused(RejectReason.TYPE.value)
    value: float | int = int(number) if item.kind is ItemKind.INTEGER else number
    if range_problem(item, value) is None:
        return coarsened(item, value)
    if abs(number) >= 10_000 or (number == int(number) and 1900 <= number <= 2100):
        return Suspect("date" if abs(number) < 10_000 or abs(number) > 1e7 else "local_number")
    return Refused(RejectReason.RANGE.value)


def _answer(item: Item, cell: str) -> Said:
    """The answer of a coded item, in the words that the dictionary or hospitals use; None where it is none."""
    lower = cell.lower()
    word = ANSWERS_OF.get(item.name, {}).get(lower, cell)
    if item.kind is ItemKind.YES_NO or (
        item.kind is ItemKind.CODE and item.label_of("0") in ("No", "Absent")
    ):
        word = YES_NO.get(lower, cell)
    if re.fullmatch(r"[0-9]{1,3}\.0", word):
        word = word[:-2]
    try:
        value = parse_value(item, word)
    except ValueRejected:
        return None
    return Missing(value) if isinstance(value, str) and value in Missing._value2member_map_ else value


def _missing(item: Item, cell: str) -> Missing | None:
    lower = cell.lower()
    if lower in Missing._value2member_map_:
        return Missing(lower)
    word = MISSING.get(lower)
    return missing_of(item, cell) or (Missing(word) if word else None)


def _wrong(item: Item, cell: str) -> Refused | Suspect:
    """A wrong cell that can name nobody is refused alone: a short number, or words of answers and nothing else."""
    code = RejectReason.TYPE if item.kind in NUMBERS else RejectReason.SELECTION
    if item.kind is ItemKind.TEXT:
        return suspicion(cell)
    if cell.isascii():
        bare = cell.removeprefix("<").removeprefix(">").removesuffix("%").strip()
        if _SHORT_NUMBER.fullmatch(bare) and not _looks_like_year(bare):
            return Refused(code.value)
        if item.kind not in NUMBERS and _are_answers(cell):
            return Refused(code.value)
    return suspicion(cell)


def _looks_like_year(word: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d|[0-3]?\d\.[01]?\d|0\d+", word) is not None


def _are_answers(cell: str) -> bool:
    """Whether a short text is made of words that stand in answers, in small letters, and of no digit."""
    words = _WORD.findall(cell)
    return (
        len(cell) <= 40
        and cell == cell.lower()
        and not _DIGITS.search(cell)
        and 1 <= len(words) <= 4
        and all(word in _answer_words() for word in words)
    )


@functools.cache
def _answer_words() -> frozenset[str]:
    """Words of the labels of all answers that labels write in small letters: what is a name has a capital."""
    found: set[str] = set()
    for item in load().items.values():
        for code in item.code_list:
            words = _WORD.findall(code.label)
            found.update(word for word in words if word.islower() and len(word) > 2)
            if len(words) == 1 and words[0].isascii():
                found.add(words[0].lower())
    return frozenset(found - _EPONYMS)
