"""Free text that people write on the registry: refused where it holds, or may hold, what names a patient.

Dates, long numbers, addresses and what looks like the name of a person are refused with a sentence; nothing of the
text is kept. A name in small letters that no title or word announces cannot be told from another word.
"""

import functools
import re

from cmr_dictionary import load

LONGEST = 500

TOO_LONG = f"Please use at most {LONGEST} characters."
CONTROL = "The text holds characters that cannot be shown. Please type it anew."
NUMBER = "The text holds a long number. Please leave out numbers of patients, exams and telephones."
DATE = "The text holds a date, a year or an age. Please count in days from the first exam, or leave it out."
ADDRESS = "The text holds an address. Please leave out addresses of people, machines and pages."
NAME = (
    "The text seems to hold the name of a person. Please leave names out, and write words that are no names in small"
    " letters."
)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DIGIT_RUN = re.compile(r"\d{5}|\d{2,4}(?:[ \u00a0_/-]\d{2,4}){2}|\d{3}[-. ]\d{4}|\d{4}[-_/]\d{2,}")
_UNIT = r"(?:ms|ml|mm|cm|mg|g|bpm|ng|pg|s|%|ml/m2|mmhg|kg)\b"
_DATES = (
    re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"),
    re.compile(r"\b\d{1,2}/\d{4}\b"),
    re.compile(rf"\b(?:19|20)\d\d\b(?!\s*{_UNIT})", re.IGNORECASE),
    re.compile(
        r"\b\d{1,2}(?:st|nd|rd|th|\.)?\s*(?:of\s+|de\s+)?"
        r"(?:jan|feb|m[aä]r|apr|avr|may|mai|jun|juin|jul|juil|aug|ao[uû]|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|gen|mag|giu"
        r"|lug|set|ott)[a-zäéû]*\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:january|february|march|april|june|july|august|september|october|november|december|januar|februar|märz"
        r"|juni|juli|oktober|dezember|janvier|février|avril|juillet|août|enero|febrero|marzo|abril|junio|julio|agosto"
        r"|octubre|noviembre|diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:born|birth|birthday|dob|d\.o\.b|geboren|geb\.|né|née|nacid[oa]|nat[oa])(?!\w)", re.IGNORECASE
    ),
    re.compile(r"\b\d{1,3}[\s-]*(?:years?|yrs?|y/?o|jahre|jährig\w*|ans|años|anni)\b", re.IGNORECASE),
)
_ADDRESS = re.compile(
    r"\S@\S|https?:|www\.|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b\d+\s+\w+\s+(?:street|st|road|rd|avenue|ave|lane|drive)\b"
    r"|\w(?:straße|strasse|str\.)\s*\d",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:mr|mrs|ms|miss|mister|dr|prof|professor|herr|herrn|frau|mme|mlle|monsieur|madame|sr|sra|señor|señora|sig|signor"
    r"|signora|patient(?:in)?(?:'s)?\s+(?:name|named|called|is)|name(?:d)?(?:\s+is)?|heißt|mrn|ssn)\b[.:\s]+"
    r"(?P<word>[^\W\d_]{2,})",
    re.IGNORECASE,
)
_AFTER_PATIENT = re.compile(r"\b(?:[Pp]atient(?:in)?|[Pp]aziente|[Pp]aciente)\s+(?P<word>[^\W\d_]{2,})")
_CARET = re.compile(r"[^\W\d_]\^|\^[^\W\d_]")
_INITIAL = re.compile(r"\b[A-Z]\.\s?[A-Z][^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_BEGIN = re.compile(r"(?:^|[.!?:;\n(\"])\s*$")
_ABBREVIATION = 5
"""Letters of the longest word in capitals that counts as an abbreviation, such as MOLLI."""
_WORDS = (
    "the a an this that these those it its is are was were be been no not yes and or but if in on of for to from with"
    " please see check thank thanks we you they i our your their there here all both one two new old same other which"
    " what when where why how value values volume volumes image images series slice slices exam exams report reports"
    " reader readers center registry scanner field form forms item items unit units mass flow segment segments day days"
    " number numbers patient subject person people nobody anybody unknown known missing right wrong correct corrected"
    " after before again only also as at by can could has have had do does did will would should must may then than"
    " simpson teichholz siemens philips canon gadolinium doppler bernoulli mosteller dubois monday tuesday wednesday"
    " thursday friday saturday sunday english german french"
)
_PLAIN = frozenset(_WORDS.split())


def text_refusal(text: str) -> str | None:
    """The sentence why a text cannot be kept, None where it can.

    Args:
        text: as a person typed it.
    """
    if len(text) > LONGEST:
        return TOO_LONG
    if _CONTROL.search(text):
        return CONTROL
    if _ADDRESS.search(text):
        return ADDRESS
    if any(form.search(text) for form in _DATES):
        return DATE
    if _DIGIT_RUN.search(text):
        return NUMBER
    return NAME if _names_somebody(text) else None


def _names_somebody(text: str) -> bool:
    if _CARET.search(text) or _INITIAL.search(text):
        return True
    if any(not _is_known(found["word"]) for found in _TITLED.finditer(text)):
        return True
    if any(_is_capital(found["word"]) for found in _AFTER_PATIENT.finditer(text)):
        return True
    words = list(_WORD.finditer(text))
    return any(_is_name(text, words, place) for place in range(len(words)))


def _is_name(text: str, words: list[re.Match[str]], place: int) -> bool:
    """A word with a capital that is no known word: within a sentence, or at its begin before another such word."""
    word = words[place][0]
    if not _is_capital(word):
        return False
    if not _BEGIN.search(text[: words[place].start()]):
        return True
    following = words[place + 1] if place + 1 < len(words) else None
    return following is not None and _is_capital(following[0]) and _is_next(text, words[place], following)


def _is_next(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return not text[one.end() : other.start()].strip(" ,")


def _is_capital(word: str) -> bool:
    """Whether a word begins with a capital and is neither known nor an abbreviation."""
    if not word[0].isupper() or len(word) < 2 or _is_known(word):
        return False
    return not (word.isupper() and len(word) <= _ABBREVIATION)


def _is_known(word: str) -> bool:
    small = word.lower()
    return small in _PLAIN or small in _dictionary_words()


@functools.cache
def _dictionary_words() -> frozenset[str]:
    """The words in which the data dictionary speaks: what an item is called names nobody."""
    found: set[str] = set()
    for item in load().items.values():
        texts = [item.label, *(code.label for code in item.code_list)]
        found.update(word.lower() for text in texts for word in _WORD.findall(text))
    return frozenset(found)
