"""The beating biventricular heart: analytic shapes whose volumes are the truth of an exam.

Heart coordinates in mm: origin on the long axis in the end-diastolic mitral plane, x toward the lateral wall,
y toward the anterior wall, z toward the apex. The left ventricle is a truncated ellipsoid of revolution, so its
volume is a closed formula; the right ventricle is an elliptic half-shell around it whose volume is integrated
exactly in x and numerically in y and z. Papillary muscles count as blood volume (`lv_papillary` = 1).
"""

import dataclasses
import functools
import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BASE_FRACTION = 0.3  # the widest short-axis section lies at 30 % of the length below the mitral plane
SYSTOLE_FRACTION = 0.36
MYOCARDIUM_G_ML = 1.05  # cmr.md section 7
RV_LENGTH_FRACTION = 0.82


@dataclass(frozen=True, slots=True)
class HeartSize:
    """What makes one heart differ from another.

    Attributes:
        lv_edv_ml, lv_esv_ml: volumes of the left ventricular cavity, papillary muscles included.
        lv_mass_g: mass of the left ventricular wall without papillary muscles.
        rv_edv_ml, rv_esv_ml: volumes of the right ventricular cavity.
        length_mm: end-diastolic distance from mitral plane to endocardial apex.
        base_descent_mm: systolic descent of the mitral plane.
    """

    lv_edv_ml: float
    lv_esv_ml: float
    lv_mass_g: float
    rv_edv_ml: float
    rv_esv_ml: float
    length_mm: float
    base_descent_mm: float


@dataclass(frozen=True, slots=True)
class Shell:
    """A truncated ellipsoid of revolution: `radius` at `center_z`, cut at `base_z`, tip at `apex_z` (mm)."""

    base_z: float
    center_z: float
    apex_z: float
    radius: float

    @property
    def semi_length(self) -> float:
        """Semi-axis along z in mm."""
        return self.apex_z - self.center_z

    def radius_at(self, z: Floats) -> Floats:
        """Section radius in mm at each z; 0 outside base and apex."""
        inside = (z >= self.base_z) & (z <= self.apex_z)
        squared = np.clip(1 - ((z - self.center_z) / self.semi_length) ** 2, 0, None)
        return np.where(inside, self.radius * np.sqrt(squared), 0.0)


@dataclass(frozen=True, slots=True)
class RightVentricle:
    """An elliptic body around the septum: center at -`offset`, semi-axes `width` (x) and `height` (y) in mm."""

    base_z: float
    apex_z: float
    width: float
    height: float
    offset: float

    def profile(self, z: Any) -> Any:
        """Factor 0..1 by which the section shrinks from its widest level to the apex."""
        center = self.base_z + 0.12 * (self.apex_z - self.base_z)
        squared = np.clip(1 - ((z - center) / (self.apex_z - center)) ** 2, 0, None)
        return np.asarray(squared**0.4)


@dataclass(frozen=True, slots=True)
class Beat:
    """The heart at one moment.

    Attributes:
        fill: filling state 0..1; `filling` is true while the inflow valves are open, `ejecting` while the
            outflow valve is.
        endo, epi: inner and outer surface of the left ventricle.
        rv: the right ventricle.
    """

    fill: float
    filling: bool
    ejecting: bool
    endo: Shell
    epi: Shell
    rv: RightVentricle


def fill_curve(time: float, systole: float) -> float:
    """Filling state at a fraction of the R-R interval: 1 at end-diastole, 0 at end-systole.

    Ejection, rapid filling, diastasis, atrial kick, each eased by a cosine. `systole` is the fraction of the
    cycle at which the ventricle is smallest.
    """
    knots = ((0.0, 1.0), (systole, 0.0), (systole + 0.22, 0.72), (0.84, 0.77), (1.0, 1.0))
    time %= 1.0
    for (t0, v0), (t1, v1) in itertools.pairwise(knots):
        if t0 <= time <= t1:
            return v0 + (v1 - v0) * 0.5 * (1 - math.cos(math.pi * (time - t0) / (t1 - t0)))
    return 1.0


def shell_of_volume(volume_ml: float, base_z: float, apex_z: float) -> Shell:
    """The truncated ellipsoid between `base_z` and `apex_z` (mm) that encloses `volume_ml`."""
    length = apex_z - base_z
    below, above = (1 - BASE_FRACTION) * length, BASE_FRACTION * length
    integral = 2 / 3 * below + above - above**3 / (3 * below**2)
    radius = math.sqrt(volume_ml * 1000 / (math.pi * integral))
    return Shell(base_z, base_z + above, apex_z, radius)


