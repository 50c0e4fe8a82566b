"""Follow-up at the desk: the worklist, one patient, the table of many, and the patient who withdraws.

Pages are addressed by the number of an exam, never by anything of a patient; the hospital's numbers come by POST.
"""

import datetime
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cmr_connector.desk.acts import Act
from cmr_connector.desk.follow_up_words import (
    CAUSES,
    EVENTS,
    KINDS,
    NOTHING_SENT,
    SOURCES,
    STATEMENT,
    asked_of,
)
from cmr_connector.desk.selectors import PAGE, Page
from cmr_connector.desk.uploads import read_upload
from cmr_connector.desk.visits import CSRF_FIELD, Visit, desk_of, require_session, session_of
from cmr_connector.follow_up import EVENT_COLUMNS, STATUS_COLUMNS, FollowUpRejected, read_event, read_status
from cmr_connector.follow_up_csv import (
    MAX_BYTES,
    PATIENT,
    Imported,
    TableRejected,
    event_items,
    import_table,
    read_table,
)
from cmr_connector.follow_up_windows import ends_with_death, shortened
from cmr_connector.follow_ups import Followed
from cmr_connector.states import StatementKind, StatementState
from cmr_dictionary import Missing
from cmr_exchange.censoring import RULE, RULE_WORDS, explain

_SHOWN_REJECTED = 200
_WORDS: dict[str, Any] = {
    "source_names": SOURCES,
    "cause_names": CAUSES,
    "event_names": EVENTS,
    "kind_names": KINDS,
    "said_statement": STATEMENT,
    "nothing_sent": NOTHING_SENT,
}


def worklist(visit: Visit) -> Response:
    """Patients with accepted exams, those who are due first."""
    due_only = visit.request.query_params.get("show") == "due"
    rows = visit.desk.workplace.store.follow_ups.worklist(_today())
    n_due = sum(row.is_due for row in rows)
    shown = [row for row in rows if row.is_due] if due_only else rows
    visit.note(Act.SAW_WORKLIST)
    return _worklist(visit, shown, n_due, len(rows), due_only=due_only)


def search(visit: Visit) -> Response:
    """The patient with a number of the hospital; it comes by POST, so that no address holds it."""
    text = visit.form.get("text", "").strip()[:200]
    store = visit.desk.workplace.store
    subjects = set(store.follow_ups.subjects_of_patient(text)) if text else set()
    rows = store.follow_ups.worklist(_today())
    found = [row for row in rows if row.subject in subjects]
    for row in found:
        visit.note(Act.LOOKED_UP, row.subject)
    if not found:
        visit.note(Act.LOOKED_UP_NOTHING)
    return _worklist(visit, found, sum(row.is_due for row in rows), len(rows), searched=True)


def patient(visit: Visit) -> Response:
    """One patient: what is entered, what would cross, what was sent."""
    subject = _subject(visit)
    visit.note(Act.LOOKED_UP, subject, str(visit.number("number")))
    return _patient(visit, subject)


def enter_status(visit: Visit) -> Response:
    """Enter what a source says of life and death."""
    return _enter(visit, "status", lambda: read_status(_cells(visit, STATUS_COLUMNS), _today()))


def enter_event(visit: Visit) -> Response:
    """Enter an event; what is left empty is not said."""
    names = (*EVENT_COLUMNS, *(item.name for item in event_items()))
    return _enter(visit, "event", lambda: read_event(_cells(visit, names), _today()))


def take_back(visit: Visit) -> Response:
    """Remove one entry."""
    subject, work = _subject(visit), visit.desk.workplace.follow_up
    try:
        work.take_back(subject, visit.form.get("key", ""))
    except FollowUpRejected as refused:
        return _patient(visit, subject, 409, problem=str(refused))
    return _entered(visit, subject)


def send_again(visit: Visit) -> Response:
    """Send what is entered as a new version, after a refusal."""
    subject = _subject(visit)
    visit.desk.workplace.follow_up.send_again(subject)
    return _entered(visit, subject)


def withdraw_page(visit: Visit) -> Response:
    """What withdrawing means, before it is done."""
    subject = _subject(visit)
    visit.note(Act.LOOKED_UP, subject, str(visit.number("number")))
    return _withdraw(visit, subject, "")


def withdraw(visit: Visit) -> Response:
    """The patient withdrew."""
    subject = _subject(visit)
    if visit.form.get("checked") != "yes":
        return _withdraw(visit, subject, "Say that the patient withdrew.", 400)
    visit.desk.workplace.follow_up.withdraw(subject)
    visit.note(Act.WITHDREW, subject, str(visit.number("number")))
    return RedirectResponse("/follow-up/sent", 303)


def sent(visit: Visit) -> Response:
    """Follow-up and withdrawals on their way, newest first."""
    found = visit.desk.selectors.statements(visit.page_number())
    counts = visit.desk.workplace.store.statements.counts()
    return visit.render("follow_up_sent.html", found=found, counts=counts, **_WORDS)


def import_page(visit: Visit) -> Response:
    """Where a table is brought, and what its columns mean."""
    return _import(visit)


