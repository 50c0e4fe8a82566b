"""The states of a project, who moves it on, and where it may go (R38; default, ours; placeholder)."""

import enum


class ProjectState(enum.StrEnum):
    """Where a project stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    CONSULTING = "consulting centers"
    AGREEMENTS = "agreements"
    DATA_CUT = "data cut"
    ACTIVE = "active"
    REPORTING = "reporting"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


S = ProjectState
ALLOWED: dict[ProjectState, frozenset[ProjectState]] = {
    S.PROPOSED: frozenset({S.APPROVED, S.DECLINED, S.WITHDRAWN}),
    S.APPROVED: frozenset({S.CONSULTING, S.WITHDRAWN}),
    S.CONSULTING: frozenset({S.AGREEMENTS, S.WITHDRAWN}),
    S.AGREEMENTS: frozenset({S.DATA_CUT, S.WITHDRAWN}),
    S.DATA_CUT: frozenset({S.ACTIVE, S.WITHDRAWN}),
    S.ACTIVE: frozenset({S.DATA_CUT, S.REPORTING, S.WITHDRAWN}),
    S.REPORTING: frozenset({S.ACTIVE, S.CLOSED, S.WITHDRAWN}),
    S.CLOSED: frozenset(),
    S.DECLINED: frozenset(),
    S.WITHDRAWN: frozenset(),
}

OWNER: dict[ProjectState, str] = {
    S.PROPOSED: "committee chair",
    S.APPROVED: "registry steward",
    S.CONSULTING: "center PI",
    S.AGREEMENTS: "registry steward",
    S.DATA_CUT: "registry steward",
    S.ACTIVE: "principal investigator",
    S.REPORTING: "principal investigator",
    S.CLOSED: "nobody",
    S.DECLINED: "nobody",
    S.WITHDRAWN: "nobody",
}

TARGET_DAYS: dict[ProjectState, int | None] = {
    S.PROPOSED: 42,
    S.APPROVED: 3,
    S.CONSULTING: 30,
    S.AGREEMENTS: 14,
    S.DATA_CUT: 14,
    S.ACTIVE: None,
    S.REPORTING: 180,
    S.CLOSED: None,
    S.DECLINED: None,
    S.WITHDRAWN: None,
}
"""How many days a state should last at most, None where it may last (default, ours; GLOBE-Reg decides in 42)."""

BY_HAND: dict[ProjectState, frozenset[ProjectState]] = {
    S.PROPOSED: frozenset({S.WITHDRAWN}),
    S.APPROVED: frozenset({S.WITHDRAWN}),
    S.CONSULTING: frozenset({S.WITHDRAWN}),
    S.AGREEMENTS: frozenset({S.DATA_CUT, S.WITHDRAWN}),
    S.DATA_CUT: frozenset({S.WITHDRAWN}),
    S.ACTIVE: frozenset({S.REPORTING, S.WITHDRAWN}),
    S.REPORTING: frozenset({S.ACTIVE, S.CLOSED, S.WITHDRAWN}),
    S.CLOSED: frozenset(),
    S.DECLINED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
"""Steps that the steward takes on the project's page; the others come with a decision, a ballot or a release."""

PUBLIC = frozenset(
    {S.APPROVED, S.CONSULTING, S.AGREEMENTS, S.DATA_CUT, S.ACTIVE, S.REPORTING, S.CLOSED},
)
"""An approved project is public knowledge (R47)."""

MAY_HOLD_DATA = frozenset({S.DATA_CUT, S.ACTIVE, S.REPORTING})
"""States in which a release may be built for the project and downloaded by its members."""


def require_step(now: str, to: ProjectState) -> ProjectState:
    """`to`, where the table allows the step.

    Raises:
        ValueError: it does not; callers that speak to people check `may_become` first.
    """
    if not may_become(now, to):
        raise ValueError(f"A project that is {now} cannot become {to.value}.")
    return to


def may_become(now: str, to: ProjectState) -> bool:
    """Does the table allow the step?"""
    return to in ALLOWED[ProjectState(now)]
