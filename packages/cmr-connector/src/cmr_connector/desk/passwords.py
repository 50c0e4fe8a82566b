"""Passwords of the desk: scrypt (RFC 7914) with a salt of their own, and what a password must be like."""

import base64
import hashlib
import hmac
import os

SHORTEST = 15
LONGEST = 200
_FEWEST_DIFFERENT = 6
_LOG2_N, _R, _P = 15, 8, 1
_MEMORY = 64 * 2**20


def hashed(password: str) -> str:
    """The text to store: `scrypt$log2(N)$r$p$salt$key`, the last two in base 64."""
    salt = os.urandom(16)
    key = _derived(password, salt, _LOG2_N, _R, _P)
    return "$".join(("scrypt", str(_LOG2_N), str(_R), str(_P), _text(salt), _text(key)))


def matches(password: str, stored: str) -> bool:
    """Whether `stored` was made from this password."""
    _, log2_n, r, p, salt, key = stored.split("$")
    derived = _derived(password, base64.b64decode(salt), int(log2_n), int(r), int(p))
    return hmac.compare_digest(derived, base64.b64decode(key))


def problem(name: str, password: str) -> str | None:
    """Why this password is not taken for the account `name`, as a sentence; None when it is."""
    if len(password) < SHORTEST:
        return f"Choose a password of at least {SHORTEST} characters; a sentence of a few words is good."
    if len(password) > LONGEST:
        return f"Choose a password of at most {LONGEST} characters."
    if len(set(password)) < _FEWEST_DIFFERENT or name.casefold() in password.casefold():
        return "Choose a password that is not your name and not the same few characters again and again."
    return None


def _derived(password: str, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=2**log2_n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
