"""Texts that name equipment: known words of vendors, models, software and coils stay, and numbers beside them.

Any person's name would be an unknown word, not only this patient's, so unknown words go (PS3.15 E.3.5). Short
attributes with a handful of lawful values are closed lists.
"""

import functools
import itertools
import re

from cmr_deid.spelling import beginning

VENDORS = """
    siemens healthineers healthcare ag ge gehc medical systems system general electric philips canon toshiba
    united imaging uih hitachi fujifilm neusoft bruker biospin biospec esaote inc corp corporation co ltd gmbh
    llc mec nl mindray time alltech paramed hyperfine magnetica synaptive cmr synthetic testkit mr mri mrt umr g e x
    """
MODELS = """
    magnetom aera altea amira avanto avantofit biograph mmr cima concerto espree essenza free max star fit
    harmony impact lumina mobile prisma sempra skyra sola sonata spectra symphony symphonytim terra tim trio
    triotim verio vida viato vision
    signa architect artist creator discovery excite explorer genesis hd hde hdx hdxt hero horizon infinity
    optima pioneer premier prime profile victor voyager champion air edge
    achieva ambition dstream elition evolution gyroscan ingenia intera multiva panorama prodiva smartpath cx nova
    elan excelart fortian galan orian titan vantage centurian atlas
    eclipse airis altaire aperto echelon oasis oval smart supria trillium omega jupiter aurora superstar
    plus xr xt xl xgv
    """
SOFTWARE = """
    syngo numaris software release version versions rel ver lx apps build sp patch service pack
    hd dv rx mx px sv xa vb va vd ve hf
    """
COILS = """
    coil coils array matrix body cardiac heart head neck headneck spine torso torsopa chest thorax abdomen
    anterior posterior upper lower left right extremity knee foot ankle flex loop small medium large shoulder
    breast pelvis peripheral vascular contour blanket brain hrbrain wrist hand integrated built in base
    sense synergy multi quad quadrature volume surface receive transmit transmitter receiver main dual ultra
    channel channels ch element elements geometry gem aa pa la hns ant post lat sup inf cp tx rx rf all none
    bo sp he ne hea hep cm bm tcs rs cs ds us hr nv usa off on auto m l s q b t r xl mri atd
    """
WORDS = frozenset(f"{VENDORS} {MODELS} {SOFTWARE} {COILS}".split())

_TOKEN = re.compile(r"[A-Za-z0-9_.,:;/+*()-]{1,40}")
_LETTERS = re.compile(r"[A-Za-z]+")
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_CHANGES = re.compile(r"[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])")
_MOST_CHANGES, _MOST_DIGITS = 3, 4
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?"
    "|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_IDENTIFIER = re.compile(
    r"[0-9]{5}|[0-9]{3}[-.][0-9]{4}|(?:19|20)[0-9]{2}[-./][0-9]{1,2}[-./][0-9]{1,2}"
    r"|(?<![0-9.])(?:0?[1-9]|[12][0-9]|3[01])[-./](?:0?[1-9]|[12][0-9]|3[01])[-./](?:[0-9]{2}|[0-9]{4})(?![0-9.])"
    rf"|[0-9]{{1,2}}[-._]?(?:{_MONTH})[-._]?[0-9]{{2}}",
    re.IGNORECASE,
)
"""Five digits in a row, a telephone number, a date with separators, a date with the name of a month."""

_NUMBERS_OF_SOMEBODY = re.compile(
    r"[0-9]+(?:-[0-9]+){2}|[0-9]{3}-[0-9]{2}|[0-9]:[0-9]|^[+(][0-9]|^(?:19|20)[0-9]{2}$"
)
"""Groups of digits joined by hyphens, a time of day, a code of a country or town, a year."""

_LONE_NUMBERS = re.compile(r"(?<![^ ])[0-9]+[,;]?(?: +[0-9]+[,;]?)+(?![^ ])")
_BARE = re.compile(r"[0-9]+(?:[.,][0-9]+)*[.,;:]?")
_INITIALS = re.compile(r"(?!G\.E)[A-Za-z]\.(?:[A-Za-z]\.?)*[,;]?|(?:mrs?|ms|dr|hr|fr|sr)\.,?", re.IGNORECASE)
_MISTER = frozenset(("Mr", "Ms", "Hr"))
_WHOLE = re.compile(r"[0-9]+[.,;:]?")
_LETTER = re.compile(r"[A-Za-z]")
_FIELD = re.compile(r"[0-9](?:\.[0-9]{1,2})? ?T", re.IGNORECASE)
"""The field strength, which is a number and a letter and nobody's."""

