"""The states of a snapshot, who moves it on, and where it may go."""

import enum


class SnapshotState(enum.StrEnum):
    """Where a snapshot stands. While it is built it stays requested, under a claim of its worker (ADR 0006)."""

    REQUESTED = "requested"
    READY = "ready"
    FAILED = "failed"


S = SnapshotState
ALLOWED: dict[SnapshotState, frozenset[SnapshotState]] = {
    S.REQUESTED: frozenset({S.READY, S.FAILED}),
    S.READY: frozenset(),
    S.FAILED: frozenset({S.REQUESTED}),
}

OWNER: dict[SnapshotState, str] = {
    S.REQUESTED: "worker",
    S.READY: "nobody",
    S.FAILED: "registry steward",
}


def require_step(now: str, to: SnapshotState) -> SnapshotState:
    """`to`, where the table allows the step.

    Raises:
        ValueError: it does not; a programming error.
    """
    if to not in ALLOWED[SnapshotState(now)]:
        raise ValueError(f"A snapshot that is {now} cannot become {to.value}.")
    return to
