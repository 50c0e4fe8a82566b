"""The work that waits in the states of the rooms, one piece at a time and room by room (ADR 0006)."""

from collections.abc import Callable

from cmr_registry.access import tasks as access
from cmr_registry.accounts import tasks as accounts
from cmr_registry.cohorts import tasks as cohorts
from cmr_registry.documents import tasks as documents
from cmr_registry.intake import tasks as intake
from cmr_registry.projects import tasks as projects
from cmr_registry.quality import tasks as quality
from cmr_registry.releases import tasks as releases
from cmr_registry.subjects import tasks as subjects

WORK: tuple[Callable[[], bool], ...] = (
    accounts.work_once,
    documents.work_once,
    intake.work_once,
    quality.work_once,
    subjects.work_once,
    projects.work_once,
    cohorts.work_once,
    access.work_once,
    releases.work_once,
)
"""One function per room: does one piece of work, and says whether there was any."""


def work_once() -> bool:
    """Let every room do one piece of its work; no room starves another.

    Returns:
        True if any room had something to do.
    """
    did = [piece() for piece in WORK]
    return any(did)
