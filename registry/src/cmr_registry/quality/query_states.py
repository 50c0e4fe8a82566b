"""The states of a data query, who moves it on, and where it may go (after REDCap's data resolution workflow).

A query is verified before it rests: one that a check opened closes itself when the check no longer finds it.
"""

from cmr_exchange.queries import QueryState

S = QueryState
ALLOWED: dict[QueryState, frozenset[QueryState]] = {
    S.OPEN: frozenset({S.ANSWERED, S.CLOSED}),
    # to answered: the center says something else before anybody looked
    S.ANSWERED: frozenset({S.ANSWERED, S.REOPENED, S.CLOSED}),
    S.REOPENED: frozenset({S.ANSWERED, S.CLOSED}),
    S.CLOSED: frozenset({S.REOPENED}),
}

OWNER: dict[QueryState, str] = {
    S.OPEN: "center",
    S.ANSWERED: "registry steward, or the check that opened it",
    S.REOPENED: "center",
    S.CLOSED: "nobody",
}

FOR_CENTER = frozenset({S.OPEN, S.REOPENED})
"""States in which the center has something to do."""


def require_step(now: str, to: QueryState) -> QueryState:
    """`to`, where the table allows the step.

    Raises:
        ValueError: it does not; a programming error.
    """
    if to not in ALLOWED[QueryState(now)]:
        raise ValueError(f"A query that is {now} cannot become {to.value}.")
    return to
