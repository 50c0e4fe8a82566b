"""The scanner's protocol as Siemens writes it into every image: the ASCCONV block of MrPhoenixProtocol or MrProtocol.

Lines `name = value` between two marks, in CSA headers and in the XA element (0021,xx19). The few names wanted are
looked up; a name whose lines do not agree is left out.
"""

import functools
from collections.abc import Mapping

from cmr_deid.facts.places import parsed

_BEGIN, _END = b"### ASCCONV BEGIN", b"### ASCCONV END ###"
_LONGEST_LINE = 256
WANTED = (
    "sPrepPulses.ucInversion",
    "alTI[0]",
    "alTI[1]",
    "sAngio.ucPCFlowMode",
    "sAngio.sFlowArray.lSize",
    "sAngio.sFlowArray.asElm[0].nVelocity",
    "sAngio.sFlowArray.asElm[0].nDir",
    "sPhysioImaging.lMethod1",
    "sPhysioImaging.lPhases",
    "sPhysioImaging.lRetroGatedImages",
    "sPhysioImaging.sPhysioECG.lTriggerDelay",
    "sSliceArray.lSize",
    "sKSpace.ucDimension",
    "sFastImaging.lSegments",
    "sPat.lAccelFactPE",
)
_NAMES = tuple(f"\n{name}".encode() for name in WANTED)


@functools.lru_cache(maxsize=4)
def protocol(blob: bytes) -> Mapping[str, float]:
    """The wanted numbers of the protocol inside `blob`; empty without exactly one complete protocol.

    All images of a series carry the same protocol: the last few are remembered.
    """
    begin = blob.find(_BEGIN)
    end = blob.find(_END, begin)
    if begin < 0 or end < 0 or blob.find(_BEGIN, end) >= 0:
        return {}
    block = blob[begin:end]
    found = ((name, _value(block, mark)) for name, mark in zip(WANTED, _NAMES, strict=True))
    return {name: value for name, value in found if value is not None}


def _value(block: bytes, mark: bytes) -> float | None:
    """The number of the one line that begins with `mark`; flags are written as 0x1."""
    at = block.find(mark)
    if at < 0 or block.find(mark, at + 1) >= 0:
        return None
    line = block[at + len(mark) : at + len(mark) + _LONGEST_LINE].split(b"\n", 1)[0]
    before, equals, text = line.decode("latin-1").partition("=")
    if before.strip() or not equals:
        return None
    text = text.strip()
    if text.startswith("0x"):
        digits = text[2:]
        return float(int(digits, 16)) if 0 < len(digits) <= 8 and _is_hexadecimal(digits) else None
    return parsed(text)


def _is_hexadecimal(digits: str) -> bool:
    return all(digit in "0123456789abcdefABCDEF" for digit in digits)
