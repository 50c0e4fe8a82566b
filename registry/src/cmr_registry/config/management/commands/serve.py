"""cmr-registry serve: the web server, ASGI on granian."""

import asyncio
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from granian.server.embed import Server as EmbeddedServer

from cmr_registry.config.dispatch import application
from cmr_registry.config.management.checked import CheckedCommand
from cmr_registry.lib.log import event

TARGET = "cmr_registry.config.asgi:application"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"allow_list": {"class": "cmr_registry.lib.log.AllowListHandler"}},
    "loggers": {"_granian": {"handlers": ["allow_list"], "level": "ERROR", "propagate": False}},
}


class Command(CheckedCommand):
    """Serve until SIGTERM or Ctrl-C; requests under way are answered first."""

    help = "Serve pages, API and DICOMweb."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Address and number of processes."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1, help="processes; one by default")

    def handle_checked(self, **options: Any) -> None:
        """Refuse an unmigrated database, then serve."""
        executor = MigrationExecutor(connections["default"])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date. Run: cmr-registry migrate", returncode=2)
        connections.close_all()
        host, port, workers = options["host"], options["port"], options["workers"]
        _require_free(host, port)
        event("server_started", port=port, workers=workers)
        if workers == 1:
            asyncio.run(_serve_here(host, port))
            _leave()
        Server(
            TARGET,
            address=host,
            port=port,
            interface=Interfaces.ASGI,
            workers=workers,
            log_level=LogLevels.error,
            log_dictconfig=LOGGING,
        ).serve()


def _require_free(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        reason = error.strerror or "not usable"
        raise CommandError(
            f"Host {host}, port {port}: {reason}. Choose another with --port.", returncode=2
        ) from None


def _leave() -> NoReturn:
    """End at once: every request is answered, and granian's own threads abort a slow end of the interpreter."""
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


async def _serve_here(host: str, port: int) -> None:
    """One process: whoever kills it kills the whole server, and nothing is left behind."""
    server = EmbeddedServer(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()
