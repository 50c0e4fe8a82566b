"""The one policy that answers at every door. Plain Python: ids in, a yes or no out, no database.

`config.principal` composes the Principal once per request, key or job; pages, API and DICOMweb ask here.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cmr_registry.accounts.permissions import OPENS_NO_CENTER_DATA, Permission
from cmr_registry.accounts.roles import CENTER_ROLES, PROJECT_ROLES, REGISTRY_ROLES, Role
from cmr_registry.lib.scope import ALL_CENTERS, Scope


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        actor: stable, name-free name for the audit trail (`account:<uuid>`, `key:<uuid>`, `job:<name>`,
            `nobody`).
        account: id of the account, None for keys, jobs and the public.
        registry_roles: roles held at the registry.
        center_roles: roles held per center id.
        project_roles: roles held per project id.
    """

    actor: str = "nobody"
    account: uuid.UUID | None = None
    registry_roles: frozenset[Role] = frozenset()
    center_roles: Mapping[uuid.UUID, frozenset[Role]] = field(default_factory=dict)
    project_roles: Mapping[uuid.UUID, frozenset[Role]] = field(default_factory=dict)

    @property
    def is_somebody(self) -> bool:
        """True for a signed-in person, a valid key or a job."""
        return self.actor != "nobody"


NOBODY = Principal()


def can(
    principal: Principal,
    permission: Permission,
    center: uuid.UUID | None = None,
    project: uuid.UUID | None = None,
) -> bool:
    """May `principal` use `permission` at `center`, in `project` (both None: at the registry)?"""
    if _at_registry(principal, permission):
        return True
    if center is not None and _at(CENTER_ROLES, principal.center_roles.get(center, ()), permission):
        return True
    return project is not None and _at(PROJECT_ROLES, principal.project_roles.get(project, ()), permission)


def holds(principal: Principal, permission: Permission) -> bool:
    """Does `principal` hold `permission` anywhere: at the registry, at a center, in a project?"""
    return (
        _at_registry(principal, permission)
        or any(_at(CENTER_ROLES, held, permission) for held in principal.center_roles.values())
        or any(_at(PROJECT_ROLES, held, permission) for held in principal.project_roles.values())
    )


def scope_for(principal: Principal, permission: Permission) -> Scope:
    """The centers whose data `permission` opens to `principal`; empty where it opens none (doors of research)."""
    if permission in OPENS_NO_CENTER_DATA:
        return frozenset()
    if _at_registry(principal, permission):
        return ALL_CENTERS
    return centers_for(principal, permission)


def centers_for(principal: Principal, permission: Permission) -> frozenset[uuid.UUID]:
    """The centers at which a role of `principal` holds `permission`."""
    held = principal.center_roles.items()
    return frozenset(center for center, roles in held if _at(CENTER_ROLES, roles, permission))


def projects_for(principal: Principal, permission: Permission) -> frozenset[uuid.UUID]:
    """The projects in which a role of `principal` holds `permission`."""
    held = principal.project_roles.items()
    return frozenset(project for project, roles in held if _at(PROJECT_ROLES, roles, permission))


def _at_registry(principal: Principal, permission: Permission) -> bool:
    return _at(REGISTRY_ROLES, principal.registry_roles, permission)


def _at(table: Mapping[Role, frozenset[Permission]], held: Iterable[Role], permission: Permission) -> bool:
    return any(permission in table[role] for role in held)
