"""The one way from a question to an answer that somebody may see: asked, guarded, protected, remembered.

The engine's raw counts never leave this module. What is told is remembered per person, institution and project
(`told`), and each question leaves an audit event with digests and counts, never a literal of the question.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, event_record
from cmr_registry.cohorts.answers import NO_SNAPSHOT, Answer, Outcome, shown_of, withheld_of
from cmr_registry.cohorts.differencing import mark_of, sketch_of
from cmr_registry.cohorts.disclosure import THRESHOLD, Kind, Protected, protect
from cmr_registry.cohorts.engine import step_labels
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.raw import RawAnswer, RawCell, RawStep, RawTable
from cmr_registry.cohorts.reading import item_of
from cmr_registry.cohorts.selecting import BREAKDOWNS, cohort_select
from cmr_registry.cohorts.selecting import breakdown as spread_of
from cmr_registry.cohorts.selections import Breakdown, BreakdownTable, Selection, SelectionStep
from cmr_registry.cohorts.selectors import snapshot_current
from cmr_registry.cohorts.told import PUBLIC_KEY, Listener, PersonSet, answer_note, listener_of, marks_near
from cmr_registry.lib.keyring import keyring
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.lib.log import event

KNOWN = "known"
CENTER = "center"
OTHERS = "others"
SECRET_NAME = "disclosure"  # noqa: S105 - the name under which the keyring keeps it
NOT_KNOWN_KEYS = {"", "missing"}
SAME_ITEM = {
    "sex": "sex",
    "age_band": "age_at_exam_years",
    "indication": "indication_primary",
    "vendor": "scanner_vendor",
    "field_strength": "field_strength_t",
}
"""Tables whose unknown cell says all about the completeness of an item, so that it is not told twice."""
PUBLIC = Principal(actor=PUBLIC_KEY)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the engine counted, and the sketches of the sets that may be told."""

    raw: RawAnswer
    sets: dict[bytes, PersonSet]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Tables and items asked of the engine; `every_known` for the completeness of all usual items."""

    by: tuple[str, ...]
    items: tuple[str, ...]
    every_known: bool


def cohort_answer(
    *,
    principal: Principal,
    query: CohortQuery,
    breakdown: Sequence[str] = (),
    project: uuid.UUID | None = None,
    snapshot: Snapshot | None = None,
) -> Answer:
    """Answer a question to somebody.

    Args:
        principal: who asks, and is told.
        query: the question.
        breakdown: tables of the total, names of `breakdown_names`; `known:<item>` for the completeness of one item.
        project: id of the project that the question is for, whose members count as told too.
        snapshot: a ready one; None for the newest.

    Raises:
        QueryError: the question may not be asked so: no such table, or centers by a person who may not name them.
            Counts by center are names in all but name: beside a release they would tell which center stayed out.
    """
    if query.names_centers() and not _may_name_centers(principal):
        raise QueryError("Only the steward may ask for centers by their code.", "steps")
    asked = _tables_asked(tuple(breakdown), breakdown_names(principal))
    snapshot = snapshot or snapshot_current()
    if snapshot is None:
        return withheld_of(Outcome.FAILED, NO_SNAPSHOT, **_about(query, None))
    try:
        counted = _count(query, snapshot, asked)
    except QueryError:
        raise
    except Exception as error:  # whatever breaks the engine, the answer is "failed" and never a number
        event("answer_failed", snapshot=str(snapshot.pk), error=type(error).__name__)
        labels = tuple(step_labels(query))
        return withheld_of(Outcome.FAILED, labels=labels, **_about(query, snapshot))
    return _tell(
        principal=principal,
        query=query,
        snapshot=snapshot,
        counted=counted,
        listener=listener_of(principal, project),
    )


def safe_univariate(name: str) -> Answer:
    """Everybody in the newest snapshot by one property, as the public may see it (R33).

    Args:
        name: a name of `BREAKDOWN_NAMES` but `center`, or `known:<item>`.

    Raises:
        QueryError: there is no such table.
    """
    return cohort_answer(principal=PUBLIC, query=CohortQuery(), breakdown=(name,))


BREAKDOWN_NAMES = BREAKDOWNS
"""What a breakdown may be asked by, by whoever may name centers."""
RESEARCH_BREAKDOWN_NAMES = tuple(name for name in BREAKDOWN_NAMES if name != CENTER)
"""What a breakdown may be asked by, by everybody else."""


def breakdown_names(principal: Principal) -> tuple[str, ...]:
    """What `principal` may ask a breakdown by."""
    return BREAKDOWN_NAMES if _may_name_centers(principal) else RESEARCH_BREAKDOWN_NAMES


@audited
def _tell(
    *, principal: Principal, query: CohortQuery, snapshot: Snapshot, counted: _Counted, listener: Listener
) -> Answer:
    """Guard, protect, remember: one at a time, so that two questions cannot pass each other."""
    transaction_lock("cohort answers")
    near = marks_near(listener, counted.sets.values(), THRESHOLD)
    about = _about(query, snapshot)
    if counted.raw.steps[-1].mark in near:
        labels = tuple(step.label for step in counted.raw.steps)
        answer = withheld_of(Outcome.REFUSED, labels=labels, **about)
        shown: list[PersonSet] = []
    else:
        raw = _flagged(counted.raw, near)
        protected = protect(raw, secret=keyring().center_key(SECRET_NAME).key)
        answer = shown_of(protected, **about)
        shown = [counted.sets[mark] for mark in _marks_shown(raw, protected) if mark in counted.sets]
    answer_note(listener=listener, query=query, snapshot=snapshot, outcome=answer.outcome.value, shown=shown)
    detail = {
        "query": query.digest(),
        "snapshot": str(snapshot.pk),
        "outcome": answer.outcome.value,
        "tables": len(answer.tables),
        "counts_shown": len(shown),
    }
    event_record(actor=principal.actor, action="cohort.ask", detail=detail)
    return answer


def _count(query: CohortQuery, snapshot: Snapshot, asked: _Asked) -> _Counted:
    selection = cohort_select(query, snapshot)
    spread = spread_of(selection, asked.by, asked.items) if asked.by else Breakdown(())
    twice = {f"{KNOWN}:{SAME_ITEM[name]}" for name in asked.by if name in SAME_ITEM}
    chosen = [table for table in spread.tables if table.by not in twice]
    if not asked.every_known:
        wanted = {f"{KNOWN}:{item}" for item in asked.items}
        chosen = [table for table in chosen if not table.by.startswith(f"{KNOWN}:") or table.by in wanted]
    sets: dict[bytes, PersonSet] = {}
    steps = tuple(_step(step, sets) for step in selection.steps)
    tables = tuple(_table(table, selection, sets) for table in chosen)
    median = spread.median_follow_up_days
    return _Counted(RawAnswer(steps, tables, None if median is None else round(median), spread.watched), sets)


def _tables_asked(names: Sequence[str], allowed: Sequence[str]) -> _Asked:
    """What is asked of the engine; `known:<item>` is the completeness of this item alone.

    Raises:
        QueryError: a name that does not exist.
    """
    heads, items = list[str](), list[str]()
    for name in dict.fromkeys(names):
        head, _, item = name.partition(":")
        if head not in allowed or (item and head != KNOWN):
            raise QueryError(f"Possible are {', '.join(allowed)} and known:<item>.", "breakdown")
        if item:
            items.append(item_of(item, "breakdown").name)
        heads.append(head)
    return _Asked(tuple(dict.fromkeys(heads)), tuple(items), KNOWN in names)


def _step(step: SelectionStep, sets: dict[bytes, PersonSet]) -> RawStep:
    mark = _noted(step.subjects, step.fingerprint, sets)
    return RawStep(step.label, step.subjects, step.exams, mark)


def _table(table: BreakdownTable, selection: Selection, sets: dict[bytes, PersonSet]) -> RawTable:
    # Where a person may stand in several cells, known in one exam and not in another, "not known" is one more answer.
    cells, rest, left = [], selection.n_subjects, selection.fingerprint
    for cell in table.cells:
        mark = _noted(cell.subjects, cell.fingerprint, sets)
        is_unknown = table.is_partition and cell.key in NOT_KNOWN_KEYS
        cells.append(RawCell(cell.key, cell.label, cell.subjects, mark, is_unknown))
        rest, left = rest - cell.subjects, left ^ cell.fingerprint
    if table.is_partition and rest:
        cells.append(RawCell(OTHERS, "others", rest, _noted(rest, left, sets)))
    return RawTable(table.by, table.label, tuple(cells), table.is_partition)


def _noted(persons: int, fingerprint: int, sets: dict[bytes, PersonSet]) -> bytes:
    """The mark of a set; one that could be shown is kept with its sketch."""
    mark = mark_of(persons, fingerprint)
    if persons >= THRESHOLD:
        sets[mark] = PersonSet(mark, persons, sketch_of(fingerprint))
    return mark


def _flagged(raw: RawAnswer, near: frozenset[bytes]) -> RawAnswer:
    steps = tuple(RawStep(s.label, s.persons, s.exams, s.mark, s.mark in near) for s in raw.steps)
    tables = tuple(
        RawTable(
            table.name,
            table.title,
            tuple(
                RawCell(c.code, c.label, c.persons, c.mark, c.is_unknown, c.mark in near) for c in table.cells
            ),
            table.is_partition,
        )
        for table in raw.tables
    )
    return RawAnswer(steps, tables, raw.median_follow_up_days, raw.n_watched)


def _marks_shown(raw: RawAnswer, protected: Protected) -> list[bytes]:
    marks = [
        step.mark
        for step, shown in zip(raw.steps, protected.steps, strict=True)
        if shown.persons.kind is not Kind.HIDDEN
    ]
    for table, shown_table in zip(raw.tables, protected.tables, strict=True):
        both = zip(table.cells, shown_table.cells, strict=True)
        marks += [cell.mark for cell, shown in both if shown.persons.kind is not Kind.HIDDEN]
    return list(dict.fromkeys(marks))


def _may_name_centers(principal: Principal) -> bool:
    return can(principal, Permission.DECIDE_SEARCHES)


def _about(query: CohortQuery, snapshot: Snapshot | None) -> dict[str, Any]:
    frozen = snapshot.frozen_at if snapshot else None
    return {
        "query_digest": query.digest(),
        "sentence": query.sentence(),
        "snapshot": str(snapshot.pk) if snapshot else "",
        "snapshot_sha256": snapshot.sha256 if snapshot else "",
        "snapshot_frozen_at": frozen.isoformat() if frozen else "",
    }
