"""Rounding that sticks: a number is rounded up or down by chance, and the chance hangs on the persons counted.

A count between two multiples of the base goes up with the probability that keeps the mean right (unbiased random
rounding, as statistical offices use it). The draw is an HMAC over the fingerprint of the set of persons: who asks the
same thing again, or in other words, gets the same draw, so repeating a question averages nothing out. What a reader
learns from a printed number is the open interval of one base to either side of it.
"""

import hashlib
import hmac

BASE = 10
"""Multiple to which counts are rounded; published with every answer."""
DAYS_BASE = 30
"""Median days are rounded to about a month."""
_SCALE = 2**64


def round_sticky(count: int, *, mark: bytes, secret: bytes, purpose: str, base: int = BASE) -> int:
    """`count` rounded to a multiple of `base`, less than `base` away from it.

    Args:
        count: not negative.
        mark: fingerprint of the persons counted.
        secret: key of the registry; without it nobody can repeat the draw.
        purpose: what is counted of them (`persons`, `exams`).
        base: to a multiple of which.
    """
    below, rest = count - count % base, count % base
    drawn = hmac.new(secret, purpose.encode() + b"\x00" + mark, hashlib.sha256).digest()[:8]
    return below + base if int.from_bytes(drawn, "big") * base < rest * _SCALE else below


def round_days(days: int) -> int:
    """Days to the nearest multiple of `DAYS_BASE`; a single person's number of days does not show."""
    return DAYS_BASE * round(days / DAYS_BASE)
