"""The scan protocol: which series an exam of a size has, and which cuts through the patient they show."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from cmr_testkit.errors import UnknownSizeError
from cmr_testkit.heart import Heart
from cmr_testkit.space import HeartFrame, Plane, long_axis, orthogonal, short_axis
from cmr_testkit.tissue import CINE, LGE, LOCALIZER, PSIR, Contrast

LGE_TIME = 0.78  # fraction of the cycle: late diastole, as the trigger delay of an inversion-prepared scan
INVERSION_TIME_MS = 320
VIEWS = ("4ch", "2ch", "3ch")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a real exam is made.

    Attributes:
        pixels: rows and columns.
        field_mm: field of view.
        slices, phases: of the short-axis stack.
        long_slices, long_phases: per long-axis view.
        axial_slices: of the transverse cine stack (0: none).
        repeats: short-axis slices acquired a second time.
        lge_slices: short-axis late-enhancement slices; `lge_long`: long-axis ones.
        localizers: planes per orientation.
    """

    pixels: int
    field_mm: float
    slices: int
    phases: int
    long_slices: int
    long_phases: int
    axial_slices: int
    repeats: int
    lge_slices: int
    lge_long: bool
    localizers: int


SIZES = {
    "full": Size(256, 320, 13, 25, 3, 25, 12, 3, 13, True, 5),
    "small": Size(128, 300, 6, 12, 1, 11, 0, 0, 6, False, 1),
    "tiny": Size(64, 256, 4, 3, 1, 2, 0, 0, 3, False, 1),
}
THICKNESS_MM = 8.0
LONG_THICKNESS_MM = 6.0


