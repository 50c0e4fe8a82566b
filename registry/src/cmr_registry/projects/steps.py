"""What every write of a project shares: the locked row, the step that its table allows, the audit event."""

from typing import Any

from django.utils import timezone

from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import event_record
from cmr_registry.projects.errors import ProjectStepError
from cmr_registry.projects.models import Project
from cmr_registry.projects.states import ProjectState, may_become


def project_locked(project: Project) -> Project:
    """The row of a project as it is now, locked until the transaction ends."""
    return Project.objects.select_for_update(of=("self",)).select_related("pi").get(pk=project.pk)


def project_step(project: Project, to: ProjectState) -> None:
    """Let a project take a step; unsaved.

    Raises:
        ProjectStepError: the table of states does not allow it.
    """
    if not may_become(project.state, to):
        raise ProjectStepError(f"A project that is {project.state} cannot become {to.value}.")
    project.state, project.state_since = to.value, timezone.now()


def project_event(by: Principal, action: str, project: Project, detail: dict[str, Any] | None = None) -> None:
    """Leave the audit event of a write."""
    event_record(actor=by.actor, action=action, target=f"project:{project.pk}", detail=detail)
