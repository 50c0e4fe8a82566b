"""Reads of the audit trail: events by target, and the proof that no chain was touched."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from cmr_registry.audit.models import AuditEvent
from cmr_registry.audit.services import GENESIS, event_hash


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place at which a chain does not hold.

    Attributes:
        chain: which chain.
        sequence: position of the first event that does not fit.
        why: `changed` (its own hash does not fit), `unlinked` (it does not follow its predecessor) or `gap`
            (an event before it is missing).
    """

    chain: str
    sequence: int
    why: str


def events_of_target(target: str) -> QuerySet[AuditEvent]:
    """What happened to one object, newest first."""
    return AuditEvent.objects.filter(target=target).order_by("-at", "-sequence")


def chain_heads() -> dict[str, tuple[int, str]]:
    """Sequence and hash of the newest event of every chain: kept elsewhere, they prove a cut-off tail (S6)."""
    heads: dict[str, tuple[int, str]] = {}
    for chain, sequence, digest in AuditEvent.objects.order_by("chain", "sequence").values_list(
        "chain", "sequence", "hash"
    ):
        heads[chain] = (sequence, digest)
    return heads


def hash_at(chain: str, sequence: int) -> str | None:
    """Hash of the event at this position, None where there is none."""
    return AuditEvent.objects.filter(chain=chain, sequence=sequence).values_list("hash", flat=True).first()


def chain_verify(chain: str | None = None) -> BrokenLink | None:
    """The first broken position of `chain` (None: of all chains), or None where everything holds.

    An event that was changed, deleted, inserted, moved or forged breaks the chain at its place. Events cut off
    at the end leave no trace in the chain itself; `chain_heads`, kept elsewhere, shows them.
    """
    events = AuditEvent.objects.order_by("chain", "sequence")
    if chain is not None:
        events = events.filter(chain=chain)
    return next(_broken(events.iterator(chunk_size=2_000)), None)


def _broken(events: Iterable[AuditEvent]) -> Iterator[BrokenLink]:
    chain, sequence, digest = "", 0, GENESIS
    for event in events:
        if event.chain != chain:
            chain, sequence, digest = event.chain, 0, GENESIS
        if event.sequence != sequence + 1:
            yield BrokenLink(chain, event.sequence, "gap")
        if event.previous_hash != digest:
            yield BrokenLink(chain, event.sequence, "unlinked")
        if event_hash(event) != event.hash:
            yield BrokenLink(chain, event.sequence, "changed")
        sequence, digest = event.sequence, event.hash
