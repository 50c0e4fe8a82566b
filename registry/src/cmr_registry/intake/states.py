"""The states of a delivery, who moves it on, and where it may go."""

import enum


class DeliveryState(enum.StrEnum):
    """Where a delivery stands."""

    OPEN = "open"
    COMPLETE = "complete"
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    REFUSED = "refused"


S = DeliveryState
ALLOWED: dict[DeliveryState, frozenset[DeliveryState]] = {
    S.OPEN: frozenset({S.COMPLETE, S.REFUSED}),
    S.COMPLETE: frozenset({S.ACCEPTED, S.CONFLICT, S.REFUSED}),
    S.CONFLICT: frozenset({S.ACCEPTED, S.REFUSED}),
    S.ACCEPTED: frozenset(),
    S.REFUSED: frozenset(),
}

OWNER: dict[DeliveryState, str] = {
    S.OPEN: "connector",
    S.COMPLETE: "worker",
    S.CONFLICT: "registry steward",
    S.ACCEPTED: "nobody",
    S.REFUSED: "center coordinator",
}
