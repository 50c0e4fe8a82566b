"""The complete protocol: every kind of series of a CMR exam, in the order in which a scanner acquires them."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from cmr_testkit.flow import VESSELS, FlowTruth, peak_velocity, venc_for, vessel_plane
from cmr_testkit.heart import Heart
from cmr_testkit.protocol import (
    LGE_TIME,
    LONG_THICKNESS_MM,
    THICKNESS_MM,
    VIEWS,
    Series,
    Size,
    Step,
    axial_planes,
    localizer_planes,
    parted,
    short_stack,
)
from cmr_testkit.relaxation import (
    NULL_MS,
    Relaxation,
    decayed,
    diffusion,
    edema,
    gradient_echo,
    inverted,
    saturated,
    t1_map,
    t2_map,
    t2star_map,
)
from cmr_testkit.space import HeartFrame, Plane, long_axis, orthogonal, short_axis
from cmr_testkit.tissue import CINE, LGE, LOCALIZER, PSIR, Contrast

KINDS = (
    "localizer", "cine", "t1_raw", "t1_map", "t2_raw", "t2_map", "t2star_raw", "t2star_map", "stir", "dwi", "flow",
    "perfusion", "mra", "mip", "ti_scout", "lge", "psir", "screen_save",
)  # fmt: skip
"""Kinds of series; with views and roles they make more than thirty different series."""

MOLLI_START_MS = (120.0, 200.0)
T2_PREPARATIONS_MS = (0.0, 30.0, 55.0)
DIFFUSION_B = (50.0, 350.0)
FIRST_ECHO_MS, ECHO_STEP_MS = 2.15, 2.23
MOSAIC_SIDE = 2
MOSAIC_TIMES_MS = (0.0, 95.0, 47.5, 142.5)
"""When each tile is measured after the first: every second slice first."""

RVOT_SHIFT_MM = 32.0


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many images of each kind a size of the complete protocol has.

    Attributes:
        base: pixels, field of view and short-axis stack.
        axial, axial_phases, rvot_phases: of the other cines.
        inversions: of the TI scout. slices: of perfusion and mapping. beats: of the first pass.
        molli: images per slice of T1 mapping (first group, second group). echoes: of T2*.
        flow_phases, partitions: of flow and angiography.
    """

    base: Size
    axial: int
    axial_phases: int
    rvot_phases: int
    inversions: int
    slices: int
    beats: int
    molli: tuple[int, int]
    echoes: int
    flow_phases: int
    partitions: int


