"""Modules raise what they want, and an exam owes what was acquired."""

import pytest

from cmr_dictionary import DictionaryError, derive, load
from cmr_dictionary.annotations import FILES, annotated, annotations_of
from cmr_dictionary.modules import KINDS, Obligation, modules, read_modules
from cmr_dictionary.obligations import (
    KINDS_OF_CODES,
    SUBSTITUTES,
    acquired_kinds,
    bindings,
    countable,
    obliged,
    read_bindings,
)
from cmr_imaging.kinds import SeriesKind

ITEMS = load().items
EXAM = {"age_at_exam_years": 60, "sex": "F", "lge_performed": 1, "lge_present": "1", "gbca_given": 1}


def annotations(file, *rows, **others):
    texts = {file: rows} | {f"{name}.csv": lines for name, lines in others.items()}
    return annotations_of(
        {name: "\n".join([",".join(FILES[name]), *lines]) + "\n" for name, lines in texts.items()}
    )


def test_the_modules_of_the_registry_are_shipped():
    assert list(modules()) == [
        "registry",
        "ar_remodeling",
        "small_mi",
        "ar_scar",
        "tof_atlas",
        "amyloid_cnn",
        "heart_failure",
        "covid19",
        "pediatric",
    ]
    assert all(module.name and module.description and module.items for module in modules().values())
    assert all(module.sequences for module in modules().values())


def test_the_short_form_has_about_thirty_items_that_a_center_can_fill():
    short = modules()["registry"].of(Obligation.MINIMUM)
    assert 28 <= len(short) <= 34
    assert set(short) <= {item.name for item in countable()}
    assert {"age_at_exam_years", "sex", "indication_primary", "gbca_agent", "final_diagnosis"} <= set(short)


def test_kinds_are_words_of_series_recognition():
    assert {str(kind) for kind in SeriesKind} >= KINDS
    assert set(KINDS_OF_CODES.values()) <= KINDS
    assert set(KINDS_OF_CODES) <= {code.code for code in ITEMS["seq_performed"].code_list}


def test_an_item_knows_its_modules():
    assert ITEMS["lge_aha_03"].modules == ("small_mi", "ar_scar")
    assert ITEMS["report_text"].modules == ()
    assert all(
        (item.name in module.items) == (module.id in item.modules)
        for module in modules().values()
        for item in ITEMS.values()
    )


def test_every_item_that_is_recommended_if_acquired_says_what_must_be_acquired():
    unbound = {item.name for item in countable() if item.level == "RA"} - set(bindings())
    assert unbound == set()


def test_substitutes_exist():
    assert all({name, *instead} <= set(ITEMS) for name, instead in SUBSTITUTES.items())


def test_an_empty_exam_owes_what_every_exam_has():
    owed = obliged({})
    assert {"sex", "lv_edv_ml", "iq_global", "race", "seq_performed"} <= set(owed)
    assert not {"lge_present", "gbca_agent", "ao_fwd_ml", "native_t1_ms", "wm_rest_01", "bnp_pg_ml"} & set(
        owed
    )
    assert list(owed) == [name for name in ITEMS if name in owed]


def test_what_is_owed_follows_from_what_was_acquired():
    assert "ao_fwd_ml" in obliged({}, {"flow_pc"})
    assert "ao_fwd_ml" in obliged({"seq_performed": ["9"]})
    assert "native_t1_ms" not in obliged({}, {"cine"})
    assert "native_t1_ms" in obliged({}, {"t1_map"})
    assert "lge_pct_lv" in obliged(EXAM)
    assert "creatinine_mg_dl" in obliged(EXAM)
    assert "creatinine_mg_dl" not in obliged({"gbca_given": 0})
    assert "wm_rest_01" in obliged({"wm_rest_all_normal": 0})


def test_kinds_come_from_images_and_report():
    assert acquired_kinds({"lge_performed": "1", "stress_performed": "1"}, {"mra"}) == {
        "lge",
        "perfusion",
        "mra",
    }
    assert acquired_kinds({"seq_performed": ["1", "14"]}, None) == {"cine"}


