"""Values of items: texts become typed values, typed values are shown to people."""

import math
import re
from datetime import date, time

from cmr_dictionary.errors import RejectReason, ValueRejected
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.missing import Missing, missing_of
from cmr_dictionary.technique import is_technique

Value = str | int | float | list[str]

LONGEST_TEXT = 4000
LONGEST_WORD = 64
NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})")
INTEGER = re.compile(r"[+-]?\d{1,12}(?:\.0{1,6})?")
DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
TIME = re.compile(r"(\d\d):?(\d\d)(?::?(\d\d))?")
DATETIME = re.compile(r"(\d{4}-?\d\d-?\d\d)(?:[T ]?(\d\d:?\d\d(?::?\d\d)?))")
ANSWERS = {"1": 1, "yes": 1, "y": 1, "true": 1, "0": 0, "no": 0, "n": 0, "false": 0}
UNITS = {
    "mm[Hg]": "mmHg", "/min": "bpm", "m2": "m²", "cm2": "cm²", "x p99": "× 99th percentile", "d": "days",
    "h": "hours", "[MET]": "METs",
}  # fmt: skip


def parse_value(item: Item, text: str) -> Value:
    """Read the text of a CSV cell or an HL7 field.

    Args:
        item: the item it belongs to.
        text: the text; several codes are separated by semicolons, bars or tildes; a label stands for its code.

    Returns:
        Number, integer, 1 or 0 (yes/no), code, list of codes, or text; dates and times as ISO 8601 text.
        `Missing` (a text too) where the text is an old code or label that means that the value is absent: `9` and
        `Unknown` of a history item give `Missing.UNKNOWN`. In a list such codes are dropped beside real ones.

    Raises:
        ValueRejected: Length (empty or too long), Selection (no such code), Range (outside the hard limits),
            Type (anything else). Its text never holds the value.
    """
    word = text.strip()
    longest = LONGEST_TEXT if item.kind in (ItemKind.TEXT, ItemKind.CODES) else LONGEST_WORD * 4
    if not word or len(word) > longest:
        raise ValueRejected(RejectReason.LENGTH, f"A text of 1 to {longest} characters is expected.")
    absent = missing_of(item, word)
    if absent is not None:
        return absent
    if item.kind in (ItemKind.NUMBER, ItemKind.DERIVED, ItemKind.INTEGER):
        return _number(item, word)
    if item.kind == ItemKind.YES_NO:
        if word.lower() not in ANSWERS:
            raise ValueRejected(RejectReason.SELECTION, "Yes or no is expected.")
        return ANSWERS[word.lower()]
    if item.kind == ItemKind.CODE:
        return _code(item, word)
    if item.kind == ItemKind.CODES:
        return _codes(item, [part.strip() for part in re.split(r"[;|~]", word) if part.strip()])
    if item.kind in (ItemKind.DATE, ItemKind.TIME, ItemKind.DATETIME):
        return _moment(item, word)
    return word


def settled(item: Item, value: Value) -> Value:
    """A value of any version of the dictionary as the present one states it; codes are texts.

    Args:
        item: the item it belongs to.
        value: as it was sent.

    Returns:
        `Missing` for an old code that means unknown; 1 or 0 for the text of a yes/no; a list without old codes
        that mean unknown (`Missing` where nothing else is in it); anything else as it is.
    """
    if isinstance(value, list):
        known = [str(code) for code in value if missing_of(item, str(code)) is None]
        return known if known or not value else missing_of(item, str(value[0])) or known
    absent = None if isinstance(value, float) else missing_of(item, str(value))
    if absent is not None:
        return absent
    if item.kind == ItemKind.CODE and isinstance(value, int):
        return str(value)
    return int(value) if item.kind == ItemKind.YES_NO and value in ("0", "1") else value


def range_problem(item: Item, number: float) -> str | None:
    """A sentence where a number lies outside the item's hard limits, else None."""
    low, high = item.hard_min, item.hard_max
    if (low is None or number >= low) and (high is None or number <= high):
        return None
    return f"A value {_between(low, high)}{_unit_after(item)} is expected."


