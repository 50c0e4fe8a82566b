"""The default censoring rule, case by case, and beside it why the naive rule is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_exchange.censoring import (
    RANK,
    RULE,
    RULE_WORDS,
    SEES_THE_LIVING,
    SOURCE_WORDS,
    End,
    explain,
    follow_up,
)
from cmr_exchange.followup import DeathCause, Precision, SourceClass, VitalStatus

CHART, NDI, DMF, PHONE = SourceClass.CHART, SourceClass.NDI, SourceClass.DMF, SourceClass.PHONE


def seen(source, first, last, death=None, precision=Precision.DAY, alive=None):
    facts = {} if death is None else {"death_precision": precision, "cause": DeathCause.UNKNOWN}
    return VitalStatus(source, first, last, death, **facts, last_alive_day=alive)


def told(statuses, time_zero=0):
    found = follow_up(statuses, time_zero)
    return found.days, found.end, found.source


def test_a_person_whom_nobody_asked_about_is_not_watched():
    assert told([]) == (0, End.NOT_WATCHED, None)


def test_a_survivor_is_censored_where_the_window_ends():
    assert told([seen(CHART, 0, 900)]) == (900, End.WINDOW_ENDED, CHART)


def test_a_death_inside_the_watch_counts_and_names_its_source():
    found = follow_up([seen(CHART, 0, 900, 400)], 0)
    assert (found.days, found.died, found.source, found.cause) == (400, True, CHART, DeathCause.UNKNOWN)


def test_a_death_of_a_file_counts_only_while_the_living_are_seen():
    death = seen(DMF, 0, 5_000, 700)
    assert told([seen(CHART, 0, 900), death]) == (700, End.DIED, DMF)
    assert told([seen(CHART, 0, 600), death]) == (600, End.WINDOW_ENDED, CHART)


@pytest.mark.parametrize("source", [DMF, SourceClass.OBITUARY])
def test_absence_from_a_file_of_deaths_extends_nobodys_follow_up(source):
    assert told([seen(source, 0, 5_000)]) == (0, End.NOT_WATCHED, None)
    assert told([seen(CHART, 0, 100), seen(source, 0, 5_000)]) == (100, End.WINDOW_ENDED, CHART)


def test_windows_that_touch_make_one_watch_and_a_gap_ends_it():
    assert told([seen(CHART, 0, 100), seen(NDI, 101, 500)]) == (500, End.WINDOW_ENDED, NDI)
    assert told([seen(CHART, 0, 100), seen(NDI, 102, 500)]) == (100, End.WINDOW_ENDED, CHART)


def test_a_window_inside_another_changes_nothing():
    assert told([seen(NDI, 0, 500), seen(PHONE, 100, 200)]) == (500, End.WINDOW_ENDED, NDI)


def test_a_window_that_ended_before_or_begins_after_time_zero_does_not_watch():
    assert told([seen(CHART, 0, 100)], 101) == (0, End.NOT_WATCHED, None)
    assert told([seen(CHART, 5, 100)], 4) == (0, End.NOT_WATCHED, None)
    assert told([seen(CHART, 5, 100)], 100) == (0, End.WINDOW_ENDED, CHART)


def test_who_died_before_time_zero_is_not_watched_though_the_index_goes_on():
    assert told([seen(NDI, 0, 900, 40)], 41) == (0, End.NOT_WATCHED, None)
    assert told([seen(NDI, 0, 900, 40)], 40) == (0, End.DIED, NDI)


def test_a_day_known_by_its_year_is_believed_within_that_year():
    assert told([seen(NDI, 0, 900, 40, Precision.YEAR)], 300) == (0, End.DIED, NDI)
    assert told([seen(NDI, 0, 900, 40, Precision.YEAR)], 406) == (0, End.NOT_WATCHED, None)


def test_the_better_source_names_the_day_and_the_contradiction_is_flagged():
    found = follow_up([seen(CHART, 0, 900, 300), seen(NDI, 0, 900, 310)], 0)
    assert (found.days, found.source, found.is_conflicting) == (310, NDI, True)


def test_days_that_agree_within_their_precision_are_no_contradiction():
    month = seen(CHART, 0, 900, 300, Precision.MONTH)
    assert not follow_up([month, seen(NDI, 0, 900, 310)], 0).is_conflicting
    assert follow_up([month, seen(NDI, 0, 900, 331)], 0).is_conflicting


def test_seen_alive_after_death_is_a_contradiction():
    dead = seen(DMF, 0, 900, 300)
    assert follow_up([dead, seen(PHONE, 0, 400, alive=301)], 0).is_conflicting
    assert not follow_up([dead, seen(PHONE, 0, 400, alive=300)], 0).is_conflicting


def test_counting_index_deaths_beyond_the_last_visit_of_survivors_is_avoided():
    """100 persons die evenly over 2,000 days, 100 live on; visits end on day 500, the file lists every death."""
    deaths = range(20, 2_020, 20)
    dead = [[seen(CHART, 0, 500), seen(DMF, 0, 2_000, day)] for day in deaths]
    alive = [[seen(CHART, 0, 500), seen(DMF, 0, 2_000)] for _ in deaths]
    ours = [follow_up(statuses, 0) for statuses in dead + alive]
    rate = sum(one.died for one in ours) / sum(one.days for one in ours)
    naive_rate = len(deaths) / (sum(deaths) + len(deaths) * 500)
    true_days = sum(min(day, 500) for day in deaths) + len(deaths) * 500
    true_rate = sum(day <= 500 for day in deaths) / true_days
    assert rate == pytest.approx(true_rate)
    assert naive_rate > 1.5 * true_rate


windows = st.builds(
    lambda source, first, length, death: seen(source, first, first + length, death),
    st.sampled_from(SourceClass),
    st.integers(-50, 50),
    st.integers(0, 60),
    st.none() | st.integers(-40, 80),
)


@given(st.lists(windows, max_size=6), st.integers(-30, 30))
def test_it_does_not_depend_on_the_order_of_sources_and_explains_itself(statuses, time_zero):
    found = follow_up(statuses, time_zero)
    mirrored = follow_up(list(reversed(statuses)), time_zero)
    assert (found.days, found.end) == (mirrored.days, mirrored.end) or found.is_conflicting
    assert found.days >= 0
    assert (found.source is None) == (found.end is End.NOT_WATCHED)
    sentences = explain(statuses, time_zero)
    assert len(sentences) == len(statuses) + 1 + found.is_conflicting
    assert all(sentence.endswith(".") for sentence in sentences)


@given(st.lists(windows, max_size=6), st.integers(-30, 30))
def test_every_day_of_the_follow_up_is_watched(statuses, time_zero):
    found = follow_up(statuses, time_zero)
    living = [one for one in statuses if one.source in SEES_THE_LIVING]
    for day in range(time_zero, time_zero + found.days):
        assert any(one.from_day <= day <= one.through_day for one in living)


@pytest.mark.parametrize(
    ("statuses", "time_zero", "words"),
    [
        ([], 0, "Not watched: no window of a watching source holds day 0"),
        ([seen(DMF, 0, 9)], 0, "shows deaths only"),
        ([seen(CHART, 0, 9)], 0, "Censored alive after 9 days, where the last window ends."),
        ([seen(CHART, 0, 9), seen(PHONE, 20, 30)], 0, "begins after a gap"),
        ([seen(CHART, 20, 30)], 0, "begins after a gap"),
        ([seen(CHART, 0, 9), seen(PHONE, 2, 5)], 0, "adds nothing"),
        ([seen(CHART, 0, 9, 4)], 0, "Died after 4 days, known from the chart."),
        ([seen(CHART, 0, 9), seen(DMF, 0, 90, 50)], 0, "A death after that day is known and does not count."),
        ([seen(NDI, 0, 9, 4)], 7, "A death before day 7 is known"),
        ([seen(NDI, 0, 9, 4), seen(CHART, 0, 9, 5)], 0, "The sources contradict each other"),
    ],
)
def test_it_says_why(statuses, time_zero, words):
    assert words in " ".join(explain(statuses, time_zero))


def test_the_rule_has_a_name_words_and_a_rank_for_every_source():
    assert RULE == "default-1"
    assert set(SOURCE_WORDS) == set(RANK) == set(SourceClass)
    assert all(sentence.endswith(".") for sentence in RULE_WORDS)