def test_a_value_that_says_the_same_is_enough():
    assert "lv_ef_reported_pct" in obliged({"lv_edv_ml": 150.0})
    assert "lv_ef_reported_pct" not in obliged({"lv_edv_ml": 150.0, "lv_esv_ml": 60.0})
    assert "lv_ef_reported_pct" in obliged(
        {"lv_edv_ml": 150.0, "lv_esv_ml": 60.0, "lv_ef_reported_pct": 60.0}
    )
    failing = {"hx_hf": 1, "bnp_pg_ml": 900.0}
    assert "ntprobnp_pg_ml" not in obliged(failing, None, ["heart_failure"])


def test_a_module_raises_its_items_where_its_condition_holds():
    study = ("registry", "tof_atlas")
    assert "rv_edv_ml" in obliged({"tof": 1}, None, study)
    assert "qrs_ms" in obliged({"tof": 1}, None, study)
    assert "qrs_ms" not in obliged({"tof": 0}, None, study)
    assert "qrs_ms" not in obliged({"tof": 1})
    assert "chd_situs" in obliged({"age_at_exam_years": 7, "chd_diagnosis": "1"}, None, ["pediatric"])
    assert "chd_situs" not in obliged({"age_at_exam_years": 40}, None, ["pediatric"])
    with pytest.raises(KeyError):
        obliged({}, None, ["nothing"])


def test_a_welcome_item_is_never_owed():
    welcome = set(modules()["covid19"].of(Obligation.OPTIONAL))
    assert not welcome & set(obliged({"cov_status": "1"}, None, ["covid19"]))


def test_the_body_surface_of_a_child_follows_haycock():
    assert derive({"height_cm": 110.0, "weight_kg": 19.0})["bsa_haycock_m2"] == 0.762


@pytest.mark.parametrize(
    ("file", "rows", "place"),
    [
        ("modules.csv", ["a,A,D,,", "a,A,D,,"], "row 3 (a), column 'module of modules.csv'"),
        ("modules.csv", ["a,A,D,[none]=1,"], "row 2 (a), column 'condition of modules.csv'"),
        ("modules.csv", ["a,A,D,[sex]=,"], "row 2 (a), column 'condition of modules.csv'"),
        ("modules.csv", ["a,A,D,,ultrasound"], "row 2 (a), column 'sequences of modules.csv'"),
        ("module_items.csv", ["a,sex,much"], "row 2 (sex), column 'obligation of module_items.csv'"),
        ("module_items.csv", ["a,none,required"], "row 2 (none), column 'item of module_items.csv'"),
        ("module_items.csv", ["a,sex,required"], "row 2 (sex), column 'module of module_items.csv'"),
    ],
)
def test_it_refuses_a_module(file, rows, place):
    with pytest.raises(DictionaryError) as error:
        read_modules(ITEMS, annotations(file, *rows))
    assert str(error.value).startswith(place)


@pytest.mark.parametrize(
    "rows", [["none,,"], ["sex,sound,"], ["sex,,[none]=1"], ["sex,,", "sex,,"], ["lge17,,", "lge_aha_01,,"]]
)
def test_it_refuses_a_binding(rows):
    with pytest.raises(DictionaryError):
        read_bindings(ITEMS, annotations("obligations.csv", *rows))


@pytest.mark.parametrize("rows", [["a,sex,required", "a,sex,optional"], ["a,birth_date,required"]])
def test_it_refuses_an_item_of_a_module(rows):
    with pytest.raises(DictionaryError):
        annotated(ITEMS.values(), annotations("module_items.csv", *rows))


def test_what_decides_obligations_changes_the_digest():
    assert annotations("definitions.csv", "sex,A.,,").deciding() == b""
    assert (
        annotations("obligations.csv", "sex,,").deciding()
        != annotations("obligations.csv", "race,,").deciding()
    )
