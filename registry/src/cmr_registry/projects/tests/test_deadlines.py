"""Deadlines on the clock of the center."""

from datetime import UTC, datetime, timedelta

import pytest

from cmr_registry.projects.deadlines import days_left, deadline_for, deadline_words, next_reminder

OPENED = datetime(2025, 3, 3, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "deadline"),
    [
        ("UTC", datetime(2025, 4, 2, 23, 59, 59, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2025, 4, 2, 21, 59, 59, tzinfo=UTC)),
        ("America/New_York", datetime(2025, 4, 3, 3, 59, 59, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2025, 4, 3, 10, 59, 59, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2025, 4, 2, 18, 29, 59, tzinfo=UTC)),
    ],
)
def test_a_center_has_until_23_59_of_the_30th_day_on_its_own_clock(zone, deadline):
    assert deadline_for(OPENED, zone) == deadline
    assert "23:59" in deadline_words(deadline, zone)


def test_summer_time_between_opening_and_deadline_takes_no_hour_away():
    before, after = deadline_for(OPENED, "Europe/Berlin"), deadline_for(OPENED, "Africa/Lagos")
    assert after - before == timedelta(hours=1), "both UTC+1 in March; Berlin is on summer time in April"


def reminders(zone):
    deadline, found, at = deadline_for(OPENED, zone), [], OPENED
    while (at := next_reminder(deadline, zone, at)) is not None:
        found.append(at)
    return deadline, found


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland"])
def test_reminders_come_in_the_morning_14_7_and_2_days_before(zone):
    deadline, found = reminders(zone)
    assert [days_left(deadline, zone, at) for at in found] == [14, 7, 2]
    assert all(" 09:00 " in deadline_words(at, zone) for at in found)


def test_a_worker_that_was_away_over_two_reminders_sends_the_last_one_only():
    deadline, found = reminders("UTC")
    assert next_reminder(deadline, "UTC", found[1] + timedelta(hours=1)) == found[2]
    assert next_reminder(deadline, "UTC", found[2]) is None


def test_days_left_are_those_of_the_centers_calendar():
    deadline = deadline_for(OPENED, "America/New_York")
    late_evening_in_utc = datetime(2025, 4, 3, 1, 0, tzinfo=UTC)
    assert days_left(deadline, "America/New_York", late_evening_in_utc) == 0
    assert days_left(deadline, "America/New_York", deadline + timedelta(seconds=1)) == -1
