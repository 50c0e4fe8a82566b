"""How many numbers an attribute may hold and how large they may be (PS3.6 VM; PS3.3 C.7.6, C.8.3); typed apart."""

import re
import struct

_WRITTEN = re.compile(rb"[A-Za-z ^=,.'-]{6,}\0*")
_LETTERS = {"FL": "<f", "FD": "<d", "US": "<H", "SS": "<h", "UL": "<L", "SL": "<l"}
_MOST = {"DS": 1e6, "IS": 2e4, "FL": 1e5, "FD": 5e5, "US": 8191, "SS": 8191, "UL": 2e4, "SL": 2e4}
_MOST_WHOLE = 7e4
_LEAST = {"DS": 1e-99, "FD": 1e-30}
_GROUPS: tuple[bytes, ...] = (
    *(b"\x08\0", b"\x10\0", b"\x18\0", b"\x20\0", b"\x21\0", b"\x28\0", b"\x40\0", b"\x48\0", b"\x54\0"),
    *(b"\x01\x20", b"\x05\x20", b"\x00\x52"),
)
_COUNTS = {
    **dict.fromkeys((0x00181310,), (4, 4)),
    **dict.fromkeys((0x00189089, 0x00189090, 0x00189105, 0x00189106, 0x00200032), (3, 3)),
    **dict.fromkeys((0x00280030, 0x00280034), (2, 2)),
    **dict.fromkeys((0x00189052, 0x00189053, 0x00189098), (1, 2)),
    **dict.fromkeys((0x00081160, 0x00180086, 0x00181046, 0x00181047, 0x00189079, 0x00209157), (1, 99_999)),
    **dict.fromkeys((0x00281050, 0x00281051, 0x00282112, 0x0040A30A, 0x0040A161, 0x00409212), (1, 99_999)),
    0x00200037: (6, 6),
}
_RANGES = """
    1.01: 00200037 00189089 00189090 00189105
    100: 00280030
    400: 00181088 00181314
    10000: 00200032 00201041 00180050 00180088 00181100 00180083 00180081 00180089 00180091 00180086 00181090
        00180087 00181041 00181044 00181046 00181047 00181049 00282112
        00180093 00180094 00181083 00181084 00181086 00181094 00200105 00181081 00181082 00181062 00181316
        00181318
    99999: 00200011 00200012 00200013 00200100 00180080 00180082 00181060 00181063 00200110 00180095 00201002
        00280008
    500000: 00189220
    1000000000: 00180084
"""


def _ranges() -> dict[int, float]:
    table: dict[int, float] = {}
    most = 0.0
    for word in _RANGES.split():
        if word.endswith(":"):
            most = float(word[:-1])
        else:
            table[int(word, 16)] = most
    return table


LARGEST = _ranges()
BODY = {0x00101020: 2.8, 0x00101030: 400.0}
"""Largest height in meters and weight in kilograms of a person."""


def is_sensible(tag: int, vr: str, value: bytes) -> bool:
    """True if the numbers of a value are as many as they may be and none is absurdly large or small."""
    if vr == "AT":
        return all(value[at : at + 2] in _GROUPS for at in range(0, len(value), 4))
    found = _numbers(vr, value)
    least, most = _COUNTS.get(tag, (1, 1))
    if found is None or (found and not least <= len(found) <= most):
        return False
    if vr in ("US", "SS") and tag >> 16 in (0x0028, 0x0040):
        return True
    known = LARGEST.get(tag) or BODY.get(tag)
    largest = known or _MOST[vr]
    largest_whole = known or min(largest, _MOST_WHOLE)
    least_amount = _LEAST.get(vr, 1e-12)
    return all(
        not number or least_amount <= abs(number) <= (largest if number % 1 else largest_whole)
        for number in found
    )


def _numbers(vr: str, value: bytes) -> list[float] | None:
    letter = _LETTERS.get(vr)
    if letter is not None:
        written = _WRITTEN.fullmatch(value) is not None
        return None if written else [number for (number,) in struct.iter_unpack(letter, value)]
    try:
        return [float(part) for part in value.rstrip(b"\0").split(b"\\") if part.strip()]
    except ValueError:
        return None


_SEVERAL = """
    GEMS_PARM_01 38:1-24 39:4 6F:3-4 83:2
    Philips~Imaging~DD~001 1A:3 3B:4 3C:2 3E:2 43:2 44:2 45:2 72:2 74:n 75:n 9F:2 D1:n F1:6 F2:n
    Philips~MR~Imaging~DD~001 30:n 3E:n
    SIEMENS~MR~HEADER 0E:3 12:3 13:3 14:3 15:3 27:6 29:n
    SIEMENS~MR~SDS~01 05:3 0F:n 1C:n 25:3 26:n 2D:n 2F:n 31:n 36:n 3B:n 44:n
    SIEMENS~MR~SDI~02 3C:3 45:3 59:3 5A:3 5B:3
"""
_MANY = 64


def _several() -> dict[tuple[bytes, int], tuple[int, int]]:
    table: dict[tuple[bytes, int], tuple[int, int]] = {}
    for line in _SEVERAL.strip().splitlines():
        creator, *rows = line.split()
        name = creator.replace("~", " ").upper().encode()
        for row in rows:
            number, _, count = row.partition(":")
            low, _, high = count.replace("n", f"1-{_MANY}").partition("-")
            table[name, int(number, 16)] = int(low), int(high or low)
    return table


SEVERAL = _several()
"""How many numbers a private attribute holds, by creator in capitals and element; the others hold one."""


_PRIVATE_MOST: dict[tuple[bytes, int], tuple[float, float]] = {
    **dict.fromkeys(((b"GEMS_ACQU_01", n) for n in (0x5A, 0x7D, 0x87, 0x8D, 0x91)), (1e6, 1e6)),
    **dict.fromkeys(((b"SIEMENS MR HEADER", 0x0B), (b"SIEMENS MR SDI 02", 0x03)), (1e6, 1e6)),
    **dict.fromkeys(((b"GEMS_RELA_01", 0x83), (b"GEMS_RELA_01", 0x84)), (5e5, 7e4)),
    **dict.fromkeys(((b"PHILIPS IMAGING DD 001", n) for n in (0x74, 0x75)), (5e5, 7e4)),
    **dict.fromkeys(((b"PHILIPS MR IMAGING DD 001", n) for n in range(0x0B, 0x11)), (5e5, 7e4)),
    **dict.fromkeys(((b"PHILIPS MR IMAGING DD 005", n) for n in (0x09, 0x0A)), (5e5, 7e4)),
}
"""Largest broken and whole amounts, by creator in capitals and element, of durations, windows and scales."""


def is_sensible_private(creator: bytes, number: int, vr: str, value: bytes) -> bool:
    """The same for a private number: as many as its element holds, none absurd; GE adds 10**9 to its b-values.

    Args:
        creator: of the private element.
        number: of the private element, without its block.
        vr: as it stands.
        value: as it stands.

    Returns:
        True if nothing speaks against it.
    """
    found = _numbers(vr, value)
    least, most_values = SEVERAL.get((creator.upper(), number), (1, 1))
    if found is None or (found and not least <= len(found) <= most_values):
        return False
    if vr in ("US", "SS"):
        return True
    broken, whole = _PRIVATE_MOST.get((creator.upper(), number), (2e4, 2e4))
    flagged = (creator, number) == (b"GEMS_PARM_01", 0x39)
    return all(
        not amount
        or 1e-12 <= abs(amount) <= (broken if amount % 1 else whole)
        or (flagged and 0 <= amount - 1e9 <= 2e4)
        for amount in found
    )
