"""Descriptions as people at scanners write them: technique in twelve languages with identifiers between the words.

Made from a seed. Every description tells what must stay and what must go, so that a cleaner can be counted (D12).
"""

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

TECHNIQUE = """
    cine|trufi|retro|sax
    tfi|psir|single-shot|4 chamber|stack
    fl2d1_v150in
    LGE|PSIR|SAX|TI 280
    T1Map|MOLLI|native|SAX
    T2Map|TrueFISP|mid|SA
    2CH|FIESTA|BH
    SAX|FIESTA|BH|Asset
    3-pl|Loc|Fiesta
    short axis|stack|cine|trufi
    4 chamber|cine|CS
    Flow|through plane|v120|asc|aorta
    perf|stress|MOCO
    first pass|perf|sax|rest
    sQFLOW|MPA|200
    B-TFE|BH|4CH
    bFFE|BH|VLA
    SURVEY|BFFE
    BB|T2 TSE|SAX
    HASTE|black blood|axial
    MRA|3D|COR
    TI Scout|5 min|post
    Look Locker|pre
    4D FLOW|AX|venc 250
    localizer|multi|iPAT
    CINE|LVOT|3CH
    DE|2D|TI 300|mBH
    delayed enhancement|long axis
    T2*|8 echo|BH
    real time|cine|SAX
    tag|grid|short axis
    3D|whole heart|nav
    kurze Achse|cine|Stapel=cine
    Vierkammerblick|cine|trufi
    Spätaufnahme|PSIR|Kurzachse
    Ruheperfusion|Kurzachse
    Herz KA|Funktion
    Uebersicht|3 Ebenen
    Flussmessung|Aorta|venc 150
    cine|petit axe|apnée
    coupe|quatre cavités|cine
    rehaussement tardif|petit axe
    perfusion|repos|3 coupes
    flux|aorte ascendante=flux aorte
    repérage|cardiaque
    cine|eje corto|apnea
    realce tardío|eje corto|PSIR
    perfusión|estrés|sax
    flujo|válvula aórtica|venc 150
    localizador|cardiaco
    cine|asse corto|trufi
    quattro camere|cine|retro
    perfusione|riposo|SAX
    flusso|aorta|venc 200
    cine|eixo curto|retro
    realce tardio|PSIR|sax
    perfusão|repouso|SAX
    fluxo|aorta|venc 150
    korte as|cine|ademstop
    vierkamer|cine|trufi
    late|aankleuring|PSIR
    kortaxel|cine|trufi
    fyrkammare|cine|retro
    sen kontrast|PSIR|kortaxel
    kort akse|cine|BH
    firekammer|cine|trufi
    hvile|perfusion|SAX
    krótka oś|cine|bezdech
    czterojamowa|cine|retro
    późne wzmocnienie|PSIR
    kısa eksen|cine|nefes tutma
    perfüzyon|istirahat|sax
    lyhyt akseli|cine|trufi
    nelilokero|cine|retro
    krátká osa|cine|trufi
    čtyřdutinová|cine|zádrž
    tanjiku|cine|BH
    danchuk|cine|retro
"""
FAMILIES = """
    Müller Schmidt García Nguyen Kowalski Yamamoto O'Brien Andersson Ferrari Dubois Okafor Petrov Haddad Silva Novák
    Papadopoulos Öztürk Virtanen Hansen Jensen DeVries McDonald Santos Rossi Łukasz Tanaka Suzuki Wang Zhang Park
    Fnordvexil Schumacher Grünwald Lefèvre Hernández Çelik Mäkinen Dvořák Bergström
""".split()  # noqa: SIM905
GIVEN = """
    Peter Anna María José Jürgen Zoë Björn Ewa Mehmet Pekka Jiří Hiroshi Xiuying Minho Thi Pierre Giulia João
""".split()  # noqa: SIM905
WORD_NAMES = """
    Hand May Rose Lang Klein Long Short Axel Sax Kurz Stern Flow Grace Lee Li Le De Ng Vo Sense Case Heart Hart Herz
    Black Bright Root Dixon Petit Grand Blade Shim Early Child Blick Uzun Kort Sen Cross Min Max Frei Kammer
""".split()  # noqa: SIM905
_FOLD = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "Ł": "L", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Description:
    """One text.

    Attributes:
        text: as written at the scanner.
        technique: its words of technique alone, as they may stay, in order.
        plain: the technique alone, as it would be written without any identifier.
        identifiers: words that must not stay, lower case, without marks.
        patient: words of this patient's own name, which the hospital's software knows.
    """

    text: str
    technique: tuple[str, ...]
    plain: str
    identifiers: frozenset[str]
    patient: frozenset[str]


