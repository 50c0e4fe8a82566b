"""Bring a table, map its columns, look at what would be taken, accept it.

The file's name, its columns and its cells are shown here, inside the hospital, and nowhere else.
"""

import dataclasses
import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cmr_connector.desk.acts import Act
from cmr_connector.desk.selectors import PAGE, Page
from cmr_connector.desk.table_words import (
    TABLE_WORDS,
    answers_of,
    is_doubtful,
    n_used,
    shown_value,
    stands_for,
    target_words,
    targets,
)
from cmr_connector.desk.uploads import read_upload
from cmr_connector.desk.visits import CSRF_FIELD, Visit, desk_of, require_session, session_of
from cmr_connector.errors import StoreError, TransitionError
from cmr_connector.tables.drafts import Draft, DraftColumn, choose, shown_target, with_unit, with_words
from cmr_connector.tables.imports import ImportRow
from cmr_connector.tables.states import ImportState
from cmr_connector.tables.work import COUNTED_ROWS, MAX_BYTES
from cmr_dictionary import ItemKind, load
from cmr_dictionary.mapping import (
    ColumnRule,
    DateOrder,
    Key,
    Mapping,
    MappingRejected,
    TableRejected,
    Use,
    checked,
    conversions,
)

COLUMNS = 40
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_GONE = "The file of this import was taken away. Bring it again."


def imports(visit: Visit) -> Response:
    """Where a table is brought, what was brought before, and the saved mappings."""
    return _imports(visit)


async def bring(request: Request) -> Response:
    """Take a file in and begin its mapping."""
    if await run_in_threadpool(session_of, request) is None:
        raise HTTPException(401, "You are signed out. Sign in and do it again.")
    name: list[str] = []
    form, data = await read_upload(request, "table", MAX_BYTES, name)

    def work() -> Response:
        session = require_session(request, form.get(CSRF_FIELD, ""))
        visit = Visit(desk_of(request), request, session, form)
        if not data:
            return _imports(visit, 400, "Choose a table first.")
        try:
            number = visit.desk.workplace.tables.bring(data, name[0] if name else "table", visit.account)
        except TableRejected as refused:
            return _imports(visit, 400, str(refused))
        visit.note(Act.BROUGHT_TABLE)
        return RedirectResponse(f"/reports/import/{number}", 303)

    return await run_in_threadpool(work)


def columns(visit: Visit) -> Response:
    """The columns of a table, what they hold, and where they go."""
    row = import_of(visit)
    if row.state not in (ImportState.MAPPING, ImportState.HELD):
        return RedirectResponse(f"/reports/import/{row.id}/rows", 303)
    return _columns(visit, row, draft_of(visit, row))


