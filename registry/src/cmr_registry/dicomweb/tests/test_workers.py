"""Blocking work leaves the event loop and keeps the scope of its request."""

import asyncio
import contextvars
import threading

import pytest

from cmr_registry.dicomweb.workers import HOP_BYTES, ThreadWorkers, chunks
from cmr_registry.lib.scope import ALL_CENTERS, NoCenterScopeError, center_scope, current_scope


def test_a_call_runs_in_another_thread_within_the_callers_scope():
    async def ask():
        with center_scope(ALL_CENTERS):
            return await ThreadWorkers(1).run(lambda: (threading.current_thread().name, current_scope()))

    name, scope = asyncio.run(ask())
    assert name.startswith("dicomweb")
    assert scope is ALL_CENTERS


def test_a_scope_does_not_stay_behind_in_the_thread():
    async def ask():
        workers = ThreadWorkers(1)
        with center_scope(ALL_CENTERS):
            await workers.run(current_scope)
        await workers.run(current_scope)

    with pytest.raises(NoCenterScopeError):
        asyncio.run(ask())


def test_a_body_is_drawn_in_the_scope_of_its_request_a_mebibyte_per_hop():
    hops = []

    class Counting(ThreadWorkers):
        async def run(self, call):
            hops.append(1)
            return await super().run(call)

    def pieces():
        for _ in range(40):
            assert current_scope() is ALL_CENTERS
            yield bytes(HOP_BYTES // 10)

    async def draw():
        with center_scope(ALL_CENTERS):
            context = contextvars.copy_context()
        return [len(chunk) async for chunk in chunks(Counting(1), pieces(), context)]

    sizes = asyncio.run(draw())
    assert sum(sizes) == 40 * (HOP_BYTES // 10)
    assert max(sizes) < 2 * HOP_BYTES
    assert len(hops) == len(sizes) + 1 == 5
