"""Reads of imported tables; the open center scope decides whose there are."""

import csv
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from cmr_dictionary import load
from cmr_registry.intake.models import TableImport, TableRow
from cmr_registry.intake.table_states import RUNNING, TableState
from cmr_registry.subjects.selectors import withdrawn_of

CSV_HEADER = ("row", "subject", "exam", "item", "code", "outcome", "sentence")
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """What a table says of one item.

    Attributes:
        name, label: the item.
        n_said: cells that say anything.
        n_taken: values that are taken or stand already.
        n_questions, n_refused: cells with a question, and refused ones.
    """

    name: str
    label: str
    n_said: int
    n_taken: int
    n_questions: int
    n_refused: int


@dataclass(frozen=True, slots=True)
class ShownRemark:
    """One remark as people read it."""

    item: str
    label: str
    code: str
    sentence: str
    is_question: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row's result as people read it."""

    number: int
    subject: str
    exam: str
    outcome: str
    n_values: int
    remarks: tuple[ShownRemark, ...]


def table_list() -> QuerySet[TableImport]:
    """Imports of the open scope, newest first, with their center."""
    rows = TableImport.objects.select_related("center").order_by("-brought_at", "id")
    return rows.defer("chunks", "items")


def table_find(pk: uuid.UUID) -> TableImport | None:
    """The import with this id in the open scope."""
    return TableImport.objects.select_related("center").filter(pk=pk).first()


def tables_at_work() -> QuerySet[TableImport]:
    """Imports that wait for the worker, those tried least often first."""
    return TableImport.objects.filter(state__in=[s.value for s in RUNNING]).order_by(
        "claim_token", "brought_at"
    )


def item_counts(table: TableImport) -> list[ItemCounts]:
    """Counts by item, in the order of the dictionary."""
    items = load().items
    order = {name: place for place, name in enumerate(items)}
    return [
        ItemCounts(name, items[name].label if name in items else name, *table.items[name])
        for name in sorted(table.items, key=lambda name: order.get(name, len(order)))
    ]


def table_rows(table: TableImport, *, with_remarks: bool = False) -> QuerySet[TableRow]:
    """Results of rows in the order of the table; none of a subject who withdrew.

    Args:
        table: the import.
        with_remarks: only rows that something is said about.
    """
    gone = withdrawn_of(OuterRef("center"), OuterRef("subject_pseudonym"))
    rows = TableRow.objects.filter(table=table).exclude(Exists(gone)).order_by("number")
    return rows.filter(has_said=True) if with_remarks else rows


def shown_row(row: TableRow) -> ShownRow:
    """A row's result in words."""
    items = load().items
    remarks = tuple(
        ShownRemark(item, items[item].label if item in items else item, code, sentence, is_question)
        for item, code, sentence, is_question in row.said
    )
    return ShownRow(row.number, row.subject_pseudonym, row.exam_pseudonym, row.outcome, row.n_values, remarks)


def remarks_csv(table: TableImport) -> Iterator[str]:
    """Lines of a CSV with every question and refusal: row numbers, pseudonyms and codes, never a value."""
    yield _line(CSV_HEADER)
    for row in table_rows(table, with_remarks=True).iterator(chunk_size=_AT_ONCE):
        for item, code, sentence, is_question in row.said:
            outcome = "question" if is_question else "refused"
            yield _line(
                (row.number, row.subject_pseudonym, row.exam_pseudonym, item, code, outcome, sentence)
            )


def table_document(table: TableImport) -> dict[str, Any]:
    """What the API says about an import."""
    is_running = TableState(table.state) in RUNNING
    return {
        "id": table.pk,
        "center": table.center.code,
        "state": table.state,
        "is_running": is_running,
        "takes_questions": table.takes_questions,
        "n_rows": table.n_rows,
        "n_rows_done": table.n_rows_done,
        "rows": {
            "new": table.n_new,
            "changed": table.n_changed,
            "unchanged": table.n_unchanged,
            "refused": table.n_refused,
        },
        "values": {
            "taken": table.n_values,
            "questioned": table.n_questions,
            "refused": table.n_values_refused,
        },
        "brought_at": table.brought_at,
        "ended_at": table.ended_at,
    }


def _line(cells: tuple[object, ...]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue()
