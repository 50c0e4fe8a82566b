"""Durable writing of files: what returns is on the disk, what raises is not there."""

import contextlib
import errno
import os
import uuid
from pathlib import Path

from cmr_registry.lib.errors import StorageError, StorageFullError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def write_durably(path: Path, data: bytes) -> None:
    """Write `data` to `path` as a whole or not at all: temporary file, fsync, rename, fsync of the folder.

    Only the server's user can read it.

    A failed fsync is never retried: the kernel may have dropped the pages and would report success for nothing
    (deid-security.md section 10). The temporary file is removed and the caller hears that nothing is stored.

    Raises:
        StorageFullError: there is no room on the disk.
        StorageError: any other failure of the disk.
    """
    temporary = path.parent / f".{uuid.uuid4().hex}.part"
    try:
        make_folder(path.parent)
        try:
            _write_file(temporary, data)
            os.rename(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise storage_error(error) from error


def storage_error(error: OSError) -> StorageError:
    """The storage error that an error of the operating system stands for, without its path."""
    if error.errno in NO_ROOM:
        return StorageFullError("There is no room left on the registry's disk; nothing was stored.")
    name = errno.errorcode.get(error.errno or 0, "unknown error")
    return StorageError(f"The registry's disk failed ({name}); nothing was stored.")


def make_folder(folder: Path) -> None:
    """Create `folder` and its parents, for the server's user only, so that they outlive a power cut.

    Raises:
        OSError: the disk refused.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable.

    Raises:
        OSError: the disk refused.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_file(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
