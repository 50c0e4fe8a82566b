"""Roles in one file: which permissions each holds. Roles name tasks, never a specialty (registry.md section 1)."""

import enum

from cmr_registry.accounts.permissions import Permission as P


class Role(enum.StrEnum):
    """A task that a person, or a connector, has at a center or at the registry."""

    COORDINATOR = "center coordinator"
    DATA_MANAGER = "data manager"
    CENTER_PI = "center PI"
    TRAINEE_READER = "trainee reader"
    CONNECTOR = "connector"
    STEWARD = "registry steward"
    AUDITOR = "auditor"


CENTER_ROLES: dict[Role, frozenset[P]] = {
    Role.COORDINATOR: frozenset(
        {P.SEE_CENTER_DESK, P.SEE_EXAMS, P.SEE_IMAGES, P.SEE_DELIVERIES, P.DELIVER, P.SEE_AUDIT}
    ),
    Role.DATA_MANAGER: frozenset({P.SEE_CENTER_DESK, P.SEE_EXAMS, P.SEE_IMAGES, P.SEE_DELIVERIES, P.DELIVER}),
    Role.CENTER_PI: frozenset({P.SEE_CENTER_DESK, P.SEE_EXAMS, P.SEE_IMAGES, P.SEE_DELIVERIES, P.SEE_AUDIT}),
    Role.TRAINEE_READER: frozenset({P.SEE_CENTER_DESK, P.SEE_EXAMS, P.SEE_IMAGES}),
    Role.CONNECTOR: frozenset({P.DELIVER, P.SEE_DELIVERIES, P.SEE_EXAMS, P.SEE_IMAGES}),
}

REGISTRY_ROLES: dict[Role, frozenset[P]] = {
    Role.STEWARD: frozenset(
        {
            P.SEE_REGISTRY_DESK,
            P.SEE_EXAMS,
            P.SEE_IMAGES,
            P.SEE_DELIVERIES,
            P.RESOLVE_CONFLICTS,
            P.SEE_AUDIT,
        }
    ),
    Role.AUDITOR: frozenset({P.SEE_REGISTRY_DESK, P.SEE_AUDIT}),
}
