from datetime import UTC, datetime, timedelta

import pytest

from cmr_registry.access.clocks import PROMISE_DAYS, Entered, days_counted, spans_of

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(days):
    return START + timedelta(days=days)


WAY = [
    Entered("draft", at(0)),
    Entered("submitted", at(10)),
    Entered("returned", at(13), note="say more"),
    Entered("submitted", at(33)),
    Entered("in review", at(35)),
]
IDLE = {"draft", "returned"}


def test_days_in_each_state():
    spans = spans_of(WAY, idle=IDLE, now=at(40))
    assert [(span.state, span.days, span.counts) for span in spans] == [
        ("draft", 10, False),
        ("submitted", 3, True),
        ("returned", 20, False),
        ("submitted", 2, True),
        ("in review", 5, True),
    ]
    assert spans[-1].until is None
    assert spans[2].note == "say more"


@pytest.mark.parametrize(("now", "days"), [(5, 0), (12, 2), (20, 3), (40, 10), (77, 47)])
def test_the_clock_stands_still_while_the_applicant_writes(now, days):
    entered = [one for one in WAY if one.at <= at(now)]
    assert days_counted(entered, idle=IDLE, now=at(now)) == days


def test_nothing_entered_is_no_time():
    assert spans_of([], idle=IDLE, now=at(0)) == []
    assert days_counted([], idle=IDLE, now=at(0)) == 0


def test_the_promise_is_six_weeks():
    assert PROMISE_DAYS == 42
