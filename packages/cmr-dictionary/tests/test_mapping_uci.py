"""A real table: 299 patients with heart failure (Chicco and Jurman 2020, UCI 519, CC BY 4.0); what did not fit.

The table was never made for a CMR registry: of its 13 columns 7 become items, 6 stay out, each with its reason.
"""

import dataclasses
from collections import Counter

import pytest

from cmr_dictionary import Missing
from cmr_dictionary.mapping import ColumnRule, RowReader, Use, checked, read_table, suggest

FILE = "heart_failure_clinical_records_dataset.csv"
LEFT_OUT = {
    "anaemia": "the dictionary has the hematocrit, no yes/no for anemia",
    "creatinine_phosphokinase": "no item",
    "platelets": "no item",
    "serum_sodium": "no item",
    "time": "days to death or last contact: follow-up, which is entered with sources and windows, not as a value",
    "DEATH_EVENT": "as time",
}


@pytest.fixture(scope="module")
def table(shared_data):
    return read_table((shared_data("survival/uci_heart_failure") / FILE).read_bytes(), FILE)


@pytest.fixture(scope="module")
def suggestion(table):
    return suggest(table)


@pytest.fixture(scope="module")
def mended(suggestion):
    """What a person who has read the paper changes: the EF is an echo's, 1 is a man, 1 smokes, 0 does not now."""
    mapping = suggestion.mapping
    for column, target, values in (
        ("ejection_fraction", "echo_lvef_pct", {}),
        ("sex", "sex", {"0": "F", "1": "M"}),
        ("smoking", "hx_smoking", {"0": Missing.UNKNOWN.value, "1": "2"}),
    ):
        rule = ColumnRule(column, Use.ITEM, target, values=values, seen=mapping.rule(column).seen)
        mapping = mapping.with_rule(rule)
    return checked(dataclasses.replace(mapping, id="uci-heart-failure", constants={"hx_hf": "1"}))


def totals(mapping, table):
    reader = RowReader(mapping)
    results = [reader.read(row) for row in table.rows()]
    values = Counter(
        (name, "missing" if isinstance(value, Missing) else "value")
        for result in results
        for name, value in result.values.items()
    )
    questions = Counter((said.item, said.code) for result in results for said in result.questions)
    refused = Counter((said.item, said.code) for result in results for said in result.refused)
    return values, questions, refused


def test_five_columns_are_suggested_and_what_is_not_said_is_left_to_a_person(suggestion):
    applied = {p.rule.column: p.rule.target for p in suggestion.proposals if p.is_applied}
    assert applied == {
        "age": "age_at_exam_years",
        "diabetes": "hx_dm",
        "ejection_fraction": "lv_ef_reported_pct",
        "high_blood_pressure": "hx_htn",
        "serum_creatinine": "creatinine_mg_dl",
    }
    asked = {p.rule.column for p in suggestion.proposals if not p.is_applied and p.rule.use is Use.ITEM}
    assert {"sex", "smoking"} <= asked


def test_the_whole_table_is_taken_in_and_the_numbers_are_stated(table, mended):
    assert (table.n_rows, len(table.columns)) == (299, 13)
    values, questions, refused = totals(mended, table)
    assert values == {
        ("age_at_exam_years", "value"): 299,
        ("hx_dm", "value"): 299,
        ("hx_htn", "value"): 299,
        ("creatinine_mg_dl", "value"): 299,
        ("echo_lvef_pct", "value"): 299,
        ("sex", "value"): 299,
        ("hx_smoking", "value"): 96,
        ("hx_smoking", "missing"): 203,
        ("hx_hf", "value"): 299,
    }
    assert refused == {}
    assert questions[("creatinine_mg_dl", "Unusual")] == 5
    left = {rule.column for rule in mended.columns if rule.use is Use.LEAVE_OUT}
    assert left == set(LEFT_OUT)


def test_without_the_persons_word_the_ejection_fraction_would_be_questioned_nowhere(table, suggestion):
    """Why a person must look: the suggestion takes the echo's EF for the CMR's, and no check can see that."""
    values, questions, _ = totals(suggestion.mapping, table)
    assert values[("lv_ef_reported_pct", "value")] == 299
    assert not [key for key in questions if key[0] == "lv_ef_reported_pct"]
