"""Layer 2: what the coded header elements say about the physics of a series (cmr.md section 5).

Rules are tried in order; the first that holds votes. A confidence of `DECISIVE` or more overrules the words
of the series, because the scanner wrote it and no person can have mistyped it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from cmr_imaging.features import CINE_PHASES, Features
from cmr_imaging.kinds import SeriesKind

DECISIVE = 0.9
SHORTEST_LGE_TI_MS = 100.0
T2STAR_ECHOES = 6
PERFUSION_POINTS = (20, 150)


@dataclass(frozen=True, slots=True)
class PhysicsRule:
    """One rule of the layer: its name, its verdict, how sure it is, and its test."""

    name: str
    kind: SeriesKind
    confidence: float
    holds: Callable[[Features], bool]


def physics_of(features: Features) -> PhysicsRule | None:
    """The first rule that holds; None where the header does not tell."""
    return next((rule for rule in RULES if rule.holds(features)), None)


def _map_words(words: frozenset[str]) -> str:
    return " ".join(re.sub(r"[_/]+", " ", word) for word in sorted(words))


def _is_map(f: Features, *names: str) -> bool:
    words = _map_words(f.image_words)
    return any(f"{name} MAP" in words for name in names) or (
        "MAP" in f.image_words and any(name in f.image_words for name in names)
    )


def _is_derived(f: Features) -> bool:
    made = {"MIP", "MPR", "PROJECTION IMAGE", "REFORMATTED", "SCREEN SAVE", "CSA MPR", "CSA RESAMPLED"}
    return f.secondary_capture or bool(f.image_words & made)


def _is_flow(f: Features) -> bool:
    encoded = bool(f.vencs) or bool(f.image_words & {"PHASE MAP", "VELOCITY", "FLOW_ENCODED"})
    return "IR" not in f.sequence and (
        encoded or ("P" in f.components and f.gated and f.n_phases >= CINE_PHASES)
    )


def _is_flow4d(f: Features) -> bool:
    return _is_flow(f) and f.three_dimensional and f.n_positions >= 8 and f.n_phases >= CINE_PHASES


def _is_inverted(f: Features) -> bool:
    return "IR" in f.sequence or bool(f.inversion_times)


def _is_ti_scout(f: Features) -> bool:
    many_times = len(f.inversion_times) > 11
    cine_ir = f.n_phases >= CINE_PHASES and f.heartbeat_phases
    return _is_inverted(f) and "SE" not in f.sequence and f.n_positions == 1 and (many_times or cine_ir)


def _is_t1_raw(f: Features) -> bool:
    """Five to eleven inversion times at each position: its own where R-R intervals differ, else the same."""
    times = len(f.inversion_times)
    own = 5 <= times / max(f.n_positions, 1) <= 11
    shared = times <= 11 and f.n_phases >= 5 and not f.heartbeat_phases
    return "SE" not in f.sequence and times >= 5 and (own or shared)


def _is_lge(f: Features) -> bool:
    late = any(time > SHORTEST_LGE_TI_MS for time in f.inversion_times) or "PSIR" in f.image_words
    return late and "SE" not in f.sequence and f.n_phases <= 3


def _is_perfusion(f: Features) -> bool:
    low, high = PERFUSION_POINTS
    slow = f.seconds is None or f.seconds >= 15
    return f.n_positions >= 2 and low <= f.n_phases <= high and not f.heartbeat_phases and slow


def _is_localizer(f: Features) -> bool:
    return "LOCALIZER" in f.image_words or (f.n_orientations >= 2 and f.n_phases < CINE_PHASES)


def _is_balanced(f: Features) -> bool:
    flip = f.flip_angle_deg is None or f.flip_angle_deg >= 30
    vendor_name = re.search(r"tfi2d|tfi3d|fiesta|b-?tfe|b-?ffe|trufi", f.sequence_name) is not None
    return vendor_name or ("SS" in f.variant and flip)


def _is_bssfp_cine(f: Features) -> bool:
    return f.is_cine_like and "SE" not in f.sequence and _is_balanced(f)


def _is_cine(f: Features) -> bool:
    return f.is_cine_like and "SE" not in f.sequence


def _is_realtime(f: Features) -> bool:
    ungated_movie = not f.gated and f.n_phases >= 20 and _is_balanced(f)
    return f.realtime or (ungated_movie and not _is_inverted(f))


def _is_black_blood(f: Features) -> bool:
    """A gated spin echo that is not echo-planar: cardiac diffusion has a spin echo as well."""
    diffusion = "EP" in f.sequence or bool(f.b_values)
    return "SE" in f.sequence and f.gated and f.n_phases < CINE_PHASES and not diffusion


def _is_angiography(f: Features) -> bool:
    return f.three_dimensional and f.n_positions >= 20 and "GR" in f.sequence and not _is_inverted(f)


RULES: tuple[PhysicsRule, ...] = (
    PhysicsRule("derived_image_type", SeriesKind.DERIVED, 0.95, _is_derived),
    PhysicsRule("ecv_image_type", SeriesKind.ECV_MAP, 0.95, lambda f: _is_map(f, "ECV")),
    PhysicsRule("t2star_image_type", SeriesKind.T2STAR, 0.95, lambda f: _is_map(f, "T2 STAR", "T2*")),
    PhysicsRule("t1_image_type", SeriesKind.T1_MAP, 0.95, lambda f: _is_map(f, "T1")),
    PhysicsRule("t2_image_type", SeriesKind.T2_MAP, 0.95, lambda f: _is_map(f, "T2")),
    PhysicsRule("velocity_3d", SeriesKind.FLOW4D, 0.9, _is_flow4d),
    PhysicsRule("velocity_encoding", SeriesKind.FLOW_PC, 0.9, _is_flow),
    PhysicsRule("tagging_attribute", SeriesKind.TAGGING, 0.9, lambda f: f.tagging),
    PhysicsRule("many_echoes", SeriesKind.T2STAR, 0.8, lambda f: len(f.echo_times) >= T2STAR_ECHOES),
    PhysicsRule("rising_inversion_times", SeriesKind.T1_MAP, 0.7, _is_t1_raw),
    PhysicsRule("many_inversion_times", SeriesKind.TI_SCOUT, 0.75, _is_ti_scout),
    PhysicsRule("first_pass", SeriesKind.PERFUSION, 0.8, _is_perfusion),
    PhysicsRule("inversion_time", SeriesKind.LGE, 0.85, _is_lge),
    PhysicsRule("mixed_planes", SeriesKind.LOCALIZER, 0.8, _is_localizer),
    PhysicsRule("gated_balanced_phases", SeriesKind.CINE, 0.95, _is_bssfp_cine),
    PhysicsRule("gated_phases", SeriesKind.CINE, 0.8, _is_cine),
    PhysicsRule("ungated_phases", SeriesKind.REALTIME, 0.7, _is_realtime),
    PhysicsRule("gated_spin_echo", SeriesKind.BLACK_BLOOD_EDEMA, 0.6, _is_black_blood),
    PhysicsRule("large_volume", SeriesKind.MRA, 0.5, _is_angiography),
)
