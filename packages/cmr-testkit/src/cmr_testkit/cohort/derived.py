"""Derived items of many exams at once: the columns that `cmr_dictionary.logic_eval.derive` gives exam by exam.

The dictionary says what these items mean; this is the same arithmetic on columns, for tables too large to go
through it row by row. A test compares both.
"""

import numpy as np
from numpy.typing import NDArray

from cmr_dictionary.segments import AGENT_GROUPS, MACROCYCLIC, MIDPOINTS
from cmr_testkit.cohort.columns import NOT_REPORTED, PRESENT, Column, Flags, Floats, Sheet
from cmr_testkit.cohort.measurements import AGENTS
from cmr_testkit.cohort.scars import ISCHEMIC, SEGMENTS


def derived_columns(sheet: Sheet) -> dict[str, Column]:
    """Every derived item that the reported ones allow."""
    found = {name: _column(values) for name, values in _formulas(sheet).items()}
    found |= _enhancement(sheet) | _perfusion(sheet) | _contrast(sheet)
    scores, known = _segments(sheet, "wm_rest")
    found["wmsi"] = _column(np.where(known[:, :16].all(1), rounded((scores + 1).mean(1), 2), np.nan))
    return found


def rounded(values: Floats, decimals: int) -> Floats:
    """Halves away from zero, for numbers that are not negative."""
    scale = 10.0**decimals
    found: Floats = np.floor(values * scale + 0.5 + 1e-9) / scale
    return found


def _formulas(sheet: Sheet) -> dict[str, Floats]:
    def known(name: str) -> Floats:
        return np.where(sheet[name].present, sheet[name].values, np.nan)

    height, weight, rate = known("height_cm"), known("weight_kg"), known("heart_rate_bpm")
    edv, esv, mass = known("lv_edv_ml"), known("lv_esv_ml"), known("lv_mass_g")
    right_edv, right_esv = known("rv_edv_ml"), known("rv_esv_ml")
    surface = rounded(np.sqrt(height * weight / 3600), 2)
    stroke, right_stroke = rounded(edv - esv, 1), rounded(right_edv - right_esv, 1)
    mismatch = 100 * np.abs(stroke - right_stroke) / ((stroke + right_stroke) / 2)
    return {
        "bsa_mosteller_m2": surface,
        "bmi_kg_m2": rounded(weight / (height / 100) ** 2, 1),
        "lv_sv_ml": stroke,
        "lv_svi_ml_m2": rounded(stroke / surface, 1),
        "lv_ef_pct": rounded(100 * (edv - esv) / edv, 1),
        "lv_edvi_ml_m2": rounded(edv / surface, 1),
        "lv_esvi_ml_m2": rounded(esv / surface, 1),
        "lv_massi_g_m2": rounded(mass / surface, 1),
        "lv_co_l_min": rounded(stroke * rate / 1000, 2),
        "lv_ci_l_min_m2": rounded(stroke * rate / 1000 / surface, 2),
        "rv_sv_ml": right_stroke,
        "rv_ef_pct": rounded(100 * (right_edv - right_esv) / right_edv, 1),
        "rv_edvi_ml_m2": rounded(right_edv / surface, 1),
        "rv_esvi_ml_m2": rounded(right_esv / surface, 1),
        "aq_sv_mismatch_pct": rounded(mismatch, 1),
    }


def _enhancement(sheet: Sheet) -> dict[str, Column]:
    extent, known = _segments(sheet, "lge_aha")
    absent = sheet["lge_present"].among("0")
    counted = known.all(1) & sheet["lge_present"].among("1")
    positive = known & (extent > 0)
    pattern, has_pattern = _segments(sheet, "lge_pattern")
    ischemic = positive & has_pattern & (pattern == ISCHEMIC - 1)
    told = absent | (counted & (has_pattern | ~positive).all(1))
    share = (np.array([MIDPOINTS[i] for i in range(5)])[extent] * ischemic).sum(1) / SEGMENTS
    return {
        "lge_n_segments": _column(np.where(absent | counted, positive.sum(1), np.nan)),
        "lge_n_ischemic_segments": _column(np.where(told, ischemic.sum(1), np.nan)),
        "lge_ischemic_pct_lv": _column(np.where(told, rounded(share, 2), np.nan)),
    }


def _perfusion(sheet: Sheet) -> dict[str, Column]:
    stress, known = _segments(sheet, "perf_stress")
    rest, known_at_rest = _segments(sheet, "perf_rest")
    under, at = known[:, :16].all(1), known_at_rest[:, :16].all(1)
    larger = (stress > rest) & known & known_at_rest
    return {
        "perf_n_stress_segments": _column(np.where(under, ((stress > 0) & known).sum(1), np.nan)),
        "perf_n_rest_segments": _column(np.where(at, ((rest > 0) & known_at_rest).sum(1), np.nan)),
        "perf_n_segments": _column(np.where(under & at, larger.sum(1), np.nan)),
    }


def _contrast(sheet: Sheet) -> dict[str, Column]:
    agent = sheet["gbca_agent"]
    groups = np.array([AGENT_GROUPS.get(code, 0) for code in AGENTS], float)
    kinds = np.array([int(code in MACROCYCLIC) for code in AGENTS])
    silent = np.where(agent.present, PRESENT, NOT_REPORTED).astype(np.uint8)
    return {
        "gbca_group": _column(np.where(agent.present, groups[agent.values], np.nan)),
        "gbca_class": Column(kinds[agent.values].astype(np.int8), silent, ("linear", "macrocyclic")),
    }


def _segments(sheet: Sheet, stem: str) -> tuple[NDArray[np.int8], Flags]:
    """Positions of the 17 answers, and where they are known."""
    columns = [sheet[f"{stem}_{segment:02d}"] for segment in range(1, SEGMENTS + 1)]
    answers = np.stack([column.values for column in columns], axis=1)
    return answers, np.stack([column.present for column in columns], axis=1)


def _column(values: Floats) -> Column:
    missing = np.where(np.isnan(values), NOT_REPORTED, PRESENT).astype(np.uint8)
    return Column(values, missing)
