"""Identifiers in free descriptions, between and glued to words of technique that must stay."""

from collections.abc import Callable, Iterable

from pydicom.dataset import Dataset

from cmr_testkit.plants.place import Place, Planter, place, put_text
from cmr_testkit.plants.reserved import Needle, Reserved, Secret, letters, named

_SERIES, _PROTOCOL, _STUDY = (
    (0x0008103E, "SeriesDescription"),
    (0x00181030, "ProtocolName"),
    (0x00081030, "StudyDescription"),
)
_COMMENTS, _FRAME_COMMENTS = (0x00204000, "ImageComments"), (0x00209158, "FrameComments")
_DERIVATION, _STEP = (0x00082111, "DerivationDescription"), (0x00400254, "PerformedProcedureStepDescription")
_REQUESTED, _SEQUENCE = (0x00321060, "RequestedProcedureDescription"), (0x00189005, "PulseSequenceName")
_COIL, _ALGORITHM = (0x00181250, "ReceiveCoilName"), (0x00081090, "ManufacturerModelName")
_SOFTWARE, _AGENT = (0x00181020, "SoftwareVersions"), (0x00180010, "ContrastBolusAgent")
_VRS = {
    **{
        tag: "LO" for tag, _ in (_SERIES, _PROTOCOL, _STUDY, _STEP, _REQUESTED, _ALGORITHM, _SOFTWARE, _AGENT)
    },
    **{tag: "LT" for tag, _ in (_COMMENTS, _FRAME_COMMENTS)},
    _DERIVATION[0]: "ST",
    _SEQUENCE[0]: "SH",
    _COIL[0]: "SH",
}
Draw = Callable[[Reserved], Secret]


def _initials(reserved: Reserved) -> Secret:
    date = reserved.date()
    return Secret(f"Q.X. {date.text}", "name", date.needles)


def _reversed(reserved: Reserved) -> Secret:
    word = reserved.word()
    backwards = word.lower()[::-1].capitalize()
    return Secret(backwards, "name", (letters(word), *named(backwards).needles))


def _upper(reserved: Reserved) -> Secret:
    family = reserved.family()
    return Secret(family.text.upper(), "name", family.needles)


def _spaced(reserved: Reserved) -> Secret:
    family = reserved.family()
    return Secret("-".join(family.text), "name", family.needles)


def _camel(reserved: Reserved) -> Secret:
    family = reserved.family()
    return Secret(f"cine{family.text}Sax", "name", family.needles)


def _accent(reserved: Reserved) -> Secret:
    word = reserved.word()
    text = f"{word[:9]}\xfc{word[9:]}"
    raw = (
        Needle("raw", word[:9].encode()),
        Needle("raw", text.encode("latin-1")),
        Needle("raw", text.encode()),
    )
    return Secret(text, "name", raw)


def _spelled(style: str) -> Draw:
    return lambda reserved: reserved.spelled(style)


def _julian(reserved: Reserved) -> Secret:
    text = str(reserved.day().toordinal() + 1721425)
    return Secret(text, "date", (Needle("number", text.encode()),))


def _in(where: tuple[int, str], pattern: str, draw: Draw) -> Planter:
    def plant(dataset: Dataset, reserved: Reserved) -> Iterable[Secret]:
        return put_text(dataset, where[0], _VRS[where[0]], draw(reserved).inside(pattern))

    return plant


_ROWS: tuple[tuple[str, tuple[int, str], str, Draw], ...] = (
    ("name between words of technique", _SERIES, "cine % sax", Reserved.spoken),
    ("name glued with underscores", _SERIES, "cine_%_sax", Reserved.family),
    ("name in camel case", _SERIES, "%", _camel),
    ("name in capitals", _SERIES, "LGE % 4CH", _upper),
    ("name letter by letter", _SERIES, "T1 % map", _spaced),
    ("name reversed", _SERIES, "cine % sax", _reversed),
    ("name with an accent", _SERIES, "cine % sax", _accent),
    ("initials and birth date", _SERIES, "cine % 2ch", _initials),
    ("number in a series", _SERIES, "flow_%_ao", Reserved.mark),
    ("digits in a series", _SERIES, "flow % ao", lambda reserved: reserved.number(7)),
    ("date with dots", _PROTOCOL, "LGE % sax", _spelled("%d.%m.%Y")),
    ("date with slashes", _PROTOCOL, "LGE % sax", _spelled("%m/%d/%Y")),
    ("date with dashes", _PROTOCOL, "cine_%_sax", _spelled("%Y-%m-%d")),
    ("month and day", _PROTOCOL, "cine % sax", _spelled("{month} {d}")),
    ("date with the name of a month", _PROTOCOL, "cine % sax", _spelled("%d%b%Y")),
    ("ISO week", _PROTOCOL, "cine % sax", _spelled("%G-W%V-%u")),
    ("seconds since 1970 in a protocol", _PROTOCOL, "cine % sax", Reserved.seconds),
    ("Julian day", _PROTOCOL, "cine % sax", _julian),
    ("phone in a study", _STUDY, "MR heart %", Reserved.phone),
    ("e-mail in a study", _STUDY, "MR heart %", Reserved.email),
    ("doctor in a study", _STUDY, "MR heart for Dr. %", Reserved.family),
    ("DA in a study", _STUDY, "MR heart %", Reserved.date),
    ("name in comments", _COMMENTS, "motion, repeat for % please", Reserved.spoken),
    ("address in comments", _COMMENTS, "Sent to %", Reserved.address),
    ("address of the web in comments", _COMMENTS, "see %", Reserved.url),
    ("name in frame comments", _FRAME_COMMENTS, "frame of %", Reserved.spoken),
    ("name in a derivation", _DERIVATION, "MIP by %", Reserved.spoken),
    ("number in a step", _STEP, "MR heart %", Reserved.mark),
    ("name in a requested procedure", _REQUESTED, "MR heart for %", Reserved.spoken),
    ("number in the name of a sequence", _SEQUENCE, "%", Reserved.mark),
    ("number in the name of a coil", _COIL, "%", Reserved.mark),
    ("hospital in the model", _ALGORITHM, "Aera %", Reserved.family),
    ("name in the software", _SOFTWARE, "syngo MR E11 %", Reserved.family),
    ("name in the contrast agent", _AGENT, "Gadobutrol for %", Reserved.spoken),
)
DESCRIPTORS: tuple[Place, ...] = tuple(
    place(what.replace(" ", "-"), f"{what} ({where[1]})", "descriptor", _in(where, pattern, draw), where[1])
    for what, where, pattern, draw in _ROWS
)
"""Places in descriptions."""
