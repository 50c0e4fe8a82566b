"""What became of the rows of a table, and the saved mappings with their versions and golden samples."""

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from cmr_connector.database import utc_now
from cmr_connector.desk.acts import Act
from cmr_connector.desk.selectors import PAGE, Page
from cmr_connector.desk.table_pages import import_of
from cmr_connector.desk.table_words import TABLE_WORDS
from cmr_connector.desk.visits import Visit
from cmr_connector.errors import StoreError
from cmr_connector.tables.imports import ImportRow
from cmr_connector.tables.states import ImportState, Outcome
from cmr_dictionary import load
from cmr_dictionary.mapping import MappingRejected


def rows(visit: Visit) -> Response:
    """Results row by row, a page at a time."""
    row = import_of(visit)
    if row.state in (ImportState.MAPPING, ImportState.HELD):
        return RedirectResponse(f"/reports/import/{row.id}", 303)
    return visit.render("table_rows.html", **_progress(visit, row))


def rows_part(visit: Visit) -> Response:
    """The part of it that refreshes itself: how far it is, and the rows of this page."""
    return visit.render("table_rows_part.html", **_progress(visit, import_of(visit)))


def refused(visit: Visit) -> Response:
    """Refused rows in the layout of the table, with the reasons beside them."""
    row = import_of(visit)
    if row.state not in (ImportState.DONE, ImportState.FAILED):
        raise HTTPException(409, "The rows are not all taken in yet.")
    try:
        data = visit.desk.workplace.tables.refused_rows(row.id)
    except (FileNotFoundError, StoreError, MappingRejected):
        raise HTTPException(409, "The file of this import was taken away. Bring it again.") from None
    visit.note(Act.TOOK_REFUSED_ROWS)
    headers = {"content-disposition": f'attachment; filename="import-{row.id}-rows-to-mend.csv"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


def mapping(visit: Visit) -> Response:
    """One saved mapping: its versions, its golden samples, what the last check found."""
    return _mapping(visit, _name(visit))


def confirm(visit: Visit) -> Response:
    """What the samples become now is right: they are frozen anew."""
    name = _name(visit)
    try:
        visit.desk.workplace.tables.checks.confirm(name)
    except MappingRejected as rejected:
        raise HTTPException(409, str(rejected)) from None
    visit.note(Act.CONFIRMED_MAPPING)
    return RedirectResponse(f"/reports/import/mappings/{name}", 303)


def drop_samples(visit: Visit) -> Response:
    """Forget the golden samples of a mapping."""
    name = _name(visit)
    visit.desk.workplace.store.mappings.samples_drop(name)
    return RedirectResponse(f"/reports/import/mappings/{name}", 303)


def mapping_document(visit: Visit) -> Response:
    """One version as a JSON document to keep."""
    name, version = _name(visit), visit.number("version")
    try:
        document = visit.desk.workplace.store.mappings.document(name, version)
    except StoreError:
        raise HTTPException(404) from None
    headers = {"content-disposition": f'attachment; filename="mapping-{name}-{version}.json"'}
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return Response(text, media_type="application/json", headers=headers)


def _mapping(visit: Visit, name: str) -> Response:
    mappings = visit.desk.workplace.store.mappings
    versions = mappings.versions(name)
    found, number = Page(versions, visit.page_number(), len(versions)), visit.page_number()
    return visit.render(
        "table_mapping.html",
        name=name,
        found=Page(found.rows[(number - 1) * PAGE : number * PAGE], number, len(versions)),
        newest=versions[0],
        n_samples=mappings.n_samples(name),
        check=mappings.checked(name, versions[0].version, load().digest),
        dictionary=load().version,
        **TABLE_WORDS,
    )


def _name(visit: Visit) -> str:
    name = str(visit.request.path_params["name"])
    if not visit.desk.workplace.store.mappings.newest_version(name):
        raise HTTPException(404)
    return name


def _progress(visit: Visit, row: ImportRow) -> dict[str, Any]:
    tables, number = visit.desk.workplace.store.tables, visit.page_number()
    asked = visit.request.query_params.get("outcome", "")
    outcome = next((one for one in Outcome if one == asked), None)
    outcomes = (outcome,) if outcome else tuple(Outcome)
    found, total = tables.rows(row.id, outcomes, PAGE, (number - 1) * PAGE)
    document = tables.document(row.id)
    return {
        "row": row,
        "found": Page(found, number, total),
        "outcome": outcome,
        "totals": tables.totals(row.id),
        "names": [column["name"] for column in document["columns"]],
        "file_name": document["file_name"],
        "now": utc_now(),
        **TABLE_WORDS,
    }
