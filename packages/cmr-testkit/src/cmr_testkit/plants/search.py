"""The search of a whole output for what was planted: all bytes, in six encodings.

The bytes are decoded and then searched, so that every needle meets every encoding: as they stand (any case, with or
without separators), UTF-16 of both byte orders, backwards, base 64, hexadecimal, deflated (zlib, gzip).
"""

import base64
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cmr_testkit.plants.reserved import Needle

ENCODINGS = ("plain", "utf-16", "reversed", "base 64", "hexadecimal", "deflated")
_SEPARATORS = b" ^-_./\\=,:;'\"()\t\r\n\0"
_BASE_64 = re.compile(rb"[A-Za-z0-9+/_-]{11,}")
_HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]{16,}")
_DEFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_MOST_INFLATED = 1 << 20
_SHORT = 6
_MASK = (1 << 20) - 1
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted identifier.

    Attributes:
        place: id of the place where it stands.
        kind: `name`, `number`, `date`, `uid`, `contact`, `place` or `age`.
        needles: it is left behind where one of them is found.
    """

    place: str
    kind: str
    needles: tuple[Needle, ...]


def views(data: bytes) -> dict[str, bytes]:
    """The bytes as each of `ENCODINGS` reads them."""
    return {
        "plain": data,
        "utf-16": data.replace(b"\0", b""),
        "reversed": data[::-1],
        "base 64": b"\xff".join(_from_base_64(run) for run in _BASE_64.findall(data)),
        "hexadecimal": b"\xff".join(_from_hexadecimal(run) for run in _HEXADECIMAL.findall(data)),
        "deflated": b"\xff".join(_inflated(data, match.start()) for match in _DEFLATED.finditer(data)),
    }


def found(data: bytes, plants: Iterable[Plant]) -> list[Plant]:
    """Which of the plants are found anywhere in the bytes."""
    search = Search(data)
    return [plant for plant in plants if any(search.finds(needle) for needle in plant.needles)]


class Search:
    """The decoded bytes of one file."""

    def __init__(self, data: bytes) -> None:
        self._plain = data
        self._exact = _Text(b"\xff\xff".join(views(data).values()))
        folded = self._exact.data.lower()
        self._folded = _Text(folded)
        self._squeezed = _Text(folded.translate(None, _SEPARATORS))

    def finds(self, needle: Needle) -> bool:
        """True if the needle stands somewhere."""
        value = needle.value
        if needle.form == "word":
            return self._squeezed.holds(value.translate(None, _SEPARATORS))
        if needle.form == "text":
            return self._folded.holds(value)
        if needle.form == "raw":
            return value in self._plain if len(value) < _SHORT else self._exact.holds(value)
        before = b"0123456789." if needle.form == "date" else b"0123456789"
        return self._exact.holds(value) and self._stands(value, before, needle.form)

    def _stands(self, value: bytes, before: bytes, form: str) -> bool:
        data = self._exact.data
        at = data.find(value)
        while at >= 0:
            end = at + len(value)
            follows = form == "number" and data[end : end + 1].isdigit()
            if not follows and (at == 0 or data[at - 1] not in before):
                return True
            at = data.find(value, at + 1)
        return False


class _Text:
    """Bytes with a hashed table of the three-byte runs in them: most needles are ruled out by one look."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._runs = bytearray(_MASK + 1)
        one = np.frombuffer(data, np.uint8).astype(np.uint32)
        runs = one[:-2] << 12 ^ one[1:-1] << 6 ^ one[2:]
        np.frombuffer(self._runs, np.uint8)[runs] = 1

    def holds(self, value: bytes) -> bool:
        """True if these bytes, three or more, stand somewhere."""
        for at in (0, len(value) // 2 - 1, len(value) - 3):
            if not self._runs[value[at] << 12 ^ value[at + 1] << 6 ^ value[at + 2]]:
                return False
        return value in self.data


def _from_base_64(run: bytes) -> bytes:
    plain = run.translate(_URL_SAFE)
    parts = (plain[start:] for start in range(4))
    return b"\xff".join(base64.b64decode(part[: len(part) // 4 * 4]) for part in parts)


def _from_hexadecimal(run: bytes) -> bytes:
    parts = (run[start:] for start in range(2))
    return b"\xff".join(bytes.fromhex(part[: len(part) // 2 * 2].decode()) for part in parts)


def _inflated(data: bytes, start: int) -> bytes:
    try:
        return zlib.decompressobj(47).decompress(data[start:], _MOST_INFLATED)
    except zlib.error:
        return b""
