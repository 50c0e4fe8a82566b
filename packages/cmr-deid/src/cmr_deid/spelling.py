"""How a description is written: letters without marks, identifiers of a known form, and its words.

Forms that identify whatever the words around them say go first: dates in the spellings of the languages that
scanners speak, times, telephone numbers, addresses of mail and web.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from cmr_deid.vocabulary import GUARDED, NAMESAKES, SEQUENCES, SURE

GONE = "\ue000"
"""Stands where an identifier was: a word that nothing knows."""

_UNFOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "ı": "i", "đ": "d"}
    | {"Æ": "AE", "Ø": "O", "Œ": "OE", "Ł": "L", "Đ": "D"}
)
_MONTHS = """
    january february march april may june july august september october november december
    januar februar maerz marz mai juni juli oktober dezember jaenner janner
    janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre
    enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
    janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro
    januari februari maart mei augustus maj augusti marts desember
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
    ocak subat nisan mayis haziran temmuz agustos eylul ekim kasim aralik
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesakuuta heinakuuta elokuuta syyskuuta lokakuuta
    marraskuuta joulukuuta ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince
    jan feb mar mrz apr jun jul aug sep sept oct okt nov dec dez ene abr ago dic gen mag giu lug ott
    fev avr juil mei mrt des dets out
    """
_MONTH = "|".join(sorted(set(_MONTHS.split()), key=len, reverse=True))
_LINK = r"[ .,_/-]{0,2}(?:(?:de|d|of|del|den|di)[ '_]?)?"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|er|e|o)?"
_YEAR = r"(?:[ .,'_/-]{0,2}(?:de |del )?(?:1[89]|20)?[0-9]{2}(?![0-9]))"
_IDENTIFIERS = re.compile(
    r"(?:[A-Za-z0-9]+\.)?[A-Za-z0-9]+@(?:[A-Za-z0-9]+-)*[A-Za-z0-9]+(?:\.[A-Za-z0-9]{2,12})+"
    r"|(?:https?://|www\.)[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*(?:/[^\s_]*)?"
    r"|[A-Za-z0-9]+\\[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)?"
    r"|(?<![0-9])[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}(?![0-9])"
    r"|(?<![0-9])(?:[0-9]{1,2}[ ._/-]{1,2}){2}(?:19|20)[0-9]{2}(?![0-9])"
    r"|(?<![0-9.])(?:0?[1-9]|[12][0-9]|3[01])\.(?:0[1-9]|1[0-2])(?![0-9])|(?<![0-9.])[0-3]?[0-9]\.[01]?[0-9]\.(?![0-9])"
    r"|(?<![0-9/])(?:0?[1-9]|[12][0-9]|3[01])/(?:0?[1-9]|[12][0-9]|3[01])(?![0-9/])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}[ _-]?W[0-9]{1,2}(?:-?[1-7])?(?![0-9A-Za-z])"
    r"|(?<![0-9])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9])"
    r"|\+[0-9]{1,3}(?:[ ()./-]{1,3}[0-9]{2,})+"
    rf"|(?<![0-9A-Za-z]){_DAY}{_LINK}(?:{_MONTH})(?![a-z]){_YEAR}?"
    rf"|(?<![A-Za-z])(?:{_MONTH})[ .,_/-]{{1,2}}(?:{_DAY}(?![0-9A-Za-z]){_YEAR}?"
    r"|'?(?:1[89]|20)?[0-9]{2}(?![0-9A-Za-z]))",
    re.IGNORECASE,
)
_RUN = re.compile("(?:[A-Za-z0-9*\u0080-\U0010ffff]|(?<=[0-9])\\.(?=[0-9]))+")
_PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+(?:\.[0-9]+)?|\*+|[^A-Za-z0-9*]+")
_SEQUENCE = re.compile(
    rf"\*?(?:{'|'.join(sorted(SEQUENCES.split(), key=len, reverse=True))})[23]d[0-9]{{0,3}}(?:rs|r|ns|t)?[0-9]{{0,3}}"
)
_KNOWN = SURE | GUARDED | NAMESAKES
_MOST_PIECES, _MOST_LETTERS = 6, 1
_LOOKED_AT = 128
_BROKEN = re.compile(r"[^ _]*\Z")


@dataclass(slots=True)
class Word:
    """One word of a description.

    Attributes:
        text: as written.
        before: what stands between it and the word before it; empty within one written word.
        kept: it stays.
    """

    text: str
    before: str
    kept: bool = False

    @property
    def lower(self) -> str:
        """Lower case, without asterisks around it."""
        return self.text.lower().strip("*") or "*"

    @property
    def is_number(self) -> bool:
        """A number with or without decimals."""
        return self.text[0].isdigit() and self.text.replace(".", "").isdigit()


def beginning(text: str) -> str:
    """The first words of a text: no description is as long as what is looked at, and looking costs time (N5)."""
    if len(text) <= _LOOKED_AT:
        return text
    return _BROKEN.sub("", text[:_LOOKED_AT])


def folded(text: str) -> str:
    """The text with the marks of its Latin letters taken off; other scripts stay as they are."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text.translate(_UNFOLDED))
    return "".join(c for c in apart if not unicodedata.combining(c))


def without_identifiers(text: str) -> str:
    """The text with everything that has the form of a date, time, telephone number or address taken out."""
    return _IDENTIFIERS.sub(f" {GONE} ", text)


def words_of(text: str) -> list[Word]:
    """The words of a text, each with what stands between it and the word before."""
    found: list[Word] = []
    end = 0
    for run in _RUN.finditer(text):
        before = text[end : run.start()]
        for piece in _pieces(run[0]):
            found.append(Word(piece, before))
            before = ""
        end = run.end()
    return found


def _pieces(run: str) -> Iterator[str]:
    """The run as one word if it is known, else as the longest known words at changes of case and digits."""
    if not run.isascii():
        yield run
        return
    if is_known(run):
        yield run
        return
    found = list(_longest_known(_PIECE.findall(run)))
    if sum(len(word) == 1 and word.isalpha() for word in found) > _MOST_LETTERS:
        # single letters between digits are a number of somebody or something
        yield run
    else:
        yield from found


def _longest_known(pieces: list[str]) -> Iterator[str]:
    at = 0
    while at < len(pieces):
        stop = min(len(pieces), at + _MOST_PIECES)
        while stop > at + 1 and not is_known("".join(pieces[at:stop])):
            stop -= 1
        yield "".join(pieces[at:stop])
        at = stop


def is_known(word: str) -> bool:
    """True for a word of any list of the vocabulary and for a name of a sequence."""
    lower = word.lower()
    return lower in _KNOWN or lower.strip("*") in _KNOWN or _SEQUENCE.fullmatch(lower) is not None
