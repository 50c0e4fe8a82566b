"""The states of a search request, who moves it on, and where it may go (R32)."""

import enum


class SearchState(enum.StrEnum):
    """Where a search request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned for detail"
    APPROVED = "approved to search"
    EXECUTED = "executed"
    ISSUED = "certificate issued"
    EXPIRED = "expired"


S = SearchState
ALLOWED: dict[SearchState, frozenset[SearchState]] = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset({S.RETURNED, S.APPROVED}),
    S.RETURNED: frozenset({S.SUBMITTED, S.EXPIRED}),
    S.APPROVED: frozenset({S.EXECUTED, S.RETURNED}),
    S.EXECUTED: frozenset({S.ISSUED}),
    S.ISSUED: frozenset({S.EXPIRED}),
    S.EXPIRED: frozenset(),
}
"""An approved search goes back to the requester where disclosure control refuses to answer it."""

OWNER: dict[SearchState, str] = {
    S.DRAFT: "researcher",
    S.SUBMITTED: "registry steward",
    S.RETURNED: "researcher",
    S.APPROVED: "worker",
    S.EXECUTED: "worker",
    S.ISSUED: "researcher",
    S.EXPIRED: "nobody",
}

EDITABLE = frozenset({S.DRAFT, S.RETURNED})
"""States in which the requester may change the request."""


def require_search_step(now: str, to: SearchState) -> SearchState:
    """`to`, where the table allows the step.

    Raises:
        ValueError: it does not; a programming error.
    """
    if to not in ALLOWED[SearchState(now)]:
        raise ValueError(f"A search request that is {now} cannot become {to.value}.")
    return to
