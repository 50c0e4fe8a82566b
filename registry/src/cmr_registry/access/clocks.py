"""How long things take: days in each state, and the days that count against the promise (R38).

Pure: steps in, spans out. The clock stands still while the applicant has the application in hand.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

PROMISE_DAYS = 42
"""Six weeks from submission to decision (GLOBE-Reg, registry.md section 7)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stay in one state.

    Attributes:
        state: its value.
        since, until: instants; `until` is None while it lasts.
        days: whole days that began.
        counts: whether the days count against the promise.
        by: who brought it there, as shown.
        note: the reason given.
    """

    state: str
    since: datetime.datetime
    until: datetime.datetime | None
    days: int
    counts: bool
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """A state was entered."""

    state: str
    at: datetime.datetime
    by: str = ""
    note: str = ""


def spans_of(entered: Sequence[Entered], *, idle: Collection[str], now: datetime.datetime) -> list[Span]:
    """The stays, oldest first.

    Args:
        entered: states in the order in which they were entered.
        idle: states in which the clock stands still.
        now: end of the last stay.
    """
    ends: list[datetime.datetime | None] = [one.at for one in entered[1:]]
    return [
        Span(
            state=one.state,
            since=one.at,
            until=until,
            days=_days((until or now) - one.at),
            counts=one.state not in idle,
            by=one.by,
            note=one.note,
        )
        for one, until in zip(entered, [*ends, None], strict=False)
    ]


def days_counted(entered: Sequence[Entered], *, idle: Collection[str], now: datetime.datetime) -> int:
    """Whole days of all stays that count together."""
    spans = spans_of(entered, idle=idle, now=now)
    total = sum(((one.until or now) - one.since for one in spans if one.counts), datetime.timedelta())
    return _days(total)


def _days(length: datetime.timedelta) -> int:
    return max(0, length.days)
