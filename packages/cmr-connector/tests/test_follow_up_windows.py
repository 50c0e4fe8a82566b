"""What of a coverage window crosses: nothing from which the registry could compute a patient's origin."""

import datetime
import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_connector.follow_up import EventEntry, FollowUpRejected, StatusEntry, read_status, span_of
from cmr_connector.follow_up_days import Counting, outcome_event, vital_status
from cmr_connector.follow_up_windows import Origin, ends_with_death, shortened, whole_windows
from cmr_exchange.censoring import End, follow_up
from cmr_exchange.followup import DeathCause, EventKind, Precision, SourceClass
from cmr_exchange.followup import VitalStatus as Status

TODAY = datetime.date(2024, 6, 30)
INDEX_END = datetime.date(2023, 12, 31)
FILES = [source for source in SourceClass if source not in (SourceClass.CHART, SourceClass.PHONE)]
DAYS = st.dates(datetime.date(2015, 1, 1), TODAY)


def origin_on(date, before=0):
    return Origin(date, date - datetime.timedelta(days=before))


def counting(origin, subject="A"):
    def keyed(written):
        return int.from_bytes(hashlib.sha256(f"{subject} {written}".encode()).digest())

    return Counting(origin, keyed)


def stated(entry, origin, *others):
    return vital_status(entry, whole_windows((entry, *others))[entry.key], counting(origin))


def day(text):
    return datetime.date.fromisoformat(text)


def window(source, first, last, **more):
    return StatusEntry(source, day(first), day(last), **more)


entries = st.builds(
    lambda source, dates, death, length, alive, origin: (
        {
            "source": source.value,
            "from": min(dates).isoformat(),
            "through": max(dates).isoformat(),
            "death": death.isoformat()[:length] if death else "",
            "last_alive": alive.isoformat() if alive else "",
        },
        origin,
    ),
    st.sampled_from(SourceClass),
    st.tuples(DAYS, DAYS),
    st.none() | DAYS,
    st.sampled_from([4, 7, 10]),
    st.none() | DAYS,
    st.builds(origin_on, DAYS, st.integers(0, 900)),
)


@given(entries)
def test_windows_only_shrink_and_the_document_is_whole(given):
    cells, origin = given
    try:
        entry = read_status(cells, TODAY)
    except FollowUpRejected:
        return
    found = stated(entry, origin)
    if found is None:
        assert not entry.death
        return
    assert Status.from_document(found.to_document(), "status") == found
    if (found.from_day, found.through_day) != (found.death_day, found.death_day):
        assert origin.days(entry.from_date) <= found.from_day <= found.through_day
        assert found.through_day <= origin.days(entry.through_date)
        assert found.from_day >= origin.days(origin.first_exam)
    if entry.death:
        span = span_of(entry.death)
        assert origin.days(span.first) <= found.death_day <= origin.days(span.last)


@given(
    st.sampled_from(FILES),
    st.integers(2016, 2020),
    st.lists(st.integers(0, 364), min_size=2, max_size=2, unique=True),
    st.integers(0, 900),
)
def test_two_origins_of_one_exam_year_look_the_same_whatever_the_index(source, year, two, later):
    first, last = datetime.date(2010, 1, 1), INDEX_END - datetime.timedelta(days=later)
    origins = [origin_on(datetime.date(year, 1, 1) + datetime.timedelta(days=n)) for n in two]
    for begin in (first, datetime.date(year + 1, 1, 1)):
        entry = StatusEntry(source, begin, last)
        found = [stated(entry, origin) for origin in origins]
        assert found[0] == found[1], "the registry cannot tell one origin from the other"
        if found[0] is not None:
            naive = {origin.days(last) - one.through_day for origin, one in zip(origins, found, strict=True)}
            assert len(naive) == 2, "each window is shortened by days of its own"


