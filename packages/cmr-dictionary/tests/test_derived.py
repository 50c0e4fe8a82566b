"""Every formula against a case computed by hand, and what happens where an input is missing or contradicts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_dictionary import ItemKind, Missing, derive, is_asked, load, not_asked
from cmr_dictionary.checks import check_values, is_rejected
from cmr_dictionary.logic import variables
from cmr_dictionary.segments import MIDPOINTS, SEGMENTS

ITEMS = load().items
SIZE = {"height_cm": 180, "weight_kg": 80}
LV = {"lv_edv_ml": 150, "lv_esv_ml": 60}
RV = {"rv_edv_ml": 160, "rv_esv_ml": 80}
FLOW = {"ao_fwd_ml": 80, "ao_bwd_ml": 20, "pa_fwd_ml": 90, "pa_bwd_ml": 9}
T1 = {
    "hematocrit_pct": 40,
    "native_t1_ms": 1000,
    "post_t1_ms": 400,
    "native_t1_blood_ms": 1600,
    "post_t1_blood_ms": 300,
}


def segments(stem, *codes, rest="0"):
    """Codes of the first segments, the others `rest`."""
    return {f"{stem}_{n}": code for n, code in zip(SEGMENTS, [*codes, *[rest] * 17], strict=False)}


BY_HAND = {
    "bsa_mosteller_m2": (SIZE, 2.0),  # sqrt(180 * 80 / 3600)
    "bsa_haycock_m2": (SIZE, 2.007),  # 0.024265 * 180^0.3964 * 80^0.5378
    "bmi_kg_m2": (SIZE, 24.7),  # 80 / 3.24 = 24.69
    "lv_sv_ml": (LV, 90.0),
    "lv_svi_ml_m2": (LV | SIZE, 45.0),
    "lv_ef_pct": (LV, 60.0),
    "lv_edvi_ml_m2": (LV | SIZE, 75.0),
    "lv_esvi_ml_m2": (LV | SIZE, 30.0),
    "lv_massi_g_m2": ({"lv_mass_g": 121} | SIZE, 60.5),
    "lv_co_l_min": (LV | {"heart_rate_bpm": 70}, 6.3),
    "lv_ci_l_min_m2": (LV | SIZE | {"heart_rate_bpm": 70}, 3.15),
    "rv_sv_ml": (RV, 80.0),
    "rv_ef_pct": (RV, 50.0),
    "rv_edvi_ml_m2": (RV | SIZE, 80.0),
    "rv_esvi_ml_m2": (RV | SIZE, 40.0),
    # 60 * (1/400 - 1/1000) / (1/300 - 1/1600) = 60 * 0.0015 / 0.00270833
    "ecv_pct": (T1, 33.2),
    "ar_rf_pct": (FLOW, 25.0),
    "pr_rf_pct": (FLOW, 10.0),
    "qpqs": (FLOW, 1.35),  # 81 / 60
    "mr_rvol_ml": (LV | FLOW, 10.0),
    "mr_rf_pct": (LV | FLOW, 11.1),
    "aq_sv_mismatch_pct": (LV | RV, 11.8),  # 10 / 85
    "auc_category": ({"auc_score": 7}, 1.0),
    "flc_ratio": ({"flc_kappa_mg_l": 20, "flc_lambda_mg_l": 15}, 1.333),
    "wmsi": (segments("wm_rest", "2", "3", rest="1"), 1.18),  # 20 / 17
    "lge_n_segments": ({"lge_present": "1", **segments("lge_aha", "1", "4")}, 2),
    "lge_n_ischemic_segments": (
        {**segments("lge_aha", "1", "4"), "lge_pattern_01": "1", "lge_pattern_02": "2"}, 1,
    ),
    "lge_ischemic_pct_lv": (
        {**segments("lge_aha", "1", "2", "3", "4"), **segments("lge_pattern", "1", "1", "1", "1")}, 11.76,
    ),  # 200 / 17
    "perf_n_stress_segments": (segments("perf_stress", "1", "2"), 2),
    "perf_n_rest_segments": (segments("perf_rest", "1"), 1),
    "perf_n_segments": (segments("perf_stress", "1", "2", "2") | segments("perf_rest", "1", "1"), 2),
    "gbca_group": ({"gbca_agent": "8"}, 3),
    "gbca_class": ({"gbca_given": 1, "gbca_agent": "1"}, "macrocyclic"),
    "wm_rest_all_normal": (segments("wm_rest", rest="1"), 1),
    "wm_stress_all_normal": ({"wm_stress_09": "2"}, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_the_formula_gives_what_a_person_computes(name):
    values, expected = BY_HAND[name]
    found = derive(values)[name]
    assert found == expected
    assert type(found) is type(expected)


def test_every_formula_of_the_table_has_a_case_computed_by_hand():
    derived = {item.name for item in ITEMS.values() if item.kind == ItemKind.DERIVED}
    assert derived <= set(BY_HAND)


def inputs_of(name):
    """Stated items that a formula stands on, through other formulas too."""
    found = variables(ITEMS[name].calculation)
    return {base for n in found for base in (inputs_of(n) if ITEMS[n].calculation else {n})}


@pytest.mark.parametrize("name", [item.name for item in ITEMS.values() if item.calculation])
def test_without_one_of_its_inputs_a_formula_gives_no_value(name):
    values, _ = BY_HAND[name]
    assert inputs_of(name) <= set(values)
    for missing in inputs_of(name):
        less = {n: v for n, v in values.items() if n != missing}
        assert name not in derive(less)
        assert name not in derive(less | {missing: Missing.UNKNOWN})


@pytest.mark.parametrize("stem", ["lge_aha", "perf_stress", "perf_rest"])
def test_without_one_segment_there_is_no_count(stem):
    values = segments(stem, "1") | segments("lge_pattern", "1")
    counts = set(derive(values))
    assert counts
    assert not counts & set(derive({n: v for n, v in values.items() if n != f"{stem}_05"}))


@given(
    st.dictionaries(
        st.sampled_from(sorted(ITEMS)), st.sampled_from([0, 1, 2, "0", "1", "9", "x", 1e9, ["1"], None])
    )
)
def test_no_values_whatever_break_the_evaluators(values):
    derived = derive(values)
    assert all(item in ITEMS for item in derived)
    assert not_asked(values) == {name for name, item in ITEMS.items() if not is_asked(item, values)}


@given(
    st.lists(st.sampled_from("01234"), min_size=17, max_size=17),
    st.lists(st.sampled_from("1234"), min_size=17, max_size=17),
)
def test_infarct_size_counts_ischemic_segments_only(extents, patterns):
    values = segments("lge_aha", *extents) | segments("lge_pattern", *patterns)
    found = derive(values)
    ischemic = [int(e) for e, p in zip(extents, patterns, strict=True) if e != "0" and p == "1"]
    assert found["lge_n_segments"] == sum(e != "0" for e in extents)
    assert found["lge_n_ischemic_segments"] == len(ischemic) <= found["lge_n_segments"]
    assert found["lge_ischemic_pct_lv"] == pytest.approx(sum(MIDPOINTS[e] for e in ischemic) / 17, abs=0.006)


@pytest.mark.parametrize(
    ("exam_pattern", "ischemic"),
    [
        (["1"], 1), (["1", "7"], 1), (["1", "5"], 1), (["2"], 0), (["2", "3"], 0), (["1", "2"], None),
        (["5"], None), (None, None),
    ],
)  # fmt: skip
def test_a_segment_without_a_pattern_takes_the_exams_where_it_names_one_kind(exam_pattern, ischemic):
    values = segments("lge_aha", "2") | ({"lge_pattern": exam_pattern} if exam_pattern else {})
    assert derive(values).get("lge_n_ischemic_segments") == ischemic


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({"lge_present": "0"}, (0, 0, 0.0)),
        ({"lge_present": "0", **segments("lge_aha")}, (0, 0, 0.0)),
        ({"lge_present": "0", "lge_aha_01": "2"}, (None, None, None)),
        ({"lge_present": "2"}, (None, 0, 0.0)),
        ({"lge_present": "1"}, (None, None, None)),
        ({"lge_present": "1", **segments("lge_aha")}, (None, None, None)),
        ({"lge_aha_01": "2"}, (None, None, None)),
        (segments("lge_aha", "9"), (None, None, None)),
        ({}, (None, None, None)),
    ],
)
def test_segments_and_the_one_entry_must_agree(values, counts):
    found = derive(values)
    names = ("lge_n_segments", "lge_n_ischemic_segments", "lge_ischemic_pct_lv")
    assert tuple(found.get(name) for name in names) == counts


@pytest.mark.parametrize("state", ["rest", "stress"])
def test_all_normal_is_one_entry_in_place_of_seventeen(state):
    found = derive({f"wm_{state}_all_normal": 1, f"wm_{state}_03": "1"})
    assert {found[f"wm_{state}_{n}"] for n in SEGMENTS if n != "03"} == {"1"}
    assert f"wm_{state}_03" not in found
    assert found.get("wmsi") == (1.0 if state == "rest" else None)


@pytest.mark.parametrize("entry", [1, 0])
def test_a_contradicted_entry_gives_nothing(entry):
    segment = segments("wm_rest", "2" if entry else "1", rest="1")
    assert derive({"wm_rest_all_normal": entry, **segment}) == {}


def test_the_score_index_needs_sixteen_segments():
    values = segments("wm_rest", "2", "3", rest="1")
    assert derive({n: v for n, v in values.items() if n != "wm_rest_17"})["wmsi"] == 1.19  # 19 / 16
    assert "wmsi" not in derive({n: v for n, v in values.items() if n != "wm_rest_05"})


def test_one_abnormal_segment_is_enough_to_know():
    assert derive({"wm_rest_05": "3"}) == {"wm_rest_all_normal": 0}
    assert derive({"wm_rest_all_normal": 0}) == {}


def test_segment_17_is_optional_in_perfusion():
    sixteen = {
        n: c for n, c in (segments("perf_stress", "1") | segments("perf_rest")).items() if "_17" not in n
    }
    assert derive(sixteen)["perf_n_segments"] == 1
    assert "perf_n_segments" not in derive({n: c for n, c in sixteen.items() if n != "perf_rest_16"})


def test_no_perfusion_defect_counts_as_none_unless_a_segment_contradicts():
    assert derive({"perf_defect": "0"})["perf_n_segments"] == 0
    assert derive({"perf_defect": "0", "perf_stress_01": "1"}) == {}


@pytest.mark.parametrize(
    ("agent", "group", "kind"),
    [
        ("1", 2, "macrocyclic"), ("2", 2, "macrocyclic"), ("3", 2, "macrocyclic"), ("4", 2, "linear"),
        ("5", 1, "linear"), ("6", 1, "linear"), ("7", 1, "linear"), ("8", 3, "linear"),
        ("9", None, "macrocyclic"), ("10", None, "linear"), ("11", None, None),
    ],
)  # fmt: skip
def test_every_agent_has_its_class_and_group(agent, group, kind):
    found = derive({"gbca_agent": agent})
    assert (found.get("gbca_group"), found.get("gbca_class")) == (group, kind)
    assert derive({"gbca_agent": agent, "gbca_given": 0}) == {}


def test_every_agent_of_the_table_is_known():
    assert [code.code for code in ITEMS["gbca_agent"].code_list] == [str(n) for n in range(1, 12)]


def test_a_stated_derived_item_serves_where_it_cannot_be_computed():
    assert derive({"bsa_mosteller_m2": 2.0, **LV})["lv_edvi_ml_m2"] == 75.0
    assert derive({"bsa_mosteller_m2": 1.0, **LV, **SIZE})["lv_edvi_ml_m2"] == 75.0


@pytest.mark.parametrize(("score", "category"), [(1, 3), (3, 3), (4, 2), (6, 2), (7, 1), (9, 1)])
def test_appropriate_use_has_three_categories(score, category):
    assert derive({"auc_score": score})["auc_category"] == category


def test_what_is_derived_from_sound_values_passes_the_checks():
    values = SIZE | LV | RV | FLOW | T1 | {"heart_rate_bpm": 70, "gbca_agent": "1", "wm_rest_all_normal": 1}
    assert not is_rejected(check_values(derive(values)))


@pytest.mark.parametrize(
    ("name", "values", "asked"),
    [
        ("sex", {}, True),
        ("lge_present", {"lge_performed": 1}, True),
        ("lge_present", {"lge_performed": 0}, False),
        ("lge_present", {}, False),
        ("lge_present", {"lge_performed": Missing.UNKNOWN}, False),
        ("lge_aha_03", {"lge_present": "1"}, True),
        ("lge_aha_03", {"lge_present": "2"}, False),
        ("lge_pattern_03", {"lge_aha_03": "2"}, True),
        ("lge_pattern_03", {"lge_aha_03": "0"}, False),
        ("wm_rest_01", {}, True),
        ("wm_rest_01", {"wm_rest_all_normal": 1}, False),
        ("wm_stress_01", {"stress_performed": "2"}, True),
        ("wm_stress_01", {"stress_performed": "2", "wm_stress_all_normal": 1}, False),
        ("wm_stress_01", {}, False),
        ("perf_stress_17", {"stress_performed": "3"}, True),
        ("perf_rest_01", {"seq_performed": ["4"]}, True),
        ("perf_rest_01", {"seq_performed": ["1"]}, False),
        ("amyloid_status", {"final_diagnosis": "8"}, True),
        ("fu_nyha", {"fu_kind": "visit"}, True),
        ("fu_nyha", {"fu_kind": "stroke"}, False),
        ("revasc_reason", {"fu_kind": "cabg"}, True),
    ],
)
def test_items_are_asked_when_the_table_says_so(name, values, asked):
    assert is_asked(ITEMS[name], values) is asked
    assert (name in not_asked(values)) is not asked
