"""Objects of the archive: named by their center and the SHA-256 of their stored bytes."""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from cmr_registry.archive.errors import StoredBytesDamagedError
from cmr_registry.lib.errors import ObjectMissingError
from cmr_registry.lib.storage import storage


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object that is durably stored: its name, the SHA-256 of its bytes, and their number."""

    name: str
    sha256: str
    n_bytes: int


def object_put(center_id: uuid.UUID, data: bytes) -> StoredObject:
    """Store `data`, durable on return.

    Raises:
        StorageError: the store failed; nothing may be taken as stored.
    """
    digest = hashlib.sha256(data).hexdigest()
    stored = StoredObject(f"{center_id}/{digest[:2]}/{digest}", digest, len(data))
    storage().put(stored.name, data)
    return stored


def object_get(name: str, sha256: str) -> bytes:
    """A whole object, checked against its hash.

    Raises:
        StoredBytesDamagedError: it is gone or its bytes are others.
        StorageError: the store failed.
    """
    try:
        data = storage().get(name)
    except ObjectMissingError as error:
        raise StoredBytesDamagedError("A stored object is missing.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StoredBytesDamagedError("The bytes of a stored object are not those that were stored.")
    return data


def object_range(name: str, start: int, length: int) -> bytes:
    """Part of an object; whoever opens the box in it verifies the bytes.

    Raises:
        StoredBytesDamagedError: the object is gone or too short.
        StorageError: the store failed.
    """
    try:
        return storage().get_range(name, start, length)
    except ObjectMissingError as error:
        raise StoredBytesDamagedError("A stored object is missing or too short.") from error


def objects_drop(names: Iterable[str]) -> None:
    """Delete objects that no row names any more; what fails is left to the orphan sweep."""
    for name in names:
        storage().delete(name)
