"""Reading an uploaded ZIP with care: limits before anything is unpacked, one file in memory at a time.

Names of the files in the archive may name patients: they are never kept, shown or logged; a file is called by
its place in the archive.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from cmr_exchange.reasons import Reason, reason

MAX_ARCHIVE = 4 * 2**30
MAX_MEMBERS = 20_000
MAX_UNPACKED = 16 * 2**30
MAX_MEMBER = 512 * 2**20
MAX_RATIO = 200
"""Images shrink by a factor of 2 to 4, empty ones by 1000: more than this is a trap and not an exam."""
RATIO_FREE = 2**20
SKIPPED_PARTS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
ENCRYPTED = 0x1
NESTED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


class ZipRejected(Exception):
    """The archive as a whole is not taken; the text says why and what to do, and holds no file name."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive.

    Attributes:
        place: running number in the archive, from 1.
        data: its bytes; empty where `why` says why it was not read.
        why: reason not to take it, None where it was read.
    """

    place: int
    data: bytes = b""
    why: Reason | None = None


def members_of(archive: IO[bytes]) -> Iterator[Member]:
    """The files of a ZIP, one after the other.

    Folders and the droppings of operating systems are passed over. A damaged, locked, nested or too large file
    is yielded with its reason and without its bytes.

    Args:
        archive: seekable file, positioned anywhere.

    Raises:
        ZipRejected: it is no ZIP, or breaks a limit for the whole archive; raised before anything is unpacked.
    """
    try:
        zipped = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise ZipRejected("This file is not a ZIP archive, or it is damaged. Pack the exam again.") from None
    with zipped:
        entries = [entry for entry in zipped.infolist() if not _is_passed_over(entry.filename)]
        _check_limits(entries)
        for place, entry in enumerate(entries, start=1):
            yield _member(zipped, entry, place)


def _is_passed_over(name: str) -> bool:
    return name.endswith("/") or any(part in name for part in SKIPPED_PARTS)


def _check_limits(entries: list[zipfile.ZipInfo]) -> None:
    if not entries:
        raise ZipRejected("The archive holds no files.")
    if len(entries) > MAX_MEMBERS:
        raise ZipRejected(f"The archive holds more than {MAX_MEMBERS:,} files. Send one exam per archive.")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        raise ZipRejected(
            f"The archive unpacks to more than {MAX_UNPACKED // 2**30} GB. Send one exam per archive."
        )
    if unpacked > RATIO_FREE and unpacked > MAX_RATIO * max(packed, 1):
        raise ZipRejected("The archive unpacks to far more than images do. Pack the exam again.")


def _member(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, place: int) -> Member:
    if entry.flag_bits & ENCRYPTED:
        return Member(place, why=reason("unreadable"))
    if entry.file_size > MAX_MEMBER:
        return Member(place, why=reason("too_large"))
    try:
        data = zipped.read(entry)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return Member(place, why=reason("truncated"))
    if data.startswith(NESTED):
        return Member(place, why=reason("not_dicom"))
    return Member(place, data)
