"""The items that every exam should have: the short form that a case report opens with."""

import functools

from cmr_dictionary.case_report.settling import entered_items

_MINIMUM = (
    "age_at_exam_years sex scanner_vendor field_strength_t indication_primary height_cm weight_kg heart_rate_bpm"
    " rhythm hx_htn hx_dm hx_prior_mi seq_performed gbca_given gbca_agent stress_performed stress_agent adverse_event"
    " lv_method lv_papillary lv_edv_ml lv_esv_ml lv_mass_g wm_rest_all_normal rv_edv_ml rv_esv_ml lge_performed"
    " lge_present perf_defect final_diagnosis iq_global"
)


@functools.cache
def minimum_items() -> tuple[str, ...]:
    """Names of the items of the short form, in the order of the dictionary."""
    listed = frozenset(_MINIMUM.split())
    return tuple(name for name in entered_items() if name in listed)
