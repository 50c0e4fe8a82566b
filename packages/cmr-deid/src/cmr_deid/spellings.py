"""How else a removed value may be written: dates in other orders, numbers and names without their separators."""

import functools
import re

_SEPARATORS = re.compile(r"[\s^=,;._/\-]+")
_DATE = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGITS = re.compile(r"\d+")
_ONE_SPELLING = re.compile(r"[0-2](?:\.\d+){3,}|[+-]?[\d.eE+-]+|[\d:. ]+")
_NUMBER_WITH_DASHES = re.compile(r"\d+(?:-\d+)+")
_SHORTEST_OTHER = 6


@functools.lru_cache(maxsize=16_384)
def spellings(value: str) -> tuple[str, ...]:
    """The value and its other spellings in lower case, the value itself first.

    A date of eight digits also with separators in the three usual orders and with its month as a word; a value
    with separators also without them, and the number of at least six digits in it alone and without its zeros
    in front. UIDs, times and decimal numbers have one spelling.
    """
    plain = value.casefold()
    date = _DATE.fullmatch(value)
    if date:
        return (plain, *_dates(*date.groups()))
    if not value.isascii() or (_ONE_SPELLING.fullmatch(value) and not _NUMBER_WITH_DASHES.fullmatch(value)):
        return (plain,)
    others = {_SEPARATORS.sub("", plain)}
    for number in _DIGITS.findall(plain):
        others |= {number, number.lstrip("0")}
    long_enough = {o for o in others if len(o) >= _SHORTEST_OTHER and len(set(o)) > 1}
    return (plain, *sorted(long_enough - {plain}))


def _dates(year: str, month: str, day: str) -> tuple[str, ...]:
    name = _MONTHS[int(month) - 1]
    orders = ((year, month, day), (day, month, year), (month, day, year))
    spelled = [sign.join(parts) for sign in ".-/" for parts in orders]
    return (*spelled, day + month + year, month + day + year, day + name + year, f"{day}-{name}-{year}")
