"""What was posted becomes answers."""

import pytest

from cmr_dictionary.case_report import Answer, answer_of, present_values, read_answers


@pytest.mark.parametrize(
    ("pairs", "answers"),
    [
        ([("v-lv_edv_ml", " 148.2 "), ("m-lv_edv_ml", "")], {"lv_edv_ml": Answer((" 148.2 ",))}),
        ([("v-lv_edv_ml", ""), ("m-lv_edv_ml", "unknown")], {"lv_edv_ml": Answer((), "unknown")}),
        ([("v-sex", "M")], {"sex": Answer(("M",))}),
        ([("v-sex", "missing:withheld")], {"sex": Answer((), "withheld")}),
        ([("v-sex", "")], {"sex": Answer()}),
        ([("m-meds", "")], {"meds": Answer()}),
        ([("v-meds", "1"), ("v-meds", "9"), ("m-meds", "")], {"meds": Answer(("1", "9"))}),
        ([("v-nothing", "1"), ("csrf", "x"), ("seen-lv", "1"), ("", "")], {}),
        ([("v-t1_scheme", "missing:unknown")], {"t1_scheme": Answer(("missing:unknown",))}),
    ],
)
def test_fields_of_a_form_are_read_by_item(pairs, answers):
    assert read_answers(pairs) == answers


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        (None, Answer()),
        ({}, Answer()),
        ({"value": 148.2, "source": "dicom"}, Answer(("148.2",))),
        ({"value": 60.0, "source": "dicom"}, Answer(("60",))),
        ({"value": 1, "source": "dicom"}, Answer(("1",))),
        ({"value": ["1", "3"], "source": "dicom"}, Answer(("1", "3"))),
        ({"missing": "unknown", "source": "dicom"}, Answer((), "unknown")),
    ],
)
def test_a_stored_entry_is_shown_as_a_person_would_have_typed_it(entry, answer):
    assert answer_of(entry) == answer


def test_blanks_say_nothing():
    assert Answer((" ", "")).is_empty
    assert not Answer(("0",)).is_empty
    assert not Answer((), "unknown").is_empty


def test_missing_values_are_no_values():
    entries = {"sex": {"missing": "unknown", "source": "desk"}, "lv_edv_ml": {"value": 1.0, "source": "desk"}}
    assert present_values(entries) == {"lv_edv_ml": 1.0}
