"""What a person types about a patient's life: read strictly, dates may be coarse, refusals never repeat it."""

import datetime

import pytest

from cmr_connector.follow_up import (
    EventEntry,
    FollowUpRejected,
    StatusEntry,
    Why,
    read_event,
    read_status,
    span_of,
)
from cmr_exchange.followup import DeathCause, EventKind, Precision, SourceClass

TODAY = datetime.date(2024, 6, 30)
ORIGIN = datetime.date(2020, 1, 1)
GOOD = {"source": "chart", "from": "2020-01-01", "through": "2022-05-04", "last_alive": "2022-05-04"}
DEAD = {"source": "ndi", "from": "2020-01-01", "through": "2023-12-31", "died": "yes", "death": "2021-03-04"}


def status(cells, **changes):
    return read_status(cells | {name.rstrip("_"): text for name, text in changes.items()}, TODAY)


def test_a_survivor_is_read():
    assert status(GOOD) == StatusEntry(
        SourceClass.CHART, ORIGIN, datetime.date(2022, 5, 4), last_alive=datetime.date(2022, 5, 4)
    )


def test_a_death_is_read_and_its_cause_may_be_unknown():
    entry = status(DEAD)
    assert (entry.death, entry.cause) == ("2021-03-04", DeathCause.UNKNOWN)
    assert status(DEAD, cause=" Sudden_Cardiac ").cause is DeathCause.SUDDEN_CARDIAC
    assert status(DEAD, died="").death == "2021-03-04", "the column may be missing"


def test_a_chart_may_learn_of_a_death_after_it_stopped_watching():
    assert status(GOOD, died="yes", death="2022-06-07").death == "2022-06-07"


REFUSED = {
    "another source": (GOOD, {"source": "hearsay"}, Why.SOURCE),
    "no window": (GOOD, {"from_": ""}, Why.WINDOW_DATES),
    "a coarse window": (GOOD, {"through": "2022"}, Why.WINDOW_DATES),
    "a date in the style of a clinic": (GOOD, {"through": "4.5.2022"}, Why.WINDOW_DATES),
    "a day that never was": (GOOD, {"through": "2022-02-30"}, Why.WINDOW_DATES),
    "a window that goes on tomorrow": (GOOD, {"through": "2024-07-01"}, Why.FUTURE),
    "a window of another age": (GOOD, {"from_": "1850-01-01"}, Why.TOO_OLD),
    "a window that ends before it begins": (GOOD, {"through": "2019-12-31"}, Why.BACKWARDS),
    "died perhaps": (DEAD, {"died": "perhaps"}, Why.DIED),
    "died on an unknown day": (DEAD, {"death": ""}, Why.DIED_WITHOUT_DATE),
    "a cause without a death": (GOOD, {"cause": "unknown"}, Why.DATE_WITHOUT_DEATH),
    "a date of death of the living": (DEAD, {"died": "no"}, Why.DATE_WITHOUT_DEATH),
    "a death in words": (DEAD, {"death": "in spring"}, Why.DATE),
    "a death in month 13": (DEAD, {"death": "2021-13"}, Why.DATE),
    "a death after the window": (DEAD, {"death": "2024-01-01"}, Why.OUTSIDE),
    "a death before the window": (DEAD, {"death": "2019"}, Why.OUTSIDE),
    "a death tomorrow": (DEAD, {"death": "2024-07-01"}, Why.FUTURE),
    "another cause": (DEAD, {"cause": "fell from a ladder"}, Why.CAUSE),
    "alive after death": (DEAD, {"last_alive": "2021-03-05"}, Why.ALIVE_AFTER_DEATH),
    "alive after the window": (GOOD, {"last_alive": "2022-05-05"}, Why.ALIVE_OUTSIDE),
    "a call that reached nobody": (GOOD, {"source": "phone", "last_alive": ""}, Why.ALIVE_MISSING),
}


@pytest.mark.parametrize(("cells", "changes", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses_a_status_with(cells, changes, why):
    with pytest.raises(FollowUpRejected) as refused:
        status(cells, **changes)
    assert refused.value.reason is why
    typed = [text for text in changes.values() if len(text) > 6 and not text.isalpha()]
    assert not [text for text in typed if text in str(refused.value)]


def test_every_refusal_is_a_sentence_with_somebody_who_can_mend_it():
    for why in Why:
        assert why.value.endswith(".")
        assert FollowUpRejected(why).mender in ("center coordinator", "hospital IT")


def test_an_index_without_the_patient_needs_no_day_of_life():
    assert status({"source": "ndi", "from": "2020-01-01", "through": "2022-05-04"}).last_alive is None


def event(**cells):
    return read_event({"event": "visit", "date": "2021-05", "source": "chart"} | cells, TODAY)


def test_an_event_is_read_with_values_of_its_kind_and_empty_cells_say_nothing():
    entry = event(fu_nyha="2", fu_lvef_pct="", stroke_type="")
    assert (entry.kind, entry.date, entry.source) == (EventKind.VISIT, "2021-05", SourceClass.CHART)
    assert entry.values == {"fu_nyha": {"source": "desk", "value": "2"}}


def test_a_missing_value_says_why():
    assert event(fu_nyha="unknown").values["fu_nyha"] == {"source": "desk", "missing": "unknown"}


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"event": "wedding"}, Why.EVENT),
        ({"source": "rumor"}, Why.SOURCE),
        ({"date": "May 2021"}, Why.DATE),
        ({"date": "2025"}, Why.FUTURE),
        ({"fu_nyha": "7"}, Why.VALUE),
        ({"fu_nyha": "Doe, Jane"}, Why.VALUE),
        ({"lv_edv_ml": "150"}, Why.VALUE),
        ({"patient_name": "Doe, Jane"}, Why.VALUE),
        ({"avr_reason": "1"}, Why.NOT_ASKED),
    ],
)
def test_it_refuses_an_event_with(cells, why):
    with pytest.raises(FollowUpRejected) as refused:
        event(**cells)
    assert refused.value.reason is why
    assert "Jane" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2020-02-29", "2020-02-29", "2020-02-29", Precision.DAY),
        ("2020-02", "2020-02-01", "2020-02-29", Precision.MONTH),
        ("2021-12", "2021-12-01", "2021-12-31", Precision.MONTH),
        (" 2021 ", "2021-01-01", "2021-12-31", Precision.YEAR),
    ],
)
def test_a_written_date_means_a_span(text, first, last, precision):
    span = span_of(text)
    assert (span.first.isoformat(), span.last.isoformat(), span.precision) == (first, last, precision)


def test_entries_come_back_from_their_box_as_they_went_in():
    for entry in (status(GOOD), status(DEAD)):
        assert StatusEntry.from_document(entry.to_document()) == entry
    assert EventEntry.from_document(event(fu_nyha="2").to_document()) == event(fu_nyha="2")
