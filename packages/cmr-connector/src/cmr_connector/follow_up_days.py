"""From real dates to days: the follow-up document that crosses the wall, and nothing but days, codes and sources.

A coarse date stands at the middle of what is possible of its month or year: inside the window, not before the
patient was last seen alive.
"""

import datetime
from collections.abc import Iterable

from cmr_connector.follow_up import EventEntry, FollowUpRejected, StatusEntry, Why, span_of
from cmr_connector.manifests import SOFTWARE, Issuer
from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.followup import (
    MAX_EVENTS,
    MAX_STATUSES,
    FollowUpDocument,
    OutcomeEvent,
    VitalStatus,
)
from cmr_exchange.manifest import ReportValue
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_exchange.withdrawal import Withdrawal, WithdrawalScope


def follow_up_document(
    issuer: Issuer,
    subject: str,
    version: int,
    origin: datetime.date,
    statuses: Iterable[StatusEntry],
    events: Iterable[EventEntry],
) -> FollowUpDocument:
    """Everything that is entered of one subject, counted from its origin.

    Args:
        issuer: who states it.
        subject: pseudonym.
        version: number of this version.
        origin: the subject's day 0; `manifests.settle_dating` settled it with the first exam.
        statuses: entries about vital status.
        events: entries about events.

    Raises:
        FollowUpRejected: more entries than a document holds.
    """
    lives = tuple(vital_status(entry, origin) for entry in sorted(statuses, key=lambda entry: entry.key))
    happened = tuple(outcome_event(entry, origin) for entry in sorted(events, key=lambda entry: entry.key))
    if len(lives) > MAX_STATUSES or len(happened) > MAX_EVENTS:
        raise FollowUpRejected(Why.TOO_MANY)
    return FollowUpDocument(
        exchange_version=EXCHANGE_VERSION,
        center=issuer.center,
        subject=subject,
        version=version,
        dictionary_version=issuer.dictionary_version,
        software=SOFTWARE,
        vital_status=tuple(sorted(lives, key=lambda one: (one.from_day, one.through_day, one.source))),
        events=tuple(sorted(happened, key=lambda one: (one.day, one.kind, one.source))),
    )


def vital_status(entry: StatusEntry, origin: datetime.date) -> VitalStatus:
    """One source's word in days."""
    alive = None if entry.last_alive is None else _days(entry.last_alive, origin)
    window = _days(entry.from_date, origin), _days(entry.through_date, origin)
    if not entry.death:
        return VitalStatus(entry.source, *window, last_alive_day=alive)
    span = span_of(entry.death)
    first = max(span.first, entry.from_date, entry.last_alive or span.first)
    day = _days(_middle(first, min(span.last, entry.through_date)), origin)
    return VitalStatus(entry.source, *window, day, span.precision, entry.cause, alive)


def outcome_event(entry: EventEntry, origin: datetime.date) -> OutcomeEvent:
    """One event in days."""
    span = span_of(entry.date)
    values = {name: ReportValue.from_document(value, name) for name, value in sorted(entry.values.items())}
    day = _days(_middle(span.first, span.last), origin)
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


def _days(date: datetime.date, origin: datetime.date) -> int:
    return (date - origin).days


def _middle(first: datetime.date, last: datetime.date) -> datetime.date:
    return first + (last - first) // 2
