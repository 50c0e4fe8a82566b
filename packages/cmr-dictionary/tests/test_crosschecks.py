"""Checks across items: each rule speaks where it should and is silent where it has nothing to say."""

import pytest

from cmr_dictionary import RejectReason
from cmr_dictionary.checks import Severity, check_values, is_rejected
from cmr_dictionary.segments import SEGMENTS

TOGETHER = (RejectReason.CROSS_FIELD, RejectReason.PARENT_CHILD)
SOUND = {"lv_edv_ml": 150, "lv_esv_ml": 60}
NONE_OF_17 = {f"lge_aha_{n}": "0" for n in SEGMENTS}
NORMAL = {f"wm_rest_{n}": "1" for n in SEGMENTS}


def odd(values):
    return {problem.item for problem in check_values(values) if problem.code in TOGETHER}


@pytest.mark.parametrize(
    ("values", "items"),
    [
        (SOUND, set()),
        (SOUND | {"lv_ef_reported_pct": 60}, set()),
        (SOUND | {"lv_ef_reported_pct": 63}, set()),
        (SOUND | {"lv_ef_reported_pct": 63.1}, {"lv_ef_reported_pct"}),
        (SOUND | {"rv_edv_ml": 160, "rv_esv_ml": 75}, set()),
        (SOUND | {"rv_edv_ml": 160, "rv_esv_ml": 100}, {"rv_esv_ml"}),
        (SOUND | {"rv_edv_ml": 160, "rv_esv_ml": 100, "valve_mr_grade": "2"}, set()),
        (SOUND | {"rv_edv_ml": 160, "rv_esv_ml": 100, "tof": 1}, set()),
        (SOUND | {"ao_fwd_ml": 60}, {"ao_fwd_ml"}),
        (SOUND | {"ao_fwd_ml": 85}, set()),
        ({"lge_present": "0", "lge_aha_03": "2"}, {"lge_present"}),
        ({"lge_present": "0", "lge_n_segments": 2}, {"lge_present", "lge_n_segments"}),
        ({"lge_present": "0", **NONE_OF_17, "lge_n_segments": 0}, set()),
        ({"lge_present": "1", **NONE_OF_17}, {"lge_present"}),
        ({"lge_present": "1", "lge_n_segments": 0}, {"lge_present"}),
        ({"lge_present": "1", "lge_aha_01": "0"}, set()),
        ({"lge_present": "1", **NONE_OF_17, "lge_aha_01": "1", "lge_n_segments": 1}, set()),
        ({"lge_present": "1", **NONE_OF_17, "lge_aha_01": "1", "lge_n_segments": 3}, {"lge_n_segments"}),
        ({"wm_rest_all_normal": 1, "wm_rest_02": "3"}, {"wm_rest_all_normal"}),
        ({"wm_rest_all_normal": 0, **NORMAL}, {"wm_rest_all_normal"}),
        ({"wm_rest_all_normal": 1, **NORMAL}, set()),
        ({"stress_dose": 140, "sex": "F"}, {"stress_dose"}),
        ({"stress_dose": 140, "stress_dose_unit": "1"}, set()),
        ({"native_t1_ms": 1000, "sex": "F"}, {"native_t1_ms"}),
        ({"native_t1_ms": 1000, "t1_scheme": "MOLLI 5(3)3"}, set()),
        ({"lge_pct_lv": 4, "sex": "F"}, {"lge_pct_lv"}),
        ({"egfr_ml_min_173m2": 80, "gbca_given": 1}, {"egfr_ml_min_173m2"}),
        ({"stress_performed": "0", "stress_agent": "1"}, {"stress_agent"}),
        ({"gbca_given": 0, "gbca_agent": "1"}, {"gbca_agent"}),
        ({"gbca_given": 1, "gbca_agent": "1"}, set()),
        ({"lge_performed": 0, "lge_present": "0"}, {"lge_present"}),
        ({"ecv_reported_pct": 28, "hct_offset_hours": 30}, {"hct_offset_hours"}),
        ({"ecv_reported_pct": 28, "hct_offset_hours": -20}, set()),
        ({"hct_offset_hours": 30, "sex": "F"}, set()),
    ],
)
def test_what_does_not_fit_together_is_questioned(values, items):
    assert odd(values) == items
    assert not is_rejected(check_values(values))


@pytest.mark.parametrize("side", ["lv", "rv"])
@pytest.mark.parametrize("esv", [100, 120])
def test_a_heart_that_grows_in_systole_is_refused(side, esv):
    problems = [
        p
        for p in check_values({f"{side}_edv_ml": 100, f"{side}_esv_ml": esv})
        if p.severity == Severity.REJECT
    ]
    assert {problem.item for problem in problems} == {f"{side}_edv_ml", f"{side}_esv_ml"}


def test_what_is_refused_by_itself_is_not_compared():
    problems = check_values({"lv_edv_ml": 100, "lv_esv_ml": "x"})
    assert [problem.code for problem in problems] == [RejectReason.TYPE]


def test_one_value_alone_is_not_compared():
    assert check_values({"stress_dose": 140}) == ()
