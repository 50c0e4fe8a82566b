"""cmr-registry worker: does what waits in the states of all rooms, until it is told to stop."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.db import DatabaseError, close_old_connections

from cmr_registry.config.management.checked import CheckedCommand
from cmr_registry.config.work import work_once
from cmr_registry.lib.log import event, request_scope

IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 2.0


class Command(CheckedCommand):
    """Work until SIGTERM or Ctrl-C; what is under way is finished first."""

    help = "Do the work that waits: acceptance, snapshots, mail, releases."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to stop when nothing is left to do."""
        parser.add_argument("--once", action="store_true", help="stop when there is nothing left to do")

    def handle_checked(self, **options: Any) -> None:
        """Loop."""
        stop = threading.Event()

        def stop_soon(number: int, frame: FrameType | None) -> None:
            stop.set()

        before = {number: signal.signal(number, stop_soon) for number in (signal.SIGTERM, signal.SIGINT)}
        event("worker_started")
        try:
            _loop(stop, is_once=options["once"])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        event("worker_stopped")


def _loop(stop: threading.Event, *, is_once: bool) -> None:
    while not stop.is_set():
        close_old_connections()
        try:
            with request_scope():
                did = work_once()
        except DatabaseError as error:
            if is_once:
                raise
            event("work_failed", error=type(error).__name__)
            stop.wait(TROUBLE_SECONDS)
            continue
        if not did and is_once:
            return
        if not did:
            stop.wait(IDLE_SECONDS)
