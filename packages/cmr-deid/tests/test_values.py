import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_deid import values

dates = st.dates(datetime.date(1980, 1, 1), datetime.date(2100, 1, 1))
offsets = st.integers(-3652, -1)


@given(dates, dates, offsets)
def test_intervals_between_dates_stay_exact(one, other, days):
    moved = [
        datetime.datetime.strptime(values.shift_date(f"{d:%Y%m%d}", days), "%Y%m%d").date()
        for d in (one, other)
    ]
    assert moved[1] - moved[0] == other - one
    assert (moved[0] - one).days == days


@given(dates, offsets)
def test_times_of_day_stay_in_a_date_time(day, days):
    before = f"{day:%Y%m%d}235959.999999"
    assert values.shift_datetime(before, days) == values.shift_date(before[:8], days) + "235959.999999"


@pytest.mark.parametrize(
    "text", ["20120000", "00000000", "2012", "20120230", "2012-02-03", "x", "", "201202031"]
)
def test_what_is_no_date_is_not_moved(text):
    assert values.shift_date(text, -1) is None


def test_a_date_of_the_old_form_is_moved():
    assert values.shift_date("2012.03.01", -1) == "20120229"


def test_a_date_before_the_calendar_is_none():
    assert values.shift_date("00010101", -1) is None
    assert values.shift_date("10000101", -100) is None


def test_a_date_of_before_mr_is_no_date_of_an_exam():
    assert values.shift_date("19440817", -1) is None
    assert values.shift_date("19600101", -1) is None
    assert values.shift_date("19600102", -1) == "19600101"


@pytest.mark.parametrize("text", ["2021", "202103", "20210304x", "20210304081500.1234567", "20211304081500"])
def test_a_partial_or_broken_date_time_is_none(text):
    assert values.shift_datetime(text, -1) is None


def test_the_zone_of_a_date_time_goes():
    assert values.shift_datetime("20210304081500.25+0100", -4) == "20210228081500.25"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("076Y", "076Y"),
        ("089Y", "089Y"),
        ("090Y", "090Y"),
        ("101Y", "090Y"),
        ("999M", "083Y"),
        ("018M", "018M"),
        ("024M", "002Y"),
        ("036M", "003Y"),
        ("001Y", "001Y"),
        ("003D", "000M"),
        ("040D", "001M"),
        ("080W", "018M"),
        ("6Y", "006Y"),
        ("", None),
        ("76", None),
        ("076y", None),
    ],
)
def test_ages_tell_nothing_above_90_and_months_only_below_two_years(before, after):
    assert values.clean_age(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [("1.633", "1.635"), ("1.6", "1.6"), ("2", "2"), ("0.5", "0.5"), ("163", None), ("x", None), ("0", None)],
)
def test_height_is_rounded_to_half_a_centimeter(before, after):
    assert values.clean_size(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("71.3", "71.5"),
        ("71", "71"),
        ("3.456", "3.5"),
        ("19.94", "19.9"),
        ("500", None),
        ("-1", None),
        ("", None),
    ],
)
def test_weight_is_rounded_to_half_a_kilogram_or_a_tenth_for_a_child(before, after):
    assert values.clean_weight(before) == after


def test_only_the_coded_sexes_stay():
    assert [values.clean_sex(text) for text in ("M", "F", "O", "male", "f")] == ["M", "F", "O", None, None]


@pytest.mark.parametrize(
    ("vr", "tag", "expected"),
    [
        ("DA", 0x0040A121, b"19000101"),
        ("DT", 0x00080106, b"19000101000000"),
        ("TM", 0x0040A122, b"000000"),
        ("PN", 0x0040A123, b"REMOVED "),
        ("LO", 0x00181020, b"REMOVED "),
        ("CS", 0x00080008, b"DERIVED\\SECONDARY "),
        ("CS", 0x00180023, b"NONE"),
        ("AS", 0x00101010, b"000Y"),
        ("DS", 0x00280030, b"0\\0 "),
        ("US", 0x00181310, bytes(8)),
        ("FD", 0x00189073, bytes(8)),
        ("UI", 0x00200052, b"2.25.0"),
        ("LO", 0x00191001, b"REMOVED "),
        ("SQ", 0x00081140, b""),
    ],
)
def test_a_dummy_has_as_many_values_as_the_attribute_must_have_and_tells_nothing(vr, tag, expected):
    assert values.dummy(vr, tag) == expected
