"""Every planted error is found by its rule at its item, and exams without an error are left in peace."""

import random
from collections import Counter

import pytest

from cmr_dictionary.checks import RULES, check_exam
from cmr_testkit.case_reports import PLANTS, clean_exams, outcome, planted_exams
from cmr_testkit.case_reports.planting import planted

EXAMS, SEED = 500, 7


@pytest.fixture(scope="module")
def cohort():
    return planted_exams(EXAMS, SEED)


@pytest.fixture(scope="module")
def result(cohort):
    return outcome(cohort, [check_exam(one.exam.values, one.exam.around()) for one in cohort])


def test_every_planted_error_is_found_by_its_rule_at_its_item(result):
    assert result.missed == ()
    assert result.found == result.planted > 200
    assert result.kinds >= 70


def test_an_exam_without_an_error_is_never_refused_and_hardly_questioned(result):
    assert result.refused == 0
    assert result.questioned <= 0.01 * result.clean


def test_every_kind_of_error_can_be_planted_somewhere():
    exams, rng = clean_exams(400, SEED), random.Random(SEED)
    for plant in PLANTS:
        exam = next(exam for exam in exams if plant.fits(exam))
        wrong = planted(exam, plant, rng)
        assert wrong != exam, plant.kind
        before = {(p.rule, p.item) for p in check_exam(exam.values, exam.around())}
        assert (plant.rule, plant.item) not in before, plant.kind


def test_planting_leaves_the_clean_exam_as_it_was():
    exam = clean_exams(1, SEED)[0]
    same = clean_exams(1, SEED)[0]
    planted(exam, PLANTS[0], random.Random(SEED))
    assert exam == same


def test_the_answer_key_names_rules_that_exist_and_kinds_that_differ():
    assert {plant.rule for plant in PLANTS} <= set(RULES)
    assert len({plant.kind for plant in PLANTS}) == len(PLANTS) >= 40


def test_the_same_seed_gives_the_same_cohort():
    assert planted_exams(20, SEED) == planted_exams(20, SEED)


def test_a_missed_error_counts_as_missed(cohort):
    blind = outcome(cohort, [()] * len(cohort))
    assert (blind.found, len(blind.missed)) == (0, blind.planted)
    assert blind.questioned == 0


def test_kinds_of_error_stand_about_as_often(cohort):
    used = Counter(one.plant.kind for one in cohort if one.plant)
    assert max(used.values()) <= 3 * (sum(used.values()) / len(PLANTS))
