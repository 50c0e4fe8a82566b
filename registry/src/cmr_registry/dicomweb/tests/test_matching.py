"""What a QIDO-RS key matches (PS3.4 C.2.2.2)."""

import pytest

from cmr_registry.dicomweb.dicom_json import element
from cmr_registry.dicomweb.errors import MalformedRejected
from cmr_registry.dicomweb.matching import MOST_RESULTS, matches, query_of, selected, text_matches


@pytest.mark.parametrize(
    ("wanted", "text", "vr", "expected"),
    [
        ("20200101-20200131", "20200115", "DA", True),
        ("20200101-20200131", "20200131", "DA", True),
        ("20200101-20200131", "20200201", "DA", False),
        ("-20200131", "19990101", "DA", True),
        ("20200101-", "19990101", "DA", False),
        ("20200101", "20200101", "DA", True),
        ("20200101", "", "DA", False),
        ("1000-1100", "110030.5", "TM", True),
        ("1.2.3,1.2.4", "1.2.4", "UI", True),
        ("1.2.3\\1.2.4", "1.2.4", "UI", True),
        ("1.2", "1.2.3", "UI", False),
        ("cine*", "cine_sax", "LO", True),
        ("c?ne*", "Cine_sax", "LO", False),
        ("[ab]*", "a", "LO", False),
        ("a*", "AB^C", "PN", True),
        ("ab^c", "AB^C", "PN", True),
        ("MR", "MR", "CS", True),
        ("MR,CT", "CT", "CS", True),
        ("7", "7", "IS", True),
    ],
)
def test_a_value_matches_as_its_kind_has_it(wanted, text, vr, expected):
    assert text_matches(wanted, text, vr) is expected


def test_keys_are_named_by_keyword_tag_or_path():
    query = query_of(
        [
            ("StudyDate", "20200101"),
            ("00080060", "MR"),
            ("RequestAttributesSequence.ScheduledProcedureStepID", "x"),
        ]
    )
    assert [key.tags for key in query.keys] == [("00080020",), ("00080060",), ("00400275", "00400009")]


def test_an_empty_key_matches_everything_and_is_dropped():
    assert query_of([("PatientID", ""), ("Modality", "*")]).keys == ()


@pytest.mark.parametrize("name", ["NoSuchKeyword", "0008", "StudyDate.x", ""])
def test_an_unknown_attribute_is_refused(name):
    with pytest.raises(MalformedRejected):
        query_of([(name, "1")])


@pytest.mark.parametrize("text", ["-1", "ten", "", "1" * 20])
def test_a_page_is_counted_in_plain_numbers(text):
    with pytest.raises(MalformedRejected):
        query_of([("limit", text)])


def test_the_limit_has_a_ceiling():
    assert query_of([("limit", "999999")]).limit == MOST_RESULTS


def test_a_key_reaches_into_sequences():
    (key,) = query_of([("RequestAttributesSequence.ScheduledProcedureStepID", "b")]).keys
    steps = [element("ScheduledProcedureStepID", name) for name in "ab"]
    assert matches([key], element("RequestAttributesSequence", *steps))
    assert not matches([key], element("RequestAttributesSequence", steps[0]))
    assert not matches([key], {})


def test_a_person_name_matches_by_its_alphabetic_form():
    (key,) = query_of([("PatientName", "abc*")]).keys
    assert matches([key], element("PatientName", {"Alphabetic": "ABCD"}))


def test_an_answer_shows_the_usual_fields_the_keys_and_what_was_asked_for():
    whole = (
        element("Modality", "MR")
        | element("StudyDate", "20200101")
        | element("StudyTime", "1")
        | element("Rows", 5)
    )
    usual = frozenset({"00080060"})
    assert selected(whole, usual, query_of([])).keys() == {"00080060"}
    query = query_of([("StudyDate", "20200101"), ("includefield", "00280010,StudyID")])
    assert selected(whole, usual, query).keys() == {"00080060", "00080020", "00280010"}
    assert selected(whole, usual, query_of([("includefield", "all")])) == whole
