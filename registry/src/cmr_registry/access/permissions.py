"""What may be done with an application, as sentences: `check_...` raises one where `user_can_...` says no."""

from cmr_registry.access.conflicts import EXCLUDING
from cmr_registry.access.errors import ConflictedRejected, NotNowError, NotYoursError
from cmr_registry.access.models import AccessApplication
from cmr_registry.access.reviewing import Standing
from cmr_registry.access.states import ApplicationState

SCORING_STATES = frozenset({ApplicationState.IN_REVIEW, ApplicationState.SCORED})


def check_user_can_read(standing: Standing) -> None:
    """Let nobody read who is in conflict, or has not said that he or she is not (L11).

    Raises:
        ConflictedRejected: a conflict keeps the person out.
        NotNowError: nothing has been declared yet.
    """
    check_user_is_not_excluded(standing)
    if standing.declaration is None:
        raise NotNowError("Please declare your conflicts of interest first.")


def check_user_is_not_excluded(standing: Standing) -> None:
    """Keep out who is in conflict.

    Raises:
        ConflictedRejected: with the sentence that says why.
    """
    if standing.is_excluded:
        reasons = sorted(kind.value for kind in standing.conflicts & EXCLUDING)
        why = " and ".join(reasons)
        raise ConflictedRejected(
            f"This application is closed to you, because a member who {why} takes no part."
        )


def user_can_score(application: AccessApplication, standing: Standing) -> bool:
    """May the member hand in a sheet now?"""
    return standing.may_read and standing.scores and ApplicationState(application.state) in SCORING_STATES


def check_user_can_score(application: AccessApplication, standing: Standing) -> None:
    """Let only reviewers score, and only while the review runs.

    Raises:
        ConflictedRejected: a conflict keeps the person out.
        NotNowError: nothing declared yet, or the review does not run.
        NotYoursError: the role does not score.
    """
    check_user_can_read(standing)
    if not standing.scores:
        raise NotYoursError("Reviewers score; chair and deputy decide.")
    if not user_can_score(application, standing):
        raise NotNowError("The review of this application does not run.")
