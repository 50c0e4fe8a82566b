"""Files that must survive a crash: written beside, synced, renamed, and the folder synced (N3).

An error of fsync is not retried: after it nobody knows what is on the disk, so it leaves as it came.
"""

import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

_LEFTOVER_AGE_S = 3600.0


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that either all of it or none of it exists under `path`, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


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

    def spool_put(self, data: bytes) -> str:
        """Keep received bytes under a name that says nothing. Returns the name."""
        name = uuid.uuid4().hex
        write_durably(self.spool / name, data)
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

    def outgoing_put(self, sha256: str, data: bytes) -> None:
        """Keep an outgoing file under the hash of its bytes."""
        path = self.outgoing_path(sha256)
        if not path.exists():
            write_durably(path, data)

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
