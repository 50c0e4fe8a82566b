"""Flow in the great vessels: where they are cut, how fast blood runs, and how each vendor stores velocity.

The mean velocity times the area of the vessel, summed over the phases, is the planted volume exactly: a
reader who integrates the velocity image over the vessel measures it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmr_testkit.heart import Beat, Heart
from cmr_testkit.space import HeartFrame, Plane, Points, unit

Velocity = NDArray[np.float32]
PROFILE = 6  # exponent of the profile 1 - (r/R)^6: nearly flat, zero at the wall
PEAK_TO_MEAN = (PROFILE + 2) / PROFILE
VENCS_CM_S = (100, 120, 150, 180, 200, 250, 300, 400, 500)


@dataclass(frozen=True, slots=True)
class Vessel:
    """A straight piece of a vessel in heart coordinates (mm), `start` to `end` in the direction of flow.

    It moves with the base of its ventricle: `right` says with which. It is cut at `share` of its length.
    """

    view: str
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radius: float
    right: bool
    share: float


AORTA = Vessel("ao", (-30.0, 34.0, -32.0), (-42.0, 78.0, -46.0), 13.0, False, 0.6)
PULMONARY = Vessel("pa", (-26.0, 40.0, -3.0), (-8.0, 82.0, -44.0), 12.0, True, 0.65)
VESSELS = {"ao": AORTA, "pa": PULMONARY}


@dataclass(frozen=True, slots=True)
class FlowTruth:
    """What flows through a vessel in one beat: mL forward and backward, with the end of ejection."""

    forward_ml: float
    backward_ml: float
    systole: float

    def volumes_ml(self, phases: int) -> list[float]:
        """Net volume in mL that passes during each phase; forward ones sum to `forward_ml`."""
        times = [(i + 0.5) / phases for i in range(phases)]
        ahead = [math.sin(math.pi * t / self.systole) ** 2 if t < self.systole else 0.0 for t in times]
        end = min(1.0, self.systole + 0.3)
        back = [
            math.sin(math.pi * (t - self.systole) / (end - self.systole)) ** 2
            if self.systole <= t < end
            else 0.0
            for t in times
        ]
        return [
            self.forward_ml * a / sum(ahead) - (self.backward_ml * b / sum(back) if sum(back) else 0.0)
            for a, b in zip(ahead, back, strict=True)
        ]


def area_cm2(vessel: Vessel) -> float:
    """Cross-section of the vessel in cm2."""
    return math.pi * vessel.radius**2 / 100


def mean_velocities(flow: FlowTruth, vessel: Vessel, phases: int, rr_ms: float) -> list[float]:
    """Mean velocity over the vessel in cm/s in each phase."""
    seconds = rr_ms / 1000 / phases
    return [volume / seconds / area_cm2(vessel) for volume in flow.volumes_ml(phases)]


def peak_velocity(flow: FlowTruth, vessel: Vessel, phases: int, rr_ms: float) -> float:
    """Largest velocity in cm/s anywhere in the vessel at any phase."""
    return PEAK_TO_MEAN * max(abs(v) for v in mean_velocities(flow, vessel, phases, rr_ms))


def venc_for(peak_cm_s: float) -> float:
    """The smallest velocity encoding of a scanner's list that does not alias."""
    return float(next((v for v in VENCS_CM_S if v > 1.1 * peak_cm_s), VENCS_CM_S[-1]))


def vessel_plane(
    vessel: Vessel, heart: Heart, frame: HeartFrame, pixels: int, spacing: float, thickness: float
) -> Plane:
    """The plane at right angles to the vessel; its normal points along the flow."""
    start, end = _ends(vessel, heart.at(0.5 * heart.systole))
    along = unit(frame.at(*end) - frame.at(*start))
    center = frame.at(*(np.array(start) + vessel.share * (np.array(end) - np.array(start))).tolist())
    left = np.eye(3)[0]
    row = unit(left - np.dot(left, along) * along)
    return Plane(center, row, np.cross(along, row), pixels, spacing, thickness)


def velocity_image(plane: Plane, frame: HeartFrame, beat: Beat, vessel: Vessel, mean_cm_s: float) -> Velocity:
    """Through-plane velocity in cm/s of every pixel; zero outside the vessel."""
    local: Points = frame.local(plane.points())
    start, end = (np.array(point) for point in _ends(vessel, beat))
    along = unit(end - start)
    away = [local[i] - np.float32(start[i]) for i in range(3)]
    share = sum(away[i] * np.float32(along[i]) for i in range(3))
    squared = sum((away[i] - share * np.float32(along[i])) ** 2 for i in range(3))
    inside = np.clip(1 - (squared / np.float32(vessel.radius**2)) ** (PROFILE / 2), 0, None)
    return np.asarray(np.float32(mean_cm_s * PEAK_TO_MEAN) * inside, np.float32)


def with_phase_noise(
    velocity: Velocity, magnitude: Velocity, venc_cm_s: float, rng: np.random.Generator
) -> Velocity:
    """Noise as phase images have it: small where there is signal, anything within the encoding where not."""
    sigma = np.clip(0.12 * np.float32(venc_cm_s) * 9 / np.maximum(magnitude, 1e-3), 0, venc_cm_s)
    noisy = velocity + sigma * rng.standard_normal(velocity.shape, dtype=np.float32)
    return np.asarray((noisy + venc_cm_s) % (2 * venc_cm_s) - venc_cm_s, np.float32)


def _ends(vessel: Vessel, beat: Beat) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    base = beat.rv.base_z if vessel.right else beat.endo.base_z
    (a, b, c), (d, e, f) = vessel.start, vessel.end
    return (a, b, c + base), (d, e, f + base)
