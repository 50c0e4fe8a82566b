"""The default censoring rule, versioned: how long a subject was watched, and whether it died while watched.

A source may prove a death, a life, or both. A national index and a state file show every death of their window,
and so whoever is not in them lived through it; chart, claims and phone saw the person dead or alive. A Death
Master File and an obituary show some deaths and no lives: since 2011 the file holds few of them (R26, Levin
2018, PMC6338290), so absence from it extends nobody's follow-up.

The rule counts a death only inside a window in which that person would also have been seen alive, and ends
survivors at that window's end. Counting index deaths beyond the last visit of survivors is the classic error:
the dead are watched longer than the living.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from cmr_exchange.followup import DeathCause, SourceClass, VitalStatus

RULE = "default-1"
"""Name of this rule; releases and analyses state it."""

SEES_THE_LIVING = frozenset(
    {SourceClass.NDI, SourceClass.STATE_FILE, SourceClass.CHART, SourceClass.CLAIMS, SourceClass.PHONE}
)
"""Classes whose coverage window watches a person, dead or alive."""

RANK = {source: rank for rank, source in enumerate(SourceClass)}
"""Whom to believe where sources name different days of death: the first in the order of the enum."""


class End(enum.StrEnum):
    """Why a person's follow-up ends."""

    DIED = "died"
    WINDOW_ENDED = "window_ended"
    NOT_WATCHED = "not_watched"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the rule says of one subject from one time zero on.

    Attributes:
        days: whole days from time zero to the end; 0 where the person was not watched.
        end: why it ends.
        source: the class that proves the end; None where nobody watched.
        cause: cause of death, None for survivors.
        is_conflicting: sources contradict each other (other days of death, or alive after death).
    """

    days: int
    end: End
    source: SourceClass | None = None
    cause: DeathCause | None = None
    is_conflicting: bool = False

    @property
    def died(self) -> bool:
        """True if the follow-up ends with a death."""
        return self.end is End.DIED


def follow_up(statuses: Iterable[VitalStatus], time_zero: int) -> FollowUp:
    """Apply the default rule.

    Args:
        statuses: everything that sources say of one subject.
        time_zero: day, from the subject's origin, at which follow-up begins (the index exam, or a landmark).
    """
    known = list(statuses)
    end, watcher = _watched_until(known, time_zero)
    death = _death_of(known)
    conflict = _is_conflicting(known, death)
    if watcher is None:
        return FollowUp(0, End.NOT_WATCHED, is_conflicting=conflict)
    if death is not None and death.death_day is not None and time_zero <= death.death_day <= end:
        return FollowUp(death.death_day - time_zero, End.DIED, death.source, death.cause, conflict)
    return FollowUp(end - time_zero, End.WINDOW_ENDED, watcher, is_conflicting=conflict)


def _watched_until(statuses: list[VitalStatus], time_zero: int) -> tuple[int, SourceClass | None]:
    """The last day of the unbroken watch that holds time zero, and the class whose window ends it."""
    end, watcher = time_zero - 1, None
    windows = sorted(
        (s.from_day, s.through_day, RANK[s.source], s.source) for s in statuses if s.source in SEES_THE_LIVING
    )
    for first, last, _, source in windows:
        if first > end + 1:
            break
        if last > end:
            end, watcher = last, source
    return end, watcher


def _death_of(statuses: list[VitalStatus]) -> VitalStatus | None:
    deaths = [status for status in statuses if status.death_day is not None]
    return min(deaths, key=lambda status: RANK[status.source], default=None)


def _is_conflicting(statuses: list[VitalStatus], death: VitalStatus | None) -> bool:
    if death is None or death.death_day is None:
        return False
    days = {status.death_day for status in statuses if status.death_day is not None}
    seen = [status.last_alive_day for status in statuses if status.last_alive_day is not None]
    return len(days) > 1 or any(day > death.death_day for day in seen)
