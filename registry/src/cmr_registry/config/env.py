"""Strict readers of the environment: a wrong setting becomes a named system check, never a traceback."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One wrong or missing setting: its name, what is wrong, and how to mend it."""

    name: str
    sentence: str
    hint: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One documented setting of the server (docs/reference/settings.md is generated from these)."""

    name: str
    default: str
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting("CMR_DATA_DIR", "var/registry", "folder of the embedded database, objects, keys and mail files"),
    Setting(
        "CMR_DATABASE_URL",
        "SQLite in CMR_DATA_DIR",
        "`sqlite:///path` or `postgresql://user:password@host:port/name`",
    ),
    Setting("CMR_DATABASE_OWNER_URL", "CMR_DATABASE_URL", "role that migrates, on PostgreSQL"),
    Setting(
        "CMR_STORAGE_URL",
        "file:// CMR_DATA_DIR/objects",
        "`file:///path` or `s3://bucket?endpoint=http://host:port`",
    ),
    Setting("AWS_ACCESS_KEY_ID", "none", "name of the account at the S3 server of CMR_STORAGE_URL"),
    Setting("AWS_SECRET_ACCESS_KEY", "none", "its secret"),
    Setting("AWS_REGION", "us-east-1", "region of the bucket"),
    Setting("CMR_KEYRING_FILE", "CMR_DATA_DIR/keyring.json", "keys that wrap the data keys of each center"),
    Setting(
        "CMR_SECRET_KEY_FILE",
        "CMR_DATA_DIR/secret-key",
        "secret of sessions and signatures, made at first start",
    ),
    Setting("CMR_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "host names that the server answers to"),
    Setting("CMR_BASE_URL", "http://127.0.0.1:8000", "address that people and connectors use"),
    Setting(
        "CMR_EMAIL_URL",
        "file:// CMR_DATA_DIR/mail",
        "`file:///path`, `smtp://user:password@host:port` or `smtps:` (STARTTLS)",
    ),
    Setting("CMR_DEMO", "0", "1 labels every page synthetic and lets sign-in skip the second factor"),
    Setting("CMR_CONTACT_EMAIL", "empty", "address of the registry's office, shown on the public page"),
    Setting(
        "CMR_VIEWER_DIR", "var/viewer", "folder of the prepared OHIF viewer; without it no link points there"
    ),
    Setting(
        "CMR_QUIET_SECONDS",
        "900",
        "a plain STOW-RS delivery closes after this many seconds without a request",
    ),
)


@dataclass(frozen=True, slots=True)
class Mail:
    """Where mail goes: into files of a folder, or to an SMTP server."""

    backend: str
    folder: str = ""
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    is_encrypted: bool = False


@dataclass(slots=True)
class Environment:
    """The environment with its problems collected while reading."""

    values: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    problems: list[SettingProblem] = field(default_factory=list)

    def text(self, name: str, default: str) -> str:
        """The value of `name`, or `default` where it is absent or empty."""
        return self.values.get(name) or default

    def folder(self, name: str, default: Path) -> Path:
        """An absolute folder; it is not created here."""
        return Path(self.text(name, str(default))).expanduser().resolve()

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        """An integer in `low`..`high`; a problem and the default otherwise."""
        return self._read(
            name,
            str(default),
            default,
            lambda text: _in_range(int(text), low, high),
            f"an integer in {low}..{high}",
        )

    def flag(self, name: str) -> bool:
        """True for `1`, False for `0` or absent; a problem otherwise."""
        text = self.text(name, "0")
        if text not in ("0", "1"):
            self.problems.append(SettingProblem(name, "neither 0 nor 1.", f"Set {name} to 0 or 1."))
        return text == "1"

    def storage_options(self) -> dict[str, str]:
        """Credentials and region of an S3 server by obstore's names; the library itself reads no environment."""
        return {
            "access_key_id": self.text("AWS_ACCESS_KEY_ID", ""),
            "secret_access_key": self.text("AWS_SECRET_ACCESS_KEY", ""),
            "region": self.text("AWS_REGION", "us-east-1"),
        }

    def database(self, name: str, default: str) -> dict[str, object]:
        """A Django database entry from a URL; SQLite in WAL with full durability, or PostgreSQL."""
        url = self.text(name, default)
        parts = urlsplit(url)
        if parts.scheme == "sqlite":
            return _sqlite(unquote(parts.path))
        if parts.scheme in ("postgresql", "postgres"):
            return {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(parts.path.lstrip("/")),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": unquote(parts.hostname or ""),
                "PORT": str(parts.port or ""),
                "OPTIONS": {key: value[0] for key, value in parse_qs(parts.query).items()},
                "CONN_MAX_AGE": 60,
                "CONN_HEALTH_CHECKS": True,
            }
        self.problems.append(
            SettingProblem(
                name, "not a database address.", "Use sqlite:///path or postgresql://user@host/name."
            )
        )
        return _sqlite(":memory:")

    def mail(self, name: str, default: str) -> Mail:
        """Where mail goes, from a URL: `file:///path`, `smtp://...` or `smtps://...` (STARTTLS)."""
        parts = urlsplit(self.text(name, default))
        if parts.scheme == "file" and parts.path:
            return Mail("filebased", folder=unquote(parts.path))
        if parts.scheme in ("smtp", "smtps") and parts.hostname:
            return Mail(
                "smtp",
                host=parts.hostname,
                port=parts.port or (587 if parts.scheme == "smtps" else 25),
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                is_encrypted=parts.scheme == "smtps",
            )
        self.problems.append(
            SettingProblem(name, "not a mail address.", "Use file:///path, smtp://host or smtps://host.")
        )
        return Mail("dummy")

    def _read(self, name: str, text: str, default: int, reader: Callable[[str], int], form: str) -> int:
        try:
            return reader(self.text(name, text))
        except ValueError:
            self.problems.append(SettingProblem(name, f"not {form}.", f"Set {name} to {form}."))
            return default


def _in_range(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise ValueError
    return value


def _sqlite(path: str) -> dict[str, object]:
    """WAL with full durability; tests use a file as well, because one in memory locks in another way."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "TEST": {"NAME": None if path == ":memory:" else f"{path}.test"},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }
