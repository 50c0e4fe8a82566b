"""Questions of the registry at the desk, where the patient is known: the worklist, one question, its answer.

What the registry writes is a text from outside: it is shown as text and nothing else. Only a code goes back.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from cmr_connector.crosswalk import CrosswalkEntry
from cmr_connector.data_queries import SHOWN, QueryRow
from cmr_connector.desk.acts import Act
from cmr_connector.desk.follow_up_words import STATEMENT
from cmr_connector.desk.selectors import PAGE, Page
from cmr_connector.desk.visits import Visit
from cmr_connector.desk.words import Said
from cmr_connector.query_work import QueryRejected
from cmr_connector.source_header import plausible_date
from cmr_connector.states import ExamState, StatementKind, StatementState
from cmr_dictionary import load
from cmr_exchange.queries import ANSWER_WORDS, QueryAnswer, QueryAuthor, QueryState, QueryStep

LONGEST_NOTE = 1_000
TABS = {"": "to answer", "sent": "answered", "closed": "closed"}
STATES = {
    QueryState.OPEN: Said("open", "warn", "The registry waits for an answer."),
    QueryState.REOPENED: Said("asked again", "bad", "The last answer did not settle it."),
    QueryState.ANSWERED: Said("answered", "", "The registry has the answer and looks at it."),
    QueryState.CLOSED: Said("closed", "ok", "Nothing more is to be done."),
}
ON_ITS_WAY = Said("answer on its way", "", "It is sent as soon as the registry can be reached.")
STEPS = {
    QueryStep.OPENED: "asked",
    QueryStep.ANSWERED: "answered",
    QueryStep.REOPENED: "asked again",
    QueryStep.CLOSED: "closed it",
}
AUTHORS = {
    QueryAuthor.CHECK: "A check of the registry",
    QueryAuthor.REGISTRY: "The registry",
    QueryAuthor.CENTER: "This center, on the registry,",
    QueryAuthor.CONNECTOR: "This center",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as the desk shows it; stays inside.

    Attributes:
        query: as it is kept. entry: the exam with its patient, None where this connector never sent it.
        date: the exam's date in ISO form, empty where it cannot be read.
        label: what the item is called. said: where it stands.
    """

    query: QueryRow
    entry: CrosswalkEntry | None
    date: str
    label: str
    said: Said


def worklist(visit: Visit) -> Response:
    """Questions beside the patient's name, the oldest first; those to answer unless others are asked for."""
    asked = visit.request.query_params
    show = asked.get("show", "")
    show = show if show in SHOWN else ""
    item, number = asked.get("item", "")[:64], visit.page_number()
    queries = visit.desk.workplace.store.data_queries
    rows = queries.listed(show, item, PAGE, (number - 1) * PAGE)
    found = Page([_shown(visit, row) for row in rows], number, queries.count(show, item))
    visit.note(Act.SAW_QUERIES)
    return visit.render(
        "queries.html",
        found=found,
        show=show,
        chosen=item,
        items=_labels(queries.items()),
        tabs=[(name, words, queries.count(name)) for name, words in TABS.items()],
    )


def query(visit: Visit) -> Response:
    """One question: what was said, the way to the value, the answer."""
    row = _row(visit)
    visit.note(Act.LOOKED_UP, row.document.exam, str(row.exam_id or ""))
    return _query(visit, row)


def answer(visit: Visit) -> Response:
    """Queue the coded answer."""
    row = _row(visit)
    choice = next((one for one in QueryAnswer if one == visit.form.get("choice")), None)
    if choice is None:
        return _query(visit, row, "Choose an answer.", 400)
    if visit.form.get("turn") != str(row.document.turn):
        return _query(visit, row, "The registry has asked again meanwhile. Read what it says now.", 409)
    try:
        visit.desk.workplace.queries.answer(row, choice, visit.account)
    except QueryRejected as refused:
        return _query(visit, row, str(refused), 409)
    visit.note(Act.ANSWERED_QUERY, row.document.exam, str(row.exam_id or ""))
    return RedirectResponse("/queries", 303)


def note(visit: Visit) -> Response:
    """Keep a note beside a question; it stays inside."""
    row = _row(visit)
    text = visit.form.get("note", "").strip()
    if len(text) > LONGEST_NOTE:
        return _query(visit, row, f"A note has at most {LONGEST_NOTE} characters.", 400)
    visit.desk.workplace.store.data_queries.note_put(row.number, text)
    return RedirectResponse(f"/queries/{row.number}", 303)


def _query(visit: Visit, row: QueryRow, problem: str = "", status: int = 200) -> Response:
    store, work = visit.desk.workplace.store, visit.desk.workplace.queries
    statement = store.statements.newest(StatementKind.QUERY_ANSWER, row.document.id)
    exam = None if row.exam_id is None else store.exams.get(row.exam_id)
    enterable = exam is not None and exam.state not in (ExamState.ARRIVING, ExamState.REJECTED)
    return visit.render(
        "query.html",
        status,
        shown=_shown(visit, row),
        row=row,
        choices=[(one, ANSWER_WORDS[one]) for one in work.choices(row)] if row.waits else [],
        newer=work.newer_version(row),
        may_enter=enterable,
        statement=statement,
        answer_words=ANSWER_WORDS,
        said_statement=STATEMENT,
        step_words=STEPS,
        author_words=AUTHORS,
        note=store.data_queries.note(row.number),
        longest_note=LONGEST_NOTE,
        problem=problem,
    )


def _row(visit: Visit) -> QueryRow:
    row = visit.desk.workplace.store.data_queries.find(visit.number("number"))
    if row is None:
        raise HTTPException(404)
    return row


def _shown(visit: Visit, row: QueryRow) -> Shown:
    store = visit.desk.workplace.store
    entry = None if row.exam_id is None else store.crosswalk.entry(row.exam_id)
    date = plausible_date(entry.study.study_date, datetime.date.today()) if entry else None
    return Shown(row, entry, date.isoformat() if date else "", _label(row.document.item), _said(visit, row))


def _said(visit: Visit, row: QueryRow) -> Said:
    state = row.document.state
    if state in (QueryState.OPEN, QueryState.REOPENED) and not row.waits:
        newest = visit.desk.workplace.store.statements.newest(StatementKind.QUERY_ANSWER, row.document.id)
        accepted = newest is not None and newest.state is StatementState.ACCEPTED
        return STATES[QueryState.ANSWERED] if accepted else ON_ITS_WAY
    return STATES[state]


def _label(name: str) -> str:
    """What an item is called; an item that this dictionary does not know keeps its name."""
    item = load().items.get(name)
    return item.label if item else name or "The exam as a whole"


def _labels(names: Sequence[str]) -> list[tuple[str, str]]:
    return sorted(((name, _label(name)) for name in names), key=lambda one: one[1].casefold())
