"""What is said of each item of an exam, as one character per item: small to keep, quick to count.

A capital letter stands for an item that the exam owes (`cmr_dictionary.obligations`), a small one for an item that
it does not owe and that is said nevertheless.
"""

import functools
from collections.abc import Iterable, Mapping

from cmr_dictionary import load
from cmr_exchange.canonical import sha256_hex

NOTHING_OWED = "-"
NOTHING_SAID = "X"
KNOWN, QUESTIONED, REFUSED = "K", "Q", "E"
MISSING_LETTERS: Mapping[str, str] = {
    "not_acquired": "A",
    "not_reported": "R",
    "unknown": "U",
    "not_applicable": "N",
    "withheld": "W",
}
"""Why a value is absent -> letter."""
LETTERS = (KNOWN, QUESTIONED, REFUSED, *MISSING_LETTERS.values())
"""Every letter that says something of an item."""
LAYOUT_LENGTH = 32


@functools.cache
def counted_items() -> tuple[str, ...]:
    """Names of the items that a status has a place for: all that may cross, in the order of the dictionary."""
    return tuple(item.name for item in load().items.values() if item.may_cross)


@functools.cache
def layout() -> str:
    """Fingerprint of the order of items; statuses of another layout cannot be counted together with these."""
    return sha256_hex("\n".join(counted_items()).encode())[:LAYOUT_LENGTH]


def statuses_of(
    entries: Mapping[str, Mapping[str, object]],
    *,
    obliged: frozenset[str],
    errors: frozenset[str],
    questions: frozenset[str],
) -> str:
    """The statuses of one exam.

    Args:
        entries: what is stored of it by item, as in `exams.versions.Document`.
        obliged: items that the exam owes.
        errors: items with an error.
        questions: items with a question; an error goes first.
    """
    letters = []
    for name in counted_items():
        letter = _letter(entries.get(name), name in errors, name in questions)
        if name in obliged:
            letters.append(letter or NOTHING_SAID)
        else:
            letters.append(letter.lower() or NOTHING_OWED)
    return "".join(letters)


def count_letters(statuses: str, letters: Iterable[str]) -> int:
    """How many items have one of these letters."""
    return sum(statuses.count(letter) for letter in letters)


def _letter(entry: Mapping[str, object] | None, is_error: bool, is_question: bool) -> str:
    if is_error:
        return REFUSED
    if entry is None:
        return ""
    if "missing" in entry:
        return MISSING_LETTERS.get(str(entry["missing"]), MISSING_LETTERS["unknown"])
    return QUESTIONED if is_question else KNOWN
