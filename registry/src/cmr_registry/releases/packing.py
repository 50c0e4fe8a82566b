"""The archive of a release: one ZIP, written as a stream into encrypted parts, never as a whole on a disk.

Each part is a box of its own in the object store, bound to its release and number; what is downloaded is the parts
in their order. Time stamps inside the ZIP are fixed, so that it tells nothing of its making.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmr_exchange.release import MANIFEST_NAME, ReleaseFile, ReleaseManifest
from cmr_registry.lib.boxes import open_box, seal
from cmr_registry.lib.errors import BoxDamagedError
from cmr_registry.lib.storage import ObjectStore, storage

PART_BYTES = 8 << 20
EPOCH = (1980, 1, 1, 0, 0, 0)
FOLDER = "releases"


@dataclass(frozen=True, slots=True)
class Part:
    """One encrypted part: its object, SHA-256 of the stored box, bytes of plaintext."""

    object_name: str
    sha256: str
    size: int

    def to_document(self) -> dict[str, Any]:
        """As it stands in the database."""
        return {"object": self.object_name, "sha256": self.sha256, "size": self.size}


class PartWriter(io.RawIOBase):
    """Writes a stream as encrypted parts; `finish` stores the last one."""

    def __init__(self, release: str, key: bytes) -> None:
        super().__init__()
        self._release, self._key = release, key
        self._waiting = bytearray()
        self._digest = hashlib.sha256()
        self.parts: list[Part] = []
        self.size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes; a whole part is stored, durable, at once."""
        view = memoryview(data).cast("B")
        self._digest.update(view)
        self._waiting += view
        self.size += len(view)
        while len(self._waiting) >= PART_BYTES:
            self._store(bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]
        return len(view)

    def finish(self) -> str:
        """Store what waits; the SHA-256 of the whole stream."""
        if self._waiting:
            self._store(bytes(self._waiting))
            self._waiting.clear()
        return self._digest.hexdigest()

    def _store(self, data: bytes) -> None:
        box = seal(self._key, _aad(self._release, len(self.parts)), data)
        digest = hashlib.sha256(box).hexdigest()
        name = f"{FOLDER}/{self._release}/{digest}"
        storage().put(name, box)
        self.parts.append(Part(name, digest, len(data)))


class ArchiveWriter:
    """Puts files into the archive and remembers them for the manifest."""

    def __init__(self, sink: Any) -> None:
        self._zip = zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED)
        self.files: list[ReleaseFile] = []

    def add(self, path: str, data: bytes, rows: int | None = None) -> None:
        """Put one file in; texts are compressed, images and Parquet are compressed already."""
        self.files.append(ReleaseFile(path, hashlib.sha256(data).hexdigest(), len(data), rows))
        self._put(path, data)

    def finish(self, manifest: ReleaseManifest) -> None:
        """Put the manifest in and close the archive."""
        self._put(MANIFEST_NAME, manifest.canonical_bytes())
        self._zip.close()

    def _put(self, path: str, data: bytes) -> None:
        info = zipfile.ZipInfo(path, EPOCH)
        info.external_attr = 0o600 << 16
        is_text = path.endswith((".csv", ".json", ".md"))
        info.compress_type = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
        self._zip.writestr(info, data)


def part_read(release: str, key: bytes, number: int, part: Mapping[str, Any]) -> bytes:
    """One part of an archive, verified.

    Raises:
        BoxDamagedError: the stored bytes are not those that were frozen.
        StorageError: the store failed.
    """
    box = storage().get(part["object"])
    if hashlib.sha256(box).hexdigest() != part["sha256"]:
        raise BoxDamagedError("A part of a release is not what was frozen.")
    return open_box(key, _aad(release, number), box)


def archive_read(release: str, key: bytes, parts: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    """The archive, part by part.

    Raises:
        BoxDamagedError: the stored bytes are not those that were frozen.
        StorageError: the store failed.
    """
    for number, part in enumerate(parts):
        yield part_read(release, key, number, part)


def parts_clear(store: ObjectStore, release: str, keep: Sequence[Part]) -> None:
    """Delete what an interrupted build left behind."""
    kept = {part.object_name for part in keep}
    for name in list(store.names(f"{FOLDER}/{release}")):
        if name not in kept:
            store.delete(name)


def _aad(release: str, number: int) -> bytes:
    return f"part of a release|{release}|{number}".encode()
