"""The planted deaths can be found again: by the default censoring rule, and not by the naive one (R26)."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter

from cmr_exchange.censoring import follow_up
from cmr_exchange.followup import SourceClass
from cmr_testkit.cohort import DEFAULT_CENTERS, make_cohort
from cmr_testkit.cohort.plan import DAYS_PER_YEAR, DMF_SENSITIVITY
from cmr_testkit.cohort.sources import CLASSES, NONE
from cmr_testkit.cohort.study import expected_hazard_ratio, study_group

FIVE_YEARS = 5 * DAYS_PER_YEAR


@pytest.fixture(scope="module")
def cohort():
    return make_cohort(3_000, seed=1)


@pytest.fixture(scope="module")
def large():
    return make_cohort(40_000, seed=7)


def interval_at_five_years(days, died):
    """Kaplan-Meier estimate with its 95 % interval (Greenwood, log-log)."""
    curve = KaplanMeierFitter().fit(days, died, timeline=[FIVE_YEARS])
    low, high = curve.confidence_interval_.iloc[-1]
    return low, float(curve.survival_function_.iloc[-1, 0]), high


def by_default_rule(cohort):
    found = [follow_up(statuses, 0) for statuses in cohort.statuses()]
    watched = [one for one in found if one.source is not None]
    return np.array([one.days for one in watched]), np.array([one.died for one in watched])


def by_naive_rule(cohort):
    """Deaths from whatever source, survivors cut at the last visit: the classic error."""
    days, died = [], []
    for statuses in cohort.statuses():
        deaths = [status.death_day for status in statuses if status.death_day is not None]
        seen = [s.last_alive_day for s in statuses if s.source is SourceClass.CHART and s.last_alive_day]
        if deaths or seen:
            days.append(min(deaths) if deaths else max(seen))
            died.append(bool(deaths))
    return np.array(days), np.array(died)


def adjusted(group, *, covariates=("age", "is_male", "has_diabetes")):
    used = group.where(group.analyzed)
    names = ("center", "has_infarct", *covariates, "days", "died")
    table = pd.DataFrame({name: getattr(used, name).astype(float) for name in names})
    model = CoxPHFitter().fit(table, "days", "died", strata=["center"])
    return float(model.params_["has_infarct"]), float(model.standard_errors_["has_infarct"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_default_rule_finds_the_true_five_year_survival_and_the_naive_rule_does_not(seed):
    cohort = make_cohort(3_000, seed)
    truth = cohort.deaths.survival(FIVE_YEARS).mean()

    low, _, high = interval_at_five_years(*by_default_rule(cohort))
    naive_low, naive, naive_high = interval_at_five_years(*by_naive_rule(cohort))

    assert low <= truth <= high
    assert not naive_low <= truth <= naive_high
    assert naive < truth - 0.05


def test_the_default_rule_finds_the_true_five_year_survival_of_the_study_group(cohort):
    group = study_group(cohort)
    watched = group.days > 0

    low, _, high = interval_at_five_years(group.days[watched], group.died[watched])

    assert low <= cohort.deaths.survival(FIVE_YEARS)[group.subject].mean() <= high


def test_planted_chances_and_realized_lives_agree(large):
    for years in (1, 5, 10):
        days = years * DAYS_PER_YEAR
        planted = large.deaths.survival(days).mean()
        assert (large.deaths.day > days).mean() == pytest.approx(planted, abs=0.008)


def test_the_planted_hazard_ratio_is_found_where_all_centers_agree():
    alike = tuple(dataclasses.replace(plan, hazard_ratio=1.9) for plan in DEFAULT_CENTERS)
    estimate, error = adjusted(study_group(make_cohort(40_000, 7, plans=alike)))

    assert error < 0.04
    assert abs(estimate - math.log(1.9)) < 1.96 * error


@pytest.mark.parametrize("centers", [(0,), (1,), (2,), (0, 1), (0, 2), (0, 1, 2)])
def test_every_choice_of_centers_gives_the_ratio_that_the_plant_predicts(large, centers):
    group = study_group(large)
    expected = math.log(expected_hazard_ratio(large, group, centers))

    estimate, error = adjusted(group.where(np.isin(group.center, centers)))

    assert abs(estimate - expected) < 2.6 * error


def test_leaving_the_second_center_out_raises_the_ratio(large):
    group = study_group(large)
    both, alone = (expected_hazard_ratio(large, group, centers) for centers in ((0, 1), (0,)))

    assert alone == pytest.approx(1.9, abs=0.01)
    assert both < 1.6


def test_the_crude_ratio_is_larger_than_the_adjusted_one_as_predicted(large):
    group = study_group(large)
    crude, error = adjusted(group, covariates=())

    predicted = math.log(expected_hazard_ratio(large, group, (0, 1, 2), is_adjusted=False))
    assert abs(crude - predicted) < 2.6 * error
    assert crude > adjusted(group)[0] + 0.2


@pytest.mark.parametrize("source", [SourceClass.NDI, SourceClass.STATE_FILE, SourceClass.CLAIMS])
def test_a_source_shows_the_planted_share_of_the_deaths_in_its_window(large, source):
    rows = large.watching.statuses
    death = large.deaths.day[rows.subject]
    inside = (rows.source == CLASSES.index(source)) & (rows.from_day <= death) & (death <= rows.through_day)

    planted = {SourceClass.NDI: 0.985, SourceClass.STATE_FILE: 0.985, SourceClass.CLAIMS: 0.96}[source]
    assert (rows.death_day[inside] != NONE).mean() == pytest.approx(planted, abs=0.01)


def test_the_death_master_file_misses_most_deaths_after_2011(large):
    rows = large.watching.statuses
    death = large.deaths.day[rows.subject]
    inside = (rows.source == CLASSES.index(SourceClass.DMF)) & (death <= rows.through_day)
    late = large.people.entry[rows.subject] + death > 2_495
    shown = rows.death_day != NONE

    assert shown[inside & ~late].mean() > 0.7
    assert shown[inside & late].mean() < max(
        DMF_SENSITIVITY["elsewhere, later"], DMF_SENSITIVITY["in hospital, later"]
    )


def test_no_window_tells_whether_its_person_died(large):
    rows = large.watching.statuses
    chart = rows.source == CLASSES.index(SourceClass.CHART)
    contact = large.watching.last_contact[rows.subject]

    assert (rows.through_day[chart] == contact[chart]).all()


def test_index_windows_do_not_tell_the_date_of_the_exam(large):
    rows = large.watching.statuses
    ndi = rows.source == CLASSES.index(SourceClass.NDI)
    end = large.people.entry[rows.subject][ndi] + rows.through_day[ndi]

    assert len(np.unique(end)) > 300