def test_every_date_of_a_year_leaves_the_same_window():
    for source in FILES:
        entry = window(source, "2010-01-01", "2023-12-31")
        year = [origin_on(day("2019-01-01") + datetime.timedelta(days=n)) for n in range(365)]
        assert len({stated(entry, origin) for origin in year}) == 1


def test_a_later_extract_moves_the_end_by_as_many_days_and_the_same_one_changes_nothing():
    origin = origin_on(day("2018-05-06"))
    early, late = (window(SourceClass.NDI, "2010-01-01", f"{year}-12-31") for year in (2021, 2022))
    assert stated(late, origin).through_day - stated(early, origin).through_day == 365
    assert stated(late, origin) == stated(replace(late), origin)


def test_yearly_extracts_are_one_window_and_leave_no_gap():
    origin = origin_on(day("2018-05-06"))
    years = [window(SourceClass.NDI, f"{year}-01-01", f"{year}-12-31") for year in (2018, 2019, 2020, 2021)]
    found = {stated(entry, origin, *years) for entry in years}
    assert found == {Status(SourceClass.NDI, 0, (day("2021-12-31") - day("2018-12-31")).days)}
    other = window(SourceClass.DMF, "2022-01-01", "2022-12-31")
    apart = window(SourceClass.NDI, "2022-06-01", "2023-12-31")
    whole = whole_windows((*years, other, apart))
    assert whole[other.key] == (other.from_date, other.through_date)
    assert whole[apart.key] == (apart.from_date, apart.through_date)


def test_a_start_is_clipped_to_the_first_exam_or_moves_later():
    origin = origin_on(day("2018-05-06"), before=100)
    last = "2023-12-31"
    assert stated(window(SourceClass.NDI, "2010-01-01", last), origin).from_day == -100
    assert stated(window(SourceClass.NDI, "2018-03-01", last), origin).from_day == 59
    assert stated(window(SourceClass.CLAIMS, "2020-01-01", last), origin).from_day == 730
    assert stated(window(SourceClass.PHONE, "2020-01-01", last), origin).from_day == 605


def test_a_window_that_vanishes_is_left_out_and_its_death_stays():
    origin = origin_on(day("2021-05-06"))
    entry = window(SourceClass.CLAIMS, "2021-01-01", "2021-12-30")
    assert stated(entry, origin) is None
    assert shortened([entry], origin) == {entry.key: None}
    dead = replace(entry, death="2021-06-01", cause=DeathCause.UNKNOWN)
    found = stated(dead, origin)
    assert (found.from_day, found.through_day, found.death_day) == (26, 26, 26)


def test_a_death_after_the_shortened_end_is_listed_and_does_not_count():
    origin = origin_on(day("2020-01-01"))
    found = stated(
        window(SourceClass.NDI, "2010-01-01", "2022-12-31", death="2022-11-30", cause=DeathCause.UNKNOWN),
        origin,
    )
    assert found.through_day < found.death_day == origin.days(day("2022-11-30"))
    assert follow_up([found], 0).end is End.WINDOW_ENDED


def test_days_of_contact_stay():
    origin = origin_on(day("2020-01-01"))
    for source in (SourceClass.CHART, SourceClass.PHONE):
        entry = window(source, "2020-01-01", "2022-05-04", last_alive=day("2022-05-04"))
        found = stated(entry, origin)
        assert (found.through_day, found.last_alive_day) == (854, 854)
        assert shortened([entry], origin) == {}


def test_a_chart_that_was_reviewed_on_a_common_date_is_shortened_down_to_the_last_contact():
    origin = origin_on(day("2020-01-01"))
    review = window(SourceClass.CHART, "2020-01-01", "2022-12-31", last_alive=day("2022-11-30"))
    assert stated(review, origin).through_day == origin.days(day("2022-11-30"))
    dead = window(SourceClass.CHART, "2020-01-01", "2022-12-31", death="2022", cause=DeathCause.UNKNOWN)
    assert stated(dead, origin).through_day == (day("2022-12-31") - day("2020-12-31")).days


