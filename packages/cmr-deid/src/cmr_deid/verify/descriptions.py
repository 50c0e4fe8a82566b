"""Judges texts of technique by their bytes: is every word one of technique, and no number a person's?

Knows words (technique.py) and how they are written; nothing of how the engine cleans.
"""

import functools
import re

from cmr_deid.verify.technique import BESIDE, BODY_PARTS, WORDS

_TOKEN = re.compile(r"[A-Za-z0-9]+\*?")
_CHANGE = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])"
)
_SEQUENCE = re.compile(r"([a-z]{1,5})[23]d[0-9]{0,3}(?:rs|[nrt]s?)?[0-9]{0,3}")
_LETTERS_IN_PLACE = (
    re.compile(r"(?<![a-z])[bdhprstvx](?=[ =_]?[0-9])|(?<=[0-9])[cdkpstx](?![a-z])", re.IGNORECASE),
    re.compile(r"(?<=_)[fimprw](?=_|\Z)", re.IGNORECASE),
    re.compile(r"(?<![a-z])w(?=[ /_.-]{1,2}(?:wo|contrast|con|gad)(?![a-z]))", re.IGNORECASE),
    re.compile(r"(?<![a-z])r(?=[ _]to(?![a-z]))|(?<=to[ _])r(?![a-z])", re.IGNORECASE),
    re.compile(r"(?<![a-z])(?:q(?=[ _-]flow)|[bm](?=[ _-](?:tfe|ffe|ssfp))|e(?=[ _-]thrive))", re.IGNORECASE),
    re.compile(r"m(?=[/ ]s(?![a-z]))|(?<=m[/ ])s(?![a-z])", re.IGNORECASE),
)
_B_VALUE = re.compile(r"(?<![a-z])b(?:1000|1500|2000|3000)(?![0-9])", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"[0-9]{4}")
_BESIDE = re.compile(r"[ _./-]{0,2}")
_MARK = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})[0-9]{2,3}(?![A-Za-z0-9])")
_MARKS = frozenset("ti te tr fa sl ph fl tf bh fb tp pa ao hr sv".split())  # noqa: SIM905
"""Words of two letters that a number is written to; any other two letters with a number may be initials."""

_LONGEST_TOKEN = 64
"""Characters without a sign between them: no description has more, and taking apart costs the cube of them (N5)."""


@functools.lru_cache(maxsize=8192)
def is_technique(value: bytes) -> bool:
    """True if a text is made of words of technique, short numbers, and letters in their places."""
    text = value.decode("latin-1").strip(" \0")
    if text in BODY_PARTS:
        return True
    text = _B_VALUE.sub("b0", text)
    if not text.isascii() or _LONG_NUMBER.search(text):
        return False
    if any(mark.lower() not in _MARKS for mark in _MARK.findall(text)):
        return False
    return all(_is_known(part) for part in text.split("\\"))


def _is_known(text: str) -> bool:
    places = {found.start() for form in _LETTERS_IN_PLACE for found in form.finditer(text)}
    words: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(text):
        if len(token[0]) > _LONGEST_TOKEN:
            return False
        found = _taken_apart(token[0])
        at = token.start()
        for word in found:
            if len(word) == 1 and word.isalpha() and at not in places:
                return False
            words.append((word.lower(), at))
            at += len(word)
        if at != token.end():
            return False
    return all(_has_company(words, i, text) for i in range(len(words)))


def _taken_apart(token: str) -> list[str]:
    """The token as words and numbers, cut where case or kind changes; ends early at a part that is neither."""
    cuts = [0, *(found.start() for found in _CHANGE.finditer(token)), len(token)]
    words: list[str] = []
    first = 0
    while first + 1 < len(cuts):
        for last in range(len(cuts) - 1, first, -1):
            word = token[cuts[first] : cuts[last]]
            if _is_word(word):
                break
        else:
            return words
        words.append(word)
        first = last
    return words


def _is_word(word: str) -> bool:
    lower = word.lower()
    if lower in WORDS or lower.rstrip("*") in WORDS or lower.isdigit():
        return True
    sequence = _SEQUENCE.fullmatch(lower)
    return (len(word) == 1 and word.isalpha()) or (
        sequence is not None and (sequence[1] == "h" or sequence[1] in WORDS)
    )


def _has_company(words: list[tuple[str, int]], at: int, text: str) -> bool:
    """True for a word that names nobody, or has a word of its phrase directly beside it."""
    partners = BESIDE.get(words[at][0])
    if partners is None:
        return True
    for beside in (at - 1, at + 1):
        if not 0 <= beside < len(words) or words[beside][0] not in partners:
            continue
        first, second = sorted((at, beside))
        end = words[first][1] + len(words[first][0])
        if _BESIDE.fullmatch(text[end : words[second][1]]):
            return True
    return False
