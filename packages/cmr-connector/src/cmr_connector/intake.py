"""The one door for images: bytes or a file become a spool file and a ledger row, or a refusal with a reason.

Used alike by the DICOM receiver, the watched folder, the desk's drop zone and `cmr-connector send`.
"""

import enum
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from cmr_connector import log
from cmr_connector.files import Files
from cmr_connector.ledger import Arrival
from cmr_connector.source_header import SourceHeader, header_of, header_of_damaged
from cmr_connector.states import InstanceState
from cmr_connector.store import Store
from cmr_deid.engine import Engine
from cmr_deid.errors import DeidRefusal, InstanceHeld
from cmr_deid.gates import gate_instance
from cmr_deid.reading import read_source
from cmr_exchange.reasons import Reason
from cmr_exchange.reasons import reason as reason_of

_MAGIC_END = 132


class Source(enum.StrEnum):
    """How an image came."""

    SCP = "scp"
    FOLDER = "folder"
    DESK = "desk"
    COMMAND = "command"


class Outcome(enum.StrEnum):
    """What became of it at the door.

    `taken` and `again` (it was here before, nothing changes) are well; `rejected` stands on the ledger of its
    exam with a reason; `refused` was no readable image and stands in the list of refusals.
    """

    TAKEN = "taken"
    AGAIN = "again"
    REJECTED = "rejected"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer of `Intake.take`.

    Attributes:
        outcome: see `Outcome`.
        exam_id: number of the exam, None for a refused file.
        number: number of the instance on the ledger, or of the refusal.
        reason: why it was rejected or refused, else None.
    """

    outcome: Outcome
    exam_id: int | None
    number: int
    reason: Reason | None = None


class Intake:
    """Takes images in."""

    def __init__(
        self,
        store: Store,
        files: Files,
        engine: Engine,
        *,
        quiet_seconds: float,
        max_bytes: int,
    ) -> None:
        """Use this store, these folders and this center's engine."""
        self._store, self._files, self._engine = store, files, engine
        self._quiet_seconds, self._max_bytes = quiet_seconds, max_bytes

    def take(self, image: bytes | Path, source: Source, batch: str | None = None) -> Taken:
        """Take one file in; when this returns `taken`, the bytes and their ledger row are on the disk.

        Args:
            image: a Part-10 file's bytes, or its path (never changed, never deleted).
            source: how it came.
            batch: a name without identifiers for the drop or command it came with.

        Raises:
            OSError: the disk failed; nothing was taken.
        """
        size = len(image) if isinstance(image, bytes) else image.stat().st_size
        code = self._at_first_sight(image, size)
        if code is None:
            taken = self._take_bytes(image if isinstance(image, bytes) else image.read_bytes(), source, batch)
        else:
            taken = self.refuse(source, size, code, batch)
        if taken.outcome is not Outcome.REFUSED:
            log.event(
                "instance_taken",
                exam_number=taken.exam_id,
                source=source,
                outcome=taken.outcome,
                reason=taken.reason.code if taken.reason else None,
                size=size,
            )
        return taken

    def refuse(self, source: Source, size: int, code: str, batch: str | None = None) -> Taken:
        """Note a file that is refused with reason `code` and was never taken in."""
        number = self._store.ledger.refuse(source, size, code, batch)
        log.event("file_refused", refusal_number=number, source=source, reason=code, size=size)
        return Taken(Outcome.REFUSED, None, number, reason_of(code))

    def _at_first_sight(self, image: bytes | Path, size: int) -> str | None:
        """A reason to refuse without loading the file: 300 MB of zeros must cost nothing."""
        if size == 0:
            return "zero_length"
        if size > self._max_bytes:
            return "too_large"
        if isinstance(image, bytes):
            head = image[:_MAGIC_END]
        else:
            with image.open("rb") as file:
                head = file.read(_MAGIC_END)
        return None if head[128:] == b"DICM" else "not_dicom"

    def _take_bytes(self, data: bytes, source: Source, batch: str | None) -> Taken:
        header, code = _judged(data)
        if header is None:
            return self.refuse(source, len(data), code or "missing_uid", batch)
        subject = ""
        if header.patient.patient_id:
            subject = self._engine.patient(header.patient.issuer, header.patient.patient_id).subject
        arrival = Arrival(
            header.series_instance_uid,
            header.sop_instance_uid,
            hashlib.sha256(data).hexdigest(),
            subject,
            source,
            len(data),
        )
        settle_at = time.time() + self._quiet_seconds
        pseudonym = self._engine.identities.exam(header.study.study_instance_uid)
        exam_id = self._store.exams.find_or_add(pseudonym, header.patient, header.study, settle_at)
        spool = None if code or self._known(exam_id, arrival) else self._files.spool_put(data)
        return self._enter(exam_id, arrival, spool, code, settle_at)

    def _known(self, exam_id: int, arrival: Arrival) -> bool:
        row = self._store.ledger.find(exam_id, arrival)
        return row is not None and row.state not in (InstanceState.HELD, InstanceState.REJECTED)

    def _enter(
        self, exam_id: int, arrival: Arrival, spool: str | None, code: str | None, settle_at: float
    ) -> Taken:
        reason = reason_of(code) if code else None
        ledger = self._store.ledger
        with self._store.transaction():
            row = ledger.find(exam_id, arrival)
            if row is None:
                number = ledger.add(exam_id, arrival, spool, code)
                self._store.exams.touched(exam_id, settle_at)
                return Taken(Outcome.REJECTED if reason else Outcome.TAKEN, exam_id, number, reason)
            ledger.came_again(row.id)
            if spool is not None:
                ledger.reopen(row.id, spool)
                self._store.exams.touched(exam_id, settle_at)
                return Taken(Outcome.TAKEN, exam_id, row.id)
        return Taken(Outcome.REJECTED if reason else Outcome.AGAIN, exam_id, row.id, reason)


def _judged(data: bytes) -> tuple[SourceHeader | None, str | None]:
    """Header and reason: a refused file may still say to which exam it belongs."""
    header = None
    try:
        dataset = read_source(data)
        header = header_of(dataset)
        gate_instance(dataset)
    except InstanceHeld:
        # what a person can decide is decided by the exam's gates, beside its sisters
        return header, None
    except DeidRefusal as refusal:
        known = header or header_of_damaged(data)
        return (known if known is not None and known.has_uids else None), refusal.reason.code
    return header, None
