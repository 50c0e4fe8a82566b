"""Siemens CSA headers: the vendor's own binary list of elements inside (0029,xx10) and (0029,xx20).

Layout as read by nibabel and dcm2niix. Version 2 opens with `SV10` and four bytes 04 03 02 01; version 1 (older
scanners) opens with the count at once. Then: element count, 77; per element a 64 byte name, multiplicity, 4 byte
VR, syngo data type, item count, 77; per item four lengths and the padded value. In version 1 the first length
counts the first element's items on top, which readers must take off again.
"""

import struct
from collections.abc import Iterable, Sequence

Element = tuple[str, str, Sequence[str]]

SYNGO_TYPES = {
    "CS": 16,
    "DS": 3,
    "FD": 4,
    "IS": 6,
    "LO": 19,
    "SH": 22,
    "SL": 7,
    "UI": 25,
    "UL": 9,
    "UN": 0,
    "US": 8,
}
NAME_BYTES = 64
ITEMS_AT_LEAST = 6


def csa_header(elements: Iterable[Element], version: int = 2) -> bytes:
    """The binary header of (name, VR, values); values are texts, as Siemens stores numbers too."""
    listed = list(elements)
    counts = [max(ITEMS_AT_LEAST, len(values)) if values else 0 for _, _, values in listed]
    extra = counts[0] if version == 1 else 0
    parts = [b"" if version == 1 else b"SV10\x04\x03\x02\x01", struct.pack("<II", len(listed), 77)]
    for (name, vr, values), count in zip(listed, counts, strict=True):
        head = name.encode("ascii").ljust(NAME_BYTES, b"\0")
        kind = SYNGO_TYPES.get(vr, 0)
        parts.append(head + struct.pack("<i4siii", len(values), vr.encode() + b"\0\0", kind, count, 77))
        for i in range(count):
            parts.append(_item(values[i] if i < len(values) else "", extra))
    data = b"".join(parts)
    return data + b"\0" * (len(data) % 2)


def _item(value: str, extra: int) -> bytes:
    data = value.encode("latin-1") + b"\0" if value else b""
    size = len(data)
    return struct.pack("<iiii", size + extra, size, 77, size) + data + b"\0" * (-size % 4)


def phoenix_protocol(values: Iterable[tuple[str, str]], *, xa: bool = False) -> str:
    """An `MrPhoenixProtocol`: XProtocol text with the ASCCONV block that the scanner's protocol consists of."""
    lines = "\n".join(f"{name}\t = \t{value}" for name, value in values)
    opening = '<XProtocol> \n{\n  <Name> "PhoenixMetaProtocol" \n  <ID> 1000002 \n  <Userversion> 2.0 \n}\n'
    about = "object=MrProtDataImpl@MrProtocolData version=65010000 converter=Prot_Converter.txt "
    return f"{opening}### ASCCONV BEGIN {about if xa else ''}###\n{lines}\n### ASCCONV END ###\n"
