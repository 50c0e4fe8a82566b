"""The series of the drill and of the tests by number: layouts that a person can read, clean slices, look-alikes."""

from cmr_testkit.burned.clean import CONTRASTS, Words, clean_slice, with_look_alikes
from cmr_testkit.burned.layouts import LAYOUTS, LEAST_CONTRAST, Burned, burned

PIXELS = (128, 160, 192, 256)
FRAMES = (1, 4, 3)


def layout(number: int) -> Burned:
    """The layout of a number on the first contrast on which it is visible; kinds follow each other."""
    names = list(CONTRASTS)
    kinds = len(LAYOUTS)
    frames = 6 if list(LAYOUTS)[number % kinds] == "one_frame" else FRAMES[number % 3]
    pixels = PIXELS[(number // kinds + number) % len(PIXELS)]
    for step in range(len(names)):
        name = names[(number + step) % len(names)]
        found = burned(clean_slice(number, contrast=name, pixels=pixels, frames=frames), number)
        if found.contrast >= LEAST_CONTRAST:
            return found
    raise ValueError(number)


def clean(number: int) -> Words:
    """A slice without writing; contrast, plane and size follow the number."""
    names = list(CONTRASTS)
    pixels = PIXELS[(number // 6) % len(PIXELS)]
    return clean_slice(number, contrast=names[number % len(names)], pixels=pixels, frames=(4, 1)[number % 2])


def look_alike(number: int) -> Words:
    """A clean slice with direction letters, a scale, a setting or coil label, and a saturation band."""
    return with_look_alikes(clean(number), number)
