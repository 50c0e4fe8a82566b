"""The states of a data access application, who moves it on, and where it may go (R37, R38)."""

import enum


class ApplicationState(enum.StrEnum):
    """Where an application stands; what follows an approval are states of the project."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned for changes"
    IN_REVIEW = "in review"
    SCORED = "scored"
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved with conditions"
    REVISE = "revise and resubmit"
    DECLINED = "declined"


S = ApplicationState
ALLOWED: dict[ApplicationState, frozenset[ApplicationState]] = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset({S.RETURNED, S.IN_REVIEW}),
    S.RETURNED: frozenset({S.SUBMITTED}),
    S.IN_REVIEW: frozenset({S.SCORED}),
    S.SCORED: frozenset({S.IN_REVIEW, S.APPROVED, S.APPROVED_WITH_CONDITIONS, S.REVISE, S.DECLINED}),
    S.APPROVED: frozenset(),
    S.APPROVED_WITH_CONDITIONS: frozenset(),
    S.REVISE: frozenset({S.SUBMITTED}),
    S.DECLINED: frozenset(),
}
"""Scored falls back to in review where a reviewer declares a conflict late and the quorum is lost."""

OWNER: dict[ApplicationState, str] = {
    S.DRAFT: "researcher",
    S.SUBMITTED: "registry steward",
    S.RETURNED: "researcher",
    S.IN_REVIEW: "committee reviewer",
    S.SCORED: "committee chair",
    S.APPROVED: "project",
    S.APPROVED_WITH_CONDITIONS: "project",
    S.REVISE: "researcher",
    S.DECLINED: "nobody",
}

EDITABLE = frozenset({S.DRAFT, S.RETURNED, S.REVISE})
"""States in which the applicant may change the application; its clock does not run."""

DECISIONS = frozenset({S.APPROVED, S.APPROVED_WITH_CONDITIONS, S.REVISE, S.DECLINED})
"""What the chair may decide (R37)."""

WITH_COMMITTEE = frozenset({S.IN_REVIEW, S.SCORED}) | DECISIONS
"""States in which the committee may open the application."""

SETTLED = frozenset({S.APPROVED, S.APPROVED_WITH_CONDITIONS, S.DECLINED})
"""States that nothing leaves."""


def require_step(now: str, to: ApplicationState) -> ApplicationState:
    """`to`, where the table allows the step.

    Raises:
        ValueError: it does not; a programming error.
    """
    if to not in ALLOWED[ApplicationState(now)]:
        raise ValueError(f"An application that is {now} cannot become {to.value}.")
    return to
