"""The keyring file: a key per center that wraps the data keys of its series, and the key that signs receipts.

The file is JSON with owner-only rights, replaced as a whole, and locked while it changes; several processes may
share it. A backup of database and objects without this file is unreadable, which is its purpose.
"""

import base64
import contextlib
import fcntl
import functools
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from cmr_registry.lib.boxes import new_key, open_box, seal
from cmr_registry.lib.errors import BoxDamagedError, KeyDestroyedError, KeyMissingError, KeyringError
from cmr_registry.lib.files import make_folder, write_durably

__all__ = [
    "CenterKey",
    "KeyDestroyedError",
    "KeyMissingError",
    "Keyring",
    "KeyringError",
    "SigningKey",
    "keyring",
]

Document = dict[str, Any]
_EMPTY: Document = {"version": 1, "centers": {}, "signing": None}


@dataclass(frozen=True, slots=True)
class CenterKey:
    """A center's key: 256 bits that wrap its data keys, and the name of this generation."""

    name: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The Ed25519 key that signs receipts, and the name that a receipt carries."""

    name: str
    private_key: Ed25519PrivateKey = field(repr=False)


class Keyring:
    """The keys of one keyring file; `center` is any stable word for a center (the archive uses its id)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._document: Document = _EMPTY
        self._stamp: tuple[int, int] | None = None
        self._guard = threading.Lock()

    def center_key(self, center: str) -> CenterKey:
        """The key of `center`, made at first use.

        Raises:
            KeyDestroyedError: it was destroyed on purpose.
            KeyringError: the file cannot be read or written.
        """
        try:
            return self._center_key(self._read(), center)
        except KeyMissingError:
            return self._center_key(self._change(functools.partial(_add_center, center)), center)

    def wrap(self, center: str, data_key: bytes, aad: bytes) -> bytes:
        """Wrap a data key with the center's key; `aad` says what the data key is for.

        Raises:
            KeyDestroyedError: the center's key was destroyed on purpose.
            KeyringError: the file cannot be read or written.
        """
        wrapping = self.center_key(center)
        name = wrapping.name.encode()
        return bytes([len(name)]) + name + seal(wrapping.key, _wrap_aad(wrapping.name, aad), data_key)

    def unwrap(self, center: str, wrapped: bytes, aad: bytes) -> bytes:
        """The data key; a key that the center lacks is never made here.

        Raises:
            KeyMissingError: the center has no key, or one of another name.
            KeyDestroyedError: its key was destroyed on purpose.
            BoxDamagedError: the wrapped key was changed or belongs elsewhere.
        """
        name, box = _split(wrapped)
        wrapping = self._center_key(self._read(), center)
        if wrapping.name != name:
            raise KeyMissingError("The data key is wrapped with a key that this keyring does not hold.")
        return open_box(wrapping.key, _wrap_aad(name, aad), box)

    def signing_key(self) -> SigningKey:
        """The key that signs receipts, made at first use.

        Raises:
            KeyringError: the file cannot be read or written.
        """
        entry = self._read()["signing"] or self._change(_add_signing)["signing"]
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(entry["private_key"]))
        return SigningKey(entry["name"], private)

    def destroy(self, center: str) -> None:
        """Destroy the key of `center` for good: nothing of it can be opened again (crypto-shred).

        Raises:
            KeyringError: the file cannot be read or written.
        """
        self._change(functools.partial(_bury_center, center))

    def _center_key(self, document: Document, center: str) -> CenterKey:
        entry = document["centers"].get(center)
        if entry is None:
            raise KeyMissingError("The center has no key in this keyring.")
        if entry["key"] is None:
            raise KeyDestroyedError("The key of this center was destroyed; its data cannot be read again.")
        return CenterKey(entry["name"], base64.b64decode(entry["key"]))

    def _read(self) -> Document:
        """The file as it stands; read again only when it was replaced."""
        with self._guard:
            try:
                stat = self.path.stat()
            except FileNotFoundError:
                return _EMPTY
            stamp = (stat.st_ino, stat.st_mtime_ns)
            if stamp != self._stamp:
                self._document, self._stamp = _load(self.path), stamp
            return self._document

    def _change(self, change: Callable[[Document], None]) -> Document:
        """Apply `change` to the newest file under the lock of all processes and replace the file."""
        make_folder(self.path.parent)
        with _locked(self.path.with_name(self.path.name + ".lock")):
            document = _load(self.path) if self.path.exists() else json.loads(json.dumps(_EMPTY))
            before = json.dumps(document)
            change(document)
            after = json.dumps(document, indent=1)
            if json.dumps(document) != before:
                write_durably(self.path, after.encode())
        return self._read()


@functools.lru_cache(maxsize=8)
def _keyring_at(path: Path) -> Keyring:
    return Keyring(path)


def keyring() -> Keyring:
    """The keyring of `CMR_KEYRING_FILE`."""
    return _keyring_at(Path(settings.KEYRING_FILE))


def _load(path: Path) -> Document:
    try:
        document: Document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyringError("The keyring file cannot be read.") from error
    if not isinstance(document, dict) or document.get("version") != 1:
        raise KeyringError("The keyring file has an unknown version.")
    return document


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _add_center(center: str, document: Document) -> None:
    if center not in document["centers"]:
        key = base64.b64encode(new_key()).decode()
        document["centers"][center] = {"name": f"center-key-{os.urandom(4).hex()}", "key": key}


def _bury_center(center: str, document: Document) -> None:
    entry = document["centers"].setdefault(center, {"name": "never-made", "key": None})
    entry["key"] = None


def _add_signing(document: Document) -> None:
    if document["signing"] is None:
        private = Ed25519PrivateKey.generate().private_bytes_raw()
        name = f"registry-{os.urandom(4).hex()}"
        document["signing"] = {"name": name, "private_key": base64.b64encode(private).decode()}


def _wrap_aad(name: str, aad: bytes) -> bytes:
    return b"data key\x00" + name.encode() + b"\x00" + aad


def _split(wrapped: bytes) -> tuple[str, bytes]:
    end = 1 + (wrapped[0] if wrapped else 0)
    try:
        return wrapped[1:end].decode("ascii"), wrapped[end:]
    except UnicodeDecodeError as error:
        raise BoxDamagedError("A wrapped key begins with no name of a key.") from error
