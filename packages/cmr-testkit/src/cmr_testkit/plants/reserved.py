"""The reserved space of planted identifiers: what stands there can come from nowhere else.

A search for a planted value must find a leak and nothing but a leak, so no value of this space can be made by what
a de-identifier writes in place of an identifier (base 32 pseudonyms, hexadecimal hashes, decimal UIDs, moved dates):

- names are letters only and at least 18 long, longer than any pseudonym of base 32 (17), and hold lower case;
- marks alternate a letter that no hexadecimal number has with one of 0, 1, 8, 9, which base 32 lacks: no two
  neighboring characters of a mark can stand in a hash;
- numbers are found only where no digit stands beside them: the number inside a UID has 24 digits and more;
- dates lie in 1931 to 1950 where a date must go, and on one single day of 2071 per file where dates are moved:
  exams are of this century, and no offset of a patient is zero;
- UIDs hold a patient's number and a time stamp in arcs of their own, two dots in a row, and never begin with 2.25;
- seconds since 1970 are chosen so that each of their bytes, but the last, is above 0x7F: no text holds them.
"""

import datetime as dt
import random
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

_SYLLABLES = (
    "vrox", "zwick", "mjol", "quax", "frimp", "dzug", "wolph", "nyxq", "kvet", "smurg", "byzz", "hoxt",
    "pjok", "grumz", "txil", "uvvo", "crwth", "jebz", "lwyd", "ohmq", "squib", "yowz", "xebec", "ptarm",
)  # fmt: skip
_MARK_PAIRS = [letter + digit for letter in "GJKQVWXYZ" for digit in "0189"]
_PART, _HALF = 10, 5
_UID_ROOT = "1.3.6.1.4.1.9590"
KANJI, HANGUL, HANZI = "鷺麟彌齋瀧櫻邊澤鶴巖", "곽뺨쌍톰흉뜀핵뤼쵸", "龘龖爨麤鱻靐齉彪驫犇"
CYRILLIC, ARABIC, GREEK = "жщъыэюфцчш", "ضظغخثذشقعط", "ψξθφχωζδλγ"
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Needle:
    """What is searched for, and how.

    Attributes:
        form: `word` (letters in any case, separators or not), `text` (any case), `number` (no digit beside it),
            `date` (neither digit nor dot before it), `raw` (these bytes).
        value: the bytes; lower case where case does not count.
    """

    form: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Secret:
    """One value of the reserved space.

    Attributes:
        text: as it is written.
        kind: `name`, `number`, `date`, `uid`, `contact`, `place` or `age`.
        needles: it is left behind where one of them is found.
    """

    text: str
    kind: str
    needles: tuple[Needle, ...]

    @property
    def bytes(self) -> bytes:
        """The text in Latin-1."""
        return self.text.encode("latin-1")

    def inside(self, pattern: str) -> "Secret":
        """The same secret within other words; `%` is where it stands."""
        return Secret(pattern.replace("%", self.text), self.kind, self.needles)


@dataclass(slots=True)
class ReservedDays:
    """Draws days and times of the reserved space.

    Attributes:
        rng: the only source of chance.
        moved_day: the day of the file, for attributes whose dates a profile moves.
    """

    rng: random.Random
    moved_day: dt.date = field(init=False)

    def __post_init__(self) -> None:
        self.moved_day = dt.date(2071, 1, 1) + dt.timedelta(days=self.rng.randrange(365))

    def day(self) -> dt.date:
        """A day that must go, never a moved one."""
        return dt.date(1931, 1, 1) + dt.timedelta(days=self.rng.randrange(20 * 365))

    def date(self) -> Secret:
        """A DA."""
        text = f"{self.day():%Y%m%d}"
        return Secret(text, "date", (Needle("date", text.encode()),))

    def moved_date(self) -> Secret:
        """The DA of this file for attributes whose dates are moved: it must not stay as it is."""
        text = f"{self.moved_day:%Y%m%d}"
        return Secret(text, "date", (Needle("date", text.encode()),))

    def stamp(self) -> Secret:
        """A DT with time and zone."""
        date = self.date()
        return Secret(f"{date.text}{self.rng.randrange(10, 24)}4512.250000+0100", "date", date.needles)

    def moved_stamp(self) -> Secret:
        """The DT of this file for attributes whose dates are moved."""
        date = self.moved_date()
        return Secret(f"{date.text}{self.rng.randrange(10, 24)}4512.250000", "date", date.needles)

    def clock(self) -> Secret:
        """A TM of birth with six decimals."""
        text = (
            f"{self.rng.randrange(10, 24)}{self.rng.randrange(10, 60)}59.{self.rng.randrange(10**5, 10**6)}"
        )
        return Secret(text, "date", (Needle("number", text.encode()),))

    def spelled(self, style: str) -> Secret:
        """A day in the spelling of a `strftime` pattern; `{month}` is its English name."""
        day = self.day()
        pattern = style.replace("{month}", MONTHS[day.month - 1]).replace("{d}", str(day.day))
        text = day.strftime(pattern)
        return Secret(
            text, "date", (Needle("text" if not text.isdigit() else "number", text.lower().encode()),)
        )

    def epoch(self) -> int:
        """Seconds since 1970 of a scan: a byte of 0x5E to 0x60 and three above 0x7F."""
        low, middle, high = (self.rng.randrange(0x81, 0xFF) for _ in range(3))
        return int.from_bytes(bytes((low, middle, high, self.rng.randrange(0x5E, 0x61))), "little")

    def seconds(self) -> Secret:
        """The same as decimal text."""
        text = str(self.epoch())
        return Secret(text, "date", (Needle("number", text.encode()),))


