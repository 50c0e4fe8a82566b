"""Institutions as people type them, in a form that compares: for conflicts of interest and the memory of answers."""

import re
import unicodedata

_ABBREVIATIONS = {"univ": "university", "hosp": "hospital", "inst": "institute", "ctr": "center"}
_SPELLINGS = {"centre": "center", "and": "", "the": "", "of": "", "at": ""}


def institution_key(name: str) -> str:
    """An institution in a form that compares: letter case, accents, signs and little words set aside.

    Returns:
        Words joined by blanks; empty where nothing is left, which equals nothing.
    """
    compatible = unicodedata.normalize("NFKC", name).casefold()
    plain = unicodedata.normalize("NFKD", compatible).casefold()
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.findall(r"\w+", letters.replace("'", "").replace("’", ""))
    known = (_SPELLINGS.get(word, _ABBREVIATIONS.get(word, word)) for word in words)
    return " ".join(word for word in known if word)
