"""The watched folder: network shares give no events, so it is looked at again and again.

A file is taken when its size and time have stood still for a while; what was taken is remembered by path,
size and time. Nothing in the folder is ever changed or deleted.
"""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cmr_connector import log
from cmr_connector.intake import Intake, Source, Taken, Taking
from cmr_connector.store import Store

IGNORED_SUFFIXES = (".part", ".tmp", ".filepart", ".crdownload")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was at the last look."""

    size: int
    changed_ns: int
    since: float


def files_under(folder: Path) -> Iterator[Path]:
    """All plain files below `folder` in order; links, hidden and unfinished files are passed over."""
    for parent, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent) / name
            if name.startswith(".") or name.lower().endswith(IGNORED_SUFFIXES):
                continue
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


class StableFiles:
    """Tells which files of a folder are new and have stopped growing."""

    def __init__(self, store: Store, folder: Path, settle_s: float) -> None:
        """Watch `folder`; a file must stand still for `settle_s` seconds."""
        self._store, self._folder, self._settle_s = store, folder, settle_s
        self._seen: dict[Path, _Seen] = {}
        self._taken: set[str] = set()

    def ready(self) -> Iterator[tuple[Path, str]]:
        """Files to take now, each with the label to remember it by."""
        now = time.monotonic()
        present: dict[Path, _Seen] = {}
        for path in files_under(self._folder):
            try:
                status = path.stat()
            except OSError:
                continue
            label = f"{path}|{status.st_size}|{status.st_mtime_ns}"
            if label in self._taken or self._store.file_taken(label):
                self._taken.add(label)
                continue
            seen = self._seen.get(path)
            if seen is None or (seen.size, seen.changed_ns) != (status.st_size, status.st_mtime_ns):
                seen = _Seen(status.st_size, status.st_mtime_ns, now)
            present[path] = seen
            if now - seen.since >= self._settle_s:
                yield path, label
        self._seen = present


class FolderSource:
    """Takes images from a watched folder."""

    def __init__(self, store: Store, intake: Intake, folder: Path, settle_s: float) -> None:
        """Watch `folder` for images."""
        self._store, self._intake = store, intake
        self._files = StableFiles(store, folder, settle_s)

    def poll(self) -> list[Taken]:
        """Look once; take what has settled, many files at a time."""
        found: list[Taken] = []
        labels: list[str] = []
        with self._intake.together(Source.FOLDER) as taking:
            for path, label in self._files.ready():
                try:
                    taking.add(path)
                except OSError as error:
                    log.unexpected("folder", error)
                    continue
                labels.append(label)
                if taking.is_full:
                    found += self._keep(taking, labels)
            return found + self._keep(taking, labels)

    def _keep(self, taking: Taking, labels: list[str]) -> list[Taken]:
        """Commit, and remember the files; what the disk refused is found again at the next look."""
        try:
            taken = taking.commit()
            with self._store.transaction():
                for label in labels:
                    self._store.file_take(label)
        except OSError as error:
            log.unexpected("folder", error)
            taken = []
        finally:
            labels.clear()
        return taken
