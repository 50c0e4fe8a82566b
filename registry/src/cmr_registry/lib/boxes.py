"""Boxes: AES-256-GCM around the bytes of one thing, bound to the place where it belongs.

Layout of a box, all of it authenticated:

    small (plaintext up to 1 MiB)   01 | nonce (12) | ciphertext | tag (16)
    large                           02 | box id (16) | plaintext length (8, big endian) | chunk | chunk ...
                                    chunk = nonce (12) | ciphertext of 1 MiB, the last may be less | tag (16)

The associated data of a small box are its first byte and the caller's; of a chunk the whole header, the chunk's
number, whether it is the last, and the caller's. So no chunk can be dropped, repeated, moved, or taken from
another box, and no box stands for another place. Chunks of a large box can be read one by one.
"""

import os
import struct
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cmr_registry.lib.errors import BoxDamagedError

__all__ = ["CHUNK", "KEY_BYTES", "BoxDamagedError", "box_length", "new_key", "open_box", "open_range", "seal"]

KEY_BYTES = 32
CHUNK = 1 << 20
_NONCE, _TAG = 12, 16
_SMALL, _LARGE = b"\x01", b"\x02"
_HEADER = struct.Struct(">c16sQ")
_PLACE = struct.Struct(">IB")
_STEP = _NONCE + CHUNK + _TAG

Read = Callable[[int, int], bytes]
"""Reads bytes of a box: offset within the box, length."""


def new_key() -> bytes:
    """A fresh random 256-bit key."""
    return os.urandom(KEY_BYTES)


def box_length(plaintext_length: int) -> int:
    """Bytes that the box of a plaintext of this length takes."""
    if plaintext_length <= CHUNK:
        return 1 + _NONCE + plaintext_length + _TAG
    chunks = -(-plaintext_length // CHUNK)
    return _HEADER.size + plaintext_length + chunks * (_NONCE + _TAG)


def seal(key: bytes, aad: bytes, data: bytes) -> bytes:
    """Put `data` into a box that opens only under `key` and `aad`.

    Args:
        key: 256 bits.
        aad: where the box belongs; not stored in it.
        data: plaintext of any length.
    """
    cipher = AESGCM(key)
    if len(data) <= CHUNK:
        nonce = os.urandom(_NONCE)
        return _SMALL + nonce + cipher.encrypt(nonce, data, _SMALL + aad)
    header = _HEADER.pack(_LARGE, os.urandom(16), len(data))
    view, parts, last = memoryview(data), [header], (len(data) - 1) // CHUNK
    for number in range(last + 1):
        nonce = os.urandom(_NONCE)
        chunk = view[number * CHUNK : (number + 1) * CHUNK]
        parts += [nonce, cipher.encrypt(nonce, chunk, _chunk_aad(header, number, last, aad))]
    return b"".join(parts)


def open_box(key: bytes, aad: bytes, box: bytes) -> bytes:
    """The plaintext of a box.

    Raises:
        BoxDamagedError: a byte differs, is missing or too many, or key or place are others.
    """
    view = memoryview(box)
    if box[:1] == _SMALL:
        return _open(AESGCM(key), view[1:], _SMALL + aad)
    length = _plaintext_length(view[: _HEADER.size])
    if len(box) != box_length(length):
        raise BoxDamagedError("A box does not have the length that it names.")
    return open_range(key, aad, lambda start, count: bytes(view[start : start + count]), len(box), 0, length)


def open_range(key: bytes, aad: bytes, read: Read, length: int, start: int, stop: int) -> bytes:
    """Bytes `start` to `stop` of the plaintext; of a large box only the chunks that hold them are read.

    Args:
        key: 256 bits.
        aad: where the box belongs.
        read: reads bytes of the box.
        length: bytes of the box.
        start: first byte of the plaintext wanted.
        stop: byte after the last one wanted.

    Raises:
        BoxDamagedError: a byte that was read differs, or the range lies outside of the plaintext.
    """
    if length <= box_length(CHUNK):
        plain = open_box(key, aad, read(0, length))
        return _cut(plain, start, stop, len(plain))
    header = read(0, _HEADER.size)
    size = _plaintext_length(header)
    if box_length(size) != length or not 0 <= start <= stop <= size:
        raise BoxDamagedError("A box does not have the length that it names.")
    if start == stop:
        return b""
    first, end, last = start // CHUNK, (stop - 1) // CHUNK, (size - 1) // CHUNK
    begin = _HEADER.size + first * _STEP
    body = memoryview(read(begin, min(length, _HEADER.size + (end + 1) * _STEP) - begin))
    cipher = AESGCM(key)
    plain = b"".join(
        _open(
            cipher,
            body[(number - first) * _STEP : (number - first + 1) * _STEP],
            _chunk_aad(header, number, last, aad),
        )
        for number in range(first, end + 1)
    )
    return _cut(plain, start - first * CHUNK, stop - first * CHUNK, len(plain))


def _open(cipher: AESGCM, sealed: memoryview, aad: bytes) -> bytes:
    if len(sealed) < _NONCE + _TAG:
        raise BoxDamagedError("A box is too short.")
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], aad)
    except InvalidTag as error:
        raise BoxDamagedError("A box does not open: its bytes, its place or its key are others.") from error


def _cut(plain: bytes, start: int, stop: int, size: int) -> bytes:
    if not 0 <= start <= stop <= size:
        raise BoxDamagedError("A box holds less than its index says.")
    return plain if (start, stop) == (0, size) else plain[start:stop]


def _plaintext_length(header: memoryview | bytes) -> int:
    if len(header) != _HEADER.size:
        raise BoxDamagedError("A box is too short.")
    version, _, length = _HEADER.unpack(header)
    if version != _LARGE or length <= CHUNK:
        raise BoxDamagedError("A box begins with an unknown byte.")
    return int(length)


def _chunk_aad(header: bytes, number: int, last: int, aad: bytes) -> bytes:
    return header + _PLACE.pack(number, number == last) + aad
