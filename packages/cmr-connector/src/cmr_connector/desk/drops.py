"""The drop zone: files that a person brings, kept aside until that person has looked and pressed Send.

Dropped files lie under numbers in the data folder; their names live in memory only. A drop ends with the
process, after an hour without a hand on it, or when it was sent; its files end with it.
"""

import dataclasses
import enum
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cmr_connector import log
from cmr_connector.archive_reader import Member, is_media_file, members_of
from cmr_connector.desk.errors import DropError
from cmr_connector.errors import ArchiveReadError
from cmr_connector.examination import Findings, examine
from cmr_connector.handover import HandOver, take_members
from cmr_connector.intake import Source
from cmr_connector.workplace import Workplace

MOST_FILES = 20_000
MOST_DROPS = 8
FORGOTTEN_S = 3600.0
_LEAST_FREE = 2 * 2**30


class Phase(enum.StrEnum):
    """Where a drop stands."""

    COLLECTING = "collecting"
    LOOKING = "looking"
    SHOWN = "shown"
    TAKING = "taking"
    TAKEN = "taken"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """One file: its name for the person's eyes, and where it lies."""

    label: str = field(repr=False)
    path: Path
    size: int


@dataclass(slots=True)
class Drop:
    """One drop of one person.

    Attributes:
        id: its name in addresses. owner: name of the account.
        folder: where its files lie.
        done: files looked at or taken in so far.
        findings: what was found, from `shown` on. hand_over: what became of it, from `taken` on.
        problem: why it failed, as a sentence.
        touched: when a person last had a hand on it (monotonic seconds).
    """

    id: str
    owner: str
    folder: Path
    phase: Phase = Phase.COLLECTING
    files: list[DroppedFile] = field(default_factory=list, repr=False)
    n_reserved: int = 0
    n_bytes: int = 0
    done: int = 0
    findings: Findings | None = field(default=None, repr=False)
    hand_over: HandOver | None = field(default=None, repr=False)
    problem: str = ""
    touched: float = field(default_factory=time.monotonic)

    def members(self) -> Iterator[Member]:
        """Every file of it, archives opened; names are as the person knows them."""
        for file in self.files:
            if is_media_file(file.label):
                continue
            try:
                for member in members_of(file.path):
                    yield dataclasses.replace(member, label=file.label + member.label[len(file.path.name) :])
            except ArchiveReadError as error:
                self.problem = str(error)
                yield Member(file.label, b"", file.size, "not_dicom")


