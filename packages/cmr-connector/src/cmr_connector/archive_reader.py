"""Reading a folder or a ZIP that a person hands over, such as a CD export; nothing is ever unpacked to disk.

Limits keep a hostile archive from filling memory: members, size, ratio, nesting (S10, N6). Names inside an
archive are never used as paths.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cmr_connector.errors import ArchiveReadError
from cmr_connector.folder import files_under

_ZIP_MAGIC = b"PK\x03\x04"
_HEAD_BYTES = 132
_MEDIA_FILES = frozenset({"DICOMDIR", "AUTORUN.INF", "README.TXT", "THUMBS.DB", "DESKTOP.INI"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold.

    Attributes:
        members: entries in all.
        member_bytes: of one entry, unpacked.
        total_bytes: of all entries, unpacked.
        ratio: unpacked to packed size of one entry.
        depth: archives within archives.
    """

    members: int = 100_000
    member_bytes: int = 2**30
    total_bytes: int = 64 * 2**30
    ratio: int = 1_000
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a hand-over.

    Attributes:
        label: its relative name, for the eyes of the person who handed it over; never logged or stored.
        image: its path, or its bytes when it comes from an archive.
        size: bytes, unpacked.
        reason: a reason code when it was not even unpacked, else None.
    """

    label: str
    image: Path | bytes
    size: int
    reason: str | None = None


def is_zip(path: Path) -> bool:
    """Whether a file begins like a ZIP."""
    with path.open("rb") as file:
        return file.read(4) == _ZIP_MAGIC


def is_media_file(name: str) -> bool:
    """Whether a file belongs to the medium and not to the exam, such as DICOMDIR."""
    return PurePosixPath(name.replace("\\", "/")).name.upper() in _MEDIA_FILES


def members_of(path: Path, limits: Limits | None = None) -> Iterator[Member]:
    """All files of a folder, a ZIP or a single file, in order; media files such as DICOMDIR are left out.

    Raises:
        ArchiveReadError: an archive is encrypted, broken or over a limit as a whole.
        OSError: the path cannot be read.
    """
    limits = limits or Limits()
    if path.is_dir():
        for found in files_under(path):
            label = found.relative_to(path).as_posix()
            if found.name.upper() not in _MEDIA_FILES:
                yield from _file_members(found, label, limits)
    else:
        yield from _file_members(path, path.name, limits)


def count_members(path: Path, limits: Limits | None = None) -> int:
    """How many files `members_of` will give, for a progress bar; archives within a folder count by entries.

    Raises:
        ArchiveReadError: as `members_of`.
    """
    limits = limits or Limits()
    files = files_under(path) if path.is_dir() else iter([path])
    total = 0
    for found in files:
        if found.name.upper() in _MEDIA_FILES:
            continue
        if is_zip(found):
            with found.open("rb") as file:
                total += len(_entries(_opened(file), limits))
        else:
            total += 1
    return total


def _file_members(path: Path, label: str, limits: Limits) -> Iterator[Member]:
    if is_zip(path):
        with path.open("rb") as file:
            yield from _zip_members(file, label, limits, limits.depth)
    else:
        yield Member(label, path, path.stat().st_size)


def _zip_members(file: BinaryIO, label: str, limits: Limits, depth: int) -> Iterator[Member]:
    archive = _opened(file)
    for entry in _entries(archive, limits):
        name = f"{label}/{entry.filename}"
        if _is_outside(entry.filename) or PurePosixPath(entry.filename).name.upper() in _MEDIA_FILES:
            continue
        if entry.file_size > limits.member_bytes or entry.file_size > limits.ratio * max(
            entry.compress_size, 1
        ):
            yield Member(name, b"", entry.file_size, "too_large")
            continue
        head = _read(archive, entry, _HEAD_BYTES)
        nested = head.startswith(_ZIP_MAGIC) and depth > 0
        if not nested and head[128:] != b"DICM":
            # what cannot be an image is not unpacked: 300 MB of zeros must cost nothing
            yield Member(name, head, entry.file_size, "not_dicom" if head else "zero_length")
            continue
        data = _read(archive, entry, entry.file_size + 1)
        if nested:
            yield from _zip_members(io.BytesIO(data), name, limits, depth - 1)
        else:
            yield Member(name, data, len(data))


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise ArchiveReadError("The archive is broken; make it again.") from None


def _entries(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ArchiveReadError("The archive is encrypted; make it again without a password.")
    if len(entries) > limits.members:
        raise ArchiveReadError(f"The archive holds more than {limits.members} files; split it.")
    if sum(entry.file_size for entry in entries) > limits.total_bytes:
        raise ArchiveReadError(f"The archive unpacks to more than {limits.total_bytes} bytes; split it.")
    return entries


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, at_most: int) -> bytes:
    """The first bytes of an entry, never more than its declared size: a lying header ends here."""
    try:
        with archive.open(entry) as source:
            data = source.read(at_most)
    except Exception:
        # zipfile, zlib, lzma and bz2 have an error class each
        raise ArchiveReadError("The archive is broken; make it again.") from None
    if len(data) > entry.file_size:
        raise ArchiveReadError("The archive lies about the size of a file; make it again.")
    return data


def _is_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":")
