"""Reads of the centers room that every door needs."""

import hashlib
import uuid
from collections import defaultdict

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.roles import Role
from cmr_registry.centers.models import CenterMembership, ConnectorKey


def center_roles_of(account: Account) -> dict[uuid.UUID, frozenset[Role]]:
    """The running roles of `account` per center id."""
    roles: dict[uuid.UUID, set[Role]] = defaultdict(set)
    rows = CenterMembership.objects.filter(account=account, ended_at=None).values_list("center_id", "role")
    for center, role in rows:
        roles[center].add(Role(role))
    return {center: frozenset(held) for center, held in roles.items()}


def connector_key_find(key: str) -> ConnectorKey | None:
    """The unrevoked connector key whose digest is that of `key`."""
    return ConnectorKey.objects.filter(digest=key_digest(key), revoked_at=None).first()


def key_digest(key: str) -> str:
    """SHA-256 of a connector key as stored; keys are 256 random bits, so no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()
