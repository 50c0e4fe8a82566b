"""The storage port: immutable objects by name, on local files or in an S3 bucket.

An object is written once under a name made from its bytes, so writing it again is harmless and no lock or
conditional request is needed (stack.md, trap 5). When `put` returns, the object is durable.
"""

import functools
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from cmr_registry.lib.errors import ObjectMissingError, StorageError, StorageFullError
from cmr_registry.lib.files import storage_error, write_durably

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

__all__ = [
    "FileObjects",
    "ObjectMissingError",
    "ObjectStore",
    "S3Objects",
    "StorageError",
    "StorageFullError",
    "storage",
    "store_at",
]

NAME = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*")
S3_NO_ROOM = re.compile(r"507|QuotaExceeded|413 |EntityTooLarge|InsufficientStorage", re.IGNORECASE)
S3_TOO_SHORT = re.compile(r"416 |InvalidRange")


class ObjectStore(Protocol):
    """What the archive asks of a store. Names are lower-case words joined by slashes."""

    def put(self, name: str, data: bytes) -> None:
        """Store `data` under `name`, durable on return.

        Raises:
            StorageFullError: there is no room.
            StorageError: the store failed; nothing may be taken as stored.
        """
        ...

    def get(self, name: str) -> bytes:
        """The whole object.

        Raises:
            ObjectMissingError: there is none.
            StorageError: the store failed.
        """
        ...

    def get_range(self, name: str, start: int, length: int) -> bytes:
        """`length` bytes from `start` on.

        Raises:
            ObjectMissingError: there is no such object, or it ends earlier.
            StorageError: the store failed.
        """
        ...

    def exists(self, name: str) -> bool:
        """Whether an object has this name."""
        ...

    def delete(self, name: str) -> None:
        """Remove the object; one that is not there is no error."""
        ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """All names that begin with the folder `prefix`, in no particular order."""
        ...


class FileObjects:
    """Objects as files under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, data: bytes) -> None:
        """Store durably: temporary file, fsync, rename, fsync of the folder."""
        write_durably(self._path(name), data)

    def get(self, name: str) -> bytes:
        """The whole object."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise _missing() from error
        except OSError as error:
            raise storage_error(error) from error

    def get_range(self, name: str, start: int, length: int) -> bytes:
        """`length` bytes from `start` on."""
        try:
            handle = os.open(self._path(name), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise _missing() from error
        try:
            data = os.pread(handle, length, start)
        except OSError as error:
            raise storage_error(error) from error
        finally:
            os.close(handle)
        if len(data) != length:
            raise ObjectMissingError("A stored object is shorter than its index says.")
        return data

    def exists(self, name: str) -> bool:
        """Whether an object has this name."""
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        """Remove the object."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error) from error

    def names(self, prefix: str = "") -> Iterator[str]:
        """All names under the folder `prefix`; files that were being written are none."""
        top = self._path(prefix.rstrip("/")) if prefix else self.root
        for folder, _, files in os.walk(top):
            for file in files:
                name = Path(folder, file).relative_to(self.root).as_posix()
                if NAME.fullmatch(name):
                    yield name

    def _path(self, name: str) -> Path:
        return self.root / _checked(name)


class S3Objects:
    """Objects in a bucket of an S3 server. Only plain PUT, GET, HEAD, DELETE and LIST are asked of it."""

    def __init__(self, bucket: str, endpoint: str | None, options: Mapping[str, str]) -> None:
        config: S3Config = {
            "virtual_hosted_style_request": False,
            "access_key_id": options.get("access_key_id", ""),
            "secret_access_key": options.get("secret_access_key", ""),
            "region": options.get("region", "us-east-1"),
        }
        client: ClientConfig = {"timeout": "300s", "allow_http": (endpoint or "").startswith("http://")}
        if endpoint:
            config["endpoint"] = endpoint
        self._store = S3Store(bucket, config=config, client_options=client)

    def put(self, name: str, data: bytes) -> None:
        """Store with one PUT; the server checks the SHA-256 of the signed body before it answers."""
        try:
            self._store.put(_checked(name), data, use_multipart=False)
        except (BaseError, OSError) as error:
            raise _s3_error(error) from error

    def get(self, name: str) -> bytes:
        """The whole object."""
        try:
            return bytes(self._store.get(_checked(name)).bytes())
        except (BaseError, OSError) as error:
            raise _s3_error(error) from error

    def get_range(self, name: str, start: int, length: int) -> bytes:
        """`length` bytes from `start` on."""
        if not length:
            return b""
        try:
            data = bytes(self._store.get_range(_checked(name), start=start, length=length))
        except (BaseError, OSError) as error:
            raise _s3_error(error) from error
        if len(data) != length:
            raise ObjectMissingError("A stored object is shorter than its index says.")
        return data

    def exists(self, name: str) -> bool:
        """Whether an object has this name."""
        try:
            self._store.head(_checked(name))
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise _s3_error(error) from error
        return True

    def delete(self, name: str) -> None:
        """Remove the object."""
        try:
            self._store.delete(_checked(name))
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise _s3_error(error) from error

    def names(self, prefix: str = "") -> Iterator[str]:
        """All names under the folder `prefix`."""
        try:
            for page in self._store.list(prefix.rstrip("/") or None):
                for entry in page:
                    yield str(entry["path"])
        except (BaseError, OSError) as error:
            raise _s3_error(error) from error


def storage() -> ObjectStore:
    """The store of `CMR_STORAGE_URL`, opened once per process."""
    options = getattr(settings, "STORAGE_OPTIONS", {})
    return store_at(settings.STORAGE_URL, tuple(sorted(options.items())))


@functools.lru_cache(maxsize=8)
def store_at(url: str, options: tuple[tuple[str, str], ...] = ()) -> ObjectStore:
    """The store at `file:///folder` or `s3://bucket?endpoint=http://host:port`.

    Args:
        url: address of the store.
        options: credentials and region of an S3 server, as names of obstore's S3 configuration.

    Raises:
        StorageError: the address is neither.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FileObjects(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        endpoint = parse_qs(parts.query).get("endpoint", [None])[0]
        return S3Objects(parts.netloc, endpoint, dict(options))
    raise StorageError("CMR_STORAGE_URL is neither file:///folder nor s3://bucket?endpoint=...")


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise StorageError("This is no name of an object.")
    return name


def _missing() -> ObjectMissingError:
    return ObjectMissingError("No object has this name.")


def _s3_error(error: Exception) -> StorageError:
    """The storage error that an answer of the S3 server stands for, without its address."""
    if isinstance(error, NotFoundError | FileNotFoundError):
        return _missing()
    if S3_TOO_SHORT.search(str(error)):
        return ObjectMissingError("A stored object is shorter than its index says.")
    if S3_NO_ROOM.search(str(error)):
        return StorageFullError("There is no room left in the bucket; nothing was stored.")
    return StorageError(f"The object store failed ({type(error).__name__}).")
