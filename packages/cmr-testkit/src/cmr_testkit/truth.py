"""What a perfect reader would measure in a synthetic exam: the phantom's own volumes, never an estimate."""

from typing import Any

from cmr_testkit.flow import FlowTruth
from cmr_testkit.infarct import infarct_mass_g
from cmr_testkit.protocol import LGE_TIME, THICKNESS_MM, Series, Size, stack_levels
from cmr_testkit.relaxation import NULL_MS, Relaxation
from cmr_testkit.render import Scene


def truth_of(scene: Scene, series: list[Series], size: Size, rr_ms: int) -> dict[str, Any]:
    """Truth of an exam as JSON values: volumes in mL, masses in g, lengths in mm, percentages of the whole.

    End-diastole is the first phase; end-systole is the phase named by `es_phase` (from 0), which is sampled.
    """
    heart = scene.heart.size
    levels, spacing = stack_levels(scene.heart, size.slices)
    return {
        "label": "SYNTHETIC: invented patient, computed images",
        "papillary_convention": "papillary muscles and trabeculae count as blood volume (lv_papillary = 1)",
        "lv_edv_ml": heart.lv_edv_ml,
        "lv_esv_ml": heart.lv_esv_ml,
        "lv_sv_ml": round(heart.lv_edv_ml - heart.lv_esv_ml, 1),
        "lv_ef_pct": round(100 * (heart.lv_edv_ml - heart.lv_esv_ml) / heart.lv_edv_ml, 1),
        "lv_mass_g": heart.lv_mass_g,
        "rv_edv_ml": heart.rv_edv_ml,
        "rv_esv_ml": heart.rv_esv_ml,
        "rv_ef_pct": round(100 * (heart.rv_edv_ml - heart.rv_esv_ml) / heart.rv_edv_ml, 1),
        "heart_rate_bpm": round(60_000 / rr_ms),
        "rr_ms": rr_ms,
        "phases": size.phases,
        "es_phase": round(scene.heart.systole * size.phases),
        "sax_slices": size.slices,
        "sax_spacing_mm": spacing,
        "sax_thickness_mm": THICKNESS_MM,
        "sax_gap_mm": round(spacing - THICKNESS_MM, 1),
        "sax_levels_mm": list(levels),
        "mitral_plane_ed_mm": 0.0,
        "mitral_plane_es_mm": heart.base_descent_mm,
        "heart_origin_patient_mm": [round(float(v), 4) for v in scene.frame.origin],
        "long_axis_patient": [round(float(v), 6) for v in scene.frame.apex],
        "series": len(series),
        "instances": sum(one.count for one in series),
        "infarct": _infarct(scene),
    }


def complete_truth(series: list[Series], times: Relaxation, flows: dict[str, FlowTruth]) -> dict[str, Any]:
    """What the complete protocol adds: flow volumes in mL, relaxation times and the null point in ms."""
    vencs = {one.view: one.venc_cm_s for one in series if one.venc_cm_s}
    flow = {
        view: {
            "forward_ml": one.forward_ml,
            "backward_ml": one.backward_ml,
            "net_ml": round(one.forward_ml - one.backward_ml, 1),
            "venc_cm_s": vencs[view],
        }
        for view, one in flows.items()
    }
    return {
        "ao_fwd_ml": flows["ao"].forward_ml,
        "ao_bwd_ml": flows["ao"].backward_ml,
        "pa_fwd_ml": flows["pa"].forward_ml,
        "pa_bwd_ml": flows["pa"].backward_ml,
        "flow": flow,
        "native_t1_ms": times.native_t1_ms,
        "native_t1_blood_ms": times.native_blood_t1_ms,
        "post_t1_ms": times.post_t1_ms,
        "post_t1_blood_ms": times.post_blood_t1_ms,
        "t2_myo_ms": times.t2_ms,
        "t2star_septal_ms": times.t2star_ms,
        "ti_null_ms": NULL_MS,
    }


def _infarct(scene: Scene) -> dict[str, Any]:
    infarct = scene.infarct
    mass = infarct_mass_g(scene.heart.at(LGE_TIME), infarct)
    codes = {f"lge_aha_{i:02d}": infarct.aha_code if i in infarct.segments else 0 for i in range(1, 18)}
    return {
        "segments": list(infarct.segments),
        "transmurality": infarct.transmurality if infarct.segments else 0.0,
        "mass_g": round(mass, 2),
        "pct_lv": round(100 * mass / scene.heart.size.lv_mass_g, 2),
        "aha_codes": codes,
        "at_phase_fraction": LGE_TIME,
    }
