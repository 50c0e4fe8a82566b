"""Servers as child processes: started on free ports in folders of their own, and always stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

COMMANDS = Path(sys.executable).parent


class DidNotStartError(Exception):
    """A server did not answer in time; the text names its log file."""


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Ask ten times a second until `holds`; False when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


class Process:
    """One child process with its log file.

    Args:
        command: program of `.venv/bin` (or an absolute path) and its arguments.
        log: file for its standard output and error.
        environment: added to this process's environment.
    """

    def __init__(
        self, command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        program = command[0] if "/" in command[0] else str(COMMANDS / command[0])
        self.command = [program, *command[1:]]
        self.log = log
        self.environment = dict(os.environ, **(environment or {}))
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a process group of its own."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )

    @property
    def runs(self) -> bool:
        """True while the child lives."""
        return self._child is not None and self._child.poll() is None

    def wait_ready(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until `ready` answers True.

        Raises:
            DidNotStartError: it ended, or the time is over.
        """
        if not wait_until(lambda: not self.runs or ready(), seconds) or not self.runs:
            raise DidNotStartError(f"{Path(self.command[0]).name} did not start; see {self.log}.")

    def stop(self, seconds: float = 20) -> None:
        """Ask it to end, and end its whole group when it does not."""
        if self._child is None:
            return
        if self.runs:
            self._child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group: what a power cut does to a process."""
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()


@contextlib.contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Start all, and stop them in reverse order at the end, whatever happens."""
    started: list[Process] = []
    try:
        for process in processes:
            started.append(process)
            process.start()
        yield
    finally:
        for process in reversed(started):
            process.stop()
