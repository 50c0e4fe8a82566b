"""The work of the documents room: a new registry gets the placeholders, so that its library is not empty."""

from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.documents.models import DocumentVersion
from cmr_registry.documents.services import placeholders_publish

JOB = Principal(actor="job:documents", registry_roles=frozenset({Role.STEWARD}))


def work_once() -> bool:
    """Publish the placeholders where no document was ever published.

    Returns:
        True if there was something to do.
    """
    if DocumentVersion.objects.exists():
        return False
    placeholders_publish(by=JOB)
    return True