def save_columns(visit: Visit) -> Response:
    """Keep where the columns of this page go, and how the table is written."""
    row = _editable(visit)
    draft, wrong = _changed(draft_of(visit, row), visit)
    problem = _problem(draft.mapping) or ("Some columns go nowhere: see below." if wrong else "")
    if problem:
        return _columns(visit, row, draft, 400, problem, wrong)
    visit.desk.workplace.tables.draft_put(row.id, draft)
    page, last = visit.page_number(), -(-len(draft.columns) // COLUMNS)
    way = f"?page={page + 1}" if visit.form.get("then") == "next" and page < last else "/preview"
    return RedirectResponse(f"/reports/import/{row.id}{way}", 303)


def column(visit: Visit) -> Response:
    """One column: its unit, what its words mean."""
    row = import_of(visit)
    draft = draft_of(visit, row)
    return _column(visit, row, draft, _place(visit, draft))


def save_column(visit: Visit) -> Response:
    """Keep unit and words of one column."""
    row = _editable(visit)
    draft = draft_of(visit, row)
    place = _place(visit, draft)
    found, rule = draft.columns[place - 1], draft.rule(place)
    chosen = choose(rule, found, visit.form.get("target", shown_target(rule))[:80])
    if chosen is None:
        return _column(
            visit, row, draft, place, 400, "The dictionary has no such item, or it stays at the center."
        )
    if chosen.target == rule.target:
        chosen = with_unit(chosen, visit.form.get("unit", "")) if "unit" in visit.form else chosen
        words = list(found.glance.words)
        meant = {word: visit.form[f"w-{n}"][:64] for n, word in enumerate(words) if f"w-{n}" in visit.form}
        chosen = dataclasses.replace(with_words(chosen, meant), split=visit.form.get("split", "")[:3].strip())
    mapping = draft.mapping.with_rule(chosen)
    problem = _problem(mapping)
    if problem:
        return _column(visit, row, draft, place, 400, problem)
    visit.desk.workplace.tables.draft_put(row.id, dataclasses.replace(draft, mapping=mapping))
    if chosen.target != rule.target and chosen.use in (Use.ITEM, Use.CHECKBOX):
        return RedirectResponse(f"/reports/import/{row.id}/columns/{place}", 303)
    page = (place - 1) // COLUMNS + 1
    return RedirectResponse(f"/reports/import/{row.id}?page={page}#column-{place}", 303)


def preview(visit: Visit) -> Response:
    """What would be taken of the first rows, and what the mapping changes."""
    row = import_of(visit)
    if row.state not in (ImportState.MAPPING, ImportState.HELD):
        return RedirectResponse(f"/reports/import/{row.id}/rows", 303)
    return _preview(visit, row)


def accept(visit: Visit) -> Response:
    """Save the mapping and begin to take the rows in."""
    row, tables = _editable(visit), visit.desk.workplace.tables
    draft = draft_of(visit, row)
    if row.state is ImportState.HELD:
        tables.draft_put(row.id, draft)
    seen = visit.form.get("seen") == "yes"
    try:
        if tables.preview(row.id).differences and not seen:
            return _preview(visit, row, 409, "Say that you have looked at what changes.")
        samples = [
            int(text) for name, text in visit.pairs if name == "sample" and text.isdigit() and len(text) < 9
        ]
        with_questions = visit.form.get("questions") != "no"
        tables.accept(row.id, visit.account, with_questions=with_questions, samples=samples)
    except FileNotFoundError:
        raise HTTPException(409, _GONE) from None
    except (StoreError, TransitionError) as error:
        raise HTTPException(409, str(error)) from None
    visit.note(Act.ACCEPTED_TABLE)
    return RedirectResponse(f"/reports/import/{row.id}/rows", 303)


def discard(visit: Visit) -> Response:
    """Forget an import and its file."""
    row = import_of(visit)
    try:
        visit.desk.workplace.tables.discard(row.id)
    except StoreError as error:
        raise HTTPException(409, str(error)) from None
    visit.note(Act.DISCARDED_TABLE)
    return RedirectResponse("/reports/import", 303)


def map_again(visit: Visit) -> Response:
    """Change the mapping of a table that was taken in, and take it in once more."""
    row = import_of(visit)
    if row.state not in (ImportState.DONE, ImportState.FAILED):
        raise HTTPException(409, "The rows of this table are being taken in.")
    visit.desk.workplace.tables.draft_put(row.id, draft_of(visit, row))
    return RedirectResponse(f"/reports/import/{row.id}", 303)


def import_of(visit: Visit) -> ImportRow:
    """The import of the address; 404 where there is none."""
    try:
        return visit.desk.workplace.store.tables.get(visit.number("number"))
    except StoreError:
        raise HTTPException(404) from None


def draft_of(visit: Visit, row: ImportRow) -> Draft:
    """Its draft; 409 where the dictionary no longer takes it."""
    try:
        return visit.desk.workplace.tables.draft(row.id)
    except MappingRejected as rejected:
        raise HTTPException(409, f"{rejected} Bring the table again.") from None


def _editable(visit: Visit) -> ImportRow:
    row = import_of(visit)
    if row.state not in (ImportState.MAPPING, ImportState.HELD):
        raise HTTPException(409, "The rows of this table are being taken in, or were.")
    return row


def _imports(visit: Visit, status: int = 200, problem: str = "") -> Response:
    store, number = visit.desk.workplace.store, visit.page_number()
    rows = store.tables.listed(PAGE, (number - 1) * PAGE)
    mappings = []
    for name in store.mappings.names():
        version = store.mappings.newest_version(name)
        checked_so_far = store.mappings.checked(name, version, load().digest)
        mappings.append((store.mappings.versions(name)[0], store.mappings.n_samples(name), checked_so_far))
    return visit.render(
        "table_imports.html",
        status,
        found=Page(rows, number, store.tables.count()),
        mappings=mappings,
        problem=problem,
        **TABLE_WORDS,
    )


def _columns(
    visit: Visit,
    row: ImportRow,
    draft: Draft,
    status: int = 200,
    problem: str = "",
    wrong: dict[int, str] | None = None,
) -> Response:
    number = min(visit.page_number(), max(1, -(-len(draft.columns) // COLUMNS)))
    first = (number - 1) * COLUMNS
    shown = [
        (place, column, draft.rule(place), (wrong or {}).get(place, shown_target(draft.rule(place))))
        for place, column in enumerate(draft.columns[first : first + COLUMNS], first + 1)
    ]
    return visit.render(
        "table_columns.html",
        status,
        row=row,
        draft=draft,
        shown=shown,
        wrong=wrong or {},
        number=number,
        last=max(1, -(-len(draft.columns) // COLUMNS)),
        used=n_used(draft),
        targets=targets(),
        target_words=target_words,
        asks=_asks,
        is_doubtful=is_doubtful,
        problem=problem,
        constants="\n".join(f"{name} = {text}" for name, text in draft.mapping.constants.items()),
        **TABLE_WORDS,
    )


def _column(
    visit: Visit, row: ImportRow, draft: Draft, place: int, status: int = 200, problem: str = ""
) -> Response:
    rule, found = draft.rule(place), draft.columns[place - 1]
    item = load().items.get(rule.target) if rule.use in (Use.ITEM, Use.CHECKBOX, Use.INTERVAL) else None
    is_coded = item is not None and rule.use is Use.ITEM and (item.code_list or item.kind is ItemKind.YES_NO)
    return visit.render(
        "table_column.html",
        status,
        row=row,
        draft=draft,
        place=place,
        page=(place - 1) // COLUMNS + 1,
        column=found,
        rule=rule,
        target_item=item,
        target=shown_target(rule),
        targets=targets(),
        target_words=target_words,
        units=conversions(item) if item and rule.use is Use.ITEM and item.unit else (),
        answers=answers_of(item) if item else [],
        stands_for=stands_for,
        words=list(enumerate(found.glance.counts.items())) if is_coded else _odd_words(rule, found),
        is_list=item is not None and item.kind is ItemKind.CODES and rule.use is Use.ITEM,
        problem=problem,
        **TABLE_WORDS,
    )


def _odd_words(rule: ColumnRule, found: DraftColumn) -> list[tuple[int, tuple[str, int]]]:
    """Of a column of numbers or dates the words that are none: they may mean that the value is absent."""
    if rule.use not in (Use.ITEM, Use.INTERVAL):
        return []
    words = enumerate(found.glance.counts.items())
    return [(n, (word, times)) for n, (word, times) in words if not any(sign.isdigit() for sign in word)]


def _preview(visit: Visit, row: ImportRow, status: int = 200, problem: str = "") -> Response:
    draft = draft_of(visit, row)
    try:
        found = visit.desk.workplace.tables.preview(row.id)
    except FileNotFoundError:
        raise HTTPException(409, _GONE) from None
    visit.note(Act.SAW_TABLE)
    places = {rule.column: place for place, rule in enumerate(draft.mapping.columns, 1)}
    said = [(one, one.said(places)) for one in found.rows]
    return visit.render(
        "table_preview.html",
        status,
        row=row,
        draft=draft,
        found=found,
        said=said,
        counted=COUNTED_ROWS,
        names=[column.name for column in draft.columns],
        shown_value=shown_value,
        labels={name: item.label for name, item in load().items.items()},
        has_key=any(draft.mapping.key_column(key) for key in (Key.ACCESSION, Key.PATIENT)),
        problem=problem,
        **TABLE_WORDS,
    )


def _changed(draft: Draft, visit: Visit) -> tuple[Draft, dict[int, str]]:
    """The draft after the form, and what was typed at places where no such target exists."""
    mapping, wrong = draft.mapping, {}
    for place, found in enumerate(draft.columns, 1):
        typed = visit.form.get(f"c-{place}")
        if typed is None:
            continue
        rule = choose(draft.rule(place), found, typed[:80])
        if rule is None:
            wrong[place] = typed[:80]
        else:
            mapping = mapping.with_rule(rule)
    return dataclasses.replace(draft, mapping=_with_settings(mapping, visit)), wrong


def _with_settings(mapping: Mapping, visit: Visit) -> Mapping:
    changes: dict[str, Any] = {}
    form = visit.form
    if _NAME.fullmatch(form.get("name", "")):
        changes["id"] = form["name"]
    if form.get("decimal") in (".", ","):
        changes["decimal"] = form["decimal"]
    if form.get("dates") in set(DateOrder):
        changes["dates"] = DateOrder(form["dates"])
    if "constants" in form:
        pairs = [line.partition("=") for line in form["constants"][:4000].splitlines() if line.strip()]
        changes["constants"] = {name.strip().lower(): text.strip() for name, _, text in pairs}
    if "events" in form:
        changes["events"] = tuple(text.strip() for text in form["events"][:2000].split(",") if text.strip())
    return dataclasses.replace(mapping, **changes)


def _problem(mapping: Mapping) -> str:
    try:
        checked(mapping)
    except MappingRejected as rejected:
        return str(rejected)
    return ""


def _asks(column: DraftColumn, rule: ColumnRule) -> bool:
    """Whether something about a column is for a person to say on its own page."""
    return rule.use in (Use.ITEM, Use.INTERVAL, Use.CHECKBOX)


def _place(visit: Visit, draft: Draft) -> int:
    place = visit.number("place")
    if draft.column(place) is None:
        raise HTTPException(404)
    return place
