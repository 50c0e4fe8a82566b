"""The states of a delivery, who moves it on, and where it may go."""

import enum


class DeliveryState(enum.StrEnum):
    """Where a delivery stands."""

    OPEN = "open"
    COMPLETE = "complete"
    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    REFUSED = "refused"


class DeliveryVia(enum.StrEnum):
    """How a delivery came: with a manifest, by plain STOW-RS, or through the upload page."""

    CONNECTOR = "connector"
    STOW = "stow"
    PAGE = "page"


class ConflictDecision(enum.StrEnum):
    """What a person decides about a conflict: the stored bytes count, or the delivery is refused as a whole."""

    KEEP_STORED = "keep_stored"
    REFUSE = "refuse"


S = DeliveryState
ALLOWED: dict[DeliveryState, frozenset[DeliveryState]] = {
    S.OPEN: frozenset({S.COMPLETE, S.CONFLICT, S.REFUSED}),
    S.COMPLETE: frozenset({S.ACCEPTED, S.CONFLICT, S.REFUSED}),
    S.CONFLICT: frozenset({S.COMPLETE, S.REFUSED}),
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

SETTLED = frozenset({S.ACCEPTED, S.REFUSED})
"""States that nothing leaves."""


def require_step(now: str, to: DeliveryState) -> DeliveryState:
    """`to`, where the table allows the step.

    Raises:
        ValueError: it does not; a programming error.
    """
    if to not in ALLOWED[DeliveryState(now)]:
        raise ValueError(f"A delivery that is {now} cannot become {to.value}.")
    return to
