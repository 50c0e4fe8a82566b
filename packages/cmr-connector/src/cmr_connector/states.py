"""States of exams, instances, deliveries, statements and reports: who owns each, and every transition that is allowed.

One table per noun. `require` is the only gate: a change that the table does not list is a programming error.
"""

import enum
from collections.abc import Mapping
from typing import TypeVar

from cmr_connector.errors import TransitionError

S = TypeVar("S", bound=enum.StrEnum)


class Owner(enum.StrEnum):
    """Who moves a thing out of its state."""

    INTAKE = "intake"
    PIPELINE = "pipeline"
    SENDER = "sender"
    COORDINATOR = "center coordinator"
    STEWARD = "registry steward"
    NOBODY = "nobody"


class ExamState(enum.StrEnum):
    """Where one exam stands."""

    ARRIVING = "arriving"
    PREPARING = "preparing"
    HELD = "held"
    REJECTED = "rejected"
    QUEUED = "queued"
    SENDING = "sending"
    CONFLICT = "conflict"
    DELIVERED = "delivered"


class InstanceState(enum.StrEnum):
    """Where one received instance stands (L3)."""

    FOUND = "found"
    READ = "read"
    DEIDENTIFIED = "deidentified"
    SENT = "sent"
    STORED = "stored"
    HELD = "held"
    REJECTED = "rejected"


class DeliveryState(enum.StrEnum):
    """Where one version of one exam stands on its way to the registry."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    REFUSED = "refused"


class StatementKind(enum.StrEnum):
    """What a document that is no exam says."""

    FOLLOW_UP = "follow_up"
    WITHDRAWAL = "withdrawal"
    QUERY_ANSWER = "query_answer"
    CENSUS = "census"


class StatementState(enum.StrEnum):
    """Where one follow-up document or withdrawal stands on its way to the registry."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class ReportState(enum.StrEnum):
    """Where one report row or message stands."""

    WAITING = "waiting"
    MATCHED = "matched"
    REJECTED = "rejected"


EXAM_OWNER: Mapping[ExamState, Owner] = {
    ExamState.ARRIVING: Owner.INTAKE,
    ExamState.PREPARING: Owner.PIPELINE,
    ExamState.HELD: Owner.COORDINATOR,
    ExamState.REJECTED: Owner.NOBODY,
    ExamState.QUEUED: Owner.SENDER,
    ExamState.SENDING: Owner.SENDER,
    ExamState.CONFLICT: Owner.STEWARD,
    ExamState.DELIVERED: Owner.NOBODY,
}

INSTANCE_OWNER: Mapping[InstanceState, Owner] = {
    InstanceState.FOUND: Owner.PIPELINE,
    InstanceState.READ: Owner.PIPELINE,
    InstanceState.DEIDENTIFIED: Owner.SENDER,
    InstanceState.SENT: Owner.SENDER,
    InstanceState.STORED: Owner.NOBODY,
    InstanceState.HELD: Owner.COORDINATOR,
    InstanceState.REJECTED: Owner.NOBODY,
}

DELIVERY_OWNER: Mapping[DeliveryState, Owner] = {
    DeliveryState.QUEUED: Owner.SENDER,
    DeliveryState.SENDING: Owner.SENDER,
    DeliveryState.ACCEPTED: Owner.NOBODY,
    DeliveryState.CONFLICT: Owner.STEWARD,
    DeliveryState.REFUSED: Owner.COORDINATOR,
}

STATEMENT_OWNER: Mapping[StatementState, Owner] = {
    StatementState.QUEUED: Owner.SENDER,
    StatementState.SENDING: Owner.SENDER,
    StatementState.ACCEPTED: Owner.NOBODY,
    StatementState.REFUSED: Owner.COORDINATOR,
    StatementState.SUPERSEDED: Owner.NOBODY,
}

REPORT_OWNER: Mapping[ReportState, Owner] = {
    ReportState.WAITING: Owner.PIPELINE,
    ReportState.MATCHED: Owner.NOBODY,
    ReportState.REJECTED: Owner.COORDINATOR,
}

