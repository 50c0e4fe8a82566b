"""From real dates to days: the follow-up document that crosses the wall, and nothing but days, codes and sources.

Coverage windows cross as `follow_up_windows` says, so that no public date of a file gives the patient's origin away.

A coarse date stands on a keyed day of its month or year, a death not before the patient was last seen alive. Its
middle would be a public date again: of a death in the year 2021 it would give the origin's day and month away. So
would the end of a file's window, which therefore bounds it not. The same written date stands on the same day for
the same patient.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cmr_connector.follow_up import EventEntry, FollowUpRejected, StatusEntry, Why, span_of
from cmr_connector.follow_up_windows import (
    Origin,
    Window,
    crossing_alive,
    crossing_window,
    whole_windows,
)
from cmr_connector.manifests import SOFTWARE, Issuer
from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.followup import (
    FIRST_DAY,
    MAX_EVENTS,
    MAX_STATUSES,
    FollowUpDocument,
    OutcomeEvent,
    VitalStatus,
)
from cmr_exchange.manifest import ReportValue
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_exchange.withdrawal import Withdrawal, WithdrawalScope


@dataclass(frozen=True, slots=True)
class Counting:
    """How dates of one patient become days.

    Attributes:
        origin: from where they count; `manifests.settle_dating` settled it with the first exam.
        keyed: a large number of the center's key for a written date of this patient, the same for ever.
    """

    origin: Origin
    keyed: Callable[[str], int]

    def coarse(self, written: str, first: datetime.date, last: datetime.date) -> int:
        """The day on which a date stands that lies somewhere from `first` to `last`."""
        return self.origin.days(first) + self.keyed(written.strip()) % ((last - first).days + 1)


def follow_up_document(
    issuer: Issuer,
    subject: str,
    version: int,
    counting: Counting,
    statuses: Iterable[StatusEntry],
    events: Iterable[EventEntry],
) -> FollowUpDocument:
    """Everything that is entered of one subject, counted from its origin.

    Args:
        issuer: who states it.
        subject: pseudonym.
        version: number of this version.
        counting: how dates become days.
        statuses: entries about vital status.
        events: entries about events.

    Raises:
        FollowUpRejected: more entries than a document holds.
    """
    known, happened = tuple(statuses), tuple(outcome_event(entry, counting) for entry in events)
    whole = whole_windows(known)
    lives = {vital_status(entry, whole[entry.key], counting) for entry in known} - {None}
    if len(known) > MAX_STATUSES or len(happened) > MAX_EVENTS:
        raise FollowUpRejected(Why.TOO_MANY)
    return FollowUpDocument(
        exchange_version=EXCHANGE_VERSION,
        center=issuer.center,
        subject=subject,
        version=version,
        dictionary_version=issuer.dictionary_version,
        software=SOFTWARE,
        vital_status=tuple(sorted((one for one in lives if one), key=_order)),
        events=tuple(sorted(happened, key=lambda one: (one.day, one.kind, one.source))),
    )


def vital_status(entry: StatusEntry, whole: Window, counting: Counting) -> VitalStatus | None:
    """One source's word in days; None where nothing of its window may cross and it shows no death.

    A death whose window is too short to cross keeps a window of its one day: the death is the patient's own date,
    and who is known to be dead must not be taken for alive.

    Args:
        entry: what the source says.
        whole: the window to which it belongs (`whole_windows`).
        counting: how dates become days.
    """
    alive = crossing_alive(entry, whole, counting.origin)
    window = crossing_window(entry, whole, counting.origin)
    if not entry.death:
        return None if window is None else VitalStatus(entry.source, *window, last_alive_day=alive)
    span = span_of(entry.death)
    alive_on = entry.last_alive or counting.origin.date
    day = counting.coarse(entry.death, min(max(span.first, alive_on), span.last), span.last)
    return VitalStatus(entry.source, *(window or (day, day)), day, span.precision, entry.cause, alive)


def outcome_event(entry: EventEntry, counting: Counting) -> OutcomeEvent:
    """One event in days."""
    span = span_of(entry.date)
    values = {name: ReportValue.from_document(value, name) for name, value in sorted(entry.values.items())}
    day = counting.coarse(entry.date, span.first, span.last)
    return OutcomeEvent(entry.kind, day, entry.source, span.precision, values)


def withdrawal(issuer: Issuer, subject: str) -> Withdrawal:
    """The subject withdraws."""
    return Withdrawal(EXCHANGE_VERSION, issuer.center, subject, WithdrawalScope.SUBJECT)


def content_digest(document: FollowUpDocument) -> str:
    """Hash of what a document says, whatever its version number and the version of this software."""
    said = document.to_document()
    for name in ("version", "software"):
        del said[name]
    return sha256_hex(canonical_json(said))


def _order(status: VitalStatus) -> tuple[int, int, str, int, int]:
    unknown = FIRST_DAY - 1
    death = unknown if status.death_day is None else status.death_day
    alive = unknown if status.last_alive_day is None else status.last_alive_day
    return status.from_day, status.through_day, status.source, death, alive
