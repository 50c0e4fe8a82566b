"""The plan of a form, and conditions in words."""

import dataclasses

import pytest

from cmr_dictionary import ItemKind, entered_forms, form_plan, load
from cmr_dictionary.conditions import condition_words

ITEMS = load().items


@pytest.mark.parametrize("form", load().forms())
def test_a_plan_holds_every_item_of_its_form_that_may_cross_once_and_in_order(form):
    planned = [one.item for one in form_plan(form).items()]
    assert planned == [item for item in load().forms()[form] if item.may_cross]


def test_no_plan_asks_for_what_stays_at_the_center():
    kinds = {one.item.kind for form in load().forms() for one in form_plan(form).items()}
    assert not kinds & {ItemKind.DATE, ItemKind.TIME, ItemKind.DATETIME, ItemKind.FILE}


def test_seventeen_segments_stand_together():
    groups = [group for section in form_plan("lge").sections for group in section.groups if group.is_bullseye]
    assert [group.matrix for group in groups] == ["lge17", "lge17_pattern"]
    assert all(len(group.items) == 17 for group in groups)
    valves = [g for s in form_plan("flow_valve").sections for g in s.groups if g.matrix]
    assert [(g.matrix, g.is_bullseye) for g in valves] == [("valve_grades", False)]


def test_computed_items_are_shown_and_not_entered():
    entered = {one.item.name: one.is_entered for one in form_plan("lv").items()}
    assert not entered["lv_ef_pct"]
    assert not entered["wmsi"]
    assert entered["lv_edv_ml"]


def test_follow_up_is_no_form_of_an_exam():
    assert "followup" not in entered_forms()
    assert {"lv", "lge", "echo_ecg"} <= set(entered_forms())
    with pytest.raises(KeyError):
        form_plan("nothing")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sex", ""),
        ("lge_present", "“LGE performed” is Yes"),
        ("gbca_agent", "“Contrast agent given” is Yes"),
        ("auc_score", "“Appropriate-use document applied” is not None"),
        ("stress_dose_unit", "“Stress agent dose (unit in stress_dose_unit)” is known"),
        ("lge_method", "“LGE extent” is known or “LGE mass” is known"),
        (
            "wm_stress_01",
            "“Stress performed” is not No and “Wall motion under stress normal in all 17 segments” is not Yes",
        ),
        ("perf_rest_01", "“Sequence groups acquired” includes Rest perfusion or “Stress performed” is not No"),
    ],
)  # fmt: skip
def test_conditions_are_said_in_words(name, words):
    assert condition_words(ITEMS[name]) == words


@pytest.mark.parametrize(
    ("branching", "words"),
    [
        ('[lv_edv_ml]>100', "“LV end-diastolic volume” is above 100"),
        ('[lv_edv_ml]>"x"', "“LV end-diastolic volume”"),
        ('[lge_present]=""', "“LGE present” is not known"),
        ("[seq_performed(4)]='0'", "“Sequence groups acquired” does not include Rest perfusion"),
        ("1=1", "a calculation applies"),
        ('[t1_scheme]="MOLLI"', "“T1 sequence/scheme” is MOLLI"),
        (
            '[hx_htn]="1" and ([hx_dm]="1" or [hx_hld]="1")',
            "“Hypertension” is Yes and (“Diabetes mellitus” is Yes or “Hyperlipidemia” is Yes)",
        ),
    ],
)  # fmt: skip
def test_any_condition_has_words(branching, words):
    assert condition_words(dataclasses.replace(ITEMS["sex"], branching=branching)) == words
