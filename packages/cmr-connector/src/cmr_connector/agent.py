"""The agent (`cmr-connector run`): receivers, pollers, pipeline, sender and desk in one process.

Each part has its thread and its own failures; a part that fails is logged and goes on. SIGTERM and SIGINT
stop it: doors first, then the work in hand, and what is left is on disk anyway.
"""

import contextlib
import signal
import threading
from collections.abc import Callable
from importlib.metadata import version as version_of
from typing import Any

import uvicorn
from starlette.applications import Starlette

from cmr_connector import log
from cmr_connector.desk.server import make_server
from cmr_connector.errors import ConnectorError
from cmr_connector.folder import FolderSource
from cmr_connector.mllp import Listener
from cmr_connector.privacy.scratch import sweep_scratch
from cmr_connector.reports_csv import ReportFolder
from cmr_connector.scp import Receiver
from cmr_connector.workplace import Workplace, worker_lock

_IDLE_S = 0.25
_SELDOM_S = 2.0
_AFTER_ERROR_S = 5.0

BuildDesk = Callable[[Workplace], Starlette]
"""Makes the desk's ASGI application."""


class Agent:
    """All parts of a running connector."""

    def __init__(self, workplace: Workplace, build_desk: BuildDesk | None = None) -> None:
        """Prepare the parts that the settings ask for.

        Args:
            workplace: the connector put together.
            build_desk: makes the center desk; None serves none.
        """
        self._workplace = workplace
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        config = workplace.config
        self.receiver = Receiver(config.scp, workplace.intake) if config.scp.enabled else None
        self.listener = Listener(config.mllp, workplace.reports) if config.mllp.enabled else None
        self._desk: uvicorn.Server | None = None
        if build_desk is not None and config.desk.enabled:
            self._desk = make_server(build_desk(workplace), config.desk)

    def run(self) -> None:
        """Run until `stop` is called or a signal comes.

        Raises:
            WorkerBusyError: another process of this connector runs.
            SettingsError: the registry's key is not in its file.
            OSError: an address to listen on is in use.
        """
        with worker_lock(self._workplace.config):
            client = self._workplace.client()
            try:
                self._start(client)
                log.event("agent_started", version=version_of("cmr-connector"))
                self._stop.wait()
            finally:
                self._shut_down()
                client.close()
        log.event("agent_stopped")

    @property
    def desk_port(self) -> int | None:
        """The TCP port of the desk, None while it is not served."""
        if self._desk is None or not self._desk.started:
            return None
        return int(self._desk.servers[0].sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Ask it to stop; returns at once."""
        self._stop.set()

    def stop_on_signals(self) -> None:
        """Stop on SIGTERM and SIGINT; call it in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self.stop())

    def _start(self, client: Any) -> None:
        workplace, config = self._workplace, self._workplace.config
        workplace.sweep()
        sweep_scratch(workplace.config.data_dir)
        workplace.store.exams.recover()
        workplace.tables.checks.check_all()
        sender, statements = workplace.sender(client), workplace.statement_sender(client)
        sender.recover()
        workplace.store.statements.recover()
        if self.receiver is not None:
            self.receiver.start()
        if self.listener is not None:
            self.listener.start()
        self._work("pipeline", lambda: workplace.pipeline.step() is not None, _IDLE_S)
        self._work("sender", lambda: sender.step() is not None, _IDLE_S)
        self._work("statements", lambda: statements.step() is not None, _IDLE_S)
        self._work("tables", workplace.tables.step, _IDLE_S)
        self._work("questions", workplace.query_poll(client).step, _SELDOM_S)
        self._work("census", workplace.census.step, _SELDOM_S)
        settle_s, poll_s = config.folder.settle_s, config.folder.poll_s
        if config.folder.watch is not None:
            folder = FolderSource(workplace.store, workplace.intake, config.folder.watch, settle_s)
            self._work("folder", lambda: bool(folder.poll()), poll_s)
        if config.reports.drop is not None:
            reports = ReportFolder(
                workplace.store, workplace.reports, config.reports.drop, settle_s, workplace.tables
            )
            self._work("reports", lambda: bool(reports.poll()), poll_s)
        if self._desk is not None:
            self._serve_desk(self._desk)

    def _work(self, name: str, step: Callable[[], bool], idle_s: float) -> None:
        """Repeat `step` in a thread: at once while it finds work, else after a pause."""

        def loop() -> None:
            while not self._stop.is_set():
                try:
                    busy = step()
                except ConnectorError as error:
                    log.event("service_failed", service=name, error=str(error))
                    self._stop.wait(_AFTER_ERROR_S)
                except Exception as error:
                    # a part that fails must not end the others
                    log.unexpected(name, error)
                    self._stop.wait(_AFTER_ERROR_S)
                else:
                    if not busy:
                        self._stop.wait(idle_s)

        thread = threading.Thread(target=loop, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _serve_desk(self, desk: uvicorn.Server) -> None:
        def serve() -> None:
            # uvicorn ends the process where it cannot listen; the doors for images must stay open
            with contextlib.suppress(SystemExit):
                desk.run()

        thread = threading.Thread(target=serve, name="desk", daemon=True)
        thread.start()
        self._threads.append(thread)
        while thread.is_alive() and not desk.started:
            self._stop.wait(_IDLE_S / 10)
        if desk.started:
            log.event("service_started", service="desk", port=self.desk_port)
        else:
            log.event("service_failed", service="desk", error="the address cannot be listened on")

    def _shut_down(self) -> None:
        self._stop.set()
        if self.receiver is not None:
            self.receiver.stop()
        if self.listener is not None:
            self.listener.stop()
        if self._desk is not None:
            self._desk.should_exit = True
        for thread in self._threads:
            thread.join(timeout=30)
