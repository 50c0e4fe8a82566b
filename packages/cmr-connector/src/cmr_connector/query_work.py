"""What the connector does with data queries: fetch what changed, queue coded answers, notice corrections."""

import json

from cmr_connector import log
from cmr_connector.data_queries import QueryRow
from cmr_connector.errors import RegistryError
from cmr_connector.manifests import Issuer
from cmr_connector.registry_client import RegistryClient
from cmr_connector.rows import DeliveryRow
from cmr_connector.statements import StatementRow
from cmr_connector.states import StatementKind
from cmr_connector.store import Store
from cmr_exchange.queries import QueryAnswer, QueryAnswerDocument
from cmr_exchange.versions import EXCHANGE_VERSION

CURSOR = "queries_cursor"
_MOST_PAGES = 1_000
BY_A_PERSON = (
    QueryAnswer.VALUE_IS_RIGHT,
    QueryAnswer.NOT_AVAILABLE,
    QueryAnswer.NOT_OUR_EXAM,
    QueryAnswer.WITHDRAWN,
)
"""Answers that need no new version of the exam."""


class QueryRejected(Exception):
    """An answer cannot be given; the message is a sentence for the person at the desk."""


class QueryWork:
    """Data queries of one center."""

    def __init__(self, store: Store, issuer: Issuer) -> None:
        """Work on this store and answer as this issuer."""
        self._store, self._issuer = store, issuer
        self._compared: dict[str, int] = {}

    def fetch(self, client: RegistryClient) -> int:
        """Ask the registry what changed since the last time. Returns how many queries it stated.

        Raises:
            RegistryUnreachableError: try again later.
            RegistryError: the registry refuses, or answers for another center.
        """
        n, cursor = 0, self._store.setting(CURSOR) or "0"
        for _ in range(_MOST_PAGES):
            page = client.query_changes(cursor)
            if page.center != self._issuer.center:
                raise RegistryError("The registry states questions to another center.")
            with self._store.transaction():
                for document in page.queries:
                    self._store.data_queries.put(document)
                self._store.setting_put(CURSOR, page.cursor)
            n, cursor = n + len(page.queries), page.cursor
            if not page.has_more:
                break
        if n:
            log.event("queries_fetched", n_queries=n)
        return n

    def choices(self, row: QueryRow) -> tuple[QueryAnswer, ...]:
        """What a person may answer now: a correction only where a newer version of the exam was received."""
        if row.exam_id is None:
            return (QueryAnswer.NOT_OUR_EXAM,)
        corrected = (QueryAnswer.VALUE_CORRECTED,) if self.newer_version(row) is not None else ()
        return (*corrected, *BY_A_PERSON)

    def newer_version(self, row: QueryRow) -> int | None:
        """The newest version of the exam that the registry has received since it asked, None where there is none."""
        received = 0 if row.exam_id is None else self._store.data_queries.received_version(row.exam_id)
        return received if received > row.document.version else None

    def answer(self, row: QueryRow, answer: QueryAnswer, account: str) -> StatementRow:
        """Queue the answer of a person.

        Raises:
            QueryRejected: it waits for no answer any more, or this answer does not fit.
        """
        with self._store.transaction():
            now = self._store.data_queries.find(row.number)
            if now is None or not now.waits or now.document.turn != row.document.turn:
                raise QueryRejected(
                    "This question does not wait for an answer any more. Load the page again."
                )
            if answer not in self.choices(now):
                raise QueryRejected(
                    "This answer does not fit: correct the value first, then it is sent by itself."
                )
            version = self.newer_version(now) if answer is QueryAnswer.VALUE_CORRECTED else None
            return self._queue(now, answer, version, account)

    def answer_corrections(self) -> int:
        """Answer by itself where a value was corrected and the registry has received it. Returns how many."""
        n = 0
        for row, version in self._store.data_queries.with_newer_version():
            if self._compared.get(row.document.id) == version:
                continue
            if self._is_corrected(row, version):
                with self._store.transaction():
                    self._queue(row, QueryAnswer.VALUE_CORRECTED, version, "")
                n += 1
            else:
                self._compared[row.document.id] = version
        return n

    def _queue(self, row: QueryRow, answer: QueryAnswer, version: int | None, account: str) -> StatementRow:
        query = row.document
        document = QueryAnswerDocument(
            EXCHANGE_VERSION, self._issuer.center, query.id, query.turn, answer, version
        )
        newest = self._store.statements.newest(StatementKind.QUERY_ANSWER, query.id)
        statement = self._store.statements.add(
            StatementKind.QUERY_ANSWER,
            query.id,
            newest.version + 1 if newest else 1,
            document.canonical_bytes(),
            "",
        )
        self._store.data_queries.answered(query.id, query.turn, answer, version, account)
        log.event("query_answered", exam_number=row.exam_id or 0, answer=answer.value, version=version or 0)
        return statement

    def _is_corrected(self, row: QueryRow, version: int) -> bool:
        """Whether the value that is asked about differs between the version that was asked about and a newer one."""
        query = row.document
        if not query.item or row.exam_id is None:
            return False
        said = {
            one.version: _value(one, query.item)
            for one in self._store.outbox.of_exam(row.exam_id)
            if one.version in (query.version, version)
        }
        return len(said) == 2 and said[query.version] != said[version]


def _value(delivery: DeliveryRow, item: str) -> tuple[object, object]:
    """What a version says of an item, whoever says it."""
    entry = json.loads(delivery.manifest)["values"].get(item, {})
    return entry.get("value"), entry.get("missing")
