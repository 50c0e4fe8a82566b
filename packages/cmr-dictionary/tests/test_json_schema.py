"""The JSON Schema takes what the checks take of single values, and refuses what they refuse."""

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmr_dictionary import ItemKind, load
from cmr_dictionary.checks import check_values, is_rejected
from cmr_dictionary.json_schema import form_schema, report_schema, value_schema
from tests.case_report_values import CROSSING, records

WHOLE = jsonschema.Draft202012Validator(report_schema())
OF_EXAM = [item for item in CROSSING if item.form != "followup"]
NUMERIC = (ItemKind.NUMBER, ItemKind.INTEGER, ItemKind.DERIVED)
ANYTHING = st.one_of(
    st.none(),
    st.sampled_from(["", "1", "77", "no", "M"]),
    st.integers(-100_000, 100_000),
    st.floats(-1e6, 1e6).filter(lambda number: number != int(number)),
    st.lists(st.sampled_from(["1", "2", "77"]), max_size=3),
    st.dictionaries(st.just("a"), st.just(1), max_size=1),
)


def document(values):
    forms = {}
    for name, value in values.items():
        forms.setdefault(load().items[name].form, {})[name] = {"value": value, "source": "desk"}
    return forms


def test_the_schemas_are_schemas():
    jsonschema.Draft202012Validator.check_schema(report_schema())
    jsonschema.Draft202012Validator.check_schema(form_schema("followup"))
    for form in load().forms():
        assert form_schema(form)["$id"] == f"urn:cmr-dictionary:{load().version}:{form}"


def test_only_items_that_may_cross_have_a_place():
    named = {name for form in report_schema()["$defs"].values() for name in form["properties"]}
    assert named == {item.name for item in OF_EXAM}


@given(records(OF_EXAM))
@settings(max_examples=60, deadline=None)
def test_records_that_the_dictionary_takes_are_valid(values):
    assert WHOLE.is_valid(document(values))
    for form, entries in document(values).items():
        assert not list(jsonschema.Draft202012Validator(form_schema(form)).iter_errors(entries))


@given(st.sampled_from([item for item in OF_EXAM if item.kind != ItemKind.TEXT]), ANYTHING)
@settings(max_examples=150, deadline=None)
def test_schema_and_checks_agree_on_single_values(item, value):
    codes = item.kind in (ItemKind.CODE, ItemKind.CODES, ItemKind.YES_NO)
    if codes and (isinstance(value, int) or value in ("0", "1")) and item.kind != ItemKind.CODES:
        return  # the checks take a code as a number too; stored documents hold texts
    taken = value is not None and not is_rejected(check_values({item.name: value}))
    assert jsonschema.Draft202012Validator(value_schema(item)).is_valid(value) == taken


@pytest.mark.parametrize(
    "entry",
    [
        {"value": 150.0},
        {"source": "desk"},
        {"value": 150.0, "missing": "unknown", "source": "desk"},
        {"missing": "lost", "source": "desk"},
        {"value": 150.0, "source": "Desk 1"},
        {"value": 150.0, "source": "desk", "reader": "x"},
        {"value": "150", "source": "desk"},
        {"value": 1e9, "source": "desk"},
        150.0,
    ],
)
def test_it_refuses_entries(entry):
    assert not WHOLE.is_valid({"lv": {"lv_edv_ml": entry}})
    assert WHOLE.is_valid({"lv": {"lv_edv_ml": {"missing": "not_acquired", "source": "desk"}}})


def test_it_refuses_items_at_the_wrong_place():
    entry = {"value": "F", "source": "desk"}
    assert WHOLE.is_valid({"subject": {"sex": entry}})
    assert not WHOLE.is_valid({"lv": {"sex": entry}})
    assert not WHOLE.is_valid({"made_up": {}})
    assert not WHOLE.is_valid({"subject": {"birth_date": {"value": "x", "source": "desk"}}})


def test_the_schema_says_what_people_read():
    entry = form_schema("lv")["properties"]["lv_edv_ml"]
    assert entry["title"] == load().items["lv_edv_ml"].label
    assert (entry["x-unit"], entry["x-usual-range"]) == ("mL", [50.0, 350.0])
    assert form_schema("subject")["properties"]["sex"]["x-codes"]["F"] == "Female"
    with pytest.raises(KeyError):
        form_schema("made_up")
