"""Cleaning of text: what is known technique stays, everything else goes (PS3.15 E.3.5, option 113105).

`clean_words` passes descriptions word by word through the vocabulary; it is idempotent and always answers plain
ASCII. Texts that name equipment have their own vocabulary (equipment.py).
"""

import functools
import re

from cmr_deid.vocabulary import UNITS, WORDS

_DATE_LIKE = re.compile(r"(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d)")
_SPLIT = re.compile("([^A-Za-z0-9*\u0080-\U0010ffff]+)")
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|\*")
_SIEMENS_SEQUENCE = re.compile(r"\*?([A-Za-z]{1,8})[23]d\d{0,3}[a-z]{0,2}\d{0,3}")
_SEQUENCE_TAIL = re.compile(r"\d{1,3}|[vVbB]\d{1,4}(?:in|fh|ap|rl|through)?|[rst]\d{1,2}|ns\d?")
_NUMBER = re.compile(r"\d{1,3}")
_MEASURE = re.compile(r"(?:\d{1,3})([A-Za-z]{1,4})|([A-Za-z]{1,4})(?:\d{1,3})")
_SAFE_SEPARATOR = re.compile(r"[ _\-./+(),:;%=]+")
MAX_TEXT = 64


@functools.lru_cache(maxsize=8192)
def clean_words(text: str) -> str:
    """The words of `text` that are CMR technique, numbers of up to three digits beside them, nothing else."""
    text = _DATE_LIKE.sub("\x01", text)
    tokens = _SPLIT.split(text)
    words = [_word(token) for token in tokens[::2]]
    _drop_lone_numbers(words)
    out = ""
    for i, word in enumerate(words):
        if word:
            separator = tokens[2 * i - 1] if i else ""
            out += (_separator(separator) if out else "") + word
    out = out.strip(" _-./+(),:;%=")
    return out if len(out) <= MAX_TEXT else shortened(out, MAX_TEXT)


def shortened(cleaned: str, longest: int) -> str:
    """The beginning of a cleaned text without a word that the cut would break."""
    return clean_words(cleaned[:longest]) if len(cleaned) > longest else cleaned


def _word(token: str) -> str:
    """The token as it may stay: whole, or its known pieces, or nothing."""
    if not token.isascii():
        return ""
    if not token or token.isdigit():
        return token if _NUMBER.fullmatch(token) else ""
    lower = token.lower()
    if lower in WORDS or lower.strip("*") in WORDS:
        return token
    sequence = _SIEMENS_SEQUENCE.fullmatch(token)
    if sequence and (len(sequence[1]) < 4 or sequence[1].lower() in WORDS):
        return token
    if _SEQUENCE_TAIL.fullmatch(token) or _is_measure(lower):
        return token
    pieces = _PIECES.findall(token)
    kept = [p for p in pieces if p.lower() in WORDS and len(p) > 1]
    if len(kept) == len([p for p in pieces if not _NUMBER.fullmatch(p)]):
        return token if all(len(p) <= 3 or not p.isdigit() for p in pieces) else "".join(kept)
    return "_".join(kept) if all(len(p) > 2 for p in kept) else ""


def _is_measure(token: str) -> bool:
    match = _MEASURE.fullmatch(token)
    if not match:
        return False
    after, before = match.groups()
    return after in UNITS or after in WORDS or before in WORDS


def _drop_lone_numbers(words: list[str]) -> None:
    """Drop runs of bare numbers that no known word stands beside, or that are long as a phone number is."""
    i = 0
    while i < len(words):
        if not words[i].isdigit():
            i += 1
            continue
        stop = i
        while stop < len(words) and words[stop].isdigit():
            stop += 1
        neighbors = [words[i - 1]] if i else []
        neighbors += [words[stop]] if stop < len(words) else []
        if _is_phone_like(words[i:stop]) or not neighbors or not all(neighbors):
            words[i:stop] = [""] * (stop - i)
        i = stop


def _is_phone_like(run: list[str]) -> bool:
    return len(run) > 2 and not (len(run) == 3 and all(len(number) == 1 for number in run))


def _separator(text: str) -> str:
    return text if len(text) <= 2 and _SAFE_SEPARATOR.fullmatch(text) else " "
