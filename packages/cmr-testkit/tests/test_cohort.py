"""A synthetic cohort holds what is planted in it: people, measurements, missingness."""

import numpy as np
import pytest

from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.plan import INFARCT_PREVALENCE, center_plans, subjects_per_center
from cmr_testkit.cohort.study import study_group
from cmr_testkit.errors import CohortSizeError

COMPLETENESS = {"sex": 0.941, "race": 0.635, "gbca_agent": 0.608, "indication_primary": 0.852}


@pytest.fixture(scope="module")
def big():
    return make_cohort(30_000, seed=5)


def share_known(cohort, name):
    return cohort.sheet[name].present.mean()


def segments(cohort, stem):
    return np.stack([cohort.sheet[f"{stem}_{i:02d}"].values for i in range(1, 18)], axis=1)


def test_the_same_seed_draws_the_same_cohort_and_another_seed_another():
    one, same, other = make_cohort(200, 3), make_cohort(200, 3), make_cohort(200, 4)

    assert all((one.sheet[name].values == same.sheet[name].values).all() for name in one.sheet.columns)
    assert (one.deaths.day == same.deaths.day).all()
    assert (one.deaths.day != other.deaths.day).any()


def test_three_thousand_subjects_make_a_study_group_that_is_large_enough():
    group = study_group(make_cohort(3_000, seed=1))

    assert len(group.subject) >= 1_500
    assert group.has_infarct.sum() >= 120


@pytest.mark.parametrize("name", COMPLETENESS)
def test_completeness_is_that_of_the_registry_at_150000_exams(big, name):
    assert share_known(big, name) == pytest.approx(COMPLETENESS[name], abs=0.015)


def test_vital_status_is_known_for_86_percent(big):
    assert big.watching.has_status.mean() == pytest.approx(0.861, abs=0.01)


def test_centers_differ_in_completeness(big):
    center = big.people.center[big.exams.subject]
    known = [big.sheet["race"].present[center == i].mean() for i in range(3)]

    assert known == pytest.approx([plan.known["race"] for plan in big.plans], abs=0.02)


def test_people_are_58_years_old_on_average_and_44_percent_are_women(big):
    assert big.exams.age.mean() == pytest.approx(58, abs=0.5)
    assert 1 - big.people.is_male.mean() == pytest.approx(0.434, abs=0.01)


def test_one_subject_in_eight_has_several_exams_and_nobody_is_examined_after_death(big):
    exams = big.exams

    assert (exams.number > 0).sum() / big.people.subjects == pytest.approx(0.13, abs=0.02)
    assert (exams.day < big.deaths.day[exams.subject]).all()


def test_small_infarcts_have_the_planted_prevalence_among_people_with_normal_function(big):
    normal = big.people.has_normal_function

    assert big.people.has_small_infarct[normal].mean() == pytest.approx(INFARCT_PREVALENCE, abs=0.006)
    assert not big.people.has_small_infarct[~normal].any()


def test_a_small_infarct_holds_one_to_three_segments_with_an_ischemic_pattern(big):
    rows = big.sheet["lge_present"].among("1") & big.people.has_small_infarct[big.exams.subject]
    extent = segments(big, "lge_aha")[rows]
    pattern = segments(big, "lge_pattern")[rows]

    assert set(np.unique((extent > 0).sum(axis=1))) == {1, 2, 3}
    assert extent.max() == 2
    assert (pattern[extent > 0] == 0).all()


def test_ejection_fraction_volumes_and_wall_motion_tell_one_story(big):
    sheet, normal = big.sheet, big.people.has_normal_function[big.exams.subject]
    edv, esv = sheet["lv_edv_ml"].values, sheet["lv_esv_ml"].values
    fraction = 100 * (edv - esv) / edv

    assert fraction[normal].min() > 56.5
    assert fraction[~normal].max() < 49.5
    assert (segments(big, "wm_rest")[normal] == 0).all()
    assert (segments(big, "wm_rest")[~normal] > 0).any(axis=1).all()


def test_a_transmural_scar_does_not_move(big):
    scar = segments(big, "lge_aha") == 4

    assert scar.any()
    assert segments(big, "wm_rest")[scar].min() >= 2


def test_what_depends_on_a_lost_answer_is_not_asked(big):
    unknown = ~big.sheet["lge_performed"].is_yes()

    assert unknown.any()
    assert not big.sheet["lge_present"].present[unknown].any()
    assert not big.sheet["lge_aha_07"].present[unknown].any()


def test_volumes_go_missing_together(big):
    assert (big.sheet["lv_edv_ml"].missing == big.sheet["lv_esv_ml"].missing).all()


def test_twenty_centers_share_all_subjects():
    plans = center_plans(20)

    assert len({plan.code for plan in plans}) == 20
    assert sum(subjects_per_center(plans, 12_345)) == 12_345


@pytest.mark.parametrize(("subjects", "centers"), [(29, 3), (3_000_000, 3), (100, 0), (100, 21)])
def test_it_refuses_sizes_that_cannot_be_made(subjects, centers):
    with pytest.raises(CohortSizeError):
        make_cohort(subjects, 1, centers)