def rv_volume_ml(rv: RightVentricle, epi: Shell) -> float:
    """Volume of the right ventricular cavity in mL: its body minus the left ventricle it wraps."""
    z = np.linspace(rv.base_z, rv.apex_z, 61)
    z = (z[1:] + z[:-1]) / 2
    steps = (np.arange(64) + 0.5) / 64
    shrink = rv.profile(z)[:, None]
    y = steps[None, :] * rv.height * shrink
    half = rv.width * shrink * np.sqrt(1 - steps[None, :] ** 2)
    left, right = -rv.offset * shrink - half, -rv.offset * shrink + half
    wall = np.sqrt(np.clip(epi.radius_at(z)[:, None] ** 2 - y**2, 0, None))
    hidden = np.clip(np.minimum(right, wall) - np.maximum(left, -wall), 0, None)
    area = 2 * np.sum((right - left - hidden) * rv.height * shrink / 64, axis=1)
    return float(area.sum() * (rv.apex_z - rv.base_z) / 60 / 1000)


def rv_of_volume(
    volume_ml: float, base_z: float, apex_z: float, epi: Shell, resting: float
) -> RightVentricle:
    """The right ventricle of the wanted volume: its width is found by bisection (0.01 mL).

    `resting` is the end-diastolic epicardial radius in mm, from which height and offset are taken.
    """
    low, high = 5.0, 160.0
    rv = RightVentricle(base_z, apex_z, high, 1.16 * resting, 0.74 * epi.radius)
    for _ in range(22):
        rv = dataclasses.replace(rv, width=(low + high) / 2)
        if rv_volume_ml(rv, epi) < volume_ml:
            low = rv.width
        else:
            high = rv.width
    return rv


@dataclass(frozen=True, slots=True)
class Heart:
    """One heart and its cycle.

    Attributes:
        size: volumes, mass and length.
        systole: fraction of the cycle at which the ventricles are smallest.
    """

    size: HeartSize
    systole: float = SYSTOLE_FRACTION

    def at(self, time: float) -> Beat:
        """The heart at a fraction 0..1 of the R-R interval."""
        return _beat(self, time)

    def shape(self, time: float) -> Beat:
        """As `at`, computed anew."""
        size, fill = self.size, fill_curve(time, self.systole)
        base = size.base_descent_mm * (1 - fill)
        cavity = size.lv_esv_ml + (size.lv_edv_ml - size.lv_esv_ml) * fill
        endo = shell_of_volume(cavity, base, size.length_mm - 4 * (1 - fill))
        epi = shell_of_volume(cavity + size.lv_mass_g / MYOCARDIUM_G_ML, base, self.epi_apex_mm)
        rv_cavity = size.rv_esv_ml + (size.rv_edv_ml - size.rv_esv_ml) * fill
        rv_apex = RV_LENGTH_FRACTION * self.epi_apex_mm
        rv = rv_of_volume(rv_cavity, base * 1.25, rv_apex, epi, self.resting_radius_mm)
        filling = time > self.systole + 0.02 and fill < 0.995
        return Beat(fill, filling, 0.02 < time < self.systole - 0.02, endo, epi, rv)

    @property
    def epi_apex_mm(self) -> float:
        """Z of the epicardial apex, which does not move."""
        return self.size.length_mm + 9

    @property
    def resting_radius_mm(self) -> float:
        """End-diastolic epicardial radius in mm."""
        whole = self.size.lv_edv_ml + self.size.lv_mass_g / MYOCARDIUM_G_ML
        return shell_of_volume(whole, 0.0, self.epi_apex_mm).radius


@functools.lru_cache(maxsize=128)
def _beat(heart: Heart, time: float) -> Beat:
    return heart.shape(time)


def systole_for(phases: int) -> float:
    """End-systole moved onto a sampled phase, so that the images carry the true end-systolic volume."""
    return max(1, round(SYSTOLE_FRACTION * phases)) / phases


def draw_heart_size(rng: np.random.Generator, *, female: bool, infarct: bool) -> HeartSize:
    """A plausible heart: normal without infarct, enlarged with reduced ejection fraction with one."""
    edv = rng.uniform(118, 150) if female else rng.uniform(140, 185)
    fraction = rng.uniform(0.57, 0.67)
    if infarct:
        edv, fraction = edv * rng.uniform(1.12, 1.3), rng.uniform(0.36, 0.49)
    stroke = edv * fraction
    right_fraction = rng.uniform(0.5, 0.6)
    return HeartSize(
        lv_edv_ml=round(edv, 1),
        lv_esv_ml=round(edv - stroke, 1),
        lv_mass_g=round(rng.uniform(82, 105) if female else rng.uniform(112, 145), 1),
        rv_edv_ml=round(stroke / right_fraction, 1),
        rv_esv_ml=round(stroke / right_fraction - stroke, 1),
        length_mm=round(82 + 0.08 * edv, 1),
        base_descent_mm=round(6 + 14 * fraction, 1),
    )
