"""The one way to leave an audit event: last in the transaction of the thing that happened."""

import hashlib
import uuid
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cmr_exchange.canonical import canonical_json
from cmr_registry.audit.models import AuditEvent

REGISTRY_CHAIN = "registry"
GENESIS = "0" * 64


@transaction.atomic
def event_record(
    *,
    actor: str,
    action: str,
    outcome: str = "done",
    center: uuid.UUID | None = None,
    target: str = "",
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
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
    """
    chain = str(center) if center else REGISTRY_CHAIN
    _lock(chain)
    last = AuditEvent.objects.filter(chain=chain).order_by("-sequence").only("sequence", "hash").first()
    event = AuditEvent(
        chain=chain,
        sequence=last.sequence + 1 if last else 1,
        at=timezone.now(),
        actor=actor,
        action=action,
        outcome=outcome,
        target=target,
        detail=detail or {},
        previous_hash=last.hash if last else GENESIS,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    return event


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


def _lock(chain: str) -> None:
    """Serialize writers of one chain; SQLite's immediate transactions do it by themselves."""
    if connection.vendor == "postgresql":
        key = int.from_bytes(hashlib.sha256(chain.encode()).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