_FEW_DIGITS = 4
_TELEPHONE = re.compile(r"([0-9]{3})(?: [0-9]{4}[^ ]*)+")
_RESCALE = re.compile(
    r"US|HU|OD|OD REL|MGML|Z_EFF|ED|EDW|HU_MOD|PCT|NORMALIZED|MS|S|HZ|PPM|CM/S|MM/S|", re.IGNORECASE
)
_YES_OR_NO = re.compile(r"Y|N|YES|NO|ON|OFF|NONE|", re.IGNORECASE)
_CLOSED: dict[int, tuple[re.Pattern[str], str]] = {
    0x00080103: (re.compile(r"[0-9]{1,4}[A-Za-z]?(?:\.[0-9]{1,3})?(?:\.[0-9])?|"), ""),
    0x00180085: (re.compile(r"[0-9]{0,3}(?:H|HE|LI|C|O|F|NA|P|XE)[0-9]{0,3}|", re.IGNORECASE), ""),
    0x00181064: (re.compile(r"FORW|BACK|PCNT|FORWARD|BACKWARD|NONE|", re.IGNORECASE), ""),
    0x00181085: (_YES_OR_NO, ""),
    0x00209056: (re.compile(r"(?:[Ss]tack[ _-]?|[Ss]lab[ _-]?)?[0-9]{0,4}"), ""),
    0x00281054: (_RESCALE, "US"),
}
"""Lawful values by tag, and what stands in place of another one (RescaleType is Type 1 in Enhanced MR)."""


@functools.lru_cache(maxsize=4096)
def clean_equipment(tag: int, text: str, longest: int, forbidden: frozenset[str]) -> str:
    """One value of an equipment attribute without what may identify; plain ASCII, idempotent.

    Args:
        tag: of the attribute.
        text: one value of it.
        longest: characters that its VR holds; words beyond it go.
        forbidden: case-folded words of the patient's name and numbers.
    """
    closed = _CLOSED.get(tag)
    if closed is not None:
        form, otherwise = closed
        return text if form.fullmatch(text) else otherwise
    kept = _kept(beginning(text).split(" "), forbidden)
    while len(" ".join(kept)) > longest:
        kept.pop()
    return _LONE_NUMBERS.sub(_few, _TELEPHONE.sub(r"\1", " ".join(kept))).strip()


def _kept(tokens: list[str], forbidden: frozenset[str]) -> list[str]:
    """The known words, without numbers where one went: house number, age, day; none of one letter."""
    known = [not token or _is_known(token, forbidden) for token in tokens]
    places = [i for i, token in enumerate(tokens) if token]
    for one, two in itertools.pairwise(places):
        pair = (tokens[one], tokens[two])
        letter = any(map(_LETTER.fullmatch, pair)) and any(map(_BARE.fullmatch, pair))
        if letter and not _FIELD.fullmatch(" ".join(pair)):
            known[one] = known[two] = False
    if not all(known):
        known = [stays and not _WHOLE.fullmatch(token) for token, stays in zip(tokens, known, strict=True)]
    for ordered in (places, places[::-1]):
        for one, two in itertools.pairwise(ordered):
            if not known[one] and (_BARE.fullmatch(tokens[two]) or _LETTER.fullmatch(tokens[two])):
                known[two] = False
    return [token for token, stays in zip(tokens, known, strict=True) if stays]


def _few(numbers: re.Match[str]) -> str:
    """Several numbers without a word between them, if they are short enough to be a version."""
    few = sum(c.isdigit() for c in numbers[0]) <= _FEW_DIGITS and not set(numbers[0]) & set(",;")
    return numbers[0] if few else ""


def _is_known(token: str, forbidden: frozenset[str]) -> bool:
    if not _TOKEN.fullmatch(token) or _IDENTIFIER.search(token) or _NUMBERS_OF_SOMEBODY.search(token):
        return False
    if _INITIALS.fullmatch(token) or token in _MISTER:
        return False
    parts = re.split(r"[^a-z0-9]+", token.casefold())
    if any(part in forbidden or is_mixed(part) for part in parts):
        return False
    numbered = any(c.isdigit() for c in token)
    return all(_is_word(run, numbered) for run in _LETTERS.findall(token))


def is_mixed(part: str) -> bool:
    """True if letters and digits change more often than in a name of a thing, or the digits are many (D1)."""
    return len(_CHANGES.findall(part)) > _MOST_CHANGES or sum(c.isdigit() for c in part) > _MOST_DIGITS


def _is_word(run: str, numbered: bool) -> bool:
    if run.lower() in WORDS or (numbered and len(run) < 4):
        return True
    pieces = _PIECES.findall(run)
    return 1 < len(pieces) < 4 and all(len(piece) > 3 and piece.lower() in WORDS for piece in pieces)