@dataclass(frozen=True, slots=True)
class Step:
    """One image of each slice: what is drawn, and what was set at the scanner for it.

    Attributes:
        contrast: how tissues look.
        time: fraction of the cycle at which the heart is drawn.
        trigger: fraction of the cycle that TriggerTime says; `beat`: heartbeats after the first image.
        component: `M` magnitude, `P` velocity.
        inversion_ms, echo_ms, preparation_ms: inversion time, echo time, T2 preparation of this image.
        b_value: diffusion weighting in s/mm2.
    """

    contrast: Contrast
    time: float
    trigger: float | None = None
    beat: int = 0
    component: str = "M"
    inversion_ms: float | None = None
    echo_ms: float | None = None
    preparation_ms: float | None = None
    b_value: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One series to be acquired.

    Attributes:
        kind: what it is acquired for: `cine`, `lge`, `psir`, `localizer` and the kinds of `complete.KINDS`.
        view: `sax`, `4ch`, `2ch`, `3ch`, `axial`, `lax`, `planes`, `rvot`, `ao`, `pa`, `coronal`.
        planes: its slices in order of acquisition.
        phases: images per slice over the cycle; 1 for a still.
        contrast: how tissues look.
        number: series number.
        spacing: distance of slice centers in mm, None where slices do not form a stack.
        role: what tells two series of one kind and view apart: `stress`, `native`, `phase` ...
        steps: the images of each slice, empty where they are only phases of the cycle.
        venc_cm_s: velocity encoding of a flow series.
        slice_delay: part of the cycle between slices that share a heartbeat (first pass); 0: one after another.
        tiles: slices of a mosaic, whose only plane is the whole of it; empty for other images.
    """

    kind: str
    view: str
    planes: tuple[Plane, ...]
    phases: int
    contrast: Contrast
    number: int = 0
    spacing: float | None = None
    role: str = ""
    steps: tuple[Step, ...] = ()
    venc_cm_s: float | None = None
    slice_delay: float = 0.0
    tiles: tuple[Plane, ...] = ()

    @property
    def label(self) -> str:
        """Kind, view and role as one word: `perfusion_sax_stress`."""
        return "_".join(part for part in (self.kind, self.view, self.role) if part)

    @property
    def every_step(self) -> tuple[Step, ...]:
        """The images of each slice."""
        return self.steps or _cycle(self.contrast, self.phases)

    @property
    def count(self) -> int:
        """Images of the series."""
        return len(self.planes) * len(self.every_step)


def _cycle(contrast: Contrast, phases: int) -> tuple[Step, ...]:
    if phases == 1:
        return (Step(contrast, LGE_TIME),)
    return tuple(Step(contrast, i / phases) for i in range(phases))


def size_named(name: str) -> Size:
    """The size full, small or tiny.

    Raises:
        UnknownSizeError: another word.
    """
    if name not in SIZES:
        raise UnknownSizeError(f"The size '{name}' is none of {', '.join(SIZES)}.")
    return SIZES[name]


def stack_levels(heart: Heart, count: int) -> tuple[tuple[float, ...], float]:
    """Z of short-axis slices in mm below the mitral plane, from base to apex, and their distance.

    A large stack reaches one slice above the base and past the apex; a small one divides the cavity evenly.
    """
    if count >= 10:
        spacing = 10.0
        return tuple(-5.0 - spacing + spacing * i for i in range(count)), spacing
    spacing = round(heart.size.length_mm / count, 1)
    return tuple(spacing * (i + 0.5) for i in range(count)), spacing


def short_stack(heart: Heart, frame: HeartFrame, size: Size, count: int) -> tuple[tuple[Plane, ...], float]:
    """The planes of a short-axis stack and their distance in mm."""
    levels, spacing = stack_levels(heart, count)
    pixel = size.field_mm / size.pixels
    return tuple(short_axis(frame, z, size.pixels, pixel, THICKNESS_MM) for z in levels), spacing


def plan(heart: Heart, frame: HeartFrame, size: Size, *, split: bool, psir: bool) -> list[Series]:
    """All series of an exam in order of acquisition.

    `split` puts every cine slice into a series of its own (Siemens), `psir` adds the phase-sensitive
    reconstruction to each late-enhancement series.
    """
    pixel = size.field_mm / size.pixels
    series = [Series("localizer", "planes", localizer_planes(frame, size), 1, LOCALIZER)]
    for view in VIEWS:
        shifts = [8.0 * (i - (size.long_slices - 1) / 2) for i in range(size.long_slices)]
        planes = tuple(long_axis(frame, view, s, size.pixels, pixel, LONG_THICKNESS_MM) for s in shifts)
        series.append(Series("cine", view, planes, size.long_phases, CINE, spacing=8.0))
    stack, spacing = short_stack(heart, frame, size, size.slices)
    series.append(Series("cine", "sax", stack, size.phases, CINE, spacing=spacing))
    if size.repeats:
        middle = len(stack) // 2
        series.append(
            Series("cine", "sax", stack[middle : middle + size.repeats], size.phases, CINE, spacing=10)
        )
    if size.axial_slices:
        series.append(Series("cine", "axial", axial_planes(frame, size), size.phases, CINE, spacing=10.0))
    stills = _late(heart, frame, size, psir=psir)
    acquired = [part for one in series for part in parted(one, split=split)] + stills
    return [dataclasses.replace(one, number=i + 1) for i, one in enumerate(acquired)]


def parted(series: Series, *, split: bool) -> list[Series]:
    """A cine as one series per slice where the vendor splits it."""
    if not split or series.kind != "cine":
        return [series]
    return [dataclasses.replace(series, planes=(plane,)) for plane in series.planes]


def _late(heart: Heart, frame: HeartFrame, size: Size, *, psir: bool) -> list[Series]:
    stack, spacing = short_stack(heart, frame, size, size.lge_slices)
    found = [Series("lge", "sax", stack, 1, LGE, spacing=spacing)]
    if size.lge_long:
        pixel = size.field_mm / size.pixels
        views = tuple(long_axis(frame, view, 0, size.pixels, pixel, THICKNESS_MM) for view in VIEWS)
        found.append(Series("lge", "lax", views, 1, LGE))
    if psir and size.pixels > 64:
        found += [dataclasses.replace(one, kind="psir", contrast=PSIR) for one in found]
    return found


def localizer_planes(frame: HeartFrame, size: Size) -> tuple[Plane, ...]:
    """Axial, coronal and sagittal planes through the heart."""
    pixel = size.field_mm * 1.25 / size.pixels
    planes = []
    for kind, axis in (("axial", 2), ("coronal", 1), ("sagittal", 0)):
        for i in range(size.localizers):
            center = frame.at(-8, 0, 30) * np.array([0.4, 0.3, 1.0])
            center[axis] = frame.at(-8, 0, 30)[axis] + 14.0 * (i - (size.localizers - 1) / 2)
            planes.append(orthogonal(kind, center, size.pixels, pixel, THICKNESS_MM))
    return tuple(planes)


def axial_planes(frame: HeartFrame, size: Size) -> tuple[Plane, ...]:
    """A transverse stack through the heart."""
    middle = frame.at(-10, 0, 30)
    pixel = size.field_mm * 1.1 / size.pixels
    planes = []
    for i in range(size.axial_slices):
        center = np.array([0.4 * middle[0], 0.3 * middle[1], middle[2] + 10.0 * (size.axial_slices / 2 - i)])
        planes.append(orthogonal("axial", center, size.pixels, pixel, THICKNESS_MM))
    return tuple(planes)