class Drops:
    """All drops of this desk."""

    def __init__(self, workplace: Workplace) -> None:
        """Keep files under the connector's data folder."""
        self._workplace = workplace
        self._root = workplace.config.data_dir / "drops"
        self._most_bytes = workplace.config.desk.drop_mib * 2**20
        self._drops: dict[str, Drop] = {}
        self._lock = threading.Lock()
        # one at a time: a look costs as much as preparing the exam
        self._work = ThreadPoolExecutor(1, "desk-drop")

    def clear(self) -> None:
        """Take away what an earlier process left behind."""
        shutil.rmtree(self._root, ignore_errors=True)

    def close(self) -> None:
        """Finish the work in hand and take all dropped files away."""
        self._work.shutdown(wait=True, cancel_futures=True)
        self.clear()

    def new(self, owner: str) -> Drop:
        """Begin a drop.

        Raises:
            DropError: too many are open, or the disk is nearly full.
        """
        self.sweep()
        with self._lock:
            if len(self._drops) >= MOST_DROPS:
                raise DropError("Too many drops are open. Send or discard one first.")
            drop = Drop(uuid.uuid4().hex, owner, self._root / uuid.uuid4().hex)
            drop.folder.mkdir(parents=True, mode=0o700)
            if shutil.disk_usage(drop.folder).free < _LEAST_FREE:
                shutil.rmtree(drop.folder)
                raise DropError("The disk is nearly full. Hospital IT: make room in the data folder.")
            self._drops[drop.id] = drop
        return drop

    def get(self, drop_id: str, owner: str) -> Drop:
        """The drop of this person.

        Raises:
            DropError: there is none, or it is somebody else's.
        """
        drop = self._drops.get(drop_id)
        if drop is None or drop.owner != owner:
            raise DropError("This drop is no longer here. Its files were taken away; drop them again.")
        drop.touched = time.monotonic()
        return drop

    def of(self, owner: str) -> list[Drop]:
        """The open drops of a person, oldest first."""
        with self._lock:
            return [drop for drop in self._drops.values() if drop.owner == owner]

    def place(self, drop: Drop) -> Path:
        """Where the next file of a drop is to be written.

        Raises:
            DropError: it is not collecting any more, or holds too many files.
        """
        with self._lock:
            self._require(drop, Phase.COLLECTING)
            if drop.n_reserved >= MOST_FILES:
                raise DropError(
                    f"A drop holds at most {MOST_FILES} files. Make a ZIP of them, or drop fewer."
                )
            drop.n_reserved += 1
            return drop.folder / f"{drop.n_reserved:06d}"

    def room(self, drop: Drop, n_bytes: int) -> None:
        """Claim room for bytes that are about to be written.

        Raises:
            DropError: the drop is over its limit.
        """
        with self._lock:
            drop.n_bytes += n_bytes
            if drop.n_bytes > self._most_bytes:
                mib = self._most_bytes // 2**20
                raise DropError(f"A drop holds at most {mib} MiB (desk.drop_mib). Drop one exam at a time.")

    def written(self, drop: Drop, file: DroppedFile) -> None:
        """A file has arrived whole."""
        with self._lock:
            self._require(drop, Phase.COLLECTING)
            drop.files.append(file)

    def look(self, drop: Drop) -> None:
        """Look at what was dropped, in the background.

        Raises:
            DropError: it is empty or not collecting any more.
        """
        with self._lock:
            self._require(drop, Phase.COLLECTING)
            if not drop.files:
                raise DropError("Nothing was dropped.")
            drop.phase, drop.done = Phase.LOOKING, 0
            drop.files.sort(key=lambda file: file.label)
        self._work.submit(self._look, drop)

    def send(self, drop: Drop) -> None:
        """Hand everything over to the connector, in the background.

        Raises:
            DropError: it was not shown yet, or was sent already.
        """
        with self._lock:
            self._require(drop, Phase.SHOWN)
            drop.phase, drop.done = Phase.TAKING, 0
        self._work.submit(self._take, drop)

    def discard(self, drop: Drop) -> None:
        """Take a drop and its files away.

        Raises:
            DropError: it is being looked at or handed over.
        """
        with self._lock:
            self._require(drop, Phase.COLLECTING, Phase.SHOWN, Phase.FAILED, Phase.TAKEN)
            self._drops.pop(drop.id, None)
        shutil.rmtree(drop.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Take forgotten drops away."""
        at_work = (Phase.LOOKING, Phase.TAKING)
        limit = time.monotonic() - FORGOTTEN_S
        with self._lock:
            over = [d for d in self._drops.values() if d.touched < limit and d.phase not in at_work]
            for drop in over:
                del self._drops[drop.id]
        for drop in over:
            shutil.rmtree(drop.folder, ignore_errors=True)

    def _look(self, drop: Drop) -> None:
        max_bytes = self._workplace.config.pipeline.max_instance_mib * 2**20
        try:
            drop.findings = examine(
                self._workplace.engine, drop.members(), max_bytes, lambda done: setattr(drop, "done", done)
            )
            drop.phase = Phase.SHOWN
        except Exception as error:
            self._failed(drop, error)

    def _take(self, drop: Drop) -> None:
        try:
            drop.hand_over = take_members(
                self._workplace,
                drop.members(),
                Source.DESK,
                lambda _step, done, _of: setattr(drop, "done", done),
            )
            drop.phase = Phase.TAKEN
        except Exception as error:
            self._failed(drop, error)
        finally:
            # what was taken lies in the spool; nothing of the patient stays in the drop
            drop.findings = None
            drop.files.clear()
            shutil.rmtree(drop.folder, ignore_errors=True)

    def _failed(self, drop: Drop, error: Exception) -> None:
        log.unexpected("desk-drop", error)
        drop.problem = (
            "The files could not be read to the end. Drop them again; if it happens again, tell IT."
        )
        drop.phase = Phase.FAILED

    @staticmethod
    def _require(drop: Drop, *phases: Phase) -> None:
        if drop.phase not in phases:
            raise DropError("This drop is at another step already; load the page again.")
