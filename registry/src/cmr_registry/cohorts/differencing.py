"""Overlap between questions: are two sets of persons so alike that their counts give somebody away?

Two counts may differ by the persons that are in one set and not in the other. Where these are 1 to 10, the second
count is refused to whoever knows the first (registry.md R31). Sets are compared by fingerprints that are kept instead
of the persons: each person has 64 bits made of the id (`bits_of`), which fall into one of 256 buckets, and a bucket
holds 32 bits of its persons, added without carry. One person more changes one bucket, so sets that differ by n persons
differ in at most n buckets: no close pair is ever missed, also when the sets come from two snapshots. Two sets that
differ by little more than ten may be taken for close, since two persons can fall into one bucket; that errs on the
side of silence.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

BUCKETS = 256
_BYTES = 4 * BUCKETS
_TOP = np.uint64(56)


def bits_of(ids: Iterable[bytes]) -> npt.NDArray[np.uint64]:
    """64 bits per person, always the same for one id; the first 8 are its bucket.

    The bucket is the first byte of a UUID, random as it is, so that persons in the order of their ids are in the order
    of their buckets, which spares a sort; other ids get the first byte of their hash.
    """
    digests = (_bucket(name) + hashlib.sha256(name).digest()[:7] for name in ids)
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)


def fingerprint_of(bits: npt.NDArray[np.uint64]) -> int:
    """The fingerprint of a set of persons as one large whole number; 0 for nobody.

    Fingerprints of two sets without a common person are joined by `^`, and a part is taken out by it.

    Args:
        bits: of the persons, as `bits_of` gives them; each once.
    """
    if not len(bits):
        return 0
    buckets = (bits >> _TOP).astype(np.uint8)
    words = bits.astype(np.uint32)
    if np.any(buckets[1:] < buckets[:-1]):
        order = np.argsort(buckets, kind="stable")
        buckets, words = buckets[order], words[order]
    starts = np.flatnonzero(np.r_[True, buckets[1:] != buckets[:-1]])
    kept = np.zeros(BUCKETS, dtype="<u4")
    kept[buckets[starts]] = np.bitwise_xor.reduceat(words, starts)
    return int.from_bytes(kept.tobytes(), "little")


def sketch_of(fingerprint: int) -> bytes:
    """A fingerprint as bytes that are kept: 1,024 of them."""
    return fingerprint.to_bytes(_BYTES, "little")


def mark_of(persons: int, fingerprint: int) -> bytes:
    """The name of a set of persons: equal for equal sets."""
    return hashlib.sha256(b"%d\x00" % persons + sketch_of(fingerprint)).digest()


def near(sketch: bytes, others: npt.NDArray[np.uint32], threshold: int) -> npt.NDArray[np.bool_]:
    """Which of some sets differ from one by so few persons that both must not be known.

    Args:
        sketch: of the set.
        others: sketches of the others, one line of `BUCKETS` words each.
        threshold: the smallest number of persons that may be shown; a set that is equal differs by nobody.
    """
    differing = np.count_nonzero(others != np.frombuffer(sketch, dtype="<u4"), axis=1)
    found: npt.NDArray[np.bool_] = (differing > 0) & (differing < threshold)
    return found


def _bucket(name: bytes) -> bytes:
    try:
        return bytes.fromhex(name[:2].decode("ascii"))[:1] or hashlib.sha256(name).digest()[7:8]
    except ValueError:
        return hashlib.sha256(name).digest()[7:8]
