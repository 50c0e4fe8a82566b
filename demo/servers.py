"""One registry (web server and worker) and the connectors of its centers, each in a folder of its own."""

import contextlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from cmr_connector.config_template import initialize
from demo.processes import COMMANDS, Process, free_port


class ProgramFailedError(Exception):
    """A program of the demonstration failed; the text is the last thing that it said."""


class Registry:
    """A registry on this machine.

    Args:
        folder: its data folder.
        port: where it listens; a free one by default.
        settings: further `CMR_*` settings, such as `CMR_DATABASE_URL`.
    """

    def __init__(
        self, folder: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "CMR_DATA_DIR": str(folder),
            "CMR_BASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "cmr_registry.config.settings",
            **(settings or {}),
        }
        self.web = self._process("serve", "--host", "127.0.0.1", "--port", str(self.port))
        self.worker = self._process("worker")

    def _process(self, command: str, *arguments: str) -> Process:
        return Process(
            ["cmr-registry", command, *arguments],
            log=self.folder / "log" / f"{command}.log",
            environment=self.environment,
        )

    def prepare(self) -> None:
        """Make folder and tables."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._run("cmr-registry", "migrate", "--verbosity", "0")

    def enter_cast(self) -> dict[str, Any]:
        """Enter the invented centers and people; accounts and keys are told this once."""
        credentials: dict[str, Any] = json.loads(self._run("python", "-m", "demo.cast"))
        return {"url": self.url, **credentials}

    def run_module(self, module: str, *arguments: str) -> None:
        """Run a module of the demonstration beside the registry; what it prints is shown, its log is kept.

        Raises:
            ProgramFailedError: it ended with another code than 0.
        """
        log = self.folder / "log" / f"{module}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            done = subprocess.run(
                [str(COMMANDS / "python"), "-m", module, *arguments],
                check=False,
                stderr=file,
                env=dict(os.environ, **self.environment),
            )
        if done.returncode != 0:
            raise ProgramFailedError(f"{module} failed; see {log}. `make demo-reset` starts over.")

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until pages are served."""
        self.web.wait_ready(self.answers, seconds)

    def answers(self) -> bool:
        """True when the registry says that it is ready."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(COMMANDS / program), *arguments],
            check=True,
            capture_output=True,
            text=True,
            env=dict(os.environ, **self.environment),
        )
        return done.stdout


class Hospital:
    """A hospital's connector: its settings, keys and folders; SCP, reports and desk on free ports.

    Args:
        folder: everything of the hospital.
        code: the center's code at the registry.
        url: address of the registry.
        key: the connector key that the registry showed.
        settings: changes to the settings file, per table.
    """

    def __init__(
        self,
        folder: Path,
        *,
        code: str,
        url: str,
        key: str,
        settings: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        self.folder = folder
        self.code = code
        self.settings_file = folder / "connector.toml"
        self.ports = {"scp": free_port(), "mllp": free_port(), "desk": free_port()}
        self.desk_url = f"http://127.0.0.1:{self.ports['desk']}"
        if not self.settings_file.exists():
            initialize(folder, code, url)
        key_file = folder / "registry.key"
        key_file.touch(mode=0o600)
        key_file.write_text(key)
        for name in ("watch", "reports"):
            (folder / name).mkdir(exist_ok=True)
        self._rewrite(url, settings or {})
        self.agent = self._process("run")

    def send(self, path: Path) -> subprocess.CompletedProcess[str]:
        """`cmr-connector send PATH` in the foreground."""
        return self._call("send", str(path))

    def status(self) -> dict[str, Any]:
        """`cmr-connector status --json`."""
        answer: dict[str, Any] = json.loads(self._call("status", "--json").stdout)
        return answer

    def desk_account(self, name: str, password: str) -> None:
        """Make a desk account, or give it this password."""
        self._call("desk-account", name, typed=f"{password}\n").check_returncode()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """A look into the connector's database, which holds no identifier in the clear."""
        database = self.folder / "data" / "connector.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def _call(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(COMMANDS / "cmr-connector"), "--config", str(self.settings_file), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, input=typed)

    def _process(self, *arguments: str) -> Process:
        return Process(
            ["cmr-connector", "--config", str(self.settings_file), *arguments],
            log=self.folder / "log" / "agent.log",
        )

    def _rewrite(self, url: str, settings: Mapping[str, dict[str, Any]]) -> None:
        """Put address, free ports, folders and the given changes into the settings file."""
        changes: dict[str, dict[str, Any]] = {
            "registry": {"url": url},
            "pixels": {"enabled": False},
            "scp": {"port": self.ports["scp"], "allowed_ae": ["PACS"]},
            "mllp": {"port": self.ports["mllp"], "enabled": True},
            "desk": {"port": self.ports["desk"]},
            "folder": {"watch": "watch", "settle_s": 1.0, "poll_s": 0.5},
            "reports": {"drop": "reports"},
        }
        for table, values in settings.items():
            changes.setdefault(table, {}).update(values)
        table, lines = "", []
        for line in self.settings_file.read_text().splitlines():
            if line.startswith("["):
                table = line.strip("[]")
            name = line.partition("=")[0].strip()
            if name in changes.get(table, {}):
                line = f"{name} = {json.dumps(changes[table].pop(name))}"
            lines.append(line)
        self.settings_file.write_text("\n".join(lines) + "\n")
