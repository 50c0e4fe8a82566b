"""The grammar of technique words: the only texts that leave a hospital.

A text is cut at blanks, underscores, slashes, commas, semicolons and hyphens. Every piece must be a word of
the item's vocabulary or a version: at most three digits between dots, with at most two letters before and one
behind (`5.13`, `XA50`, `VE11C`). So no name, no date and no local number can be spelled: a word that is no
technique word is not in the vocabulary, and a run of four digits or more is no version. Versions carry at most
six digits in all, four where no word of the vocabulary stands beside them.
Two items have patterns of their own: an ICD-10 code, and a MOLLI scheme such as `5(3)3` or `5s(3s)3s`.
"""

import csv
import functools
import io
import re
from collections.abc import Mapping
from importlib import resources

LONGEST = 64
MOST_VERSIONS = 3
MOST_DIGITS, MOST_LONE_DIGITS = 6, 4
VERSION = re.compile(r"(?:[a-z]{1,2})?\d{1,3}[a-z]?(?:\.\d{1,3}[a-z]?){0,3}")
SCHEME = re.compile(r"\d{1,2}s?(?:\(\d{1,2}s?\)\d{1,2}s?){1,3}")
ICD10 = re.compile(r"[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,2})?")
SEPARATORS = re.compile(r"[ _/,;-]+")
PATTERNS: dict[str, re.Pattern[str]] = {"t1_scheme": SCHEME, "scanner_model": VERSION}


@functools.cache
def vocabulary() -> Mapping[str, frozenset[str]]:
    """Words of each text item that may cross; an item that is not listed has no text that crosses."""
    table = (resources.files("cmr_dictionary") / "data" / "technique_words.csv").read_text(encoding="utf-8")
    return {row["item"]: frozenset(row["words"].split()) for row in csv.DictReader(io.StringIO(table))}


def is_technique(name: str, text: str) -> bool:
    """Whether a text is spelled from technique words of the item.

    Args:
        name: name of the item.
        text: the value.
    """
    words = vocabulary().get(name)
    if words is None or len(text) > LONGEST:
        return False
    if name == "indication_icd10":
        return ICD10.fullmatch(text.strip()) is not None
    pieces = [piece for piece in SEPARATORS.split(text.strip().lower()) if piece]
    numbers = [piece for piece in pieces if piece not in words]
    pattern = PATTERNS.get(name, VERSION)
    digits = sum(character.isdigit() for piece in numbers for character in piece)
    return (
        bool(pieces)
        and len(numbers) <= MOST_VERSIONS
        and digits <= (MOST_LONE_DIGITS if len(numbers) == len(pieces) else MOST_DIGITS)
        and all(pattern.fullmatch(piece) for piece in numbers)
    )
