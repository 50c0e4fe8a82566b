"""Answers become entries, or are refused in a sentence."""

import pytest

from cmr_dictionary import load
from cmr_dictionary.case_report import BOTH, EMPTIED, TYPED, Answer, entered_items, settle

STORED = {
    "lv_edv_ml": {"value": 148.2, "source": "report_csv"},
    "lv_mass_g": {"missing": "not_reported", "source": "report_csv"},
    "iq_global": {"value": "2", "source": TYPED},
}


def settled(stored=STORED, **texts):
    answers = {n: t if isinstance(t, Answer) else Answer((t,) if t else ()) for n, t in texts.items()}
    return settle(stored, answers, source=TYPED)


def test_a_new_answer_gets_the_source_of_who_settles():
    found = settled(lv_esv_ml="60")
    assert found.entries["lv_esv_ml"] == {"value": 60.0, "source": TYPED}
    assert found.changed == {"lv_esv_ml"}
    assert list(found.entries) == [name for name in load().items if name in found.entries]


@pytest.mark.parametrize("text", ["148.2", " 148.20", "148.2000"])
def test_a_repeated_answer_keeps_entry_and_source(text):
    found = settled(lv_edv_ml=text, lv_mass_g=Answer(missing="not_reported"))
    assert (found.entries, found.changed, found.problems) == (STORED, frozenset(), {})


def test_a_value_that_no_field_can_show_exactly_is_kept_where_it_is_not_touched():
    stored = {
        "lv_edv_ml": {"value": 100 / 3, "source": "dicom"},
        "ntprobnp_pg_ml": {"value": 1e-7, "source": "dicom"},
    }
    found = settled(stored, lv_edv_ml="33.3333333333", ntprobnp_pg_ml="1e-07")
    assert found.entries == stored
    assert found.problems == {}


def test_an_item_that_is_not_answered_stays():
    assert settled().entries == STORED


def test_an_own_entry_can_be_emptied_and_a_delivered_one_not():
    assert "iq_global" not in settled(iq_global="").entries
    found = settled(lv_edv_ml="")
    assert found.problems == {"lv_edv_ml": EMPTIED}
    assert found.entries["lv_edv_ml"] == STORED["lv_edv_ml"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("lv_esv_ml", Answer(("sixty",))),
        ("lv_esv_ml", Answer(("5000",))),
        ("lv_software", Answer(("by Dr. Smith",))),
        ("lv_esv_ml", Answer((), "because")),
        ("sex", Answer(("Z",))),
        ("iq_artifacts", Answer(("1", "77"))),
    ],
)
def test_what_cannot_be_taken_is_refused_without_its_value(name, answer):
    found = settled(**{name: answer})
    assert set(found.problems) == {name}
    assert answer.text not in found.problems[name] or not answer.text
    assert name not in found.changed


def test_a_value_and_a_reason_are_one_too_many():
    assert settled(lv_esv_ml=Answer(("60",), "unknown")).problems == {"lv_esv_ml": BOTH}


def test_values_that_cannot_be_together_are_refused_on_both():
    assert set(settled(lv_esv_ml="200").problems) == {"lv_edv_ml", "lv_esv_ml"}


def test_an_old_fault_of_other_values_does_not_stop_an_answer():
    stored = {
        "lv_edv_ml": {"value": 100.0, "source": "dicom"},
        "lv_esv_ml": {"value": 120.0, "source": "dicom"},
    }
    assert settled(stored, iq_global="1").problems == {}
    assert set(settled(stored, lv_esv_ml="110").problems) == set(), "the same fault as before"


def test_values_are_as_coarse_as_delivered_ones():
    found = settled({}, height_cm="171.37", age_at_exam_years="97", sex="U", race=Answer(("1", "3")))
    assert {name: entry.get("value", entry.get("missing")) for name, entry in found.entries.items()} == {
        "height_cm": 171.5,
        "age_at_exam_years": 90.0,
        "sex": "unknown",
        "race": ["1", "3"],
    }


def test_what_nobody_enters_is_passed_over():
    found = settled(lv_ef_pct="60", fu_nyha="1", birth_date="1950-01-01", nothing="1")
    assert (found.entries, found.problems) == (STORED, {})


def test_only_items_that_may_cross_and_are_not_computed_are_entered():
    for item in entered_items().values():
        assert item.may_cross
        assert not item.read_only
        assert item.form != "followup"
