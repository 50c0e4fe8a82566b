"""Deadlines of ballots and the days of their reminders, on the clock of the center. Plain rules, no database."""

import datetime
import zoneinfo

BALLOT_DAYS = 30
"""How long a center has (R39; default, ours)."""
REMINDER_DAYS = (14, 7, 2)
"""How many days before the deadline a center without an answer is reminded."""
LAST_MOMENT = datetime.time(23, 59, 59)
MORNING = datetime.time(9)


def deadline_for(opened_at: datetime.datetime, zone: str) -> datetime.datetime:
    """The end of 23:59 at the center on the 30th day after the opening, UTC."""
    clock = zoneinfo.ZoneInfo(zone)
    day = opened_at.astimezone(clock).date() + datetime.timedelta(days=BALLOT_DAYS)
    return datetime.datetime.combine(day, LAST_MOMENT, clock).astimezone(datetime.UTC)


def next_reminder(
    deadline: datetime.datetime, zone: str, after: datetime.datetime
) -> datetime.datetime | None:
    """The first reminder later than `after`: at nine in the morning at the center, 14, 7 or 2 days before.

    Returns:
        UTC; None where no reminder is left.
    """
    clock = zoneinfo.ZoneInfo(zone)
    last_day = deadline.astimezone(clock).date()
    for days in REMINDER_DAYS:
        day = last_day - datetime.timedelta(days=days)
        at = datetime.datetime.combine(day, MORNING, clock).astimezone(datetime.UTC)
        if at > after:
            return at
    return None


def days_left(deadline: datetime.datetime, zone: str, now: datetime.datetime) -> int:
    """Whole days on the center's calendar until the day of the deadline: 0 on the day itself, negative after it."""
    clock = zoneinfo.ZoneInfo(zone)
    return (deadline.astimezone(clock).date() - now.astimezone(clock).date()).days


def deadline_words(deadline: datetime.datetime, zone: str) -> str:
    """The deadline on the clock of the center, such as `21 Dec 2026, 23:59 CET`."""
    local = deadline.astimezone(zoneinfo.ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M %Z}"
