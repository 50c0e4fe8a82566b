"""After exams were checked: queries that checks opened are verified, and some checks ask by themselves.

Not found any more: the query closes and says so. Said to be corrected and still found: it is asked again. Found, and
the rule asks by itself: a query is opened, or asked again where a check had closed it. What a person has closed stays
closed: somebody has looked and was content.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone

from cmr_exchange.queries import LAST_TURN, QueryAnswer, QueryAuthor, QueryState
from cmr_registry.audit.services import audited, event_record
from cmr_registry.quality.models import DataQuery, DataQueryEntry, Finding
from cmr_registry.quality.query_policy import asking_rules
from cmr_registry.quality.query_services import FIELDS
from cmr_registry.quality.query_writing import Changes, Said, entry_of, is_full, moved, query_of_finding

ACTOR = "job:quality"
NOT_FOUND = "The check does not find it any more."
STILL_FOUND = "The check still finds it."
FOUND_AGAIN = "The check finds it again."

Key = tuple[uuid.UUID, str, str, str]
"""Exam, item, rule, code."""


@dataclass(slots=True)
class _Plan:
    """What is to be done with queries of a batch of exams."""

    moves: list[tuple[DataQuery, QueryState, str]] = field(default_factory=list)
    new: list[Finding] = field(default_factory=list)

    @property
    def centers(self) -> set[uuid.UUID]:
        return {query.center_id for query, _, _ in self.moves} | {one.center_id for one in self.new}

    def within(self, centers: Collection[uuid.UUID]) -> "_Plan":
        """What of it is about these centers."""
        moves = [move for move in self.moves if move[0].center_id in centers]
        return _Plan(moves, [one for one in self.new if one.center_id in centers])


@audited
def exams_rechecked(exams: Collection[uuid.UUID]) -> None:
    """Let queries follow what the checks say now of these exams.

    Call it last in the transaction that wrote their findings, in a scope that holds them; a few queries, however
    many exams.

    Args:
        exams: ids of examinations.
    """
    centers = _plan(exams).centers
    if not centers:
        return
    changes, at = Changes(centers), timezone.now()
    # read anew: whoever asked or answered before this transaction got the centers may have moved the queries on
    plan = _plan(exams).within(centers)
    done: dict[uuid.UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    moved_queries, entries = [], []
    for query, to, text in plan.moves:
        said = Said(to, QueryAuthor.CHECK, ACTOR, at, text=text)
        entries.append(moved(query, said, changes, query.n_entries + 1))  # type: ignore[attr-defined]
        moved_queries.append(query)
        done[query.center_id][to.value] += 1
    new_queries = []
    for finding in plan.new:
        said = Said(QueryState.OPEN, QueryAuthor.CHECK, ACTOR, at)
        new_queries.append(query_of_finding(finding, said, changes.take(finding.center_id)))
        entries.append(entry_of(new_queries[-1], said, 1))
        done[finding.center_id][QueryState.OPEN.value] += 1
    DataQuery.objects.bulk_update(moved_queries, FIELDS, batch_size=200)
    DataQuery.objects.bulk_create(new_queries, batch_size=200)
    DataQueryEntry.objects.bulk_create(entries, batch_size=200)
    for center, counts in sorted(done.items()):
        event_record(actor=ACTOR, action="query.follow_checks", center=center, detail=dict(counts))


def _plan(exams: Collection[uuid.UUID]) -> _Plan:
    found: dict[Key, Finding] = {
        (one.examination_id, one.item, one.rule, one.code): one
        for one in Finding.objects.filter(examination__in=exams).select_related("examination")
    }
    queries = (
        DataQuery.objects.filter(examination__in=exams)
        .exclude(rule="", code="")
        .select_related("examination")
        .annotate(n_entries=Count("entries"))
        .order_by("opened_at", "id")
    )
    newest = {(q.examination_id, q.item, q.rule, q.code): q for q in queries}
    plan = _Plan()
    for key, query in newest.items():
        step = _step(query, found.get(key), asking_rules())
        if step is not None and not is_full(query.n_entries + 1) and query.turn < LAST_TURN:
            plan.moves.append((query, *step))
    plan.new = [one for key, one in found.items() if one.rule in asking_rules() and key not in newest]
    return plan


def _step(
    query: DataQuery, finding: Finding | None, asking: Mapping[str, str]
) -> tuple[QueryState, str] | None:
    """State and sentence that a query gets, None where it stays as it is."""
    closed = query.state == QueryState.CLOSED
    if finding is None:
        return None if closed else (QueryState.CLOSED, NOT_FOUND)
    if closed:
        asks = query.closed_by == QueryAuthor.CHECK and query.rule in asking
        return (QueryState.REOPENED, FOUND_AGAIN) if asks else None
    corrected = query.state == QueryState.ANSWERED and query.answer == QueryAnswer.VALUE_CORRECTED
    return (QueryState.REOPENED, STILL_FOUND) if corrected else None