@pytest.mark.parametrize(
    ("source", "alive", "crosses"),
    [
        (SourceClass.NDI, "2022-03-01", False),
        (SourceClass.OBITUARY, "2022-03-01", False),
        (SourceClass.CLAIMS, "2022-12-31", False),
        (SourceClass.CLAIMS, "2022-03-01", True),
    ],
)
def test_a_last_day_alive_crosses_only_where_the_patient_was_met(source, alive, crosses):
    entry = window(source, "2020-01-01", "2022-12-31", last_alive=day(alive))
    found = stated(entry, origin_on(day("2020-01-01")))
    assert (found.last_alive_day is not None) == crosses


@pytest.mark.parametrize(("written", "length"), [("2021", 365), ("2021-03", 31)])
def test_a_coarse_date_stands_on_another_day_for_every_patient(written, length):
    origin = origin_on(day("2020-01-01"))
    event = EventEntry(EventKind.STROKE, written, SourceClass.CLAIMS)
    found = [outcome_event(event, counting(origin, f"subject {n}")) for n in range(400)]
    assert len({one.day for one in found}) > length / 2
    first = origin.days(span_of(written).first)
    assert all(first <= one.day < first + length for one in found)
    assert found[0].precision in (Precision.YEAR, Precision.MONTH)
    assert outcome_event(event, counting(origin)) == outcome_event(event, counting(origin))


def test_a_coarse_death_lies_after_the_last_contact():
    origin = origin_on(day("2020-01-01"))
    for n in range(50):
        entry = window(
            SourceClass.CHART, "2020-01-01", "2021-12-01", death="2021", cause=DeathCause.UNKNOWN,
            last_alive=day("2021-12-01"),
        )  # fmt: skip
        found = vital_status(entry, (entry.from_date, entry.through_date), counting(origin, str(n)))
        assert found.death_day >= found.last_alive_day


def test_a_window_that_ends_on_the_day_of_death_is_doubtful_for_who_meets_patients():
    dead = {"death": "2022-03-04", "cause": DeathCause.UNKNOWN}
    for source in SourceClass:
        said = ends_with_death(window(source, "2020-01-01", "2022-03-04", **dead))
        assert said == (source in (SourceClass.CHART, SourceClass.PHONE, SourceClass.CLAIMS))
    assert not ends_with_death(window(SourceClass.CHART, "2020-01-01", "2022-03-05", **dead))
    assert not ends_with_death(window(SourceClass.CHART, "2020-01-01", "2022-03-05"))


def test_the_same_index_for_two_patients_gives_neither_origin_away(workplace, admit):
    index = {"source": "ndi", "from": "2010-01-01", "through": INDEX_END.isoformat()}
    sent = {}
    for patient, date in (("MRN-1", "20200203"), ("MRN-2", "20200911")):
        _, subject = admit(workplace, patient, date)
        entry = read_status(index, TODAY)
        workplace.follow_up.enter(subject, [entry])
        assert workplace.follow_up.enter(subject, [entry]) is None, "sent again it is the same"
        held = workplace.store.follow_ups.get(subject)
        sent[date] = workplace.follow_up.document(subject, held).vital_status
    assert len(set(sent.values())) == 1
    for date, [status] in sent.items():
        computed = INDEX_END - datetime.timedelta(days=status.through_day)
        assert computed.strftime("%Y%m%d") != date


def test_an_exam_before_the_origin_opens_the_window(workplace, admit):
    _, subject = admit(workplace, "MRN-1", "20200203")
    admit(workplace, "MRN-1", "20200103")
    entry = read_status({"source": "ndi", "from": "2010-01-01", "through": "2023-12-31"}, TODAY)
    workplace.follow_up.enter(subject, [entry])
    held = workplace.store.follow_ups.get(subject)
    [status] = workplace.follow_up.document(subject, held).vital_status
    assert status.from_day == -31
