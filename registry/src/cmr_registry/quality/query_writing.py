"""The rows of data queries: numbered changes, entries of the thread. Rules stand in `query_services`."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from cmr_exchange.queries import MAX_ENTRIES, QueryAnswer, QueryAuthor, QueryState, QueryStep
from cmr_registry.exams.models import Examination
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.quality.models import DataQuery, DataQueryEntry, Finding
from cmr_registry.quality.query_states import require_step

STEP_OF = {
    QueryState.OPEN: QueryStep.OPENED,
    QueryState.ANSWERED: QueryStep.ANSWERED,
    QueryState.REOPENED: QueryStep.REOPENED,
    QueryState.CLOSED: QueryStep.CLOSED,
}
"""The step that leads to a state."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody does with a query.

    Attributes:
        to: state that it gets.
        author, actor: who, as a kind and as a name for the trail.
        at: when.
        answer, version, text: what is said with it.
    """

    to: QueryState
    author: QueryAuthor
    actor: str
    at: datetime
    answer: QueryAnswer | None = None
    version: int | None = None
    text: str = ""


class Changes:
    """The next numbers of the changes of queries, by center; nobody else changes queries of these centers meanwhile.

    A number is given and committed under a lock, so that no reader sees a later one before an earlier one.
    """

    def __init__(self, centers: Iterable[uuid.UUID]) -> None:
        """Wait for these centers; call it inside of a transaction, in one go for all that are needed."""
        names = sorted(set(centers))
        for center in names:
            transaction_lock(f"queries {center}")
        rows = DataQuery.everything.filter(center__in=names).values("center").annotate(last=Max("change"))
        self._last: dict[uuid.UUID, int] = dict.fromkeys(names, 0) | dict(rows.values_list("center", "last"))

    def take(self, center: uuid.UUID) -> int:
        """The next number of a center."""
        self._last[center] += 1
        return self._last[center]


def query_made(
    exam: Examination, said: Said, change: int, *, item: str, sentence: str, rule: str = "", code: str = ""
) -> DataQuery:
    """A new query, unsaved."""
    return DataQuery(
        center_id=exam.center_id,
        examination=exam,
        item=item,
        rule=rule,
        code=code,
        sentence=sentence,
        state=said.to,
        asked_by=said.author,
        version=exam.version,
        change=change,
        opened_at=said.at,
        changed_at=said.at,
    )


def query_of_finding(finding: Finding, said: Said, change: int) -> DataQuery:
    """A new query about what a check found, unsaved."""
    return query_made(
        finding.examination,
        said,
        change,
        item=finding.item,
        sentence=finding.sentence,
        rule=finding.rule,
        code=finding.code,
    )


def moved(query: DataQuery, said: Said, changes: Changes, number: int) -> DataQueryEntry:
    """Move a query, unsaved, and make the entry that says so, unsaved.

    A closed query that is answered stays closed: the answer came after a check had verified the exam.

    Args:
        query: its examination is loaded.
        said: what is done.
        changes: the numbers of its center.
        number: place of the entry in the thread.

    Raises:
        ValueError: the table of states does not allow it; a programming error.
    """
    stays = said.to is QueryState.ANSWERED and query.state == QueryState.CLOSED
    if not stays:
        query.state = require_step(query.state, said.to)
    if said.to is QueryState.ANSWERED:
        query.answer = said.answer or ""
    query.closed_by = said.author if said.to is QueryState.CLOSED else query.closed_by if stays else ""
    if said.to is QueryState.REOPENED:
        query.turn += 1
        query.version = query.examination.version
        query.answer = ""
    query.change, query.changed_at = changes.take(query.center_id), said.at
    return entry_of(query, said, number)


def entry_of(query: DataQuery, said: Said, number: int) -> DataQueryEntry:
    """The entry of a thread for what was done, unsaved."""
    return DataQueryEntry(
        center_id=query.center_id,
        query=query,
        number=number,
        turn=query.turn,
        at=said.at,
        step=STEP_OF[said.to],
        author=said.author,
        actor=said.actor,
        answer=said.answer or "",
        version=said.version,
        text=said.text,
    )


def is_full(number: int) -> bool:
    """Whether a thread takes no further entry; nobody needs so many, and a document has a limit."""
    return number > MAX_ENTRIES
