"""The one policy that answers at every door. Plain Python: ids in, a yes or no out, no database.

`config.principal` composes the Principal once per request, key or job; pages, API and DICOMweb ask here.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.roles import CENTER_ROLES, REGISTRY_ROLES, Role
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


def can(principal: Principal, permission: Permission, center: uuid.UUID | None = None) -> bool:
    """May `principal` use `permission` at `center` (None: at the registry)?"""
    if _at_registry(principal, permission):
        return True
    if center is None:
        return False
    return any(permission in CENTER_ROLES[role] for role in principal.center_roles.get(center, ()))


def scope_for(principal: Principal, permission: Permission) -> Scope:
    """The centers at which `principal` holds `permission`; empty where it holds it nowhere."""
    if _at_registry(principal, permission):
        return ALL_CENTERS
    return frozenset(center for center in principal.center_roles if can(principal, permission, center))


def _at_registry(principal: Principal, permission: Permission) -> bool:
    return any(permission in REGISTRY_ROLES[role] for role in principal.registry_roles)
