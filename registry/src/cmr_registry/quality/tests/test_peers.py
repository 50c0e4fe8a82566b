"""What centers see of each other: quartiles of green centers, hidden where a center could be recognized."""

from hypothesis import given
from hypothesis import strategies as st

from cmr_registry.quality.peers import CenterSums, place_of, public_sums, spread_of
from cmr_registry.quality.thresholds import MIN_CENTERS, MIN_EXAMS, exam_color, quarter_color
from cmr_registry.quality.words import Color

EDV = "lv_edv_ml"
sums = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))


def center(known, owed, n_exams=100):
    return CenterSums(n_exams, {EDV: (known, owed)})


def test_four_centers_are_never_compared_and_five_are():
    centers = [center(50 + n, 100) for n in range(MIN_CENTERS)]
    assert spread_of(centers[:-1]) == ({}, {})
    peers, places = spread_of(centers)
    assert peers == {EDV: {"centers": 5, "q1": 510, "median": 520, "q3": 530}}
    assert places == {EDV: [500, 510, 520, 530, 540]}


def test_a_center_with_ten_exams_does_not_count_among_the_five():
    centers = [center(50, 100) for _ in range(4)] + [center(5, MIN_EXAMS - 1)]
    assert spread_of(centers) == ({}, {})


def test_equal_shares_have_equal_places():
    assert [place_of(share, [500, 700, 700, 900]) for share in (900, 700, 500)] == [1, 2, 4]


def test_public_sums_are_rounded_to_tens():
    assert public_sums([center(33, 51) for _ in range(5)]) == {EDV: {"n": 170, "of": 260}}


def test_public_sums_need_five_centers_and_no_small_cell():
    assert public_sums([center(33, 51) for _ in range(4)]) == {}
    assert public_sums([center(2, 51) for _ in range(5)]) == {}
    assert public_sums([center(49, 51) for _ in range(5)]) == {}
    assert public_sums([center(51, 51) for _ in range(5)]) == {EDV: {"n": 260, "of": 260}}


def test_a_public_sum_is_never_that_of_one_large_center_beside_four_small_ones():
    assert public_sums([center(900, 1000)] + [center(1, MIN_EXAMS - 1)] * 4) == {}
    assert EDV in public_sums([center(900, 1000)] + [center(3, MIN_EXAMS)] * 4)


@given(st.lists(sums, max_size=8))
def test_no_small_count_follows_from_what_is_public(pairs):
    shown = public_sums([center(known, owed) for known, owed in pairs]).get(EDV)
    if shown is None:
        return
    known, owed = (sum(pair[place] for pair in pairs) for place in (0, 1))
    assert sum(owed > 0 for _, owed in pairs) >= MIN_CENTERS
    for count in (known, owed - known):
        assert count == 0 or count >= MIN_EXAMS
    assert 0 <= shown["n"] <= shown["of"]
    assert abs(shown["of"] - owed) <= 5


@given(st.lists(sums, max_size=9))
def test_what_is_shown_of_five_or_more_lies_between_their_shares(pairs):
    peers, places = spread_of([center(known, owed) for known, owed in pairs])
    shares = sorted(1000 * known / owed for known, owed in pairs if owed >= MIN_EXAMS)
    assert (EDV in peers) == (len(shares) >= MIN_CENTERS)
    if EDV in peers:
        spread = peers[EDV]
        assert shares[0] - 6 <= spread["q1"] <= spread["median"] <= spread["q3"] <= shares[-1] + 6
        assert len(places[EDV]) == spread["centers"]


def test_a_quartile_tells_no_count_of_the_center_that_it_belongs_to():
    peers, _ = spread_of([center(known, 11) for known in (6, 7, 8, 9, 10)])
    assert (peers[EDV]["q1"], peers[EDV]["median"], peers[EDV]["q3"]) == (640, 730, 820)


def test_an_exam_is_red_with_an_error_green_when_complete_and_yellow_between():
    assert exam_color(n_errors=1, asked=10, known=10, answered=10) is Color.RED
    assert exam_color(n_errors=0, asked=20, known=16, answered=19) is Color.GREEN
    assert exam_color(n_errors=0, asked=20, known=15, answered=20) is Color.YELLOW
    assert exam_color(n_errors=0, asked=20, known=18, answered=18) is Color.YELLOW


def test_a_quarter_is_red_where_more_than_one_exam_of_a_hundred_is():
    complete = {"asked": 100, "known": 100, "answered": 100}
    assert quarter_color(n_exams=100, n_red=1, **complete) is Color.GREEN
    assert quarter_color(n_exams=100, n_red=2, **complete) is Color.RED
