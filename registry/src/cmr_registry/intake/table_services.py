"""Every write of imported tables: one is brought, accepted or let go, and the worker takes it in chunk by chunk."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.centers.models import Center
from cmr_registry.centers.services import may_upload
from cmr_registry.exams.merging import exams_held, exams_merge
from cmr_registry.exams.versions import TABLES
from cmr_registry.intake.errors import DeliveryRejected, TableHoldsRejected, TableStepError
from cmr_registry.intake.models import TableImport, TableRow
from cmr_registry.intake.table_chunks import ChunkPacker, chunk_get, chunks_forget, chunks_put
from cmr_registry.intake.table_judging import JudgedRow, judge_rows, totals
from cmr_registry.intake.table_screening import NO_ROWS, screen
from cmr_registry.intake.table_states import TableState, require_table_step
from cmr_registry.lib.claims import Claim, claim_confirm
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.lib.log import event

MAX_TABLE = 64 * 2**20
"""Most bytes of a table: 100,000 rows of 40 items have about 25 MiB as CSV."""
COUNTS = (
    "n_new",
    "n_changed",
    "n_unchanged",
    "n_refused",
    "n_values",
    "n_questions",
    "n_values_refused",
)


def table_bring(
    *,
    principal: Principal,
    center: Center,
    data: bytes,
    is_accepted: bool = False,
    takes_questions: bool = False,
) -> TableImport:
    """Screen a table in memory, and keep its rows where it passed; the same table again gives the same import.

    Nothing of a table that is refused is written anywhere: neither its bytes, nor its name, nor its columns.

    Args:
        principal: who brings it.
        center: whose exams it is about.
        data: the file.
        is_accepted: take it in at once, without a preview.
        takes_questions: take values that have a question too.

    Raises:
        NotAllowedRejected: the caller may not bring tables of this center.
        DeliveryRejected: the center's agreement does not cover it.
        TableHoldsRejected: the table may hold a name, a date or a local number, or is no table of this form.
    """
    if not can(principal, Permission.IMPORT_TABLES, center.pk):
        denial_record(actor=principal.actor, action="table.bring")
        raise NotAllowedRejected("Your roles do not let you bring tables for this center.")
    barred = may_upload(center, images=False)
    packer = ChunkPacker()
    try:
        if barred is not None:
            raise DeliveryRejected(barred)
        items = screen(data, timezone.now().year, packer.take)
        if not packer.n_rows:
            raise TableHoldsRejected((NO_ROWS,), 1)
    except (DeliveryRejected, TableHoldsRejected):
        denial_record(actor=principal.actor, action="table.bring", center=center.pk)
        event("table_refused")
        raise
    state = TableState.IMPORTING if is_accepted else TableState.CHECKING
    return _table_keep(principal, center, packer, items, state, takes_questions)


def _table_keep(
    principal: Principal,
    center: Center,
    packer: ChunkPacker,
    items: tuple[str, ...],
    state: TableState,
    takes_questions: bool,
) -> TableImport:
    digest = packer.finish()
    known = _live(center.pk, digest)
    if known is not None:
        return known
    names = chunks_put(center.pk, digest, packer.chunks)
    return _table_record(principal, center, digest, names, packer.n_rows, items, state, takes_questions)


@audited
def _table_record(
    principal: Principal,
    center: Center,
    digest: str,
    names: list[str],
    n_rows: int,
    items: tuple[str, ...],
    state: TableState,
    takes_questions: bool,
) -> TableImport:
    transaction_lock(f"table {center.pk} {digest}")
    known = _live(center.pk, digest)
    if known is not None:
        return known
    table = TableImport(
        center=center,
        digest=digest,
        state=state.value,
        takes_questions=takes_questions,
        items={name: [0, 0, 0, 0] for name in items},
        chunks=names,
        n_rows=n_rows,
        brought_by=principal.actor,
    )
    table.save(force_insert=True)
    _event(
        principal.actor, "table.bring", table, {"n_rows": n_rows, "n_items": len(items), "state": state.value}
    )
    event("table_brought", table=str(table.pk), n_rows=n_rows)
    return table


@audited
def table_accept(*, table: TableImport, takes_questions: bool, by: Principal) -> TableImport:
    """Let the worker take a table in, as its preview shows it.

    Args:
        table: one that waits for a person.
        takes_questions: take values that have a question too; else they are left out.
        by: who accepts.

    Raises:
        TableStepError: it is not waiting.
    """
    row = TableImport.objects.select_for_update().get(pk=table.pk)
    if row.state != TableState.PREVIEW:
        raise TableStepError("This table is not waiting to be taken in.")
    row.takes_questions = takes_questions
    _begin(row, TableState.IMPORTING)
    row.save()
    _event(by.actor, "table.accept", row, {"takes_questions": takes_questions})
    return row


@audited
def table_discard(*, table: TableImport, by: Principal) -> TableImport:
    """Let a table go before it is taken in: its rows are removed; the import stays listed with its counts.

    Raises:
        TableStepError: it is being taken in, or ended.
    """
    row = TableImport.objects.select_for_update().get(pk=table.pk)
    if row.state not in (TableState.CHECKING, TableState.PREVIEW):
        raise TableStepError("This table cannot be let go any more.")
    names, row.chunks = row.chunks, []
    row.state, row.ended_at = require_table_step(row.state, TableState.DISCARDED).value, timezone.now()
    row.claim_token += 1
    row.claimed_until = None
    row.save()
    row.rows.all().delete()
    _event(by.actor, "table.discard", row, {"n_rows": row.n_rows})
    transaction.on_commit(lambda: chunks_forget(names))
    return row


def table_chunk_work(table: TableImport, claim: Claim) -> None:
    """Do the next chunk of a claimed table in one transaction; the claim is given back with it.

    Raises:
        ClaimLostError: another worker does it; nothing changes.
        StorageError: the chunk cannot be read; nothing changes.
    """
    rows = []
    if table.n_chunks_done < len(table.chunks):
        number = table.n_chunks_done
        rows = chunk_get(table.center_id, table.digest, number, table.chunks[number])
    _chunk_settle(table.pk, table.n_chunks_done, rows, claim)


@audited
def _chunk_settle(pk: uuid.UUID, number: int, rows: list[Any], claim: Claim) -> None:
    table = TableImport.objects.select_for_update(of=("self",)).get(pk=pk)
    if (
        TableState(table.state) in (TableState.CHECKING, TableState.IMPORTING)
        and table.n_chunks_done == number
    ):
        if rows:
            _take(table, rows)
            table.n_chunks_done += 1
        if table.n_chunks_done >= len(table.chunks):
            _end_pass(table)
        table.save()
        detail = {"state": table.state, "n_rows_done": table.n_rows_done}
        _event(TABLES, "table_chunk.work", table, detail)
    claim_confirm(claim)


def _take(table: TableImport, rows: list[Any]) -> None:
    """Judge a chunk and note what becomes of each row; write the values where the table is being taken in."""
    is_import = table.state == TableState.IMPORTING
    held = exams_held(
        table.center_id, [row.subject for row in rows], [row.exam for row in rows], lock=is_import
    )
    judged, counts = judge_rows(rows, held, takes_questions=table.takes_questions)
    if is_import:
        brought = [one.brought for one in judged if one.brought is not None]
        if brought:
            exams_merge(center=table.center_id, brought=brought, subjects=held.subjects, at=_now())
        TableRow.objects.filter(table=table, number__gte=rows[0].number, number__lte=rows[-1].number).delete()
    TableRow.objects.bulk_create([_result(table, one) for one in judged])
    for name, added in counts.items():
        known = table.items.setdefault(name, [0, 0, 0, 0])
        table.items[name] = [one + more for one, more in zip(known, added, strict=True)]
    for name, n in totals(judged).items():
        setattr(table, name, getattr(table, name) + n)
    table.n_rows_done += len(rows)


def _result(table: TableImport, judged: JudgedRow) -> TableRow:
    return TableRow(
        center_id=table.center_id,
        table=table,
        number=judged.row.number,
        subject_pseudonym=judged.row.subject,
        exam_pseudonym=judged.row.exam,
        outcome=judged.outcome.value,
        n_values=judged.n_values,
        has_said=bool(judged.remarks),
        said=[remark.to_document() for remark in judged.remarks],
    )


def _begin(table: TableImport, state: TableState) -> None:
    """Begin a pass over all chunks: the counts of the pass before are forgotten."""
    table.state = require_table_step(table.state, state).value
    table.n_chunks_done = table.n_rows_done = 0
    table.items = {name: [0, 0, 0, 0] for name in table.items}
    for name in COUNTS:
        setattr(table, name, 0)


def _end_pass(table: TableImport) -> None:
    is_import = table.state == TableState.IMPORTING
    table.state = require_table_step(table.state, TableState.DONE if is_import else TableState.PREVIEW).value
    if is_import:
        table.ended_at = timezone.now()
    event("table_settled", table=str(table.pk), state=table.state, n_rows=table.n_rows)


def _live(center: uuid.UUID, digest: str) -> TableImport | None:
    rows = TableImport.objects.filter(center_id=center, digest=digest)
    return rows.exclude(state=TableState.DISCARDED.value).first()


def _now() -> datetime:
    return timezone.now().replace(microsecond=0)


def _event(actor: str, action: str, table: TableImport, detail: dict[str, Any]) -> None:
    event_record(
        actor=actor, action=action, center=table.center_id, target=f"table:{table.pk}", detail=detail
    )
