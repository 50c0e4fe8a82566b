"""Numbers that would tell one magnet from all others, given as finely as science needs and no finer.

A scanner writes its resonance frequency to the hertz, and no two magnets of a model ring alike: many digits are a
serial number in another form. Kept to 1 kHz: that is 16 parts in a million at 1.5 T, so that nucleus, field strength
and chemical shift (3.4 parts in a million of the frequency, which then errs by less than 0.01 Hz) come out the same,
while hundreds of magnets share a value and a magnet's own value drifts by as much within months.
"""

import functools
import struct

FREQUENCIES = frozenset((0x00180084, 0x00189098))
"""Imaging Frequency (DS) and Transmitter Frequency (FD), in MHz (PS3.3 C.8.3.1, C.8.13.5)."""

PRIVATE_FREQUENCIES = frozenset((("Philips Imaging DD 001", 0x83), ("PHILIPS IMAGING DD 001", 0x83)))
"""Private creator and element of the same number."""

_DECIMALS, _LARGEST_MEGAHERTZ = 3, 10_000
_HERTZ_PER_STEP = -3


@functools.lru_cache(maxsize=4096)
def coarser(vr: str, value: bytes) -> bytes:
    """The frequencies of a DS or FD value to 1 kHz; numbers above 10,000 are in hertz. Idempotent.

    A value that is no finer keeps its bytes, and so does one that is no number.
    """
    if vr == "FD":
        numbers = [number for (number,) in struct.iter_unpack("<d", value)]
        return b"".join(struct.pack("<d", _rounded(number)) for number in numbers)
    parts = value.decode("latin-1").strip(" \0").split("\\")
    try:
        after = [
            part if _rounded(float(part)) == float(part) else f"{_rounded(float(part)):.15g}"
            for part in parts
        ]
    except ValueError:
        return value
    if after == parts:
        return value
    text = "\\".join(after).encode()
    return text + b" " * (len(text) % 2)


def _rounded(frequency: float) -> float:
    return round(frequency, _DECIMALS if abs(frequency) < _LARGEST_MEGAHERTZ else _HERTZ_PER_STEP)
