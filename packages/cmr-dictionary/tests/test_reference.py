"""Ranges are chosen by what they were measured on, and a z-score needs the center's own healthy persons."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_dictionary import load
from cmr_dictionary.local_reference import MAPPED_ITEMS, LocalReference, Technique, local_z, mismatch, z_of
from cmr_dictionary.reference import Grade, ranges_for, reference_ranges

MAN = {"sex": "M", "age_at_exam_years": 58, "field_strength_t": 1.5, "lv_papillary": "1"}
T1 = LocalReference("native_t1_ms", 30, 1000, 25, "Vida", 3.0, "XA50", "MOLLI 5(3)3", 2022, 2025)
HERE = Technique("Vida", 3.0, "xa 50", "molli 5(3)3", 2024)


def first(item, values):
    return ranges_for(item, values)[0]


def test_the_ejection_fraction_of_a_man_is_read_against_the_volume_convention():
    one = first("lv_ef_pct", MAN)
    assert (one.words, one.grade, one.is_verified) == ("52 to 73", Grade.ABSTRACT, True)
    assert "Zhan 2024" in one.source
    assert one.locator == "abstract"


def test_the_other_convention_has_the_other_table():
    volume, mass = (ranges_for("lv_edvi_ml_m2", MAN | {"lv_papillary": code}) for code in "12")
    assert not set(volume) & set(mass)
    assert mass


@pytest.mark.parametrize(
    "change",
    [
        {"sex": "O"},
        {"sex": None},
        {"age_at_exam_years": 12},
        {"age_at_exam_years": None},
        {"field_strength_t": None},
        {"field_strength_t": 0.55},
        {"lv_papillary": "3"},
        {"lv_papillary": None},
    ],
)
def test_without_sex_age_field_or_convention_no_range_is_shown(change):
    assert ranges_for("lv_ef_pct", MAN | change) == ()


def test_a_transcription_that_nobody_checked_says_so():
    one = first("lv_massi_g_m2", MAN | {"sex": "F", "age_at_exam_years": 30})
    assert one.grade is Grade.TRANSCRIBED
    assert one.grade.label == "unverified transcription"
    assert not one.is_verified


def test_ranges_of_real_time_cine_and_thresholds_are_never_shown():
    everything = [one for ranges in reference_ranges().values() for one in ranges]
    assert not [one for one in everything if "REAL-TIME" in one.method or "threshold" in one.limits]
    assert len(everything) > 90
    assert all(one.item in load().items for one in everything)
    assert all(one.lower is not None or one.upper is not None for one in everything)
    assert all(one.source and one.locator for one in everything)


def test_best_evidence_comes_first():
    for ranges in reference_ranges().values():
        assert [one.grade for one in ranges] == sorted(one.grade for one in ranges)


def test_raw_t1_is_read_only_against_its_own_scheme_and_vendor():
    exam = MAN | {"field_strength_t": 3, "scanner_vendor": "1", "t1_scheme": "MOLLI 5(3)3"}
    assert {one.method for one in ranges_for("native_t1_ms", exam)} == {
        "MOLLI 5(3)3",
        "Siemens Verio MOLLI 5(3)3",
    }
    assert ranges_for("native_t1_ms", exam | {"t1_scheme": "ShMOLLI"}) == ()
    assert {one.method for one in ranges_for("native_t1_ms", exam | {"scanner_vendor": "2"})} == {
        "MOLLI 5(3)3"
    }


def test_a_value_is_below_within_or_above():
    one = first("lv_ef_pct", MAN)
    assert [one.place(value) for value in (40, 60, 80)] == ["below", "within", "above"]


def test_a_z_score_counts_standard_deviations_of_the_center():
    assert local_z(1050, T1, HERE) == 2.0
    found = z_of("native_t1_ms", 1050, [T1], HERE)
    assert (found.z, found.reference) == (2.0, T1)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"scanner": "Aera"}, "scanner"),
        ({"scanner": ""}, "scanner"),
        ({"field_strength_t": 1.5}, "field"),
        ({"field_strength_t": None}, "field"),
        ({"software": "XA60"}, "software"),
        ({"software": ""}, "software"),
        ({"scheme": "MOLLI 3(3)3(3)5"}, "scheme"),
        ({"scheme": ""}, "scheme"),
        ({"year": 2021}, "year"),
        ({"year": 2026}, "year"),
        ({"year": None}, "year"),
    ],
)
def test_there_is_no_z_score_where_anything_differs_or_is_unknown(change, word):
    technique = dataclasses.replace(HERE, **change)
    assert local_z(1050, T1, technique) is None
    assert word in mismatch(T1, technique)
    assert word in z_of("native_t1_ms", 1050, [T1], technique).reason


@pytest.mark.parametrize("change", [{"n": 9}, {"sd": 0}, {"sd": -1}])
def test_a_reference_without_persons_or_spread_gives_no_z_score(change):
    assert local_z(1050, dataclasses.replace(T1, **change), HERE) is None


def test_without_a_reference_of_its_own_a_center_gets_a_reason():
    assert z_of("native_t1_ms", 1050, [], HERE).reason == "The center has stated no reference of its own."
    assert z_of("t2_myo_ms", 50, [T1], HERE).z is None
    assert z_of("lv_ef_pct", 60, [T1], HERE).z is None


def test_an_open_reference_holds_until_it_is_ended():
    assert local_z(1050, dataclasses.replace(T1, last_year=None), dataclasses.replace(HERE, year=2031)) == 2.0


@given(st.floats(100, 3000), st.sampled_from(MAPPED_ITEMS))
def test_no_value_has_a_z_score_against_published_numbers(value, item):
    assert z_of(item, value, [], HERE).z is None
