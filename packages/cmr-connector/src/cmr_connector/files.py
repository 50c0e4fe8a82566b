"""Files that must survive a crash: written beside, synced, renamed, and the folder synced (N3).

What each kind owes, and when:

- A spool file is the only copy once its sender has been answered. It is synced before its ledger row is
  committed, and the row before the PACS gets its 0x0000 or the person the word `taken` (N2).
- An outgoing file could be made again from its spool file, byte for byte. It is still synced before its ledger
  row says `deidentified`, because preparing and sending take a row at its word.

Neither promise is about a single file, so files of one folder, ZIP or exam are kept together: a `Keeping`
writes them all, syncs them side by side (the journal of a file system commits many files as fast as one) and
only then gives them their names. A file under its final name is therefore always whole, whatever was cut off
when. An error of fsync is not retried: after it nobody knows what is on the disk, so it leaves as it came.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TypeVar

TOGETHER = 64
"""Files that are kept together at most; each holds a descriptor until it is synced."""

_LEFTOVER_AGE_S = 3600.0
_SYNCS_AT_ONCE = 8

Item = TypeVar("Item")


class Keeping:
    """Files that become durable together; a context that forgets what was not committed."""

    def __init__(self) -> None:
        """Begin with no file."""
        self._open: dict[Path, tuple[int, Path]] = {}
        self._folders: set[Path] = set()

    def __enter__(self) -> "Keeping":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()

    def put(self, path: Path, data: bytes) -> None:
        """Write a file that will be named `path`; the same path twice keeps the first.

        Raises:
            OSError: the disk is full or failing; this file is not among those to be kept.
        """
        if path in self._open:
            return
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folders.add(path.parent.parent)
        beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._open[path] = descriptor, beside
        try:
            _write(descriptor, data)
        except BaseException:
            del self._open[path]
            os.close(descriptor)
            beside.unlink(missing_ok=True)
            raise

    def found(self, path: Path) -> None:
        """A file stands under its name since a try that was cut short: its folder may still want syncing."""
        self._folders.add(path.parent)

    def commit(self) -> None:
        """Make every file durable under its name.

        Raises:
            OSError: the disk failed; files that have their names already stay, and are whole.
        """
        try:
            _each(os.fsync, [descriptor for descriptor, _ in self._open.values()])
            for path, (_, beside) in self._open.items():
                beside.replace(path)
            _each(_sync_folder, sorted(self._folders | {path.parent for path in self._open}))
        finally:
            self._forget()

    def _forget(self) -> None:
        for descriptor, beside in self._open.values():
            os.close(descriptor)
            beside.unlink(missing_ok=True)
        self._open.clear()
        self._folders.clear()


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that either all of it or none of it exists under `path`, also after a power cut."""
    with Keeping() as keeping:
        keeping.put(path, data)
        keeping.commit()


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _each(act: Callable[[Item], None], items: list[Item]) -> None:
    """Do it to all of them, side by side where there are several."""
    if len(items) < 2:
        for item in items:
            act(item)
        return
    with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
        for _ in pool.map(act, items):
            pass


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Files:
    """Spool (as received, identified) and outgoing files (de-identified) under the data folder."""

    def __init__(self, data_dir: Path) -> None:
        """Use `data_dir/spool` and `data_dir/outgoing`, for the owner's eyes only."""
        self.spool, self.outgoing = data_dir / "spool", data_dir / "outgoing"
        for folder in (self.spool, self.outgoing):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync_folder(data_dir)

    def spool_put(self, data: bytes, keeping: Keeping) -> str:
        """Keep received bytes, once `keeping` is committed, under a name that says nothing: the name."""
        name = uuid.uuid4().hex
        keeping.put(self.spool / name, data)
        return name

    def spool_get(self, name: str) -> bytes:
        """The received bytes."""
        return (self.spool / name).read_bytes()

    def spool_drop(self, name: str) -> None:
        """Forget received bytes."""
        (self.spool / name).unlink(missing_ok=True)

    def outgoing_path(self, sha256: str) -> Path:
        """Where the outgoing file with this hash lives, if it does."""
        return self.outgoing / sha256[:2] / sha256

    def outgoing_put(self, sha256: str, data: bytes, keeping: Keeping) -> None:
        """Keep an outgoing file, once `keeping` is committed, under the hash of its bytes."""
        path = self.outgoing_path(sha256)
        if path.exists():
            keeping.found(path)
        else:
            keeping.put(path, data)

    def outgoing_drop(self, sha256: str) -> None:
        """Forget an outgoing file."""
        self.outgoing_path(sha256).unlink(missing_ok=True)

    def leftovers(self, spooled: set[str], outgoing: set[str], now: float | None = None) -> Iterator[Path]:
        """Files that no row names any more, and unfinished ones, older than an hour: traces of a kill."""
        limit = (time.time() if now is None else now) - _LEFTOVER_AGE_S
        for folder, known in ((self.spool, spooled), (self.outgoing, outgoing)):
            for path in folder.rglob("*"):
                if path.is_file() and path.name not in known and path.stat().st_mtime < limit:
                    yield path