@dataclass(slots=True)
class Reserved(ReservedDays):
    """Draws values of the reserved space; one object per file.

    Attributes:
        patient_number: digits of the patient's number, as other spellings of it repeat them.
    """

    patient_number: str = field(init=False)

    def __post_init__(self) -> None:
        ReservedDays.__post_init__(self)
        self.patient_number = str(self.rng.randrange(10**8, 10**9))

    def word(self) -> str:
        """A name: five syllables, so at least 18 letters, the first one large."""
        rest, text = self.rng.randrange(len(_SYLLABLES) ** 5), ""
        for _ in range(5):
            rest, number = divmod(rest, len(_SYLLABLES))
            text += _SYLLABLES[number]
        return text.capitalize()

    def family(self) -> Secret:
        """One name."""
        return named(self.word())

    def person(self) -> Secret:
        """`Family^Given`."""
        return named(self.word(), self.word())

    def title(self) -> Secret:
        """`Family^Given^Middle^Dr.`, as a PN is filled in full."""
        family, given, middle = self.word(), self.word(), self.word()
        return Secret(f"{family}^{given}^{middle}^Dr.", "name", named(family, given, middle).needles)

    def spoken(self) -> Secret:
        """`Given Family`, as people write."""
        family, given = self.word(), self.word()
        return Secret(f"{given} {family}", "name", named(family, given).needles)

    def mark(self) -> Secret:
        """A number with letters, as accession numbers and stations have: ten characters."""
        text = "".join(_MARK_PAIRS[int(self.rng.random() * len(_MARK_PAIRS))] for _ in range(5))
        parts = (letters(text), letters(text[:_HALF]), letters(text[_HALF:]))
        return Secret(text, "number", parts)

    def number(self, digits: int = 9) -> Secret:
        """A number of digits only."""
        text = str(self.rng.randrange(10 ** (digits - 1), 10**digits))
        return Secret(text, "number", (Needle("number", text.encode()),))

    def address(self) -> Secret:
        """House, street and town."""
        street, town = self.word(), self.word()
        return Secret(
            f"{self.rng.randrange(1000, 9999)} {street} Lane, {town}", "place", named(street, town).needles
        )

    def phone(self) -> Secret:
        """A telephone number as people write it; at most 16 characters."""
        a, b, c = (
            self.rng.randrange(100, 1000),
            self.rng.randrange(100, 1000),
            self.rng.randrange(1000, 10000),
        )
        text = f"+1 {a}-{b}-{c}"
        needles = [Needle("text", f"{a}-{b}-{c}".encode()), Needle("number", f"{a}{b}{c}".encode())]
        return Secret(text, "contact", tuple(needles))

    def email(self) -> Secret:
        """An e-mail address."""
        name, host = self.word().lower(), self.mark().text.lower()
        return Secret(f"{name}@{host}.example", "contact", (letters(name), letters(host)))

    def url(self) -> Secret:
        """An address of the web that names a patient."""
        name, mark = self.word().lower(), self.mark().text
        return Secret(f"https://{name}.example/patient?id={mark}", "contact", (letters(name), letters(mark)))

    def uid(self) -> Secret:
        """A UID with a patient's number and the time of a scan in it."""
        number, stamp = (
            self.rng.randrange(10**7, 10**8),
            f"{self.day():%Y%m%d}{self.rng.randrange(10, 24)}3059",
        )
        text = f"{_UID_ROOT}.{number}.{stamp}.{self.rng.randrange(1, 1000)}"
        needles = (Needle("text", f"{number}.{stamp}".encode()), Needle("text", _UID_ROOT.encode() + b"."))
        return Secret(text, "uid", needles)

    def signs(self, alphabet: str, charsets: Iterable[str]) -> Secret:
        """A name in another script, searched in UTF-8, UTF-16 and the given encodings."""
        text = "".join(self.rng.sample(alphabet, 6))
        wide = ("utf-8", "utf-16-le", "utf-16-be")
        return Secret(text, "name", tuple(Needle("raw", text.encode(name)) for name in (*wide, *charsets)))


def letters(text: str) -> Needle:
    """The needle of a name or mark."""
    return Needle("word", text.lower().encode("latin-1"))


def named(*words: str) -> Secret:
    """A person of these names, joined by carets; a beginning or end of ten letters counts as the name."""
    needles: list[Needle] = []
    for word in words:
        raw = word.encode("latin-1")
        needles += [letters(word), Needle("raw", raw[:_PART]), Needle("raw", raw[-_PART:])]
    return Secret("^".join(words), "name", tuple(needles))


def long(number: int) -> Secret:
    """Seconds since 1970 as four bytes."""
    data = struct.pack("<L", number)
    return Secret(data.decode("latin-1"), "date", (Needle("raw", data), Needle("raw", data[::-1])))


def double(number: float) -> Secret:
    """A number as eight bytes."""
    data = struct.pack("<d", number)
    return Secret(data.decode("latin-1"), "date", (Needle("raw", data),))
