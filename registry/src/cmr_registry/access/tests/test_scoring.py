"""The arithmetic of the score sheet, checked against plain statistics and against its own print."""

import re
import statistics
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_registry.access.printing import printed_sheet
from cmr_registry.access.score_sheets import CURRENT, Category, Direction, ScoreSheetForm
from cmr_registry.access.scoring import exact_words, number_words, rounded, sheet_result

NAMES = [category.name for category in CURRENT.categories]
POINTS = st.one_of(st.none(), st.integers(CURRENT.lowest, CURRENT.highest))
SHEETS = st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, POINTS)), max_size=12)
WEIGHTED = replace(
    CURRENT,
    version="weighted",
    categories=tuple(
        replace(category, weight=weight)
        for category, weight in zip(
            CURRENT.categories, (Fraction(1, 3), Fraction(1, 3), Fraction(1, 6), Fraction(1, 6)), strict=True
        )
    ),
)


def sheet(*points):
    return dict(zip(NAMES, points, strict=True))


def recompute(words):
    """What a reader gets who types the printed arithmetic into a calculator; fractions stay fractions."""
    left = words.split(" = ")[0].replace("×", "*")
    exact = re.sub(r"\d+(?:\.\d+)?", lambda number: f'Fraction("{number[0]}")', left)
    return eval(exact, {"Fraction": Fraction})


def test_the_first_category_is_the_one_that_is_public_and_the_others_say_placeholder():
    assert CURRENT.categories[0].title == "Alignment with SCMR Mission"
    assert [category.is_placeholder for category in CURRENT.categories] == [False, True, True, True]
    assert CURRENT.points == range(1, 10)


def test_three_reviewers_worked_out_by_hand():
    result = sheet_result(
        CURRENT, [sheet(8, 7, 6, 9), sheet(7, 7, 2, 9), sheet(8, 5, 7, None)], n_reviewers=4
    )
    mission, feasibility, merit, team = result.categories
    assert (mission.mean, mission.median, mission.low, mission.high) == (Fraction(23, 3), 8, 7, 8)
    assert mission.sd == Decimal("0.58")
    assert mission.arithmetic == "(7 + 8 + 8) / 3 = 23/3 ≈ 7.67"
    assert feasibility.missing == 1
    assert merit.outliers == (False, True, False)
    assert (team.n, team.missing, team.sd) == (2, 2, Decimal("0.00"))
    assert result.total == Fraction(1, 4) * (Fraction(23, 3) + Fraction(19, 3) + 5 + 9)
    assert result.arithmetic == "0.25 × 23/3 + 0.25 × 19/3 + 0.25 × 5 + 0.25 × 9 = 7"
    assert result.suggestion == "approve"
    assert result.needs_discussion
    assert result.has_quorum


def test_without_scores_there_is_no_number():
    result = sheet_result(CURRENT, [], n_reviewers=3)
    assert result.total is None
    assert result.arithmetic == "no total yet: a category has no score"
    assert result.suggestion == ""
    assert not result.has_quorum
    assert [one.missing for one in result.categories] == [3, 3, 3, 3]
    assert result.categories[0].arithmetic == "no score yet"
    assert printed_sheet(result)["total"] == ""


def test_the_quorum_counts_points_in_every_category_not_sheets():
    short = sheet_result(CURRENT, [sheet(8, 8, 8, 8), sheet(8, 8, 8, None)], n_reviewers=2)
    assert not short.has_quorum
    assert sheet_result(CURRENT, [sheet(8, 8, 8, 8), sheet(8, 8, 8, 1)], n_reviewers=2).has_quorum


def test_one_score_has_no_standard_deviation():
    assert sheet_result(CURRENT, [sheet(8, 8, 8, 8)], n_reviewers=1).categories[0].sd is None


@pytest.mark.parametrize("points", [0, 10])
def test_points_outside_of_the_scale_are_refused(points):
    with pytest.raises(ValueError, match="scale"):
        sheet_result(CURRENT, [sheet(points, 1, 1, 1)], n_reviewers=1)


