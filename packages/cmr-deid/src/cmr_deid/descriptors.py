"""Cleaning of text: what is known technique stays, everything else goes (PS3.15 E.3.5, option 113105).

A description is taken apart into words: at blanks and signs, at changes of case and between letters and digits.
Each word is judged by the vocabulary and by where it stands (phrasing.py); the answer is plain ASCII, and cleaning it
again changes nothing. Texts that name equipment have their own vocabulary (equipment.py).
"""

import functools
import re

from cmr_deid.phrasing import judged
from cmr_deid.spelling import Word, beginning, folded, without_identifiers, words_of

_SAFE_SEPARATOR = re.compile(r"[ _\-./+(),:;%=]+")
_ENDS = " _-./+(),:;%="
MAX_TEXT = 64
_NOBODY: frozenset[str] = frozenset()


@functools.lru_cache(maxsize=8192)
def clean_words(text: str, forbidden: frozenset[str] = _NOBODY) -> str:
    """The words of `text` that are CMR technique, with numbers of up to three digits beside them, nothing else.

    Args:
        text: of a description, comment, protocol or sequence name.
        forbidden: case-folded words of the patient's names and numbers, which go whatever they mean.
    """
    names = frozenset(folded(word).lower() for word in forbidden)
    text = beginning(text)
    cleaned = _once(text, names)
    while cleaned != text:
        # a word that goes may leave its neighbors in another light; what stays never grows, so this ends
        text, cleaned = cleaned, _once(cleaned, names)
    return cleaned if len(cleaned) <= MAX_TEXT else shortened(cleaned, MAX_TEXT, forbidden)


def shortened(cleaned: str, longest: int, forbidden: frozenset[str] = _NOBODY) -> str:
    """The beginning of a cleaned text without a word that the cut would break."""
    if len(cleaned) <= longest:
        return cleaned
    cut = cleaned[: longest + 1]
    while len(cut) > longest:
        cut = re.sub(r"(?:[A-Za-z0-9*]+|[^A-Za-z0-9*]+)\Z", "", cut)
    return clean_words(cut.strip(_ENDS), forbidden)


def _once(text: str, names: frozenset[str]) -> str:
    words = judged(words_of(without_identifiers(folded(text))), names)
    out = ""
    gap = False
    for word in words:
        if word.kept:
            out += (_separator(word, gap) if out else "") + word.text
        gap = not word.kept
    return out.strip(_ENDS)


def _separator(word: Word, gap: bool) -> str:
    if not word.before:
        return "_" if gap else ""
    between = "_" if gap and word.before.strip(" ") == "_" else " " if gap else word.before
    return between if len(between) <= 2 and _SAFE_SEPARATOR.fullmatch(between) else " "
