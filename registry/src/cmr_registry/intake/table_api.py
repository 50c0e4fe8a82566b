"""Tables for machines: bring one, ask how far it is, read what became of its rows."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from cmr_registry.accounts.doors import door
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import can, centers_for
from cmr_registry.accounts.requests import principal_of
from cmr_registry.audit.services import denial_record
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import center_by_code, centers_in
from cmr_registry.intake.errors import DeliveryRejected, TableHoldsRejected
from cmr_registry.intake.table_selectors import shown_row, table_document, table_find, table_rows
from cmr_registry.intake.table_services import MAX_TABLE, table_bring
from cmr_registry.lib.pages import page_of
from cmr_registry.lib.problems import Problem, ProblemRejected

router = Router(tags=["tables"])
ROWS_PER_PAGE = 500
TABLE_BODY = {
    "requestBody": {
        "required": True,
        "description": "CSV, or a workbook (.xlsx) with one sheet: columns subject, exam, day, exam_year and items.",
        "content": {
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary"}
            },
        },
    }
}


class Finding(Schema):
    """Why a table is refused: row and column by number (0: the whole), an item where the column is one."""

    kind: str
    sentence: str
    row: int
    column: int
    item: str


class TableProblem(Problem):
    """A refusal with its findings, at most 50 of `n_findings`; nothing of the table was stored."""

    findings: tuple[Finding, ...] = ()
    n_findings: int = 0


class RowCounts(Schema):
    """Rows by what became of them, or would become of them."""

    new: int
    changed: int
    unchanged: int
    refused: int


class ValueCounts(Schema):
    """Values by what became of them."""

    taken: int
    questioned: int
    refused: int


class TableOut(Schema):
    """Where an import stands: checking, preview, importing, done or discarded."""

    id: uuid.UUID
    center: str
    state: str
    is_running: bool
    takes_questions: bool
    n_rows: int
    n_rows_done: int
    rows: RowCounts
    values: ValueCounts
    brought_at: datetime
    ended_at: datetime | None


class RemarkOut(Schema):
    """A question or refusal about one item, or about the row where `item` is empty."""

    item: str
    code: str
    sentence: str
    is_question: bool


class RowOut(Schema):
    """What became of one row; `row` is numbered as in a spreadsheet, the header is row 1."""

    row: int
    subject: str
    exam: str
    outcome: str
    n_values: int
    remarks: list[RemarkOut]


class RowsOut(Schema):
    """One page of results; `next_page` is null on the last."""

    rows: list[RowOut]
    page: int
    next_page: int | None


PROBLEMS: dict[Any, Any] = dict.fromkeys((401, 403, 404, 409, 413), Problem) | {422: TableProblem}


@router.post(
    "/tables",
    response={200: TableOut, **PROBLEMS},
    operation_id="bring_table",
    openapi_extra=TABLE_BODY,
)
@door(Permission.IMPORT_TABLES)
def bring_table(
    request: HttpRequest,
    center: Annotated[str, Query(max_length=64)] = "",
    accept: bool = True,
    questions: Literal["leave_out", "take"] = "leave_out",
) -> Any:
    """Bring a table of de-identified values; the same table again answers the same import.

    A table that may hold a name, a date or a local number is refused as a whole before anything is stored. `accept`
    false lets a person look at the preview first; `questions` says what becomes of values that have a question.
    """
    principal = principal_of(request)
    data = request.read(MAX_TABLE + 1)
    if len(data) > MAX_TABLE:
        raise ProblemRejected(
            413, "too_large", "The table is larger than the registry takes. Bring it in parts."
        )
    try:
        table = table_bring(
            principal=principal,
            center=_center(request, center),
            data=data,
            is_accepted=accept,
            takes_questions=questions == "take",
        )
    except DeliveryRejected as rejected:
        why = rejected.reason
        raise ProblemRejected(409, why.code, why.sentence, mender=why.mender.value, how=why.how) from None
    except TableHoldsRejected as rejected:
        raise _refused(rejected) from None
    return table_document(table)


@router.get("/tables/{uuid:table_id}", response={200: TableOut, **PROBLEMS}, operation_id="read_table")
@door(Permission.IMPORT_TABLES)
def read_table(request: HttpRequest, table_id: uuid.UUID) -> Any:
    """How far an import is, and its counts."""
    table = table_find(table_id)
    if table is None:
        raise Http404
    return table_document(table)


@router.get(
    "/tables/{uuid:table_id}/rows", response={200: RowsOut, **PROBLEMS}, operation_id="read_table_rows"
)
@door(Permission.IMPORT_TABLES)
def read_table_rows(
    request: HttpRequest,
    table_id: uuid.UUID,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    remarks: bool = False,
) -> Any:
    """What became of each row, in the order of the table; `remarks` true leaves out rows that nothing is said about."""
    table = table_find(table_id)
    if table is None:
        raise Http404
    found = page_of(table_rows(table, with_remarks=remarks), page, ROWS_PER_PAGE)
    rows = [
        {
            "row": one.number,
            "subject": one.subject,
            "exam": one.exam,
            "outcome": one.outcome,
            "n_values": one.n_values,
            "remarks": [
                {
                    "item": said.item,
                    "code": said.code,
                    "sentence": said.sentence,
                    "is_question": said.is_question,
                }
                for said in one.remarks
            ],
        }
        for one in map(shown_row, found.rows)
    ]
    return {"rows": rows, "page": found.number, "next_page": found.next_number}


def _center(request: HttpRequest, code: str) -> Center:
    """The center that is named, or the only one at which the caller may bring tables.

    Raises:
        NotAllowedRejected: there is no such one.
    """
    principal = principal_of(request)
    if code:
        center = center_by_code(code)
        found = [center] if center is not None and can(principal, Permission.IMPORT_TABLES, center.pk) else []
    else:
        found = list(centers_in(centers_for(principal, Permission.IMPORT_TABLES)))
    if len(found) != 1:
        denial_record(actor=principal.actor, action="table.bring")
        raise NotAllowedRejected(
            "Say for which center; your roles do not name exactly one that you may bring tables for."
        )
    return found[0]


def _refused(rejected: TableHoldsRejected) -> ProblemRejected:
    first = rejected.findings[0]
    code = "table_unreadable" if first.kind == "not_a_table" else "table_holds_identifiers"
    problem = ProblemRejected(
        422,
        code,
        "The table was refused as a whole, and nothing of it was stored.",
        mender="center coordinator",
        how="Mend the table at the places listed, or bring it through the center desk inside the hospital.",
    )
    problem.document["findings"] = [
        {"kind": one.kind, "sentence": one.sentence, "row": one.row, "column": one.column, "item": one.item}
        for one in rejected.findings
    ]
    problem.document["n_findings"] = rejected.n
    return problem