def test_more_sheets_than_reviewers_are_refused():
    with pytest.raises(ValueError, match="more sheets"):
        sheet_result(CURRENT, [sheet(1, 1, 1, 1)], n_reviewers=0)


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (Fraction(9), "approve"),
        (Fraction(13, 2), "approve"),
        (Fraction(649, 100), "approve with conditions"),
        (Fraction(5), "approve with conditions"),
        (Fraction(3), "revise and resubmit"),
        (Fraction(1), "decline"),
    ],
)
def test_thresholds_suggest(total, words):
    assert CURRENT.suggestion(total) == words


def test_the_direction_turns_the_thresholds():
    turned = replace(
        CURRENT,
        direction=Direction.LOWEST_IS_BEST,
        thresholds=((Fraction(3), "approve"), (Fraction(5), "revise and resubmit")),
    )
    assert turned.suggestion(Fraction(2)) == "approve"
    assert turned.suggestion(Fraction(4)) == "revise and resubmit"
    assert turned.suggestion(Fraction(9)) == "decline"


def test_a_sheet_whose_weights_do_not_add_up_cannot_be_entered():
    with pytest.raises(ValueError, match="add up"):
        ScoreSheetForm(
            version="x",
            categories=(Category("a", "A", "", Fraction(1, 2), True),),
            lowest=1,
            highest=9,
            direction=Direction.HIGHEST_IS_BEST,
            quorum=1,
            outlier_distance=3,
            thresholds=(),
            scoring_roles=frozenset(),
        )
    with pytest.raises(ValueError, match="quorum"):
        replace(CURRENT, quorum=0)


@pytest.mark.parametrize(
    ("number", "exact", "words"),
    [
        (Fraction(7), "7", "7"),
        (Fraction(25, 4), "6.25", "6.25"),
        (Fraction(23, 3), "23/3", "7.67"),
        (Fraction(10), "10", "10"),
        (Fraction(1, 16), "0.0625", "0.0625"),
        (Fraction(1, 32), "1/32", "0.03"),
    ],
)
def test_numbers_are_printed_exactly_or_say_that_they_are_rounded(number, exact, words):
    assert exact_words(number) == exact
    assert number_words(number) == words


@given(SHEETS)
def test_mean_median_range_and_deviation_are_those_of_statistics(sheets):
    result = sheet_result(CURRENT, sheets, n_reviewers=len(sheets) + 1)
    for one in result.categories:
        given_points = [score for score in one.scores if score is not None]
        assert one.n + one.missing == len(sheets) + 1
        if not given_points:
            assert one.mean is one.median is one.sd is one.low is None
            continue
        assert one.mean == Fraction(sum(given_points), len(given_points))
        assert float(one.median) == statistics.median(given_points)
        assert (one.low, one.high) == (min(given_points), max(given_points))
        if len(given_points) > 1:
            assert abs(float(one.sd) - statistics.stdev(given_points)) <= 0.005 + 1e-9
        far = [score is not None and abs(score - one.median) >= 3 for score in one.scores]
        assert list(one.outliers) == far


@given(SHEETS, st.sampled_from([CURRENT, WEIGHTED]))
def test_a_reader_recomputes_every_result_from_the_printed_arithmetic(sheets, form):
    result = sheet_result(form, sheets, n_reviewers=len(sheets))
    for one in result.categories:
        if one.mean is not None:
            assert recompute(one.arithmetic) == one.mean
    if result.total is not None:
        assert recompute(result.arithmetic) == result.total
        assert result.total == sum(one.category.weight * one.mean for one in result.categories)
        assert printed_sheet(result)["total"] == number_words(result.total)


@given(SHEETS)
def test_the_order_of_reviewers_changes_no_printed_number(sheets):
    forward = printed_sheet(sheet_result(CURRENT, sheets, n_reviewers=len(sheets)))
    backward = printed_sheet(sheet_result(CURRENT, sheets[::-1], n_reviewers=len(sheets)))
    assert forward == backward


@given(st.fractions(min_value=0, max_value=9))
def test_rounding_is_half_to_even_at_two_places(number):
    assert abs(Fraction(rounded(number)) - number) <= Fraction(1, 200)
    assert rounded(number).as_tuple().exponent == -2
