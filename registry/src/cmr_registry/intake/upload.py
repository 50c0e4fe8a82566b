"""The upload page's work: every file of the archive goes through the same verification as a STOW request."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from cmr_exchange.reasons import Reason
from cmr_registry.accounts.policy import Principal
from cmr_registry.centers.models import Center
from cmr_registry.intake.judging import look, refusal
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.selectors import deliveries_open_of
from cmr_registry.intake.services import delivery_close, instances_store
from cmr_registry.intake.states import DeliveryVia
from cmr_registry.intake.zips import Member, members_of

BATCH_FILES = 100
BATCH_BYTES = 32 * 2**20
SHOWN_PLACES = 12


@dataclass(slots=True)
class Refusals:
    """The files that were refused for one reason.

    Attributes:
        reason: the reason with its sentence.
        count: how many files.
        places: their places in the archive, from 1; fewer than `count` where a file passed verification and
            only does not fit what is stored.
    """

    reason: Reason
    count: int = 0
    places: list[int] = field(default_factory=list)

    @property
    def shown_places(self) -> str:
        """The first places in words."""
        shown = ", ".join(str(place) for place in self.places[:SHOWN_PLACES])
        more = len(self.places) - SHOWN_PLACES
        return f"{shown} and {more} more" if more > 0 else shown


@dataclass(slots=True)
class UploadResult:
    """What became of an uploaded archive.

    Attributes:
        n_stored: files durably stored, now or already before.
        refusals: by reason code.
        studies: Study Instance UIDs of what was stored.
        deliveries: deliveries that were closed and now await acceptance.
    """

    n_stored: int = 0
    refusals: dict[str, Refusals] = field(default_factory=dict)
    studies: set[str] = field(default_factory=set)
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def n_refused(self) -> int:
        """Files that were not taken."""
        return sum(refused.count for refused in self.refusals.values())

    def refuse(self, why: Reason, place: int | None = None) -> None:
        """Note one refused file."""
        refused = self.refusals.setdefault(why.code, Refusals(why))
        refused.count += 1
        if place is not None:
            refused.places.append(place)


def archive_store(*, principal: Principal, center: Center, archive: IO[bytes]) -> UploadResult:
    """Send every file of a ZIP through `instances_store`, then close what it opened.

    Args:
        principal: who uploads.
        center: whose exam it is.
        archive: the seekable file.

    Raises:
        ZipRejected: the archive as a whole is not taken; nothing was stored.
    """
    result = UploadResult()
    for batch in _batches(members_of(archive)):
        _store(principal, center, batch, result)
    for delivery in deliveries_open_of(center.pk, result.studies):
        result.deliveries.append(delivery_close(delivery=delivery, by=principal))
    return result


def _store(principal: Principal, center: Center, batch: list[Member], result: UploadResult) -> None:
    for member in batch:
        if member.why is not None:
            result.refuse(member.why, member.place)
    readable = [member for member in batch if member.why is None]
    if not readable:
        return
    data = [member.data for member in readable]
    outcome = instances_store(
        principal=principal, delivery_id=None, instances=data, center=center, via=DeliveryVia.PAGE
    )
    result.n_stored += len(outcome.stored)
    result.studies.update(stored.study_instance_uid for stored in outcome.stored)
    places = _places(readable) if outcome.failed else {}
    for failed in outcome.failed:
        known = places.get(failed.reason.code)
        result.refuse(failed.reason, known.pop(0) if known else None)


def _places(members: list[Member]) -> dict[str, list[int]]:
    """Places by reason code: the answer of a whole batch does not say which file it was."""
    places: dict[str, list[int]] = defaultdict(list)
    for member in members:
        why = refusal(look(member.data))
        if why is not None:
            places[why.code].append(member.place)
    return places


def _batches(members: Iterable[Member]) -> Iterator[list[Member]]:
    batch: list[Member] = []
    size = 0
    for member in members:
        batch.append(member)
        size += len(member.data)
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
