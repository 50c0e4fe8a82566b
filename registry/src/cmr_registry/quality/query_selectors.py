"""Reads of data queries; the open center scope decides whose there are. Withdrawn subjects are gone."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from cmr_exchange.queries import (
    MAX_QUERIES,
    DataQueryDocument,
    QueryAnswer,
    QueryAuthor,
    QueryEntry,
    QueryPage,
    QueryState,
    QueryStep,
)
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_registry.centers.models import Center
from cmr_registry.exams.models import Examination
from cmr_registry.quality.models import Census, DataQuery, DataQueryEntry, Finding
from cmr_registry.quality.query_states import FOR_CENTER

SHOWN: Mapping[str, Q] = {
    "": Q(state__in=[state.value for state in FOR_CENTER]),
    "answered": Q(state=QueryState.ANSWERED.value),
    "closed": Q(state=QueryState.CLOSED.value),
    "all": Q(),
}
"""Filters of the worklist by name; the first is what a center has to do."""

RUNNING = tuple(state.value for state in QueryState if state is not QueryState.CLOSED)
"""States in which somebody has something to do."""
SHOWN_OF_EXAM = 50
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which queries a worklist shows.

    Attributes:
        show: a name of `SHOWN`.
        item: item of the dictionary, empty for all.
        older_than: only those that were opened more than so many days ago, 0 for all.
        center: code of a center, empty for all of the scope.
    """

    show: str = ""
    item: str = ""
    older_than: int = 0
    center: str = ""


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings become queries; empty texts take all.

    Attributes:
        center: code of the center.
        rule, item, severity, who: of the finding.
        quarter: as `2026-Q4`.
    """

    center: str = ""
    rule: str = ""
    item: str = ""
    severity: str = ""
    who: str = ""
    quarter: str = ""


def query_find(pk: uuid.UUID) -> DataQuery | None:
    """The query with this id in the open scope, with exam, subject's center and thread."""
    thread = Prefetch("entries", DataQueryEntry.objects.order_by("number"))
    found = DataQuery.objects.select_related("examination", "center").prefetch_related(thread)
    return found.filter(pk=pk).first()


def query_list(wanted: Filter) -> QuerySet[DataQuery]:
    """Queries of a worklist, the oldest first, with exam and center in the same query."""
    rows = DataQuery.objects.filter(SHOWN.get(wanted.show, SHOWN[""]))
    if wanted.item:
        rows = rows.filter(item=wanted.item)
    if wanted.center:
        rows = rows.filter(center__code=wanted.center)
    if wanted.older_than:
        rows = rows.filter(opened_at__lt=timezone.now() - timedelta(days=wanted.older_than))
    return rows.select_related("examination", "center").order_by("opened_at", "id")


def query_counts(center: str = "") -> dict[str, int]:
    """How many running queries stand in each state; every state but closed is present, which only grows."""
    rows = _running().filter(center__code=center) if center else _running()
    found = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
    return {state: found.get(state, 0) for state in RUNNING}


def query_counts_by_center() -> list[tuple[Center, dict[str, int]]]:
    """How many running queries of each center stand in each state, most for the center to do first."""
    rows = _running().order_by().values_list("center", "state").annotate(n=Count("id"))
    by_center: dict[uuid.UUID, dict[str, int]] = {}
    for center, state, n in rows:
        by_center.setdefault(center, dict.fromkeys(RUNNING, 0))[state] = n
    centers = Center.objects.filter(pk__in=by_center)
    return sorted(
        ((center, by_center[center.pk]) for center in centers),
        key=lambda one: (-sum(one[1][state] for state in FOR_CENTER), one[0].name),
    )


def _running() -> QuerySet[DataQuery]:
    return DataQuery.objects.filter(state__in=RUNNING)


def queries_answered() -> int:
    """How many answered queries wait for somebody to settle them."""
    return DataQuery.objects.filter(state=QueryState.ANSWERED.value).count()


def queried_items(limit: int = 300) -> list[str]:
    """Items about which something is asked, by name."""
    rows = _running().exclude(item="")
    return list(rows.order_by("item").values_list("item", flat=True).distinct()[:limit])


def queries_of_exam(examination: Examination) -> list[DataQuery]:
    """The newest queries of an exam, those for the center first."""
    newest = DataQuery.objects.filter(examination=examination).order_by("-opened_at", "id")
    rows = list(newest[:SHOWN_OF_EXAM])
    return sorted(rows, key=lambda query: query.state not in FOR_CENTER)


def findings_to_ask(wanted: FindingFilter) -> QuerySet[Finding]:
    """Findings that nobody asks about or has settled, in the order of exams, with their examinations."""
    asked = DataQuery.objects.filter(
        examination=OuterRef("examination"),
        item=OuterRef("item"),
        rule=OuterRef("rule"),
        code=OuterRef("code"),
    ).exclude(state=QueryState.CLOSED.value, closed_by=QueryAuthor.CHECK.value)
    rows = Finding.objects.filter(~Exists(asked))
    fields = {"center__code": wanted.center} | {
        name: getattr(wanted, name) for name in ("rule", "item", "severity", "who", "quarter")
    }
    rows = rows.filter(**{name: value for name, value in fields.items() if value})
    return rows.select_related("examination", "center").order_by("id")


def findings_by_key(keys: list[tuple[str, str, str]]) -> list[Finding]:
    """The findings that stand now under pseudonym of the exam, item and rule; what is gone is left out."""
    exams = {exam for exam, _, _ in keys}
    rows = Finding.objects.filter(examination__pseudonym__in=exams).select_related("examination", "center")
    wanted = set(keys)
    return [one for one in rows.order_by("id") if (one.examination.pseudonym, one.item, one.rule) in wanted]


def query_changes(center: Center, after: int, limit: int = MAX_QUERIES) -> QueryPage:
    """The queries of a center that changed after a number, as its connector reads them.

    Args:
        center: in the open scope.
        after: number of the last change that is known there, 0 for none.
        limit: at most this many.
    """
    thread = Prefetch("entries", DataQueryEntry.objects.order_by("number"))
    rows = DataQuery.objects.filter(center=center, change__gt=after).order_by("change")
    found = list(rows.select_related("examination").prefetch_related(thread)[: limit + 1])
    shown = found[:limit]
    return QueryPage(
        exchange_version=EXCHANGE_VERSION,
        center=center.code,
        cursor=str(shown[-1].change if shown else after),
        has_more=len(found) > limit,
        queries=tuple(document_of(query) for query in shown),
    )


def census_of(center: Center, month: str) -> Census | None:
    """What a center has stated of a month."""
    return Census.objects.filter(center=center, month=month).first()


def document_of(query: DataQuery) -> DataQueryDocument:
    """A query as the contract states it; its entries and its examination are loaded."""
    return DataQueryDocument(
        id=str(query.pk),
        exam=query.examination.pseudonym,
        item=query.item,
        rule=query.rule,
        code=query.code,
        sentence=query.sentence,
        state=QueryState(query.state),
        turn=query.turn,
        version=query.version,
        opened_at=query.opened_at.strftime(_INSTANT),
        thread=tuple(_entry(entry) for entry in query.entries.all()),
    )


def _entry(entry: DataQueryEntry) -> QueryEntry:
    return QueryEntry(
        at=entry.at.strftime(_INSTANT),
        step=QueryStep(entry.step),
        author=QueryAuthor(entry.author),
        answer=QueryAnswer(entry.answer) if entry.answer else None,
        version=entry.version,
        text=entry.text,
    )
