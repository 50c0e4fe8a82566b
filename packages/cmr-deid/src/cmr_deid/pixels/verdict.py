"""What a finding means: known to name the patient, known to be technical, or a question for a person."""

import enum
import re
from collections.abc import Iterable

_SETTINGS = (
    r"\d{1,3}(?:\.\d{1,2})?(?:[.\-]?(?:CM|MM|MS|T|%))?",
    r"CM|MM|MS",
    r"SAT?\d?",
    r"[WLC]:?\d{1,4}",
    r"T[EIR]:?(?=[A-Z]{0,2}\d)[\dOBSZ]{1,4}(?:\.\d{1,2})?(?:MS)?",
    r"S?EG:?\d{0,2}(?:/\d{1,2})?",
    r"(?:SL|SP|FA|FOV|IMA?|SE|NEX|TA|PH|VENC|HR|BPM):?-?\d{1,3}(?:\.\d{1,2})?(?:/\d{1,3})?(?:MM|MS|CM)?",
    r"(?:B[O0CILR]|PE|HE|NE|S)\d{1,2}",
    r"(?:BODY|SPINE|COIL|CINE|LGE|PSIR|MAG|PHASE|SLICE|TRUFI|FLASH|FIESTA|SSFP|MOCO|NAV|ECG|AVG|MIP)\d{0,2}",
)
_TECHNICAL = re.compile(rf"(?:(?:{'|'.join(_SETTINGS)}){{1,4}}[RLAPHFS]?)")
_ORIENTATION = re.compile(r"(?!.*(?:[RL].*[RL]|[AP].*[AP]|[HFSI].*[HFSI]))[RLAPHFSI]{1,3}|[+\-]")
"""One letter of each axis at most (PS3.3 C.7.6.1.1.1; S and I are written for H and F too)."""

_NUMBER = re.compile(r"(?<![A-Z:\d])\d{4,}|\d{5,}|\d\s*[.\-/]\s*\d+\s*[.\-/]\s*\d")
"""Numbers and dates that belong to no setting."""

_BREAK = re.compile(r"[\s,;=|·_]+")
_WORD = re.compile(r"[\W_]+")
_SHORTEST = 4
_LETTERS_PER_ERROR = 5


class Meaning(enum.StrEnum):
    """What is done about a finding."""

    IDENTIFIES = "identifies"
    TECHNICAL = "technical"
    UNKNOWN = "unknown"


def meaning_of(text: str, known: Iterable[str]) -> Meaning:
    """Compare what was read with what identifies the patient here, then with what consoles write.

    Args:
        text: as read, with the errors of reading.
        known: names, numbers and dates of this patient at this center.
    """
    if any(resembles(text, value) for value in known):
        return Meaning.IDENTIFIES
    return Meaning.TECHNICAL if is_technical(text) else Meaning.UNKNOWN


def is_technical(text: str) -> bool:
    """Whether it is made of orientation letters, units, settings and words of a console alone."""
    words = [word for word in _BREAK.split(text.upper()) if word]
    whole = "".join(words)
    if not words or _NUMBER.search(whole) or _NUMBER.search(text.upper().replace(" ", "")):
        return False
    return bool(_TECHNICAL.fullmatch(whole)) or all(
        _ORIENTATION.fullmatch(word) or _TECHNICAL.fullmatch(word) for word in words
    )


def resembles(text: str, value: str) -> bool:
    """Whether `value` stands in `text` with at most one reading error in five letters; short ones as a word."""
    wanted, place = _folded(value), _folded(text)
    if len(wanted) < _SHORTEST:
        return len(wanted) > 1 and wanted in [_folded(word) for word in _WORD.split(text)]
    return _errors_inside(wanted, place) <= len(wanted) // _LETTERS_PER_ERROR


def _folded(text: str) -> str:
    """Letters and digits in lower case, with signs that reading mixes up made one."""
    return "".join(one for one in text.casefold() if one.isalnum()).translate(str.maketrans("oil", "011"))


def _errors_inside(wanted: str, place: str) -> int:
    """Fewest edits that turn some part of `place` into `wanted` (Sellers 1980)."""
    row = [0] * (len(place) + 1)
    for number, sign in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(place, 1):
            before, row[at] = row[at], min(before + (sign != other), row[at] + 1, row[at - 1] + 1)
    return min(row)


def spellings(name: str, patient_id: str, born: str, accession: str, when: str) -> list[str]:
    """What would name this patient on an image.

    Args:
        name: DICOM PN, groups and components.
        patient_id: as written.
        born: date as YYYYMMDD; given back in the orders that consoles print.
        accession: number of the order.
        when: date of the study, as `born`.
    """
    found = [part for part in re.split(r"[\^=\s,]+", name) if part]
    found += [patient_id, accession]
    for date in (born, when):
        if re.fullmatch(r"\d{8}", date):
            year, month, day = date[:4], date[4:6], date[6:]
            found += [
                date,
                day + month + year,
                month + day + year,
                day + month + year[2:],
                month + day + year[2:],
            ]
    return [one for one in found if len(_folded(one)) > 1]