AMOUNTS = {
    "full": Amounts(
        Size(256, 320, 12, 25, 1, 25, 3, 0, 12, True, 3), 3, 25, 25, 24, 3, 36, (5, 3), 8, 30, 24
    ),
    "small": Amounts(Size(128, 300, 6, 12, 1, 11, 1, 0, 5, True, 1), 1, 11, 11, 12, 2, 21, (5, 3), 8, 12, 8),
    "tiny": Amounts(Size(64, 256, 4, 3, 1, 2, 1, 0, 3, False, 1), 1, 2, 2, 3, 2, 3, (3, 2), 6, 3, 3),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the series of one exam are made of.

    Attributes:
        split: each cine slice is a series of its own. split_flow: magnitude and phase are.
        mosaic: diffusion slices are tiles of one image.
        flows: what flows through the vessels `ao` and `pa`.
    """

    heart: Heart
    frame: HeartFrame
    times: Relaxation
    flows: dict[str, FlowTruth]
    rr_ms: int
    split: bool
    split_flow: bool
    mosaic: bool


def plan_complete(recipe: Recipe, amounts: Amounts) -> list[Series]:
    """All series of an exam in order of acquisition, numbered from 1."""
    slices = _mapping_planes(recipe, amounts)
    series = [
        *_cines(recipe, amounts),
        *_t1(recipe, amounts, slices, post=False),
        *_t2(recipe, slices),
        *_t2star(recipe, amounts, slices[:1]),
        Series("stir", "sax", slices, 1, edema(recipe.times), spacing=20.0),
        _dwi(recipe, amounts, slices[0]),
        *_flow(recipe, amounts, "ao"),
        *_flow(recipe, amounts, "pa"),
        _first_pass(recipe, amounts, slices, "stress"),
        _first_pass(recipe, amounts, slices, "rest"),
        *_angiography(recipe, amounts),
        _ti_scout(recipe, amounts, slices[0]),
        *_late(recipe, amounts),
        *_t1(recipe, amounts, slices, post=True),
        Series("screen_save", "", slices[:1], 1, CINE),
    ]
    return [dataclasses.replace(one, number=i + 1) for i, one in enumerate(series)]


def _cines(recipe: Recipe, amounts: Amounts) -> list[Series]:
    size, frame = amounts.base, recipe.frame
    pixel = size.field_mm / size.pixels
    found = [Series("localizer", "planes", localizer_planes(frame, size), 1, LOCALIZER)]
    for view in VIEWS:
        plane = long_axis(frame, view, 0.0, size.pixels, pixel, LONG_THICKNESS_MM)
        found.append(Series("cine", view, (plane,), size.long_phases, CINE, spacing=8.0))
    stack, spacing = short_stack(recipe.heart, frame, size, size.slices)
    found.append(Series("cine", "sax", stack, size.phases, CINE, spacing=spacing))
    wide = dataclasses.replace(size, axial_slices=amounts.axial)
    found.append(Series("cine", "axial", axial_planes(frame, wide), amounts.axial_phases, CINE, spacing=10.0))
    found.append(
        Series("cine", "rvot", (_outflow_plane(recipe, size),), amounts.rvot_phases, CINE, spacing=8.0)
    )
    return [part for one in found for part in parted(one, split=recipe.split)]


def _outflow_plane(recipe: Recipe, size: Size) -> Plane:
    """Through the right ventricle and the pulmonary trunk, along the long axis."""
    frame = recipe.frame
    tilt = math.radians(12)
    across = math.cos(tilt) * frame.anterior + math.sin(tilt) * frame.lateral
    pixel = size.field_mm / size.pixels
    middle = frame.at(-RVOT_SHIFT_MM, 20.0, 10.0)
    return Plane(middle, -frame.apex, -across, size.pixels, pixel, LONG_THICKNESS_MM)


def _mapping_planes(recipe: Recipe, amounts: Amounts) -> tuple[Plane, ...]:
    size, length = amounts.base, recipe.heart.size.length_mm
    pixel = size.field_mm / size.pixels
    levels = [0.5 * length + 20.0 * (i - (amounts.slices - 1) / 2) for i in range(amounts.slices)]
    return tuple(short_axis(recipe.frame, z, size.pixels, pixel, THICKNESS_MM) for z in levels)


def _t1(recipe: Recipe, amounts: Amounts, planes: tuple[Plane, ...], *, post: bool) -> list[Series]:
    role = "post" if post else "native"
    steps, beat = [], 0
    for start, images in zip(MOLLI_START_MS, amounts.molli, strict=True):
        for i in range(images):
            inversion = start + i * recipe.rr_ms
            look = inverted(recipe.times, inversion, post=post)
            steps.append(Step(look, LGE_TIME, beat=beat, inversion_ms=inversion))
            beat += 1
        beat += 3
    look = t1_map(recipe.times, post=post)
    raw = Series("t1_raw", "sax", planes, 1, steps[0].contrast, spacing=20.0, role=role, steps=tuple(steps))
    return [raw, Series("t1_map", "sax", planes, 1, look, spacing=20.0, role=role)]


def _t2(recipe: Recipe, planes: tuple[Plane, ...]) -> list[Series]:
    times = recipe.times.t2()
    steps = tuple(
        Step(decayed(times, 1.3 + preparation), LGE_TIME, beat=4 * i, preparation_ms=preparation)
        for i, preparation in enumerate(T2_PREPARATIONS_MS)
    )
    raw = Series("t2_raw", "sax", planes, 1, steps[0].contrast, spacing=20.0, steps=steps)
    return [raw, Series("t2_map", "sax", planes, 1, t2_map(recipe.times), spacing=20.0)]


def _t2star(recipe: Recipe, amounts: Amounts, planes: tuple[Plane, ...]) -> list[Series]:
    times = recipe.times.t2star()
    echoes = [round(FIRST_ECHO_MS + i * ECHO_STEP_MS, 2) for i in range(amounts.echoes)]
    steps = tuple(Step(decayed(times, echo), LGE_TIME, echo_ms=echo) for echo in echoes)
    raw = Series("t2star_raw", "sax", planes, 1, steps[0].contrast, steps=steps)
    return [raw, Series("t2star_map", "sax", planes, 1, t2star_map(recipe.times))]


def _dwi(recipe: Recipe, amounts: Amounts, plane: Plane) -> Series:
    steps = tuple(
        Step(diffusion(recipe.times, b), LGE_TIME, beat=2 * i, b_value=b) for i, b in enumerate(DIFFUSION_B)
    )
    single = Series("dwi", "sax", (plane,), 1, steps[0].contrast, steps=steps)
    if not recipe.mosaic:
        return single
    tiles = tuple(
        dataclasses.replace(plane, center=plane.center + 10.0 * i * plane.normal)
        for i in range(len(MOSAIC_TIMES_MS))
    )
    # the mosaic stands as one large image around the first slice (as readers of Siemens data expect)
    whole = dataclasses.replace(plane, pixels=MOSAIC_SIDE * plane.pixels)
    return dataclasses.replace(single, planes=(whole,), tiles=tiles)


def _flow(recipe: Recipe, amounts: Amounts, view: str) -> list[Series]:
    vessel, flow, phases = VESSELS[view], recipe.flows[view], amounts.flow_phases
    size = amounts.base
    plane = vessel_plane(vessel, recipe.heart, recipe.frame, size.pixels, size.field_mm / size.pixels, 6.0)
    venc = venc_for(peak_velocity(flow, vessel, phases, recipe.rr_ms - 12))
    look = gradient_echo(recipe.times)
    halves = {
        role: tuple(Step(look, i / phases, component=component) for i in range(phases))
        for role, component in (("magnitude", "M"), ("phase", "P"))
    }
    whole = Series("flow", view, (plane,), phases, look, venc_cm_s=venc)
    if not recipe.split_flow:
        return [dataclasses.replace(whole, steps=halves["magnitude"] + halves["phase"])]
    return [dataclasses.replace(whole, role=role, steps=steps) for role, steps in halves.items()]


def _first_pass(recipe: Recipe, amounts: Amounts, planes: tuple[Plane, ...], role: str) -> Series:
    steps = []
    for beat in range(amounts.beats):
        seconds = 42 * beat / max(1, amounts.beats - 1)
        blood = 12 * _bolus(seconds, 11)
        wall = (3.4 if role == "stress" else 2.2) * _bolus(seconds, 17 if role == "stress" else 20)
        look = saturated(recipe.times, blood, wall, 0.25 * wall)
        steps.append(Step(look, LGE_TIME, trigger=0.08, beat=beat))
    return Series(
        "perfusion",
        "sax",
        planes,
        1,
        steps[0].contrast,
        spacing=20.0,
        role=role,
        steps=tuple(steps),
        slice_delay=0.22,
    )


def _bolus(seconds: float, peak: float) -> float:
    """Gamma variate with its maximum 1 at `peak` seconds after the injection."""
    begin = 4.0
    if seconds <= begin:
        return 0.0
    share = (seconds - begin) / (peak - begin)
    return (share * math.exp(1 - share)) ** 2 * 0.9 + 0.1 * min(1.0, share / 3)


def _angiography(recipe: Recipe, amounts: Amounts) -> list[Series]:
    size, look = amounts.base, gradient_echo(recipe.times, blood=2.2, post=True)
    middle = recipe.frame.at(-20, 20, -10) * np.array([0.4, 0.6, 1.0])
    pixel, spacing = size.field_mm * 1.15 / size.pixels, 60.0 / amounts.partitions
    planes = tuple(
        orthogonal("coronal", middle + np.array([0.0, spacing * (i - (amounts.partitions - 1) / 2), 0.0]), size.pixels,
                   pixel, spacing)
        for i in range(amounts.partitions)
    )  # fmt: skip
    angio = Series("mra", "coronal", planes, 1, look, spacing=spacing)
    return [angio, Series("mip", "coronal", planes[len(planes) // 2 :][:1], 1, look)]


def _ti_scout(recipe: Recipe, amounts: Amounts, plane: Plane) -> Series:
    """A cine after one inversion: each phase has its own inversion time, one of them nulls the wall."""
    count = amounts.inversions
    steps = []
    for i in range(count):
        inversion = round(NULL_MS * (0.35 + 1.3 * i / max(1, count - 1)), 1)
        look = inverted(recipe.times, inversion, post=True)
        steps.append(Step(look, i / count, trigger=(inversion + 20.0) / recipe.rr_ms, inversion_ms=inversion))
    return Series("ti_scout", "sax", (plane,), 1, steps[0].contrast, steps=tuple(steps))


def _late(recipe: Recipe, amounts: Amounts) -> list[Series]:
    size, frame = amounts.base, recipe.frame
    stack, spacing = short_stack(recipe.heart, frame, size, size.lge_slices)
    pixel = size.field_mm / size.pixels
    long = tuple(long_axis(frame, view, 0, size.pixels, pixel, THICKNESS_MM) for view in VIEWS)

    def both(kind: str, look: Contrast) -> list[Series]:
        return [
            Series(kind, "sax", stack, 1, look, spacing=spacing),
            Series(kind, "lax", long, 1, look),
        ]

    return [*both("lge", LGE), *both("psir", PSIR)]
