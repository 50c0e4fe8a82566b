"""System checks: every wrong or missing setting has a name, a sentence and a hint (contract.md, Settings)."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connection

from cmr_registry.config.settings import ENVIRONMENT
from cmr_registry.lib.errors import KeyringError, StorageError
from cmr_registry.lib.keyring import Keyring
from cmr_registry.lib.storage import store_at

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def settings_checks(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Everything that is wrong with the server's settings."""
    parts: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
        _environment,
        _folders,
        _storage,
        _keyring,
        _rights,
        _database,
        _address,
    )
    return [message for check in parts for message in check()]


def _environment() -> Iterator[CheckMessage]:
    for problem in ENVIRONMENT.problems:
        yield Error(f"{problem.name} is {problem.sentence}", hint=problem.hint, id=f"cmr.{problem.name}")


def _folders() -> Iterator[CheckMessage]:
    if not _is_writable(Path(settings.DATA_DIR)):
        yield _error("CMR_DATA_DIR", "a folder that cannot be written.", "Let the server's user own it.")
    parts = urlsplit(settings.STORAGE_URL)
    if parts.scheme == "file" and not _is_writable(Path(unquote(parts.path))):
        yield _error("CMR_STORAGE_URL", "a folder that cannot be written.", "Let the server's user own it.")


def _storage() -> Iterator[CheckMessage]:
    try:
        store_at(settings.STORAGE_URL)
    except (StorageError, ValueError):
        hint = "Use file:///path or s3://bucket?endpoint=http://host:port."
        yield _error("CMR_STORAGE_URL", "not an object store.", hint)


def _keyring() -> Iterator[CheckMessage]:
    path = Path(settings.KEYRING_FILE)
    if not path.exists():
        if not _is_writable(path.parent):
            yield _error(
                "CMR_KEYRING_FILE", "in a folder that cannot be written.", "Let the server's user own it."
            )
        return
    if path.stat().st_mode & OTHERS:
        yield _error("CMR_KEYRING_FILE", "readable for others.", "Give it owner-only rights: chmod 600.")
    try:
        Keyring(path).signing_key()
    except (KeyringError, KeyError, ValueError):
        yield _error("CMR_KEYRING_FILE", "not a keyring that can be read.", "Restore it from its own backup.")


def _rights() -> Iterator[CheckMessage]:
    """The keyring that others can read is an error (`_keyring`); the rest is no use without it, and a warning."""
    hint = "Let nobody but the server's user read it: chmod -R go= on the folder."
    parts = urlsplit(settings.STORAGE_URL)
    objects = Path(unquote(parts.path)) if parts.scheme == "file" else None
    database = Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None
    for name, path in (("CMR_STORAGE_URL", objects), ("CMR_DATABASE_URL", database)):
        if path and _is_open(path) and _is_open(path.parent):
            yield checks.Warning(f"{name} can be read by others.", hint=hint, id=f"cmr.{name}")
    if _is_open(Path(settings.DATA_DIR)):
        yield checks.Warning("CMR_DATA_DIR can be read by others.", hint=hint, id="cmr.CMR_DATA_DIR")


def _is_open(path: Path) -> bool:
    """True where somebody else than the owner has a right."""
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False


def _database() -> Iterator[CheckMessage]:
    try:
        connection.ensure_connection()
    except (DatabaseError, OSError):
        hint = "Start PostgreSQL, or check host, port, name and role; for SQLite let the folder exist."
        yield _error("CMR_DATABASE_URL", "a database that does not answer.", hint)


def _address() -> Iterator[CheckMessage]:
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield _error("CMR_BASE_URL", "not an address.", "Use https://host, as people and connectors type it.")
    elif parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        hint = "Put a TLS proxy in front and set CMR_BASE_URL to its https:// address."
        yield checks.Warning("CMR_BASE_URL is not encrypted.", hint=hint, id="cmr.CMR_BASE_URL")


def _error(name: str, sentence: str, hint: str) -> CheckMessage:
    return Error(f"{name} is {sentence}", hint=hint, id=f"cmr.{name}")


def _is_writable(folder: Path) -> bool:
    """True where the folder, or the nearest one above it that exists, is a folder that can be written."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
