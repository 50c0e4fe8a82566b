"""`cmr-connector init`: writes a commented settings file and a new key file.

The comments are the docstrings of `config`'s dataclasses, so that file and code never disagree.
"""

import dataclasses
import os
import secrets
from pathlib import Path
from typing import Any, get_type_hints

from cmr_connector.config import Config
from cmr_connector.errors import SettingsError
from cmr_deid.keys import MASTER_BYTES, new_key


def template(code: str, url: str) -> str:
    """A commented settings file for this center and registry."""
    hints = get_type_hints(Config)
    lines = ["# Settings of the CMR Registry Connector. Relative paths count from this file's folder.", ""]
    lines += ["# where database, spool and outgoing files live.", 'data_dir = "data"', ""]
    given = {"center.code": code, "registry.url": url}
    for item in dataclasses.fields(Config):
        kind = hints[item.name]
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            lines += _table_lines(item.name, kind, given)
    return "\n".join(lines)


def initialize(folder: Path, code: str, url: str) -> Path:
    """Write `connector.toml` and `center.key` (mode 0600) into `folder`; nothing existing is overwritten.

    Returns:
        The settings file.

    Raises:
        SettingsError: one of the two exists already.
    """
    settings, key_file = folder / "connector.toml", folder / "center.key"
    for path in (settings, key_file):
        if path.exists():
            raise SettingsError(f"{path.name} exists already; nothing was written.")
    folder.mkdir(parents=True, exist_ok=True)
    _write_private(key_file, new_key(secrets.token_bytes(MASTER_BYTES)).to_text())
    settings.write_text(template(code, url), "utf-8")
    return settings


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _table_lines(name: str, kind: type, given: dict[str, str]) -> list[str]:
    text = (kind.__doc__ or "").strip()
    meanings = _meanings(text)
    lines = [f"# {text.splitlines()[0]}", f"[{name}]"]
    for item in dataclasses.fields(kind):
        if item.name in meanings:
            lines.append(f"# {meanings[item.name]}")
        value = given.get(f"{name}.{item.name}", _default(item))
        lines.append(f"{item.name} = {_toml(value)}")
    return [*lines, ""]


def _meanings(docstring: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in docstring.partition("Attributes:")[2].splitlines():
        stripped = line.strip()
        head, separator, rest = stripped.partition(": ")
        if separator and head.isidentifier() and line.startswith(" " * 8) and not line.startswith(" " * 9):
            name, found[head] = head, rest
        elif stripped and name:
            found[name] += " " + stripped
    return found


def _default(item: dataclasses.Field[Any]) -> Any:
    if item.default_factory is not dataclasses.MISSING:
        return item.default_factory()
    return "" if item.default in (dataclasses.MISSING, None) else item.default


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_toml(member) for member in value) + "]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
