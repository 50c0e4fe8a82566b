"""The one way to leave an audit event: last in the transaction of the thing that happened.

`audited` marks a service. It runs in one transaction, and only the outermost of nested services leaves its
event: one thing that somebody did is one event, however many rooms it touched (house.md, Audit).
"""

import contextvars
import functools
import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import transaction
from django.utils import timezone

from cmr_exchange.canonical import canonical_json
from cmr_registry.audit.models import AuditEvent
from cmr_registry.lib.locks import transaction_lock

P = ParamSpec("P")
R = TypeVar("R")

REGISTRY_CHAIN = "registry"
GENESIS = "0" * 64

_depth: contextvars.ContextVar[int] = contextvars.ContextVar("service_depth", default=0)


def audited(service: Callable[P, R]) -> Callable[P, R]:
    """Mark a service: atomic, and silent in the audit trail where another service called it."""

    @functools.wraps(service)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        token = _depth.set(_depth.get() + 1)
        try:
            with transaction.atomic():
                return service(*args, **kwargs)
        finally:
            _depth.reset(token)

    inside.audited = True  # type: ignore[attr-defined]
    return inside


def denial_record(*, actor: str, action: str, center: uuid.UUID | None = None, target: str = "") -> None:
    """Leave one `denied` event, in a transaction of its own; call it outside of the service that refuses."""
    event_record(actor=actor, action=action, outcome="denied", center=center, target=target)


def event_record(
    *,
    actor: str,
    action: str,
    outcome: str = "done",
    center: uuid.UUID | None = None,
    target: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditEvent | None:
    """Append one event to the chain of `center`, or to the registry's.

    Runs in the caller's transaction: where the change is rolled back so is its event, and where the event
    cannot be written neither can the change.

    Args:
        actor: `Principal.actor`.
        action: `<noun>.<verb>`.
        outcome: `done` or `denied`.
        center: whose data it was about.
        target: `<kind>:<id>` of the object.
        detail: codes and counts; never a value, name or literal of a query.

    Returns:
        The event; None inside a service that another service called.
    """
    if _depth.get() > 1:
        return None
    event = AuditEvent(
        chain=str(center) if center else REGISTRY_CHAIN,
        actor=actor,
        action=action,
        outcome=outcome,
        target=target,
        detail=detail or {},
    )
    # no savepoint: an event that cannot be written takes the change with it
    with transaction.atomic(savepoint=False):
        _append(event)
    return event


def _append(event: AuditEvent) -> None:
    """Write an event as the next one of its chain."""
    chain = event.chain
    transaction_lock(f"audit {chain}")
    last = AuditEvent.objects.filter(chain=chain).order_by("-sequence").only("sequence", "hash").first()
    event.at = timezone.now()
    event.sequence = last.sequence + 1 if last else 1
    event.previous_hash = last.hash if last else GENESIS
    event.hash = event_hash(event)
    event.save(force_insert=True)


def event_hash(event: AuditEvent) -> str:
    """SHA-256 over the previous hash and the event's canonical JSON, 64 hexadecimal digits."""
    document = {
        "chain": event.chain,
        "sequence": event.sequence,
        "at": _instant(event.at),
        "actor": event.actor,
        "action": event.action,
        "outcome": event.outcome,
        "target": event.target,
        "detail": event.detail,
    }
    return hashlib.sha256(event.previous_hash.encode() + canonical_json(document)).hexdigest()


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
