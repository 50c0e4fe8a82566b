"""The states of a center's ballot on a project, who moves it on, and what may be chosen (R39-R41).

Silence never releases data: a ballot that is locked without an answer counts as out.
"""

import enum


class BallotState(enum.StrEnum):
    """Where a ballot stands."""

    PENDING = "pending"
    ANSWERED = "answered"
    LOCKED = "locked"
    WITHDRAWN = "withdrawn"


class BallotChoice(enum.StrEnum):
    """What a center chooses."""

    IN = "in"
    WITHOUT_IMAGES = "in without images"
    OUT = "out"


S = BallotState
ALLOWED: dict[BallotState, frozenset[BallotState]] = {
    S.PENDING: frozenset({S.ANSWERED, S.LOCKED}),
    S.ANSWERED: frozenset({S.ANSWERED, S.PENDING, S.LOCKED}),
    S.LOCKED: frozenset({S.WITHDRAWN}),
    S.WITHDRAWN: frozenset(),
}
"""An answer may change until it is locked; an answer of a standing instruction falls back to pending with it."""

OWNER: dict[BallotState, str] = {
    S.PENDING: "center PI",
    S.ANSWERED: "registry steward",
    S.LOCKED: "nobody",
    S.WITHDRAWN: "nobody",
}

OPEN = frozenset({S.PENDING, S.ANSWERED})
"""States in which a center may answer."""


def require_step(now: str, to: BallotState) -> BallotState:
    """`to`, where the table allows the step.

    Raises:
        ValueError: it does not; a programming error.
    """
    if to not in ALLOWED[BallotState(now)]:
        raise ValueError(f"A ballot that is {now} cannot become {to.value}.")
    return to
