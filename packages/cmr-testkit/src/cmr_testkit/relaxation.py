"""Relaxation times of the phantom's tissues at 1.5 T, and what they make an image of each kind look like.

T1 before and after contrast, T2 and T2* in ms; proton density as a share. Myocardium and blood are drawn for
each exam and stand in its truth; the other tissues are fixed (round values of the textbooks).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cmr_testkit.tissue import Contrast

NULL_MS = 320.0
"""Inversion time that nulls remote myocardium late after contrast: T1 times ln 2."""
POST_MYOCARDIUM_T1_MS = NULL_MS / math.log(2)
DENSITY = {
    "air": 0.0, "skin": 0.8, "fat": 1.0, "muscle": 0.8, "lung": 0.12, "soft": 0.8, "liver": 0.75,
    "stomach": 0.6, "marrow": 0.7, "disk": 0.7, "csf": 1.0, "vessel": 0.95, "blood": 0.95, "myocardium": 0.85,
    "trabecula": 0.85, "infarct": 0.85,
}  # fmt: skip
T1 = {
    "air": 0.0, "skin": 400.0, "fat": 260.0, "muscle": 900.0, "lung": 1100.0, "soft": 700.0, "liver": 590.0,
    "stomach": 1200.0, "marrow": 350.0, "disk": 900.0, "csf": 3600.0,
}  # fmt: skip
T2 = {
    "air": 0.0, "skin": 60.0, "fat": 85.0, "muscle": 42.0, "lung": 25.0, "soft": 55.0, "liver": 44.0,
    "stomach": 60.0, "marrow": 60.0, "disk": 50.0, "csf": 390.0,
}  # fmt: skip
T2STAR = {
    "air": 0.0, "skin": 20.0, "fat": 25.0, "muscle": 28.0, "lung": 2.0, "soft": 25.0, "liver": 26.0,
    "stomach": 15.0, "marrow": 12.0, "disk": 25.0, "csf": 90.0,
}  # fmt: skip
POST_SHARE = 0.55
"""T1 of tissues outside the heart after contrast, as a share of their native T1."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Times of one heart in ms: what a perfect map shows."""

    native_t1_ms: float
    native_blood_t1_ms: float
    post_t1_ms: float
    post_blood_t1_ms: float
    t2_ms: float
    t2star_ms: float
    scar_t1_ms: float
    scar_post_t1_ms: float
    scar_t2_ms: float

    def t1(self, *, post: bool) -> dict[str, float]:
        """T1 by tissue, before or after contrast."""
        share = POST_SHARE if post else 1.0
        times = {tissue: value * share for tissue, value in T1.items()}
        blood = self.post_blood_t1_ms if post else self.native_blood_t1_ms
        wall = self.post_t1_ms if post else self.native_t1_ms
        scar = self.scar_post_t1_ms if post else self.scar_t1_ms
        return times | _heart(blood, wall, scar)

    def t2(self) -> dict[str, float]:
        """T2 by tissue."""
        return T2 | _heart(185.0, self.t2_ms, self.scar_t2_ms)

    def t2star(self) -> dict[str, float]:
        """T2* by tissue."""
        return T2STAR | _heart(110.0, self.t2star_ms, self.t2star_ms)


def _heart(blood: float, wall: float, scar: float) -> dict[str, float]:
    return {"blood": blood, "vessel": blood, "myocardium": wall, "trabecula": wall, "infarct": scar}


def draw_relaxation(seed: int) -> Relaxation:
    """The times of the heart of a seed."""
    rng = np.random.default_rng([seed, 0x7172])
    return Relaxation(
        native_t1_ms=round(float(rng.uniform(960, 1040)), 0),
        native_blood_t1_ms=round(float(rng.uniform(1500, 1640)), 0),
        post_t1_ms=round(POST_MYOCARDIUM_T1_MS, 1),
        post_blood_t1_ms=round(float(rng.uniform(300, 350)), 0),
        t2_ms=round(float(rng.uniform(45, 53)), 1),
        t2star_ms=round(float(rng.uniform(28, 38)), 1),
        scar_t1_ms=round(float(rng.uniform(1180, 1280)), 0),
        scar_post_t1_ms=round(float(rng.uniform(250, 290)), 0),
        scar_t2_ms=round(float(rng.uniform(60, 70)), 1),
    )


def t1_map(times: Relaxation, *, post: bool) -> Contrast:
    """A T1 map: stored values are milliseconds."""
    return Contrast(times.t1(post=post), noise=14, signed=True, flat=True)


def t2_map(times: Relaxation) -> Contrast:
    """A T2 map: stored values are tenths of a millisecond."""
    return _tenths(times.t2(), 12)


def t2star_map(times: Relaxation) -> Contrast:
    """A T2* map: stored values are tenths of a millisecond."""
    return _tenths(times.t2star(), 9)


def _tenths(times: Mapping[str, float], noise: float) -> Contrast:
    return Contrast({tissue: 10 * value for tissue, value in times.items()}, noise, signed=True, flat=True)


def inverted(times: Relaxation, inversion_ms: float, *, post: bool) -> Contrast:
    """Magnitude after an inversion: |1 - 2 exp(-TI/T1)|."""
    t1 = times.t1(post=post)
    return _weighted({t: abs(1 - 2 * math.exp(-inversion_ms / t1[t])) if t1[t] else 0.0 for t in t1})


def decayed(times: Mapping[str, float], after_ms: float) -> Contrast:
    """Magnitude after transverse decay: exp(-TE/T2)."""
    return _weighted({t: math.exp(-after_ms / times[t]) if times[t] else 0.0 for t in times})


def saturated(times: Relaxation, agent_blood: float, agent_wall: float, agent_scar: float) -> Contrast:
    """First pass: saturation recovery 100 ms after the pulse; `agent_*` shorten T1 (1/s added to 1/T1)."""
    t1 = times.t1(post=False)
    added = {"blood": agent_blood, "vessel": agent_blood, "infarct": agent_scar}
    added |= {"myocardium": agent_wall, "trabecula": agent_wall}
    rates = {t: 1000 / t1[t] + added.get(t, 0.0) for t in t1 if t1[t]}
    return _weighted({t: 1 - math.exp(-0.1 * rates[t]) if t in rates else 0.0 for t in t1}, scale=700)


def edema(times: Relaxation) -> Contrast:
    """STIR: black blood, no fat, bright where T2 is long."""
    t2 = times.t2()
    shares = {t: math.exp(-61 / t2[t]) if t2[t] else 0.0 for t in t2}
    return _weighted(shares | {"blood": 0.02, "vessel": 0.03, "fat": 0.03, "marrow": 0.05}, scale=900)


def diffusion(times: Relaxation, b_value: float) -> Contrast:
    """Spin echo with diffusion weighting; blood is spoiled by its motion."""
    t2 = times.t2()
    shares = {t: math.exp(-60 / t2[t] - b_value * 0.0015) if t2[t] else 0.0 for t in t2}
    return _weighted(shares | {"blood": 0.02, "vessel": 0.02}, scale=900)


def gradient_echo(times: Relaxation, *, blood: float = 1.0, post: bool = False) -> Contrast:
    """Spoiled gradient echo with inflow: bright blood, gray tissue."""
    t1 = times.t1(post=post)
    shares = {t: 0.15 + 60 / t1[t] if t1[t] else 0.0 for t in t1}
    return _weighted(shares | {"blood": blood, "vessel": 0.85 * blood}, scale=520)


def _weighted(shares: Mapping[str, float], scale: float = 430) -> Contrast:
    return Contrast({t: scale * DENSITY[t] * share for t, share in shares.items()}, noise=9)