def generated(count: int, seed: int) -> Iterator[Description]:
    """This many descriptions, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311
    lines = [line.strip() for line in TECHNIQUE.strip().splitlines()]
    for _ in range(count):
        yield _one(rng, rng.choice(lines))


def words(text: str) -> list[str]:
    """Words and numbers of a text in lower case without marks, taken apart at changes of letter and digit too."""
    plain = unicodedata.normalize("NFD", text.translate(_FOLD))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.findall(r"[a-z]+|[0-9]+|[^\W_]+", plain)


def _one(rng: random.Random, line: str) -> Description:
    written, _, kept = line.partition("=")
    units = written.split("|")
    join = rng.choice((" ", " ", "_", "-", " "))
    change = rng.choice((str, str, str.upper, str.lower))
    units = [change(unit).replace(" ", join if join == "_" else " ") for unit in units]
    plain = join.join(units)
    patient: frozenset[str] = frozenset()
    gone: set[str] = set()
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        identifier, names = _identifier(rng)
        patient |= names
        gone.update(words(identifier))
        place = rng.randint(0, len(units))
        units.insert(place, _quoted(rng, identifier))
    technique = words(kept or plain)
    text = _joined(rng, units, join)
    gone = {word for word in gone if word not in technique and len(word) > 1}
    return Description(text, tuple(technique), plain, frozenset(gone), patient)


def _joined(rng: random.Random, units: list[str], join: str) -> str:
    text = units[0]
    for unit in units[1:]:
        loose = " " in unit.strip() or "^" in unit or "," in unit
        text += (" " if loose and rng.random() < 0.7 else join) + unit
    return text


def _quoted(rng: random.Random, identifier: str) -> str:
    return rng.choice(("{}", "{}", "{}", "({})", "[{}]")).format(identifier)


def _identifier(rng: random.Random) -> tuple[str, frozenset[str]]:
    """An identifier as it is written, and the words of it that are the patient's own name."""
    kind = rng.randrange(12)
    if kind < 5:
        return _person(rng), frozenset()
    if kind == 5:
        name = rng.choice(WORD_NAMES)
        return name, frozenset((name.casefold(),))
    return rng.choice((_date, _date, _phone, _number, _place, _mail, _initials))(rng), frozenset()


def _person(rng: random.Random) -> str:
    """A person whom the hospital's software does not know: a colleague, a relative, another patient."""
    given, family = rng.choice(GIVEN), rng.choice(FAMILIES)
    if rng.random() < 0.4:
        family = rng.choice(WORD_NAMES)
    change = rng.choice((str, str, str.upper))
    forms = (
        "{f}, {g}",
        "{f}^{g}",
        "{g} {f}",
        "{f} {g}",
        "Dr. {f}",
        "Prof. {f}",
        "{g}_{f}",
        "Herr {f}",
        "by {f}",
    )
    form = rng.choice(forms)
    if family in WORD_NAMES and form in ("{g}_{f}", "{f} {g}"):
        form = "{g} {f}"
    return change(form.format(f=family, g=given))


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1930, 2025)
    months = (
        "März",
        "Oct",
        "mars",
        "enero",
        "maggio",
        "março",
        "mei",
        "maj",
        "kwietnia",
        "Haziran",
        "unora",
        "Dec",
    )
    return rng.choice(
        (
            f"{year}{month:02}{day:02}",
            f"{day:02}.{month:02}.{year}",
            f"{month}/{day}/{year}",
            f"{year}-{month:02}-{day:02}",
            f"{day}-{month}-{year % 100:02}",
            f"{day}. {rng.choice(months)} {year}",
            f"{day} de {rng.choice(months)} de {year}",
            f"{rng.choice(months)} {day}, {year}",
            f"{day:02}{rng.choice(('JAN', 'MAR', 'OCT'))}{year}",
            f"{year}-W{rng.randint(10, 52)}",
            f"{day:02}.{month:02}.",
        )
    )


def _phone(rng: random.Random) -> str:
    a, b, c = rng.randint(201, 989), rng.randint(200, 999), rng.randint(1000, 9999)
    return rng.choice((f"{a} {b} {c}", f"({a}) {b}-{c}", f"+49 {a} {b}{c}", f"{a}-{b}-{c}", f"tel {a}{b}{c}"))


def _number(rng: random.Random) -> str:
    number = rng.randint(10_000, 99_999_999)
    return rng.choice(
        (f"MRN {number}", f"{number}", f"MRN-{number:08}", f"P{number}", f"ID{number}", f"ACC{number}")
    )


def _place(rng: random.Random) -> str:
    street = rng.choice(("Hauptstrasse", "Elm Street", "Rue Pasteur", "Calle Mayor", "Via Roma", "Lindenweg"))
    return rng.choice(
        (
            f"Room {rng.randint(10, 99)}",
            f"Zimmer {rng.randint(1, 40)}",
            f"Ward Birkenau {rng.randint(1, 9)}",
            f"{street} {rng.randint(1, 99)}",
            f"{rng.randint(10_000, 99_999)} Springfield",
            "Charité Berlin",
            "St. Elsewhere Hospital",
        )
    )


def _mail(rng: random.Random) -> str:
    name = rng.choice(("p.mueller", "anna_k", "j.long", "sax.peter"))
    return rng.choice((f"{name}@klinik.example", f"CLINIC\\{name}", f"www.{name}.example", f"user {name}"))


def _initials(rng: random.Random) -> str:
    letters = "".join(rng.choice("JKNQUYZ") for _ in range(rng.choice((2, 2, 3))))
    return rng.choice(
        (letters, f"{letters[0]}.{letters[1]}.", f"{letters}{rng.randint(10, 99)}", letters.lower())
    )
