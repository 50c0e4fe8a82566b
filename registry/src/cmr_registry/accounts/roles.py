"""Roles in one file: which permissions each holds. Roles name tasks, never a specialty (registry.md section 1)."""

import enum

from cmr_registry.accounts.permissions import Permission


class Role(enum.StrEnum):
    """A task that a person, or a connector, has at a center or at the registry."""

    COORDINATOR = "center coordinator"
    DATA_MANAGER = "data manager"
    CENTER_PI = "center PI"
    TRAINEE_READER = "trainee reader"
    CONNECTOR = "connector"
    STEWARD = "registry steward"
    AUDITOR = "auditor"


CENTER_ROLES: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: frozenset(
        {
            Permission.SEE_CENTER_DESK,
            Permission.SEE_EXAMS,
            Permission.SEE_IMAGES,
            Permission.SEE_DELIVERIES,
            Permission.DELIVER,
            Permission.SEE_AUDIT,
        }
    ),
    Role.DATA_MANAGER: frozenset(
        {
            Permission.SEE_CENTER_DESK,
            Permission.SEE_EXAMS,
            Permission.SEE_IMAGES,
            Permission.SEE_DELIVERIES,
            Permission.DELIVER,
        }
    ),
    Role.CENTER_PI: frozenset(
        {
            Permission.SEE_CENTER_DESK,
            Permission.SEE_EXAMS,
            Permission.SEE_IMAGES,
            Permission.SEE_DELIVERIES,
            Permission.SEE_AUDIT,
        }
    ),
    Role.TRAINEE_READER: frozenset(
        {
            Permission.SEE_CENTER_DESK,
            Permission.SEE_EXAMS,
            Permission.SEE_IMAGES,
        }
    ),
    Role.CONNECTOR: frozenset(
        {
            Permission.DELIVER,
            Permission.SEE_DELIVERIES,
            Permission.SEE_EXAMS,
            Permission.SEE_IMAGES,
        }
    ),
}

REGISTRY_ROLES: dict[Role, frozenset[Permission]] = {
    Role.STEWARD: frozenset(
        {
            Permission.SEE_REGISTRY_DESK,
            Permission.SEE_EXAMS,
            Permission.SEE_IMAGES,
            Permission.SEE_DELIVERIES,
            Permission.RESOLVE_CONFLICTS,
            Permission.SEE_AUDIT,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.SEE_REGISTRY_DESK,
            Permission.SEE_AUDIT,
        }
    ),
}
