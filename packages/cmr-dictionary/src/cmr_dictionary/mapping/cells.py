"""One cell becomes one value: words, numbers with either decimal sign, dates; nothing is guessed.

A number whose decimal sign is not that of the mapping, a date in another order, a comparison (`<5`) or a unit that the
mapping does not name is refused with a sentence. No sentence holds the cell.
"""

import datetime
import math
import re
from collections.abc import Mapping as MappingOf

from cmr_dictionary.coarsening import OLDEST_BELIEVED, coarsened
from cmr_dictionary.errors import RejectReason, ValueRejected
from cmr_dictionary.items import Item, ItemKind, Transfer
from cmr_dictionary.mapping.documents import AGE, SAYS_NOTHING, ColumnRule, DateOrder
from cmr_dictionary.mapping.units import unit_of
from cmr_dictionary.missing import Missing, missing_of
from cmr_dictionary.values import Value, parse_value

NUMBERS = frozenset({ItemKind.NUMBER, ItemKind.INTEGER, ItemKind.DERIVED})
TICKED = {"1": True, "checked": True, "yes": True, "x": True, "true": True, "0": False, "unchecked": False, "no": False,
          "": False, "false": False}  # fmt: skip
_PLAIN = re.compile(r"([+-]?)(\d{1,15}(?:\.\d{0,25})?|\.\d{1,25})(?:[eE]([+-]?\d{1,3}))?")
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:[ '\u00a0\u202f]\d{3})+(?:\.\d+)?|[+-]?\d{1,3}(?:,\d{3})+\.\d+"),
    ",": re.compile(r"[+-]?\d{1,3}(?:[. '\u00a0\u202f]\d{3})+,\d+|[+-]?\d{1,3}(?:[ '\u00a0\u202f]\d{3})+"),
}
_WITH_UNIT = re.compile(r"([+-]?[\d.,' ]*\d)\s*([a-zA-Zµμ%°/²³\[][^\d]{0,19}\d?)")
_ISO = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].{0,20})?")
_OTHER = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[T ].{0,20})?")
_ANSWERS = re.compile(r"[;|~]")


def word_meant(word: str, rule: ColumnRule, missing: MappingOf[str, str]) -> str:
    """The word as the mapping means it: through the column's own words first, then those of every column."""
    key = word.lower()
    if key in rule.values:
        return rule.values[key]
    return missing.get(key, word)


def read_cell(
    item: Item, word: str, rule: ColumnRule, missing: MappingOf[str, str], decimal: str
) -> Value | Missing | None:
    """The value of a cell that goes to an item; None where it says nothing.

    Raises:
        ValueRejected: it cannot be taken; the sentence says why, without the cell.
    """
    meant = word_meant(word, rule, missing)
    if meant == SAYS_NOTHING:
        return None
    if meant.lower() in Missing._value2member_map_:
        return Missing(meant.lower())
    if item.kind in NUMBERS:
        return missing_of(item, meant) or _coarse(item, number_of(item, meant, rule, decimal))
    if item.kind is ItemKind.CODES:
        parts = meant.split(rule.split) if rule.split else _ANSWERS.split(meant)
        words = [word_meant(part.strip(), rule, missing) for part in parts]
        return _parsed(item, ";".join(word for word in words if word))
    return _parsed(item, meant)


def _parsed(item: Item, word: str) -> Value | Missing | None:
    if not word:
        return None
    value = parse_value(item, word)
    return Missing(value) if isinstance(value, str) and value in Missing._value2member_map_ else value


def number_of(item: Item, word: str, rule: ColumnRule, decimal: str) -> float | int:
    """The number of a cell in the item's unit.

    Raises:
        ValueRejected: Type.
    """
    number = plain_number(_without_unit(item, word, rule), decimal)
    if number is None:
        raise ValueRejected(RejectReason.TYPE, _why_no_number(word, decimal))
    if rule.factor != 1.0 or rule.offset:
        number = round(number * rule.factor + rule.offset, 10)
    if item.kind is not ItemKind.INTEGER:
        return number
    if number != math.floor(number):
        raise ValueRejected(RejectReason.TYPE, "A whole number is expected.")
    return int(number)


def plain_number(word: str, decimal: str) -> float | None:
    """The number that a text writes with this decimal sign; None where it writes none."""
    if _GROUPED[decimal].fullmatch(word):
        word = re.sub("[ '\u00a0\u202f]|[.,](?=.*[.,])", "", word)
    if decimal == ",":
        if "." in word:
            return None
        word = word.replace(",", ".")
    if _PLAIN.fullmatch(word) is None:
        return None
    number = float(word)
    return number if math.isfinite(number) else None


def date_of(word: str, order: DateOrder) -> datetime.date:
    """The day that a text names.

    Raises:
        ValueRejected: Type.
    """
    try:
        found = _ISO.fullmatch(word)
        if found:
            return datetime.date(int(found[1]), int(found[2]), int(found[3]))
        found = _OTHER.fullmatch(word)
        if found and order is not DateOrder.YEAR_FIRST:
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            is_day_first = order is DateOrder.DAY_FIRST
            return datetime.date(year, second if is_day_first else first, first if is_day_first else second)
    except ValueError:
        pass
    sentence = "A date is expected: year, month, day, or in the order that the mapping states."
    raise ValueRejected(RejectReason.TYPE, sentence)


def interval(item: Item, day: datetime.date, exam: datetime.date) -> Value:
    """Days from the exam to this day, or full years from it to the exam where the item is the age.

    Raises:
        ValueRejected: Range: a birth after the exam.
    """
    if item.name != AGE:
        return (day - exam).days
    years = exam.year - day.year - ((exam.month, exam.day) < (day.month, day.day))
    if years < 0:
        raise ValueRejected(RejectReason.RANGE, "The birth lies after the exam.")
    return _coarse(item, float(years))


def _coarse(item: Item, number: float | int) -> Value:
    if item.transfer is Transfer.TOP_CODED and item.hard_max is not None and number <= OLDEST_BELIEVED:
        number = min(float(number), item.hard_max)
    return coarsened(item, number)


def _without_unit(item: Item, word: str, rule: ColumnRule) -> str:
    """A number without the unit written behind it, where that is the column's."""
    found = _WITH_UNIT.fullmatch(word)
    if found and unit_of(found[2]) in (
        rule.unit or item.unit,
        item.unit if rule.factor == 1.0 else rule.unit,
    ):
        return found[1]
    return word


def _why_no_number(word: str, decimal: str) -> str:
    if word[:1] in ("<", ">", "≤", "≥"):
        return "A number is expected; a comparison such as < or > is none."
    other = {".": ",", ",": "."}[decimal]
    if plain_number(word, other) is not None:
        sign = {".": "points", ",": "commas"}[decimal]
        return f"The numbers of this table have decimal {sign}; this one is written otherwise."
    return "A number is expected."
