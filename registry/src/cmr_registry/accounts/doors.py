"""Doors: every route says which permission it asks for, and runs inside the scope that the permission grants.

`enter` is the one way in; `door` puts it around a Django view or ninja operation, and the DICOMweb sub-app uses
`enter` itself. A route without a `Door` fails the access matrix test (L1).
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from cmr_registry.accounts.errors import NotAllowedRejected, SignInNeededRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, holds, scope_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.audit.services import event_record
from cmr_registry.lib.scope import center_scope

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Door:
    """What a route asks for: a permission, or a reason to be public."""

    permission: Permission | None
    why_public: str = ""


@contextlib.contextmanager
def enter(principal: Principal, permission: Permission, *, at: str) -> Iterator[None]:
    """Run a block as `principal` inside the centers at which it holds `permission`.

    Args:
        principal: who asks.
        permission: what the door asks for.
        at: name of the route, for the audit trail.

    Raises:
        SignInNeededRejected: nobody asks.
        NotAllowedRejected: the permission is held nowhere; one `denied` event is left.
    """
    if not principal.is_somebody:
        raise SignInNeededRejected("Please sign in first.")
    if not holds(principal, permission):
        event_record(
            actor=principal.actor, action=f"door.{permission.name.lower()}", outcome="denied", target=at
        )
        raise NotAllowedRejected(f"Your roles do not let you {permission.value}.")
    with center_scope(scope_for(principal, permission)):
        yield


def door(permission: Permission) -> Callable[[V], V]:
    """Put a view behind `permission`; inside, queries see only the centers at which the caller holds it."""

    def around(view: V) -> V:
        @functools.wraps(view)
        def inside(request: Any, *args: Any, **kwargs: Any) -> Any:
            with enter(principal_of(request), permission, at=view.__name__):
                return view(request, *args, **kwargs)

        inside.door = Door(permission)  # type: ignore[attr-defined]
        return cast(V, inside)

    return around


def public_door(why: str) -> Callable[[V], V]:
    """Mark a view as open to everybody, with the reason; no center scope is opened."""

    def around(view: V) -> V:
        view.door = Door(None, why)  # type: ignore[attr-defined]
        return view

    return around
