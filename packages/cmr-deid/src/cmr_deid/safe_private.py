"""Safe private attributes: an allow-list by creator, element, VR and number of values (PS3.15 E.3.10).

The rows of Table E.3.10-1 of MR science creators, and the GE timing and flow values that the table lacks and
the TCIA knowledge base keeps (deid-security.md, Private values). Only numeric VRs pass at present: a number in
a known place is science, a text may be anything. The action is C, not K: values still pass a grammar.
"""

import struct
from dataclasses import dataclass

from cmr_deid.tables import E3_10_1

NUMERIC_SIZES = {"FL": 4, "FD": 8, "US": 2, "SS": 2, "UL": 4, "SL": 4}
_LARGEST, _GE_B_VALUE = 1_000_000, 1_000_000_000
"""Larger texts of digits may be patient numbers or dates; GE adds 10**9 to its b-values."""

MR_CREATORS = frozenset(
    (
        *("SIEMENS MR HEADER", "GEMS_ACQU_01", "GEMS_PARM_01", "GEMS_SERS_01"),
        *("Philips Imaging DD 001", "Philips MR Imaging DD 001"),
    )
)
"""Creators of Table E.3.10-1 whose rows are MR science."""

_NUMERIC_TEXT = frozenset(("DS", "IS"))
_GE_SCIENCE = {
    ("GEMS_ACQU_01", 0x0019, 0x2F): ("DS", "1"),
    ("GEMS_ACQU_01", 0x0019, 0x87): ("SS", "1"),
    ("GEMS_ACQU_01", 0x0019, 0x88): ("SS", "1"),
    ("GEMS_ACQU_01", 0x0019, 0x8D): ("DS", "1"),
    ("GEMS_ACQU_01", 0x0019, 0xCB): ("SS", "1"),
    ("GEMS_ACQU_01", 0x0019, 0xCC): ("SS", "1"),
    ("GEMS_ACQU_01", 0x0019, 0xD7): ("SS", "1"),
    ("GEMS_ACQU_01", 0x0019, 0xE2): ("DS", "1"),
}


@dataclass(frozen=True, slots=True, order=True)
class SafePrivate:
    """VR, smallest and largest number of values of a safe private attribute."""

    vr: str
    low: int
    high: int


def _safe(vr: str, vm: str) -> SafePrivate:
    low, _, high = vm.partition("-")
    return SafePrivate(vr, int(low), 64 if high == "n" else int(high or low))


SAFE_PRIVATE: dict[tuple[str, int, int], SafePrivate] = {
    place: _safe(vr, vm)
    for place, (vr, vm) in {**E3_10_1, **_GE_SCIENCE}.items()
    if place[0] in MR_CREATORS and (vr in _NUMERIC_TEXT or vr in NUMERIC_SIZES)
}
"""(creator, group, element) -> form of the value."""


def fits(safe: SafePrivate, vr: str, value: bytes) -> bool:
    """True if a value of this VR (or UN) has the declared form."""
    if vr not in (safe.vr, "UN") and {vr, safe.vr} not in ({"US", "SS"}, {"UL", "SL"}):
        return False
    size = NUMERIC_SIZES.get(safe.vr)
    if size is None:
        parts = value.decode("latin-1").strip(" \0").split("\\")
        return safe.low <= len(parts) <= safe.high and all(_is_number(part) for part in parts)
    count, rest = divmod(len(value), size)
    if rest or not safe.low <= count <= safe.high:
        return False
    if safe.vr in ("FL", "FD"):
        numbers = struct.unpack(f"<{count}{'f' if safe.vr == 'FL' else 'd'}", value)
        return all(number == 0 or 1e-12 <= abs(number) <= 1e9 for number in numbers)
    return safe.vr not in ("UL", "SL") or all(_small(n) for n in struct.unpack(f"<{count}L", value))


def _is_number(text: str) -> bool:
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return False
    if len(text) > 16 or not text.isascii() or "_" in text:
        return False
    return abs(number) <= _LARGEST or (text.isdigit() and 0 <= number - _GE_B_VALUE < 100_000)


def _small(number: int) -> bool:
    return number < 1_000_000 or number > 0xFFF00000