def blank_table(visit: Visit) -> Response:
    """An empty table with the right first line."""
    kind = str(visit.request.path_params["kind"])
    columns = {
        "status": (PATIENT, *STATUS_COLUMNS),
        "events": (PATIENT, *EVENT_COLUMNS, *(item.name for item in event_items())),
    }
    if kind not in columns:
        raise HTTPException(404)
    headers = {"content-disposition": f'attachment; filename="follow-up-{kind}.csv"'}
    return Response(",".join(columns[kind]) + "\r\n", media_type="text/csv; charset=utf-8", headers=headers)


async def bring_table(request: Request) -> Response:
    """Take a table in, or say line by line why not."""
    if await run_in_threadpool(session_of, request) is None:
        raise HTTPException(401, "You are signed out. Sign in and do it again.")
    form, data = await read_upload(request, "table", MAX_BYTES)

    def work() -> Response:
        session = require_session(request, form.get(CSRF_FIELD, ""))
        return _imported(Visit(desk_of(request), request, session, form), data)

    return await run_in_threadpool(work)


def _imported(visit: Visit, data: bytes) -> Response:
    workplace = visit.desk.workplace
    leave_out = visit.form.get("leave_out") == "yes"
    if not data:
        return _import(visit, 400, problem="Choose a table first.")
    try:
        table = read_table(data, _today())
    except TableRejected as refused:
        return _import(visit, 400, problem=str(refused))
    result = import_table(workplace.store, workplace.follow_up, table, leave_out_unknown=leave_out)
    visit.note(Act.IMPORTED_FOLLOW_UP)
    return _import(visit, 200 if result.is_done else 422, result=result)


def _import(visit: Visit, status: int = 200, problem: str = "", result: Imported | None = None) -> Response:
    return visit.render(
        "follow_up_import.html",
        status,
        problem=problem,
        result=result,
        items=event_items(),
        most_shown=_SHOWN_REJECTED,
        **_WORDS,
    )


def _worklist(
    visit: Visit,
    rows: list[Followed],
    n_due: int,
    n_all: int,
    *,
    due_only: bool = False,
    searched: bool = False,
) -> Response:
    number = visit.page_number()
    found = Page(rows[(number - 1) * PAGE : number * PAGE], number, len(rows))
    return visit.render(
        "follow_up.html",
        found=found,
        n_due=n_due,
        n_all=n_all,
        due_only=due_only,
        searched=searched,
        sent=visit.desk.workplace.store.statements.newest_states(),
        **_WORDS,
    )


def _enter(visit: Visit, which: str, read: Callable[[], Any]) -> Response:
    subject, work = _subject(visit), visit.desk.workplace.follow_up
    try:
        work.enter(subject, [read()])
    except FollowUpRejected as refused:
        return _patient(visit, subject, 400, problem=str(refused), which=which)
    return _entered(visit, subject)


def _entered(visit: Visit, subject: str) -> Response:
    visit.note(Act.FOLLOWED_UP, subject, str(visit.number("number")))
    return RedirectResponse(f"/follow-up/{visit.number('number')}", 303)


def _patient(visit: Visit, subject: str, status: int = 200, problem: str = "", which: str = "") -> Response:
    workplace = visit.desk.workplace
    store, work = workplace.store, workplace.follow_up
    entries, origin = store.follow_ups.get(subject), work.origin(subject)
    document = None if origin is None else work.document(subject, entries)
    changed = {} if origin is None else shortened(entries.statuses, origin)
    rows = store.statements.of_subject(subject)
    newest = next((row for row in rows if row.kind is StatementKind.FOLLOW_UP), None)
    return visit.render(
        "follow_up_patient.html",
        status,
        number=visit.number("number"),
        subject=subject,
        patient=work.patient(subject),
        exams=store.crosswalk.by_pseudonym(subject),
        origin=origin and origin.date,
        is_shortened=any(changed.values()),
        left_out=[one for one in entries.statuses if one.key in changed and changed[one.key] is None],
        doubtful={one.key for one in entries.statuses if ends_with_death(one)},
        entries=entries,
        document=document,
        why=explain(document.vital_status, 0) if document else (),
        rule=RULE,
        rule_words=RULE_WORDS,
        rows=rows,
        is_refused=newest is not None and newest.state is StatementState.REFUSED,
        event_forms=[(kind, EVENTS[kind], asked_of(kind)) for kind in EVENTS],
        missing=[(code.value, code.label) for code in Missing],
        today=_today().isoformat(),
        problem=problem,
        which=which,
        typed=visit.form if which else {},
        **_WORDS,
    )


def _withdraw(visit: Visit, subject: str, problem: str, status: int = 200) -> Response:
    work = visit.desk.workplace.follow_up
    return visit.render(
        "withdraw.html",
        status,
        number=visit.number("number"),
        subject=subject,
        patient=work.patient(subject),
        problem=problem,
    )


def _subject(visit: Visit) -> str:
    """The subject of the exam in the address; 404 where there is none, or where the patient withdrew."""
    subject = visit.desk.workplace.store.follow_ups.subject_of(visit.number("number"))
    if subject is None:
        raise HTTPException(404)
    return subject


def _cells(visit: Visit, names: tuple[str, ...]) -> dict[str, str]:
    return {name: visit.form.get(name, "")[:200] for name in names}


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()
