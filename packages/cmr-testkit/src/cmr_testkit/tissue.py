"""Tissues: how bright each is in each kind of image, and where the chest has which."""

from collections.abc import Mapping
from dataclasses import dataclass

Shape = tuple[str, tuple[float, float, float], tuple[float, float, float]]

LONG = 1e5  # mm; an ellipsoid that long is a cylinder
HILUM = ((52, 12, 40), (66, 20, 30), (58, 2, 58), (74, 30, 48), (64, 26, 4), (82, 14, 16))
LIVER_VEINS = ((-80, 10, -70), (-48, 18, -62), (-66, -22, -80), (-104, -6, -86))


@dataclass(frozen=True, slots=True)
class Contrast:
    """Signal per tissue and the noise of one kind of image, in stored units.

    `signed` marks phase-sensitive images, whose noise is Gaussian; `zero` is the stored value of no signal;
    `flat` marks quantitative maps, which the coil does not shade.
    """

    signal: Mapping[str, float]
    noise: float
    signed: bool = False
    zero: float = 0.0
    flat: bool = False


CINE = Contrast(
    {
        "air": 0, "skin": 240, "fat": 330, "muscle": 85, "lung": 14, "soft": 150, "liver": 120, "stomach": 70,
        "marrow": 150, "disk": 90, "csf": 390, "vessel": 285, "blood": 310, "myocardium": 95, "trabecula": 100,
    },
    noise=9,
)  # fmt: skip

LGE = Contrast(
    {
        "air": 0, "skin": 150, "fat": 185, "muscle": 55, "lung": 8, "soft": 90, "liver": 75, "stomach": 40,
        "marrow": 90, "disk": 50, "csf": 30, "vessel": 125, "blood": 132, "myocardium": 12, "trabecula": 22,
        "infarct": 330,
    },
    noise=7,
)  # fmt: skip

PSIR = Contrast(
    {
        tissue: 400 + 2.2 * value - (30 if tissue == "myocardium" else 0)
        for tissue, value in LGE.signal.items()
    },
    noise=16,
    signed=True,
    zero=400.0,
)

LOCALIZER = Contrast({tissue: 0.8 * value for tissue, value in CINE.signal.items()}, noise=12)


def thorax(scale: float) -> list[Shape]:
    """The chest from outside to inside as (tissue, center, semi-axes) in patient coordinates, mm."""
    wide, deep = 178 * scale, 118 * scale
    shapes: list[Shape] = [
        ("skin", (0, 0, 0), (wide + 2, deep + 2, LONG)),
        ("fat", (0, 0, 0), (wide, deep, LONG)),
        ("muscle", (0, 0, 0), (wide - 15, deep - 13, LONG)),
        ("soft", (0, 0, 0), (wide - 32, deep - 25, LONG)),
        ("muscle", (-42, 92 * scale, 0), (34, 20, LONG)),
        ("muscle", (42, 92 * scale, 0), (34, 20, LONG)),
        ("lung", (-78, 5, 40), (64, 82 * scale, 150)),
        ("lung", (84, 8, 40), (60, 80 * scale, 150)),
        ("fat", (8, -72, 0), (46, 16, 90)),
        ("liver", (-62, 0, -125), (100, 86, 92)),
        ("stomach", (72, 6, -130), (76, 74, 84)),
        ("disk", (0, 66 * scale, 0), (21, 16, LONG)),
        ("csf", (0, 92 * scale, 0), (9, 8, LONG)),
        ("vessel", (27, 50 * scale, 0), (11.5, 11.5, LONG)),
        ("vessel", (-26, -6, 90), (10, 10, 80)),
        ("muscle", (0, -deep + 18, 30), (24, 9, 110)),
        ("marrow", (0, -deep + 18, 30), (20, 6, 106)),
    ]
    for side in (-1, 1):
        shapes += [("vessel", (side * x + 6, y, z), (4.5, 4.0, 9)) for x, y, z in HILUM]
    shapes += [("vessel", (x, y, z), (5, 22, 4)) for x, y, z in LIVER_VEINS]
    shapes += [("marrow", (0, 66 * scale, 30.0 * i), (19, 15, 12.5)) for i in range(-6, 7)]
    for i in range(-4, 6):
        for side in (-1, 1):
            shapes.append(("marrow", (side * (wide - 40), -30, 28.0 * i), (9, 30, 5)))
    return shapes
