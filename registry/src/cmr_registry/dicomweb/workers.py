"""Where the blocking half of a request runs: database, storage, keys and pixels never block the event loop.

A thread of the pool keeps its database connection between requests: opening one costs more than a look-up.
"""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from django.db import connections

T = TypeVar("T")

THREADS = 8
HOP_BYTES = 1 << 20


class Workers(Protocol):
    """Runs blocking calls for the event loop, in the context in which they are handed over."""

    async def run(self, call: Callable[[], T]) -> T:
        """The result of `call`; its exception is raised here."""
        ...


class ThreadWorkers:
    """A pool of threads with lasting database connections."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="dicomweb")

    async def run(self, call: Callable[[], T]) -> T:
        """Run `call` in a thread with a copy of the caller's context."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._pool, context.run, _connected, call)


async def chunks(
    workers: Workers, pieces: Iterator[bytes], context: contextvars.Context
) -> AsyncIterator[bytes]:
    """Draw an iterator of blocking pieces through `workers`, at least a mebibyte per hop.

    Args:
        workers: where the iterator runs.
        pieces: what is drawn; memory holds a mebibyte and one piece.
        context: holds the center scope of the request, which ends before its body is sent.
    """
    while chunk := await workers.run(lambda: context.run(_gathered, pieces)):
        yield chunk


def _gathered(pieces: Iterator[bytes]) -> bytes:
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= HOP_BYTES:
            break
    return b"".join(gathered)


def _connected(call: Callable[[], T]) -> T:
    """Drop a connection that died or grew too old, as Django does at the start of a request."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "sqlite" or connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()
    return call()
