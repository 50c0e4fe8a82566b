"""Every rule keeps to its own examples, and a check never does more than its examples show."""

import json

import pytest

from cmr_dictionary.checks import RULES, Severity, Surroundings, check_exam, check_values, fingerprint

PASSING = [(rule, example) for rule in RULES.values() for example in rule.passing]
FAILING = [(rule, example) for rule in RULES.values() for example in rule.failing]


@pytest.mark.parametrize(("rule", "example"), PASSING, ids=lambda part: getattr(part, "id", ""))
def test_a_rule_says_nothing_of_its_passing_example(rule, example):
    assert [p.item for p in check_exam(example.values, example.around) if p.rule == rule.id] == []


@pytest.mark.parametrize(("rule", "example"), FAILING, ids=lambda part: getattr(part, "id", ""))
def test_a_rule_names_the_items_of_its_failing_example(rule, example):
    problems = [p for p in check_exam(example.values, example.around) if p.rule == rule.id]
    assert tuple(problem.item for problem in problems) == example.items
    assert {(p.code, p.severity, p.who) for p in problems} == {(rule.code, rule.severity, rule.who)}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_is_told_with_examples_on_both_sides(rule):
    assert rule.passing
    assert rule.failing
    assert all(example.items for example in rule.failing)
    assert rule.title
    assert rule.explanation.endswith(".")
    assert rule.id == rule.id.lower().replace("_", "-")


@pytest.mark.parametrize(("rule", "example"), FAILING, ids=lambda part: getattr(part, "id", ""))
def test_no_sentence_holds_a_number_that_somebody_stated(rule, example):
    stated = {
        str(value) for value in example.values.values() if isinstance(value, float) or len(str(value)) > 3
    }
    told = json.dumps([p.sentence for p in check_exam(example.values, example.around) if p.rule == rule.id])
    assert not [value for value in stated if value in told]


def test_every_problem_names_a_rule():
    values = {"lv_edv_ml": 60, "lv_esv_ml": 90, "gbca_given": 0, "gbca_agent": "1", "x": 1, "rhythm": "77"}
    assert {problem.rule for problem in check_values(values)} == {
        "edv-above-esv",
        "child-without-parent",
        "unknown-item",
        "not-in-list",
    }


def test_values_alone_are_not_asked_for_what_is_absent():
    values = {"gbca_given": 1, "lge_performed": 1}
    assert check_values(values) == ()
    assert {problem.item for problem in check_exam(values, Surroundings())} == {
        "gbca_agent",
        "lge_present",
        "egfr_ml_min_173m2",
    }


def test_what_is_missing_for_a_reason_is_not_asked_for():
    reasons = {"gbca_agent": "unknown", "egfr_ml_min_173m2": "not_reported"}
    assert check_exam({"gbca_given": 1}, Surroundings(missing=reasons)) == ()


def test_only_what_cannot_be_is_refused():
    refusing = {rule.id for rule in RULES.values() if rule.severity is Severity.REJECT}
    assert {"edv-above-esv", "outside-range", "not-in-list"} <= refusing
    assert not {"ef-from-volumes", "stroke-volumes", "child-without-parent", "unusual-value"} & refusing


def test_the_same_measurements_have_the_same_fingerprint_in_any_order():
    values = {"lv_edv_ml": 150, "lv_esv_ml": 60, "lv_mass_g": 110, "rv_edv_ml": 160}
    turned = dict(reversed(values.items())) | {"age_at_exam_years": 61, "lv_edv_ml": 150.0}
    assert fingerprint(values) == fingerprint(turned) != ""
    assert fingerprint(values | {"lv_mass_g": 111}) != fingerprint(values)


def test_too_few_measurements_have_no_fingerprint():
    assert fingerprint({"lv_edv_ml": 150, "lv_esv_ml": 60, "lv_mass_g": 110}) == ""