def soft_range_problem(item: Item, number: float) -> str | None:
    """A sentence where a number lies outside the item's usual range, else None."""
    low, high = item.soft_min, item.soft_max
    if (low is None or number >= low) and (high is None or number <= high):
        return None
    return f"Values {_between(low, high)}{_unit_after(item)} are usual; please confirm."


def display(item: Item, value: Value) -> str:
    """Show a value to a person: the label of a code, yes or no, a number with its unit.

    A code that the list does not hold is shown as it is.
    """
    if isinstance(value, list):
        return ", ".join(item.label_of(code) or code for code in value)
    if item.kind == ItemKind.CODE:
        return item.label_of(str(value)) or str(value)
    if item.kind == ItemKind.YES_NO:
        return {"1": "Yes", "0": "No"}.get(
            str(int(value)) if isinstance(value, int | float) else value, str(value)
        )
    if isinstance(value, int | float):
        return f"{value:g}{_unit_after(item)}" if abs(value) < 1e6 else f"{value:.0f}{_unit_after(item)}"
    return f"{value}{_unit_after(item)}"


def range_words(item: Item) -> str:
    """The item's hard limits in words, as "from 10 to 900 mL"; empty where it has none."""
    if item.hard_min is None and item.hard_max is None:
        return ""
    return f"{_between(item.hard_min, item.hard_max)}{_unit_after(item)}"


def unit_words(item: Item) -> str:
    """The unit as people write it; empty where the item has none."""
    return _unit_after(item).strip()


def is_crossing_text(item: Item, text: str) -> bool:
    """Whether the text of a crossing text item is spelled from its technique words."""
    return is_technique(item.name, text)


def _unit_after(item: Item) -> str:
    if not item.unit:
        return ""
    if item.unit.startswith("%"):
        return f" {item.unit}"
    return f" {UNITS.get(item.unit, item.unit.replace('m2', 'm²'))}"


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {high:g}"
    if high is None:
        return f"from {low:g}"
    return f"from {low:g} to {high:g}"


def _number(item: Item, word: str) -> int | float:
    pattern = INTEGER if item.kind == ItemKind.INTEGER else NUMBER
    if pattern.fullmatch(word) is None or not math.isfinite(float(word)):
        kind = "A whole number" if item.kind == ItemKind.INTEGER else "A number with a decimal point"
        raise ValueRejected(RejectReason.TYPE, f"{kind} is expected.")
    number = int(float(word)) if item.kind == ItemKind.INTEGER else float(word)
    problem = range_problem(item, number)
    if problem is not None:
        raise ValueRejected(RejectReason.RANGE, problem)
    return number


def _codes(item: Item, words: list[str]) -> list[str] | Missing:
    absent = [missing for word in words if (missing := missing_of(item, word)) is not None]
    if words and len(absent) == len(words):
        return absent[0]
    known = [word for word in words if missing_of(item, word) is None]
    return list(dict.fromkeys(_code(item, word) for word in known))


def _code(item: Item, word: str) -> str:
    for entry in item.code_list:
        if word.lower() in (entry.code.lower(), entry.label.lower()):
            return entry.code
    raise ValueRejected(RejectReason.SELECTION, "A code or label of the item's list is expected.")


def _moment(item: Item, word: str) -> str:
    try:
        if item.kind == ItemKind.DATE:
            return _date(word)
        if item.kind == ItemKind.TIME:
            return _time(word)
        match = DATETIME.fullmatch(word)
        if match is None:
            raise ValueError
        return f"{_date(match[1])}T{_time(match[2])}"
    except ValueError:
        raise ValueRejected(RejectReason.TYPE, f"A {item.kind.value} is expected.") from None


def _date(word: str) -> str:
    match = DATE.fullmatch(word)
    if match is None:
        raise ValueError
    return date(int(match[1]), int(match[2]), int(match[3])).isoformat()


def _time(word: str) -> str:
    match = TIME.fullmatch(word)
    if match is None:
        raise ValueError
    return time(int(match[1]), int(match[2]), int(match[3] or 0)).isoformat()
