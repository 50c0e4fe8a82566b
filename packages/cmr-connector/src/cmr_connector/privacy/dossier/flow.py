"""The picture of the way of the data, as boxes and arrows on a sheet of 1000 by 340; drawn by `pdf` and "
"`page`.
"""

from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 340


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
    Box(0, 0, 705, 340, "Inside the hospital", (), "zone"),
    Box(735, 0, 265, 340, "At the registry", (), "zone"),
)
BOXES = (
    Box(20, 42, 132, 98, "PACS, CD, folder", ("exam with name,", "numbers, dates"), "inside"),
    Box(
        180,
        42,
        152,
        98,
        "1  Gates",
        ("only MR of the heart,", "one patient, no", "captures or reports"),
        "inside",
    ),
    Box(360, 42, 152, 98, "2  De-identification", ("allow-list: what has no", "rule is removed"), "inside"),
    Box(540, 42, 148, 98, "3  Second look", ("other code searches", "for leftovers"), "inside"),
    Box(
        20,
        185,
        312,
        70,
        "Held for a person",
        ("what a gate stops waits here with", "its reason; the desk shows it"),
        "key",
    ),
    Box(360, 185, 152, 70, "Center key", ("256 bits in one file,", "never sent"), "key"),
    Box(540, 185, 148, 70, "Look-up table", ("pseudonym to patient,", "encrypted"), "key"),
    Box(
        757,
        42,
        220,
        98,
        "4  Verified again",
        ("each image, before a byte is", "stored; what fails is dropped"),
        "outside",
    ),
    Box(
        757,
        185,
        220,
        70,
        "Encrypted store",
        ("coded data: pseudonyms,", "shifted dates, clean images"),
        "outside",
    ),
)
ARROWS = (
    Arrow((152, 91), (180, 91)),
    Arrow((332, 91), (360, 91)),
    Arrow((512, 91), (540, 91)),
    Arrow((688, 91), (757, 91)),
    Arrow((256, 140), (256, 185)),
    Arrow((436, 185), (436, 140)),
    Arrow((867, 140), (867, 185)),
    Arrow((360, 292), (757, 292), "coded images, days, ages, measurements", (540, 284)),
    Arrow((757, 322), (360, 322), "signed receipt", (540, 314)),
)
