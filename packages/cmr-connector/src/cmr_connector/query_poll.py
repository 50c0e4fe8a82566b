"""Asks the registry for its questions again and again, outbound only; a registry out of reach is no error."""

import random
import time

from cmr_connector import log
from cmr_connector.errors import RegistryError
from cmr_connector.query_work import QueryWork
from cmr_connector.registry_client import RegistryClient

_FIRST_WAIT_S, _LONGEST_WAIT_S = 30.0, 3_600.0


class QueryPoll:
    """The clock of fetching."""

    def __init__(self, work: QueryWork, client: RegistryClient, every_s: float) -> None:
        """Fetch through this client, `every_s` seconds after it last succeeded."""
        self._work, self._client, self._every_s = work, client, every_s
        self._next, self._failures = 0.0, 0

    def step(self, now: float | None = None) -> bool:
        """Fetch when it is time, and answer corrections that were received. Returns whether anything was done."""
        now = time.monotonic() if now is None else now
        fetched = 0
        if now >= self._next:
            fetched = self._fetch(now)
        return bool(self._work.answer_corrections() + fetched)

    def _fetch(self, now: float) -> int:
        try:
            n = self._work.fetch(self._client)
        except RegistryError as error:
            self._failures += 1
            wait = min(_FIRST_WAIT_S * 2.0 ** (self._failures - 1), _LONGEST_WAIT_S)
            wait *= random.uniform(0.5, 1.0)  # noqa: S311  spreads the centers, protects nothing
            self._next = now + wait
            log.event("queries_postponed", attempt=self._failures, wait_s=round(wait, 1), cause=str(error))
            return 0
        self._next, self._failures = now + self._every_s, 0
        return n
