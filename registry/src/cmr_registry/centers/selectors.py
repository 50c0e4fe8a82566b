"""Reads of the centers room that every door needs."""

import datetime
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.roles import CENTER_ROLES, Role
from cmr_registry.centers.models import Center, CenterMembership, ConnectorKey, ParticipationAgreement
from cmr_registry.centers.states import CONTRIBUTING, MAY_UPLOAD, ONBOARDING, SIGNED
from cmr_registry.lib.scope import ALL_CENTERS, Scope


def center_roles_of(account: Account) -> dict[uuid.UUID, frozenset[Role]]:
    """The running roles of `account` per center id."""
    roles: dict[uuid.UUID, set[Role]] = defaultdict(set)
    rows = CenterMembership.objects.filter(account=account, ended_at=None).values_list("center_id", "role")
    for center, role in rows:
        roles[center].add(Role(role))
    return {center: frozenset(held) for center, held in roles.items()}


def people_with(permission: Permission, centers: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Account]]:
    """Who holds `permission` at each center today, each person once; a center where nobody does is absent."""
    roles = [role.value for role, held in CENTER_ROLES.items() if permission in held]
    rows = CenterMembership.objects.filter(
        center__in=list(centers), role__in=roles, ended_at=None, account__is_active=True
    ).select_related("account")
    people: dict[uuid.UUID, dict[uuid.UUID, Account]] = defaultdict(dict)
    for row in rows.order_by("account__email"):
        people[row.center_id][row.account_id] = row.account
    return {center: list(accounts.values()) for center, accounts in people.items()}


def connector_key_find(key: str) -> ConnectorKey | None:
    """The unrevoked connector key whose digest is that of `key`."""
    return ConnectorKey.objects.filter(digest=key_digest(key), revoked_at=None).first()


def connector_contacts(centers: Iterable[uuid.UUID]) -> dict[uuid.UUID, datetime.datetime]:
    """When a key of each center was last used; a center whose keys were never used is absent."""
    used = ConnectorKey.objects.filter(center__in=list(centers)).exclude(last_used_at=None)
    newest = used.values("center").annotate(at=Max("last_used_at"))
    return dict(newest.values_list("center", "at"))


def centers_in(scope: Scope) -> list[Center]:
    """The centers of a scope, by name."""
    centers = Center.objects.all()
    return list(centers if scope is ALL_CENTERS else centers.filter(pk__in=scope))


def center_by_code(code: str) -> Center | None:
    """The center with this code."""
    return Center.objects.filter(code=code).first()


def agreement_in_force(center: Center, on: datetime.date) -> ParticipationAgreement | None:
    """The newest agreement of `center` whose days include `on`."""
    running = Q(effective_on__lte=on) & (Q(expires_on=None) | Q(expires_on__gte=on))
    return ParticipationAgreement.objects.filter(running, center=center).order_by("-effective_on").first()


def centers_covered(on: datetime.date) -> list[Center]:
    """Centers whose state and agreement let their data be used on this day, by name.

    Args:
        on: the day, UTC.
    """
    running = Q(effective_on__lte=on) & (Q(expires_on=None) | Q(expires_on__gte=on))
    agreements = ParticipationAgreement.objects.filter(running, center=OuterRef("pk"))
    states = [state.value for state in MAY_UPLOAD]
    return list(Center.objects.filter(Exists(agreements), state__in=states).order_by("name"))


def centers_contributing() -> QuerySet[Center]:
    """Centers that contribute, by name; public knowledge."""
    return Center.objects.filter(state__in=[state.value for state in CONTRIBUTING])


def centers_onboarding() -> QuerySet[Center]:
    """Centers on their way from signature to contribution, by name; public knowledge."""
    return Center.objects.filter(state__in=[state.value for state in ONBOARDING])


def centers_signed() -> QuerySet[Center]:
    """Centers that signed and wait for the registry's signature, by name; public knowledge."""
    return Center.objects.filter(state__in=[state.value for state in SIGNED])


def key_digest(key: str) -> str:
    """SHA-256 of a connector key as stored; keys are 256 random bits, so no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()