EXAM_TRANSITIONS: Mapping[ExamState, frozenset[ExamState]] = {
    ExamState.ARRIVING: frozenset({ExamState.PREPARING}),
    # back to arriving: the process was killed; to delivered: the same exam came again and nothing is new
    ExamState.PREPARING: frozenset(
        {ExamState.ARRIVING, ExamState.HELD, ExamState.REJECTED, ExamState.QUEUED, ExamState.DELIVERED}
    ),
    ExamState.HELD: frozenset({ExamState.ARRIVING}),
    ExamState.REJECTED: frozenset({ExamState.ARRIVING}),
    ExamState.QUEUED: frozenset({ExamState.SENDING}),
    # to arriving: the registry refused single instances, the others are prepared again without them;
    # to rejected: the patient withdrew before anything was sent
    ExamState.SENDING: frozenset(
        {
            ExamState.QUEUED,
            ExamState.DELIVERED,
            ExamState.CONFLICT,
            ExamState.ARRIVING,
            ExamState.HELD,
            ExamState.REJECTED,
        }
    ),
    ExamState.CONFLICT: frozenset({ExamState.DELIVERED, ExamState.ARRIVING, ExamState.HELD}),
    ExamState.DELIVERED: frozenset({ExamState.ARRIVING}),
}

INSTANCE_TRANSITIONS: Mapping[InstanceState, frozenset[InstanceState]] = {
    InstanceState.FOUND: frozenset({InstanceState.READ, InstanceState.HELD, InstanceState.REJECTED}),
    InstanceState.READ: frozenset({InstanceState.DEIDENTIFIED, InstanceState.HELD, InstanceState.REJECTED}),
    InstanceState.DEIDENTIFIED: frozenset(
        {InstanceState.SENT, InstanceState.STORED, InstanceState.HELD, InstanceState.READ}
    ),
    InstanceState.SENT: frozenset({InstanceState.STORED, InstanceState.DEIDENTIFIED, InstanceState.HELD}),
    # back to held: the registry asks again for an image whose outgoing file was cleared here
    InstanceState.STORED: frozenset({InstanceState.HELD}),
    # the same image was sent again, or a person released it
    # (found), or a corrected copy of it came (rejected: superseded)
    InstanceState.HELD: frozenset({InstanceState.FOUND, InstanceState.REJECTED}),
    InstanceState.REJECTED: frozenset({InstanceState.FOUND}),
}

DELIVERY_TRANSITIONS: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.QUEUED: frozenset({DeliveryState.SENDING}),
    DeliveryState.SENDING: frozenset(
        {DeliveryState.QUEUED, DeliveryState.ACCEPTED, DeliveryState.CONFLICT, DeliveryState.REFUSED}
    ),
    DeliveryState.ACCEPTED: frozenset(),
    DeliveryState.CONFLICT: frozenset({DeliveryState.ACCEPTED, DeliveryState.REFUSED}),
    DeliveryState.REFUSED: frozenset(),
}

STATEMENT_TRANSITIONS: Mapping[StatementState, frozenset[StatementState]] = {
    # superseded: a newer version was entered before this one was sent, or the patient withdrew
    StatementState.QUEUED: frozenset({StatementState.SENDING, StatementState.SUPERSEDED}),
    StatementState.SENDING: frozenset(
        {StatementState.QUEUED, StatementState.ACCEPTED, StatementState.REFUSED}
    ),
    StatementState.ACCEPTED: frozenset(),
    StatementState.REFUSED: frozenset(),
    StatementState.SUPERSEDED: frozenset(),
}

REPORT_TRANSITIONS: Mapping[ReportState, frozenset[ReportState]] = {
    ReportState.WAITING: frozenset({ReportState.MATCHED, ReportState.REJECTED}),
    ReportState.MATCHED: frozenset(),
    ReportState.REJECTED: frozenset(),
}


def require(table: Mapping[S, frozenset[S]], old: S, new: S) -> None:
    """Refuse a transition that `table` does not list; staying in a state is no transition.

    Raises:
        TransitionError: `old` may not become `new`.
    """
    if old != new and new not in table[old]:
        raise TransitionError(f"{type(old).__name__} cannot go from {old} to {new}.")
