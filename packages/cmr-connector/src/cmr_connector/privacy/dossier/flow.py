"""The picture of the way of the data, as boxes and arrows on a sheet of 1000 by 430; drawn by `pdf` and "
"`page`.
"""

from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 430


@dataclass(frozen=True, slots=True)
class Box:
    """A box: place, size, title, lines of text and `inside`, `wall`, `key` or `outside`."""

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow with a word beside it; `x`, `y` of the word's middle."""

    start: tuple[int, int]
    end: tuple[int, int]
    word: str = ""
    at: tuple[int, int] = (0, 0)


ZONES = (
    Box(0, 0, 700, 430, "Inside the hospital", (), "zone"),
    Box(730, 0, 270, 430, "At the registry", (), "zone"),
)
BOXES = (
    Box(25, 60, 140, 105, "PACS, CD, folder", ("exam with name,", "numbers, dates"), "inside"),
    Box(
        205,
        60,
        140,
        105,
        "1  Gates",
        ("only hearts, only MR,", "one patient, no text", "in the picture"),
        "inside",
    ),
    Box(385, 60, 140, 105, "2  De-identification", ("allow-list: what has", "no rule is removed"), "inside"),
    Box(565, 60, 120, 105, "3  Second look", ("other code searches", "for leftovers"), "inside"),
    Box(385, 235, 140, 75, "Center key", ("256 bits, one file,", "never sent"), "key"),
    Box(
        25,
        235,
        320,
        75,
        "Held for a person",
        ("what a gate stops waits here with its reason;", "the desk shows it"),
        "key",
    ),
    Box(565, 235, 120, 75, "Look-up table", ("pseudonym to patient,", "encrypted"), "key"),
    Box(
        760,
        60,
        215,
        105,
        "4  Verified again",
        ("each image, before a byte is", "stored; what fails is dropped"),
        "outside",
    ),
    Box(
        760,
        235,
        215,
        75,
        "Encrypted store",
        ("coded data: pseudonyms,", "shifted dates, clean images"),
        "outside",
    ),
)
ARROWS = (
    Arrow((165, 112), (205, 112)),
    Arrow((345, 112), (385, 112)),
    Arrow((525, 112), (565, 112)),
    Arrow((685, 112), (760, 112)),
    Arrow((275, 165), (275, 235)),
    Arrow((455, 235), (455, 165)),
    Arrow((867, 165), (867, 235)),
    Arrow((760, 365), (565, 365), "signed receipt", (662, 355)),
    Arrow((565, 395), (760, 395), "coded images, days, ages, measurements: outbound only", (640, 415)),
)
