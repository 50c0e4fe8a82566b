"""Carries follow-up, withdrawals, answers and counts to the registry until each is acknowledged or refused."""

import random
import time

from cmr_connector import log
from cmr_connector.errors import RegistryError
from cmr_connector.registry_client import RegistryClient
from cmr_connector.statements import StatementRow
from cmr_connector.states import StatementKind, StatementState
from cmr_connector.store import Store

_FIRST_WAIT_S, _LONGEST_WAIT_S = 2.0, 900.0
FINAL = frozenset(
    {
        "older_version",
        "follow_up_version_taken",
        "follow_up_value_rejected",
        "subject_withdrawn",
        "identifying_value",
        "unknown_query",
        "query_asked_again",
        "older_census",
    }
)
"""Refusals that trying again cannot mend; an unknown subject may still be on its way, an agreement is renewed."""


class StatementSender:
    """Sends statements, one at a time."""

    def __init__(self, store: Store, client: RegistryClient) -> None:
        """Send from this store over this connection."""
        self._store, self._client = store, client

    def step(self) -> StatementRow | None:
        """Send the next statement whose time has come. Returns it as it stands afterwards, or None."""
        row = self._store.statements.claim()
        if row is None:
            return None
        try:
            self._deliver(row)
        except RegistryError as error:
            code = _code(row, error)
            if code in FINAL:
                self._refuse(row, code, error.stored_version)
            else:
                self._postpone(row, str(error))
        except Exception as error:
            # whatever failed here, the statement must not hang in `sending`; the type's name holds no data
            self._postpone(row, type(error).__name__)
            raise
        return self._store.statements.get(row.id)

    def _deliver(self, row: StatementRow) -> None:
        if row.kind is StatementKind.WITHDRAWAL:
            self._client.withdraw_subject(row.document)
        elif row.kind is StatementKind.QUERY_ANSWER:
            self._client.answer_query(row.subject, row.document)
        elif row.kind is StatementKind.CENSUS:
            self._client.state_census(row.document, row.subject)
        else:
            self._client.deliver_follow_up(row.document, row.digest)
        self._store.statements.move(row.id, StatementState.ACCEPTED)
        log.event("statement_accepted", kind=row.kind.value, version=row.version)

    def _refuse(self, row: StatementRow, reason: str, registry_version: int | None) -> None:
        with self._store.transaction():
            self._store.statements.refused(row.id, reason, registry_version)
            if reason == "unknown_query":
                self._store.data_queries.gone(row.subject)
            elif row.kind is StatementKind.QUERY_ANSWER:
                self._store.data_queries.answer_missed(row.subject)
        log.event("statement_refused", kind=row.kind.value, version=row.version, reason=reason)

    def _postpone(self, row: StatementRow, cause: str) -> None:
        """Exponential wait with jitter, so that centers do not march."""
        wait = min(_FIRST_WAIT_S * 2.0**row.attempts, _LONGEST_WAIT_S) * random.uniform(0.5, 1.0)  # noqa: S311
        self._store.statements.postpone(row.id, time.time() + wait, cause)
        log.event(
            "statement_postponed",
            kind=row.kind.value,
            version=row.version,
            attempt=row.attempts + 1,
            wait_s=round(wait, 1),
            cause=cause,
        )


def _code(row: StatementRow, error: RegistryError) -> str:
    """Stable code of a refusal; a question that the registry does not know any more has no code of its own there."""
    if row.kind is StatementKind.QUERY_ANSWER and error.code == "not_found":
        return "unknown_query"
    return error.code or ""
