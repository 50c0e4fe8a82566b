"""Cleaning of single values: dates moved, ages and sizes made coarser. Pure functions on text."""

import datetime
import re

from pydicom.datadict import dictionary_has_tag, dictionary_VM

from cmr_deid.writing import text_value

_DA = re.compile(r"(\d{4})(\d{2})(\d{2})|(\d{4})\.(\d{2})\.(\d{2})")
_DT_REST = re.compile(r"(\d{0,6}(?:\.\d{1,6})?)(?:[+-]\d{4})?")
_AGE = re.compile(r"(\d{1,3})([DWMY])")
OLDEST_AGE_YEARS = 90
FIRST_YEAR = 1960
"""MR began later than this, and dates move by at most ten years."""
DUMMY_DATES = {"DA": "19000101", "DT": "19000101000000"}
"""By VR, what stands where an attribute must have a date and no date may stand."""

DUMMY_TEXT = "REMOVED"
_DUMMIES = {**DUMMY_DATES, "TM": "000000", "AS": "000Y", "CS": "NONE", "DS": "0", "IS": "0", "UI": "2.25.0"}
_DUMMIES_BY_TAG = {0x00080008: "DERIVED\\SECONDARY"}
_ZERO_BYTES = {
    **dict.fromkeys(("US", "SS", "OW", "OB", "UN"), 2),
    **dict.fromkeys(("UL", "SL", "FL", "OF", "OL", "AT"), 4),
    **dict.fromkeys(("FD", "OD", "SV", "UV", "OV"), 8),
}
_YEARS_PER = {"Y": 1.0, "M": 1 / 12, "W": 1 / 52.18, "D": 1 / 365.25}


def shift_date(text: str, days: int) -> str | None:
    """A DA value moved by whole days, None if it is no date of the calendar, or would be of before MR.

    An exam of 1944 is somebody's birth date in the wrong place.
    """
    match = _DA.fullmatch(text)
    if not match:
        return None
    try:
        moved = datetime.date(*(int(g) for g in match.groups() if g)) + datetime.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return f"{moved:%Y%m%d}" if moved.year >= FIRST_YEAR else None


def shift_datetime(text: str, days: int) -> str | None:
    """A DT value moved by whole days with its time of day unchanged, None if it has no full date.

    The zone is dropped: it tells the region, and the standard removes (0008,0201) for that.
    """
    date, rest = shift_date(text[:8], days), _DT_REST.fullmatch(text[8:])
    return None if date is None or rest is None else date + rest[1]


def dummy(vr: str, tag: int) -> bytes:
    """What stands where an attribute must have a value and its own may not stay (D of Table E.1-1, Type 1).

    As many values as the attribute must have, all zero; a date in 1900; for text the word `REMOVED`. It can be
    told from a measurement, and it is the same for everybody. A sequence has no dummy and is empty.
    """
    if vr == "SQ":
        return b""
    multiplicity = dictionary_VM(tag) if dictionary_has_tag(tag) else "1"
    count = max(int(multiplicity.partition("-")[0]), 1)
    if vr in _ZERO_BYTES:
        return bytes(_ZERO_BYTES[vr] * count)
    text = _DUMMIES_BY_TAG.get(tag) or "\\".join([_DUMMIES.get(vr, DUMMY_TEXT)] * count)
    return text_value(text, vr)


def days_between(first: str, second: str) -> int | None:
    """Whole days from one DA value to another, None if either is no date of the calendar."""
    try:
        days = [datetime.datetime.strptime(text, "%Y%m%d").toordinal() for text in (first, second)]
    except ValueError:
        return None
    return days[1] - days[0]


def band_age(text: str, oldest_years: int | None) -> str:
    """A PatientAge with all ages of `oldest_years` and above given as that number; None bands nothing."""
    match = _AGE.fullmatch(text)
    if match is None or oldest_years is None or int(match[1]) * _YEARS_PER[match[2]] < oldest_years:
        return text
    return f"{oldest_years:03d}Y"


def clean_age(text: str) -> str | None:
    """A PatientAge that tells nothing above 90 years and months only below two years; None if unreadable.

    Days and weeks become months: they would tell a birth date to the day.
    """
    match = _AGE.fullmatch(text)
    if not match:
        return None
    number, unit = int(match[1]), match[2]
    years = number * _YEARS_PER[unit]
    if years >= OLDEST_AGE_YEARS:
        return f"{OLDEST_AGE_YEARS:03d}Y"
    if unit == "Y" or years >= 2:
        return f"{int(years + 1e-9):03d}Y"
    return f"{int(years * 12 + 1e-9):03d}M"


def clean_sex(text: str) -> str | None:
    """M, F or O; None for anything else."""
    return text if text in ("M", "F", "O") else None


def clean_size(text: str) -> str | None:
    """PatientSize in meters rounded to 0.5 cm; None if it is no height of a person."""
    meters = _number(text)
    if meters is None or not 0.2 <= meters <= 2.8:
        return None
    return f"{round(meters * 200) / 200:.3f}".rstrip("0").rstrip(".")


def clean_weight(text: str) -> str | None:
    """PatientWeight in kg rounded to 0.5 kg, to 0.1 kg below 20 kg; None if it is no weight of a person."""
    kilograms = _number(text)
    if kilograms is None or not 0.3 <= kilograms <= 400:
        return None
    step = 10 if kilograms < 20 else 2
    return f"{round(kilograms * step) / step:.1f}".removesuffix(".0")


def _number(text: str) -> float | None:
    if not re.fullmatch(r"\d{1,4}(?:\.\d{0,10})?", text):
        return None
    return float(text)
