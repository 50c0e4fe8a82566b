"""Derived items over the 17 segments of the heart, and of the contrast agent (column `Field Annotation`).

Counts need every segment that they count over; where one is missing, or where two statements contradict each other,
there is no value. Infarct size counts ischemic segments only: each contributes the midpoint of its class of
transmurality, all segments with equal weight (the registry's own formula, unverified against a published one).
"""

from collections.abc import Callable, Mapping, Sequence

from cmr_dictionary.expressions import rounded
from cmr_dictionary.values import Value

Stated = Mapping[str, object]
SEGMENTS = tuple(f"{number:02d}" for number in range(1, 18))
"""AHA segments as they end item names (CID 3717)."""
NORMAL = "1"
MIDPOINTS = {0: 0.0, 1: 12.5, 2: 37.5, 3: 62.5, 4: 87.5}
"""Code of `lge_aha` -> midpoint of its class in percent of the wall."""
ISCHEMIC, NO_SEGMENT_KINDS = "1", frozenset({"5", "7"})
"""Code of ischemic LGE; codes of `lge_pattern` that are no pattern of a segment (RV insertion, papillary muscle)."""
AGENT_GROUPS = {"1": 2, "2": 2, "3": 2, "4": 2, "5": 1, "6": 1, "7": 1, "8": 3}
"""Code of `gbca_agent` -> ACR group of NSF risk (Kidney360); none for 9, 10 and 11."""
MACROCYCLIC, LINEAR = frozenset({"1", "2", "3", "9"}), frozenset({"4", "5", "6", "7", "8", "10"})


def wall_motion(stated: Stated) -> dict[str, Value]:
    """`wm_*_all_normal` from the segments, the segments from `wm_*_all_normal`, and `wmsi` from those at rest."""
    at_rest, under_stress = _wall_motion(stated, "rest"), _wall_motion(stated, "stress")
    found = {**(at_rest or {}), **(under_stress or {})}
    scores = _grades({**stated, **found}, "wm_rest", "12345")
    if at_rest is not None and None not in scores[:16]:
        known = [score for score in scores if score is not None]
        found["wmsi"] = rounded(sum(known) / len(known), 2)
    return found


def _wall_motion(stated: Stated, state: str) -> dict[str, Value] | None:
    """Entry and segments from each other; None where they contradict each other."""
    entry, codes = stated.get(f"wm_{state}_all_normal"), {n: stated.get(n) for n in _names(f"wm_{state}")}
    all_normal = _all_normal(list(codes.values()))
    if entry is not None and all_normal is not None and str(entry) != str(all_normal):
        return None
    found: dict[str, Value] = {}
    if str(entry) == "1":
        found = {name: NORMAL for name, code in codes.items() if code is None}
    return found if all_normal is None else {**found, f"wm_{state}_all_normal": all_normal}


def _all_normal(codes: Sequence[object]) -> int | None:
    """1 or 0 as far as the segments tell; None where they do not."""
    if any(code is not None and str(code) != NORMAL for code in codes):
        return 0
    return None if None in codes else 1


def enhancement(stated: Stated) -> dict[str, Value]:
    """`lge_n_segments`, `lge_n_ischemic_segments` and `lge_ischemic_pct_lv`."""
    extents, is_present = _grades(stated, "lge_aha", "01234"), str(stated.get("lge_present", ""))
    if is_present == "0":
        if any(extents):
            return {}
        return {"lge_n_segments": 0, "lge_n_ischemic_segments": 0, "lge_ischemic_pct_lv": 0.0}
    if is_present == "2" and extents == [None] * len(SEGMENTS):
        # RV insertion points only: no segment of the left ventricle is an infarct
        return {"lge_n_ischemic_segments": 0, "lge_ischemic_pct_lv": 0.0}
    known = [extent for extent in extents if extent is not None]
    if len(known) != len(SEGMENTS) or (is_present == "1" and not any(known)):
        return {}
    found: dict[str, Value] = {"lge_n_segments": sum(extent > 0 for extent in known)}
    ischemic = _ischemic(stated, known)
    if ischemic is not None:
        found["lge_n_ischemic_segments"] = len(ischemic)
        share = sum(MIDPOINTS[extent] for extent in ischemic) / len(SEGMENTS)
        found["lge_ischemic_pct_lv"] = rounded(share, 2)
    return found


def _ischemic(stated: Stated, extents: Sequence[int]) -> list[int] | None:
    """Extents of the ischemic segments; None where a segment with LGE has no known pattern."""
    of_exam, ischemic = _pattern_of_exam(stated), []
    for name, extent in zip(_names("lge_pattern"), extents, strict=True):
        pattern = stated.get(name, of_exam)
        if extent and pattern is None:
            return None
        if extent and str(pattern) == ISCHEMIC:
            ischemic.append(extent)
    return ischemic


def _pattern_of_exam(stated: Stated) -> str | None:
    """What the exam's list of patterns says of a segment without one of its own; None where it leaves it open."""
    listed = stated.get("lge_pattern")
    kinds = {str(code) for code in listed} - NO_SEGMENT_KINDS if isinstance(listed, list | tuple) else set()
    if kinds == {ISCHEMIC}:
        return ISCHEMIC
    return "other" if kinds and ISCHEMIC not in kinds else None


def perfusion(stated: Stated) -> dict[str, Value]:
    """Segments with a defect under stress, at rest, and larger under stress than at rest; segment 17 is optional."""
    stress, rest = _grades(stated, "perf_stress", "0123"), _grades(stated, "perf_rest", "0123")
    found: dict[str, Value] = {}
    if str(stated.get("perf_defect")) == "0":
        if any(stress) or any(rest):
            return {}
        return {"perf_n_stress_segments": 0, "perf_n_rest_segments": 0, "perf_n_segments": 0}
    if None not in stress[:16]:
        found["perf_n_stress_segments"] = sum(bool(grade) for grade in stress)
    if None not in rest[:16]:
        found["perf_n_rest_segments"] = sum(bool(grade) for grade in rest)
    if len(found) == 2:
        pairs = zip(stress, rest, strict=True)
        found["perf_n_segments"] = sum(
            under > at for under, at in pairs if under is not None and at is not None
        )
    return found


def contrast(stated: Stated) -> dict[str, Value]:
    """`gbca_group` and `gbca_class` of the agent; nothing where no contrast was given."""
    agent, found = str(stated.get("gbca_agent")), dict[str, Value]()
    if str(stated.get("gbca_given", "1")) != "1":
        return found
    if agent in AGENT_GROUPS:
        found["gbca_group"] = AGENT_GROUPS[agent]
    if agent in MACROCYCLIC or agent in LINEAR:
        found["gbca_class"] = "macrocyclic" if agent in MACROCYCLIC else "linear"
    return found


COMPUTED: tuple[Callable[[Stated], dict[str, Value]], ...] = (wall_motion, enhancement, perfusion, contrast)
"""All of them; each reads stated values only."""


def _names(stem: str) -> list[str]:
    return [f"{stem}_{segment}" for segment in SEGMENTS]


def _grades(stated: Stated, stem: str, known: str) -> list[int | None]:
    """Codes of the 17 segments as numbers, None where a segment is missing or its code is none of `known`."""
    codes = [str(stated.get(name, "")) for name in _names(stem)]
    return [int(code) if len(code) == 1 and code in known else None for code in codes]
