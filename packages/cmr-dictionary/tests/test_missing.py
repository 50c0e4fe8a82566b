"""Codes that mean unknown are missing codes, and readers of old codes still understand them."""

import pytest

from cmr_dictionary import (
    ItemKind,
    Missing,
    coarsened,
    is_missing_code,
    load,
    missing_of,
    parse_value,
    settled,
    top_coded,
)
from cmr_exchange.manifest import MissingCode

ITEMS = load().items


def test_the_words_are_those_of_the_contract():
    assert [code.value for code in Missing] == [code.value for code in MissingCode]
    assert Missing.NOT_ACQUIRED.label == "not acquired"


@pytest.mark.parametrize(
    ("name", "text", "meaning"),
    [
        ("hx_htn", "9", Missing.UNKNOWN),
        ("hx_htn", "unknown", Missing.UNKNOWN),
        ("hx_smoking", "9", Missing.UNKNOWN),
        ("sex", "U", Missing.UNKNOWN),
        ("sex", "u", Missing.UNKNOWN),
        ("race", "9", Missing.UNKNOWN),
        ("race", "9; Unknown", Missing.UNKNOWN),
        ("lge_aha_04", "9", Missing.UNKNOWN),
        ("lge_aha_04", "Not assessable", Missing.UNKNOWN),
        ("lge_present", "Non-diagnostic", Missing.UNKNOWN),
        ("lge_interpretation", "9", Missing.UNKNOWN),
        ("valve_ar_grade", "Not assessed", Missing.NOT_REPORTED),
        ("amyloid_status", "9", Missing.NOT_REPORTED),
    ],
)
def test_an_old_code_is_read_as_the_reason_it_meant(name, text, meaning):
    found = parse_value(ITEMS[name], text)
    assert found is meaning
    assert is_missing_code(ITEMS[name], text.split(";")[0])
    assert settled(ITEMS[name], text.split(";")[0]) is meaning


def test_a_known_answer_beside_an_unknown_one_stays():
    assert parse_value(ITEMS["race"], "1;9") == ["1"]
    assert settled(ITEMS["race"], ["1", "9"]) == ["1"]
    assert settled(ITEMS["race"], ["9"]) is Missing.UNKNOWN
    assert settled(ITEMS["race"], []) == []


def test_nine_is_an_answer_where_it_always_was_one():
    assert parse_value(ITEMS["ae_type"], "9") == ["9"]
    assert parse_value(ITEMS["lv_edv_ml"], "99") == 99.0
    assert missing_of(ITEMS["lv_edv_ml"], "9") is None
    assert not is_missing_code(ITEMS["ae_type"], "9")


@pytest.mark.parametrize(
    ("name", "value", "present"),
    [
        ("hx_htn", "1", 1), ("hx_htn", 0, 0), ("nyha", 2, "2"), ("nyha", "2", "2"), ("race", [1, "3"], ["1", "3"]),
        ("lv_edv_ml", 9.0, 9.0), ("n_images", 9, 9), ("t1_scheme", "SASHA", "SASHA"),
    ],
)  # fmt: skip
def test_values_of_any_version_are_stated_as_the_present_one_does(name, value, present):
    found = settled(ITEMS[name], value)
    assert found == present
    assert type(found) is type(present)


@pytest.mark.parametrize("item", ITEMS.values(), ids=lambda item: item.name)
def test_no_answer_of_the_table_means_unknown(item):
    assert not any(is_missing_code(item, code.code) for code in item.code_list)
    if item.kind in (ItemKind.CODE, ItemKind.CODES):
        assert not {code.label.lower() for code in item.code_list} & {
            "unknown",
            "not assessed",
            "not assessable",
        }


@pytest.mark.parametrize(
    ("name", "text", "coded"),
    [
        ("age_at_exam_years", "97", "90"), ("age_at_exam_years", "89", "89"), ("age_at_exam_years", "old", "old"),
        ("age_at_exam_years", "140", "140"), ("lv_edv_ml", "950", "950"),
    ],
)  # fmt: skip
def test_ages_are_top_coded(name, text, coded):
    assert top_coded(ITEMS[name], text) == coded


def test_sizes_are_rounded_to_half_a_unit():
    assert coarsened(ITEMS["height_cm"], 171.37) == 171.5
    assert coarsened(ITEMS["lv_edv_ml"], 171.37) == 171.37
