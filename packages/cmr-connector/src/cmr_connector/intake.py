"""The one door for images: bytes or a file become a spool file and a ledger row, or a refusal with a reason.

Used alike by the DICOM receiver, the watched folder, the desk's drop zone and `cmr-connector send`.
"""

import enum
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from cmr_connector import log
from cmr_connector.exam_gates import says_head
from cmr_connector.files import TOGETHER, Files, Keeping
from cmr_connector.ledger import Arrival
from cmr_connector.source_header import SourceHeader, header_of, header_of_damaged, texts_of
from cmr_connector.states import InstanceState
from cmr_connector.store import Store
from cmr_deid.engine import Engine
from cmr_deid.errors import DeidRefusal, InstanceHeld
from cmr_deid.gates import gate_raw
from cmr_deid.reading import read_raw
from cmr_exchange.reasons import Reason
from cmr_exchange.reasons import reason as reason_of

_MAGIC_END = 132
_NEW_CHANCE = (InstanceState.HELD, InstanceState.REJECTED)


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
        is_news: whether the exam has to settle again for it.
    """

    outcome: Outcome
    exam_id: int | None
    number: int
    reason: Reason | None = None
    is_news: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """One file that was looked at, before it is entered.

    Attributes:
        size: bytes. code: why it is refused or rejected, else None.
        header, arrival: None for a file of which no exam is known.
        spool: its file in the spool, None for what is not kept.
    """

    size: int
    code: str | None
    header: SourceHeader | None = None
    arrival: Arrival | None = None
    spool: str | None = None


class Taking:
    """Images that are taken in together; a context that forgets what was not committed.

    They share the syncs of their spool files and one transaction, which is what makes a folder or a ZIP fast;
    the promise of `commit` is that of `Intake.take` for each of them (N2).
    """

    def __init__(self, intake: "Intake", source: Source, batch: str | None) -> None:
        """Begin with no image; `batch` names the drop or command without identifiers."""
        self._intake, self._source, self._batch = intake, source, batch
        self._seen: list[_Seen] = []
        self._kept: set[Arrival] = set()
        self._keeping = Keeping()

    def __enter__(self) -> "Taking":
        return self

    def __exit__(self, *_: object) -> None:
        self._keeping.__exit__(None, None, None)

    @property
    def is_full(self) -> bool:
        """Whether it is time to commit."""
        return len(self._seen) >= TOGETHER

    def add(self, image: bytes | Path) -> None:
        """Look at a Part-10 file's bytes, or at a path (never changed, never deleted).

        Raises:
            OSError: the file cannot be read or the disk failed; this image is not taken.
        """
        size = len(image) if isinstance(image, bytes) else image.stat().st_size
        code = self._intake.at_first_sight(image, size)
        if code is not None:
            self.refuse(size, code)
        else:
            self._look(image if isinstance(image, bytes) else image.read_bytes())

    def refuse(self, size: int, code: str) -> None:
        """Note a file that is refused with reason `code` and never taken in."""
        self._seen.append(_Seen(size, code))

    def commit(self) -> list[Taken]:
        """Take in what was added, in that order; afterwards it is on the disk, and this is empty again.

        Raises:
            OSError: the disk failed; none of these was taken.
        """
        seen, self._seen = self._seen, []
        self._kept.clear()
        if not seen:
            return []
        self._keeping.commit()
        answers = self._intake.enter(seen, self._source, self._batch)
        for answer, item in zip(answers, seen, strict=True):
            _tell(answer, item.size, self._source)
        return answers

    def _look(self, data: bytes) -> None:
        header, code, says_head = _judged(data)
        if header is None:
            return self.refuse(len(data), code or "missing_uid")
        arrival = Arrival(
            header.series_instance_uid,
            header.sop_instance_uid,
            hashlib.sha256(data).hexdigest(),
            self._intake.subject_of(header),
            self._source,
            len(data),
            says_head,
        )
        spool = None
        if code is None and arrival not in self._kept and not self._intake.knows(header, arrival):
            spool = self._intake.files.spool_put(data, self._keeping)
            self._kept.add(arrival)
        self._seen.append(_Seen(len(data), code, header, arrival, spool))
        return None


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
        self._store, self.files, self._engine = store, files, engine
        self._quiet_seconds, self._max_bytes = quiet_seconds, max_bytes

    def take(self, image: bytes | Path, source: Source) -> Taken:
        """Take one file in; when this returns `taken`, the bytes and their ledger row are on the disk.

        Args:
            image: a Part-10 file's bytes, or its path (never changed, never deleted).
            source: how it came.

        Raises:
            OSError: the disk failed; nothing was taken.
        """
        with self.together(source) as taking:
            taking.add(image)
            return taking.commit()[0]

    def together(self, source: Source, batch: str | None = None) -> Taking:
        """Take many files in; `batch` names their drop or command without identifiers."""
        return Taking(self, source, batch)

    def at_first_sight(self, image: bytes | Path, size: int) -> str | None:
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

    def subject_of(self, header: SourceHeader) -> str:
        """Pseudonym of the patient that an image names, empty when it names none."""
        patient = header.patient
        return self._engine.patient(patient.issuer, patient.patient_id).subject if patient.patient_id else ""

    def knows(self, header: SourceHeader, arrival: Arrival) -> bool:
        """Whether these bytes came before and are well."""
        exam_id = self._store.exams.find(header.study.study_instance_uid)
        row = None if exam_id is None else self._store.ledger.find(exam_id, arrival)
        return row is not None and row.state not in _NEW_CHANCE

    def enter(self, seen: list[_Seen], source: Source, batch: str | None) -> list[Taken]:
        """Write these files to the ledger and the list of refusals, all or none."""
        settle_at = time.time() + self._quiet_seconds
        unneeded: list[str] = []
        answers = []
        with self._store.transaction():
            for item in seen:
                if item.header is None or item.arrival is None:
                    number = self._store.ledger.refuse(source, item.size, str(item.code), batch)
                    answers.append(Taken(Outcome.REFUSED, None, number, reason_of(str(item.code))))
                else:
                    answers.append(self._enter(item, item.header, item.arrival, settle_at, unneeded))
            for exam_id in {answer.exam_id for answer in answers if answer.is_news}:
                self._store.exams.touched(int(exam_id or 0), settle_at)
        for spool in unneeded:
            self.files.spool_drop(spool)
        return answers

    def _enter(
        self, item: _Seen, header: SourceHeader, arrival: Arrival, settle_at: float, unneeded: list[str]
    ) -> Taken:
        ledger = self._store.ledger
        pseudonym = self._engine.identities.exam(header.study.study_instance_uid)
        exam_id = self._store.exams.find_or_add(pseudonym, header.patient, header.study, settle_at)
        reason = reason_of(item.code) if item.code else None
        row = ledger.find(exam_id, arrival)
        if row is None:
            number = ledger.add(exam_id, arrival, item.spool, item.code)
            return Taken(Outcome.REJECTED if reason else Outcome.TAKEN, exam_id, number, reason, is_news=True)
        ledger.came_again(row.id)
        if item.spool is not None and row.state in _NEW_CHANCE:
            ledger.reopen(row.id, item.spool)
            return Taken(Outcome.TAKEN, exam_id, row.id, is_news=True)
        if item.spool is not None:
            # another door was faster with the same bytes
            unneeded.append(item.spool)
        return Taken(Outcome.REJECTED if reason else Outcome.AGAIN, exam_id, row.id, reason)


def _tell(taken: Taken, size: int, source: Source) -> None:
    code = taken.reason.code if taken.reason else None
    if taken.outcome is Outcome.REFUSED:
        log.event("file_refused", refusal_number=taken.number, source=source, reason=code, size=size)
    else:
        log.event(
            "instance_taken",
            exam_number=taken.exam_id,
            source=source,
            outcome=taken.outcome,
            reason=code,
            size=size,
        )


def _judged(data: bytes) -> tuple[SourceHeader | None, str | None, bool]:
    """Header, reason and whether it speaks of a head: a refused file may still say which exam it belongs to."""
    header, is_head = None, False
    try:
        source = read_raw(data)
        header = header_of(source)
        is_head = says_head(texts_of(source))
        gate_raw(source.data_set, source.transfer_syntax_uid)
    except InstanceHeld:
        # what a person can decide is decided by the exam's gates, beside its sisters
        return header, None, is_head
    except Exception as error:
        # bytes that break the reader are refused like any others; the error's text may quote them
        code = error.reason.code if isinstance(error, DeidRefusal) else "unreadable"
        known = header or header_of_damaged(data)
        return (known if known is not None and known.has_uids else None), code, is_head
    return header, None, is_head
