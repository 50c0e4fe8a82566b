"""The default censoring rule, versioned: how long a subject was watched, and whether it died while watched.

A source may prove a death, a life, or both. A national index and a state file show every death of their window,
and so whoever is not in them lived through it; chart, claims and phone saw the person dead or alive. A Death
Master File and an obituary show some deaths and no lives: since 2011 the file holds few of them (R26, Levin
2018, PMC6338290), so absence from it extends nobody's follow-up.

The rule counts a death only inside a window in which that person would also have been seen alive, and ends
survivors at that window's end. Counting index deaths beyond the last visit of survivors is the classic error:
the dead are watched longer than the living.

The premise: the end of a window says until which day this source would have shown a death, and does not depend
on whether and when the person died. A window that ends on the day of death for the dead and on the last visit for
survivors breaks it, and no rule can mend that: the center desk warns of it. Centers shorten windows whose end is a
public date, for that date would tell the origin; a death after the shortened end is listed and does not count,
as for a survivor nobody would have watched that day.

Who is known to have died before time zero is not watched from then on, whatever windows go on after the death
(a landmark leaves out who did not reach it). A day known only by month or year is believed within `MOST_OFF`.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cmr_exchange.followup import MOST_OFF, DeathCause, Precision, SourceClass, VitalStatus

RULE = "default-1"
"""Name of this rule; releases and analyses state it."""

SEES_THE_LIVING = frozenset(
    {SourceClass.NDI, SourceClass.STATE_FILE, SourceClass.CHART, SourceClass.CLAIMS, SourceClass.PHONE}
)
"""Classes whose coverage window watches a person, dead or alive."""

RANK = {source: rank for rank, source in enumerate(SourceClass)}
"""Whom to believe where sources name different days of death: the first in the order of the enum."""


SOURCE_WORDS: Mapping[SourceClass, str] = {
    SourceClass.NDI: "national death index",
    SourceClass.STATE_FILE: "state death file",
    SourceClass.CHART: "chart",
    SourceClass.CLAIMS: "claims",
    SourceClass.PHONE: "phone call",
    SourceClass.OBITUARY: "obituary",
    SourceClass.DMF: "Death Master File",
}
"""What people call the classes."""

RULE_WORDS = (
    "A source watches a person in its coverage window: a national death index and a state death file, because"
    " whoever is not in them lived; chart, claims and phone, because they saw the person.",
    "The premise: a window ends on the day until which its source would have shown a death, never on the day of death"
    " itself. A window that ends with the death would watch the dead longer than the living.",
    "A Death Master File and an obituary prove a death, never a life: absence from them extends nobody's"
    " follow-up.",
    "Follow-up begins at time zero and lasts as long as windows of watching sources hold without a gap.",
    "A death counts where it lies inside that watch, whichever source reports it. A death after the end of the"
    " watch does not count: survivors would not have been seen as long.",
    "Who did not die inside the watch is censored on its last day.",
    "Whom no window watches at time zero, or who had died before it, has no follow-up.",
    "Where sources name different days of death, the first of this order is believed: national death index, state"
    " death file, chart, claims, phone, obituary, Death Master File. The contradiction is flagged.",
)
"""The rule in sentences, in the order in which it works."""


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
    watch = _watch(known, time_zero)
    death = _death_of(known)
    conflict = _is_conflicting(known, death)
    if not watch or _died_before(death, time_zero):
        return FollowUp(0, End.NOT_WATCHED, is_conflicting=conflict)
    end = watch[-1].through_day
    if death is not None and _day_of(death) <= end:
        days = max(0, _day_of(death) - time_zero)
        return FollowUp(days, End.DIED, death.source, death.cause, conflict)
    return FollowUp(end - time_zero, End.WINDOW_ENDED, watch[-1].source, is_conflicting=conflict)


def explain(statuses: Iterable[VitalStatus], time_zero: int) -> tuple[str, ...]:
    """Why `follow_up` says what it says of one subject, in sentences for people.

    Args:
        statuses: as for `follow_up`.
        time_zero: as for `follow_up`.
    """
    known = list(statuses)
    watch, death = _watch(known, time_zero), _death_of(known)
    sentences = [_about(status, watch, time_zero) for status in _in_order(known)]
    sentences.append(_verdict(known, watch, death, time_zero))
    if _is_conflicting(known, death):
        sentences.append("The sources contradict each other; the center should look at them again.")
    return tuple(sentences)


def _about(status: VitalStatus, watch: list[VitalStatus], time_zero: int) -> str:
    name = SOURCE_WORDS[status.source]
    window = f"{name[:1].upper()}{name[1:]}, day {status.from_day} to day {status.through_day}"
    if status.source not in SEES_THE_LIVING:
        return f"{window}: shows deaths only, so it watches nobody."
    if status in watch:
        return f"{window}: watches."
    last = watch[-1].through_day if watch else time_zero - 1
    if status.from_day > last + 1:
        return f"{window}: begins after a gap in which nobody watched, so it does not count."
    return f"{window}: adds nothing to the watch from day {time_zero}."


def _verdict(
    known: list[VitalStatus], watch: list[VitalStatus], death: VitalStatus | None, time_zero: int
) -> str:
    found = follow_up(known, time_zero)
    if _died_before(death, time_zero):
        return f"A death before day {time_zero} is known: no follow-up from that day on."
    if not watch:
        return f"Not watched: no window of a watching source holds day {time_zero}."
    if found.source is not None and found.died:
        return f"Died after {found.days} days, known from the {SOURCE_WORDS[found.source]}."
    ended = f"Censored alive after {found.days} days, where the last window ends."
    return ended if death is None else f"{ended} A death after that day is known and does not count."


def _in_order(statuses: Iterable[VitalStatus]) -> list[VitalStatus]:
    return sorted(statuses, key=lambda status: (status.from_day, status.through_day, RANK[status.source]))


def _watch(statuses: list[VitalStatus], time_zero: int) -> list[VitalStatus]:
    """The windows that hold time zero and go on from it without a gap, each reaching further than the last."""
    end = time_zero - 1
    watch = []
    for status in _in_order(status for status in statuses if status.source in SEES_THE_LIVING):
        if status.from_day > end + 1:
            break
        if status.through_day > end:
            end = status.through_day
            watch.append(status)
    return watch


def _death_of(statuses: list[VitalStatus]) -> VitalStatus | None:
    deaths = [status for status in statuses if status.death_day is not None]
    return min(deaths, key=lambda status: RANK[status.source], default=None)


def _died_before(death: VitalStatus | None, time_zero: int) -> bool:
    return death is not None and _day_of(death) + _most_off(death) < time_zero


def _is_conflicting(statuses: list[VitalStatus], death: VitalStatus | None) -> bool:
    """Whether another source names another day of death, or saw the person alive after it."""
    if death is None:
        return False
    others = [status for status in statuses if status.death_day is not None]
    if any(abs(_day_of(o) - _day_of(death)) > max(_most_off(o), _most_off(death)) for o in others):
        return True
    last = _day_of(death) + _most_off(death)
    return any(status.last_alive_day is not None and status.last_alive_day > last for status in statuses)


def _day_of(death: VitalStatus) -> int:
    assert death.death_day is not None  # noqa: S101  `_death_of` and its callers choose deaths
    return death.death_day


def _most_off(death: VitalStatus) -> int:
    return MOST_OFF[death.death_precision or Precision.DAY]
