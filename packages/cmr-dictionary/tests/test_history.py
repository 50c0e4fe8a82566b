"""Versions: what changed between them, and values of an earlier one in today's words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_dictionary import Code, ItemKind, Missing, load
from cmr_dictionary.dictionary import VERSION
from cmr_dictionary.history import (
    NO_CODE,
    NO_ITEM,
    NO_KIND,
    ChangeKind,
    Table,
    changes,
    diff,
    migrate,
    migrated,
    names_between,
    renames,
    since,
    table_of,
    versions,
)

RELABELED = {("amyloid_status", "4"), ("av_morphology", "3")}
"""Codes whose label changed between versions while their meaning did not."""
ITEMS = load().items


def table(version, *items, **former):
    return Table(version, {item.name: item for item in items}, former)


def test_the_present_version_is_the_last():
    assert versions() == ("1.0", "2.0", "2.1")
    assert versions()[-1] == VERSION == load().version
    assert [len(table_of(version).items) for version in versions()] == [244, 395, len(ITEMS)]


def test_version_2_1_adds_items_and_takes_none_away():
    kinds = {change.kind for change in diff("2.0", "2.1")}
    assert not kinds & {ChangeKind.REMOVED, ChangeKind.RENAMED, ChangeKind.TYPE, ChangeKind.UNIT}
    added = {change.item for change in diff("2.0", "2.1") if change.kind == ChangeKind.ADDED}
    assert added == set(ITEMS) - set(table_of("2.0").items)


def test_a_longer_diff_holds_what_its_steps_hold():
    kinds = [(change.kind, change.item) for change in diff("1.0", "2.0")]
    assert (ChangeKind.CODES, "sex") in kinds
    assert (ChangeKind.TYPE, "hx_htn") in kinds
    assert (ChangeKind.REMOVED, "mi_date") in kinds
    assert {item for kind, item in kinds if kind == ChangeKind.REMOVED} == {
        change.item for change in diff("1.0", "2.1") if change.kind == ChangeKind.REMOVED
    }


def test_no_code_got_another_meaning():
    for older, newer in zip(versions(), versions()[1:], strict=False):
        before = table_of(older).items
        for item in table_of(newer).items.values():
            codes = before[item.name].code_list if item.name in before else ()
            for code in codes:
                label = item.label_of(code.code)
                assert label in (None, code.label) or (item.name, code.code) in RELABELED


@pytest.mark.parametrize(("older", "newer"), [("2.1", "2.0"), ("2.0", "2.0"), ("0.9", "2.0"), ("1.0", "9.9")])
def test_it_refuses_versions_in_another_order(older, newer):
    with pytest.raises(KeyError):
        diff(older, newer)


def test_every_kind_of_change_is_told():
    before = replace(ITEMS["lge_present"], matrix="")
    after = replace(
        before,
        name="late_enhancement",
        code_list=(Code("1", "Yes"), Code("0", "No")),
        label="Late enhancement",
        branching="",
        level="O",
    )
    volume = ITEMS["lv_edv_ml"]
    wider = replace(volume, hard_max=1000.0, soft_max=600.0)
    older = table("1", before, volume, ITEMS["sex"])
    newer = table("2", after, wider, ITEMS["lv_esv_ml"], late_enhancement="lge_present")
    told = [(one.kind, one.item) for one in changes(older, newer, renames(older, newer))]
    assert told == [
        (ChangeKind.RENAMED, "late_enhancement"),
        (ChangeKind.CODES, "late_enhancement"),
        (ChangeKind.LABEL, "late_enhancement"),
        (ChangeKind.BRANCHING, "late_enhancement"),
        (ChangeKind.OBLIGATION, "late_enhancement"),
        (ChangeKind.RANGE, "lv_edv_ml"),
        (ChangeKind.USUAL_RANGE, "lv_edv_ml"),
        (ChangeKind.ADDED, "lv_esv_ml"),
        (ChangeKind.REMOVED, "sex"),
    ]


def test_a_renamed_item_keeps_its_value_and_a_split_one_does_not():
    age = ITEMS["age_at_exam_years"]
    older = table("1", replace(age, name="age"), replace(age, name="span"), replace(age, name="when"))
    newer = table(
        "2",
        replace(age, name="age_years"),
        replace(age, name="span_a"),
        replace(age, name="span_b"),
        replace(age, name="when_day", kind=ItemKind.INTEGER),
        age_years="age",
        span_a="span",
        span_b="span",
        when_day="when",
    )
    today = renames(older, newer)
    assert today == {"age": "age_years"}
    result = migrated({"age": 40.0, "span": 1.0, "when": 2.0}, older, newer, today)
    assert result.values == {"age_years": 40.0}
    assert result.names == {"age_years": "age"}
    assert [(one.item, one.sentence) for one in result.lost] == [("span", NO_ITEM), ("when", NO_ITEM)]


def test_old_codes_that_mean_unknown_become_missing():
    result = migrate({"hx_htn": "9", "sex": "U", "race": ["1", "9"], "hx_dm": "1", "hx_cad": 0}, "1.0")
    assert result.missing == {"hx_htn": Missing.UNKNOWN, "sex": Missing.UNKNOWN}
    assert result.values == {"race": ["1"], "hx_dm": 1, "hx_cad": 0}
    assert result.lost == ()


def test_what_cannot_be_kept_is_told():
    result = migrate({"fu_source": "1", "mi_date": "x", "made_up": 1}, "1.0")
    assert result.values == {}
    assert [(one.item, one.sentence) for one in result.lost] == [
        ("fu_source", NO_CODE),
        ("mi_date", NO_ITEM),
        ("made_up", NO_ITEM),
    ]


def test_a_list_loses_only_the_codes_that_are_gone():
    meds = ITEMS["meds"]
    older = table("1", replace(meds, code_list=(*meds.code_list, Code("77", "Old drug"))))
    newer = table("2", meds)
    result = migrated({"meds": ["1", "77"]}, older, newer, {"meds": "meds"})
    assert (result.values, [one.sentence for one in result.lost]) == ({"meds": ["1"]}, [NO_CODE])
    assert migrated({"meds": ["77"]}, older, newer, {"meds": "meds"}).values == {}


@pytest.mark.parametrize(
    ("kind", "value", "stays"),
    [
        (ItemKind.NUMBER, 3, True),
        (ItemKind.NUMBER, "3", False),
        (ItemKind.INTEGER, 3.0, True),
        (ItemKind.INTEGER, 3.5, False),
        (ItemKind.CODES, "1", False),
        (ItemKind.CODE, 4711, False),
    ],
)
def test_a_value_of_another_kind_stays_where_it_still_reads(kind, value, stays):
    text = replace(ITEMS["lv_software"], name="a")
    item = replace(ITEMS["rhythm"], name="a", kind=kind)
    result = migrated({"a": value}, table("1", text), table("2", item), {"a": "a"})
    assert bool(result.values) == stays
    assert [one.sentence for one in result.lost] == ([] if stays else [NO_KIND])


def test_values_of_an_unknown_version_are_refused():
    with pytest.raises(KeyError):
        migrate({}, "9.9")


@given(st.dictionaries(st.sampled_from(sorted(table_of("1.0").items)), st.sampled_from(["0", "1", "9", 1.5])))
def test_no_value_is_lost_in_silence(values):
    result = migrate(values, "1.0")
    told = {one.item for one in result.lost} | set(result.names.values())
    assert told == set(values)
    assert set(result.names) == set(result.values) | set(result.missing)


def test_values_of_the_present_version_stay_as_they_are():
    values = {"lv_edv_ml": 150.0, "sex": "F", "meds": ["1"]}
    assert migrate(values, VERSION).values == values
    assert names_between(VERSION, VERSION)["sex"] == "sex"


def test_meaning_dates_from_the_last_change_of_it():
    assert since("lv_edv_ml") == "1.0"
    assert since("sex") == "2.0"
    assert since("cov_status") == "2.1"
    with pytest.raises(KeyError):
        since("made_up")


def test_every_item_says_since_when_it_means_what_it_means():
    assert {name: item.since for name, item in ITEMS.items()} == {name: since(name) for name in ITEMS}
