"""The desk as one ASGI application: its addresses, and the parts that live as long as it does."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from cmr_connector import log
from cmr_connector.database import Database
from cmr_connector.desk import (
    actions,
    census_pages,
    drop_pages,
    follow_up_pages,
    look_up,
    pages,
    paper_pages,
    pixel_pages,
    privacy_pages,
    profile_pages,
    query_pages,
    report_pages,
    sign_in,
)
from cmr_connector.desk.accounts import Accounts, Setup
from cmr_connector.desk.acts import Acts
from cmr_connector.desk.contact import ContactWatch
from cmr_connector.desk.drops import Drops
from cmr_connector.desk.frame import Frame
from cmr_connector.desk.selectors import Selectors
from cmr_connector.desk.sessions import Attempts, Sessions
from cmr_connector.desk.table_routes import table_routes
from cmr_connector.desk.visits import (
    CASE_REPORT_FIELDS,
    Desk,
    Visit,
    action,
    open_action,
    open_page,
    page,
    session_of,
)
from cmr_connector.desk.words import HERE, templates
from cmr_connector.store import FILE_NAME
from cmr_connector.workplace import Workplace
from cmr_dictionary.case_report import static_folder

_WINDOW_S = 15 * 60.0
_SENTENCES = {
    400: "This request cannot be understood.",
    404: "There is no such page at this desk.",
    405: "This address does not take that kind of request.",
}


def build(workplace: Workplace) -> Starlette:
    """The desk of this connector. A first start without accounts writes the setup code (`accounts.Setup`)."""
    data_dir: Path = workplace.config.data_dir
    database = Database(data_dir / FILE_NAME)
    accounts = Accounts(database)
    desk = Desk(
        workplace=workplace,
        accounts=accounts,
        setup=Setup(accounts, data_dir),
        sessions=Sessions(database),
        acts=Acts(database),
        selectors=Selectors(database, workplace.store),
        drops=Drops(workplace),
        pages=templates(),
        secret=secrets.token_bytes(32),
        by_name=Attempts(5, _WINDOW_S),
        by_address=Attempts(30, _WINDOW_S),
    )
    if desk.setup.prepare():
        log.event("desk_setup_waits", file=desk.setup.path.name)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        desk.drops.clear()
        watch = ContactWatch(workplace, also=desk.drops.sweep)
        watch.start()
        yield
        await run_in_threadpool(watch.stop)
        await run_in_threadpool(desk.drops.close)
        database.close()

    app = Starlette(
        routes=routes(),
        middleware=[Middleware(Frame, settings=workplace.config.desk)],
        exception_handlers={HTTPException: _said},
        lifespan=lifespan,
    )
    app.state.desk = desk
    return app


def routes() -> list[BaseRoute]:
    """Every address of the desk."""
    return [
        Route("/", page(pages.overview)),
        Route("/part", page(pages.overview_part, refreshes_itself=True)),
        Route("/retry", action(actions.retry), methods=["POST"]),
        *_exam_routes(),
        *_report_routes(),
        *table_routes(),
        Route("/refused", page(pages.refused)),
        Route("/look-up", page(look_up.look_up_page)),
        Route("/look-up", action(look_up.look_up), methods=["POST"]),
        Route("/privacy", page(privacy_pages.privacy)),
        Route("/privacy/dossier.{kind}", page(privacy_pages.download)),
        Route("/privacy/conformance.html", page(privacy_pages.conformance)),
        Route("/drop", page(drop_pages.drop_page)),
        Route("/drop", action(drop_pages.begin), methods=["POST"]),
        Route("/drop/{drop}", page(drop_pages.shown)),
        Route("/drop/{drop}/part", page(drop_pages.shown_part, refreshes_itself=True)),
        Route("/drop/{drop}/files", drop_pages.bring, methods=["POST"]),
        Route("/drop/{drop}/look", action(drop_pages.look), methods=["POST"]),
        Route("/drop/{drop}/send", action(drop_pages.send), methods=["POST"]),
        Route("/drop/{drop}/discard", action(drop_pages.discard), methods=["POST"]),
        *_follow_up_routes(),
        *_query_routes(),
        Route("/account", page(sign_in.account_page)),
        Route("/account", action(sign_in.password_change), methods=["POST"]),
        Route("/sign-out", action(sign_in.sign_out), methods=["POST"]),
        Route("/sign-in", open_page(sign_in.sign_in_page)),
        Route("/sign-in", open_action(sign_in.sign_in), methods=["POST"]),
        Route("/setup", open_page(sign_in.setup_page)),
        Route("/setup", open_action(sign_in.setup), methods=["POST"]),
        Mount("/static/case-report", StaticFiles(directory=static_folder()), name="case_report_static"),
        Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
    ]


def _exam_routes() -> list[BaseRoute]:
    return [
        Route("/exams", page(pages.exams)),
        Route("/exams/{number}", page(pages.exam)),
        Route("/exams/{number}/part", page(pages.exam_part, refreshes_itself=True)),
        Route("/exams/{number}/problems.csv", page(pages.problems_table)),
        Route("/exams/{number}/series/{series}", page(pages.series)),
        Route("/exams/{number}/before-after", page(privacy_pages.before_after)),
        Route("/exams/{number}/receipts/{version}", page(pages.receipt)),
        Route("/exams/{number}/release", page(actions.release_page)),
        Route("/exams/{number}/release", action(actions.release), methods=["POST"]),
        Route("/exams/{number}/send-again", action(actions.send_again), methods=["POST"]),
        Route("/exams/{number}/text", page(pixel_pages.text_page)),
        Route("/exams/{number}/text/{series}", action(pixel_pages.decide_text), methods=["POST"]),
        Route("/text", page(pixel_pages.waiting_page)),
    ]


def _report_routes() -> list[BaseRoute]:
    many = {"most_fields": CASE_REPORT_FIELDS}
    exam, paper = "/exams/{number}/report", "/reports/papers/{draft}"
    return [
        Route("/reports", page(pages.reports)),
        Route("/reports/to-enter", page(report_pages.worklist)),
        Route("/reports/new", page(paper_pages.new)),
        Route("/reports/new", action(paper_pages.begin), methods=["POST"]),
        Route(paper, page(paper_pages.paper)),
        Route(paper, action(paper_pages.save, **many), methods=["POST"]),
        Route(f"{paper}/look", action(paper_pages.look, **many), methods=["POST"]),
        Route(f"{paper}/discard", action(paper_pages.discard, **many), methods=["POST"]),
        Route(exam, page(report_pages.report)),
        Route(exam, action(report_pages.save, **many), methods=["POST"]),
        Route(f"{exam}/look", action(report_pages.look, **many), methods=["POST"]),
        Route(f"{exam}/discard", action(report_pages.discard, **many), methods=["POST"]),
        Route(f"{exam}/saved", page(report_pages.saved)),
        Route("/profile", page(profile_pages.profile)),
        Route("/profile", action(profile_pages.change), methods=["POST"]),
    ]


def _query_routes() -> list[BaseRoute]:
    return [
        Route("/queries", page(query_pages.worklist)),
        Route("/queries/{number}", page(query_pages.query)),
        Route("/queries/{number}/answer", action(query_pages.answer), methods=["POST"]),
        Route("/queries/{number}/note", action(query_pages.note), methods=["POST"]),
        Route("/census", page(census_pages.census)),
        Route("/census", action(census_pages.type_in), methods=["POST"]),
        Route("/census/count", action(census_pages.count), methods=["POST"]),
    ]


def _follow_up_routes() -> list[BaseRoute]:
    return [
        Route("/follow-up", page(follow_up_pages.worklist)),
        Route("/follow-up", action(follow_up_pages.search), methods=["POST"]),
        Route("/follow-up/sent", page(follow_up_pages.sent)),
        Route("/follow-up/import", page(follow_up_pages.import_page)),
        Route("/follow-up/import", follow_up_pages.bring_table, methods=["POST"]),
        Route("/follow-up/import/{kind}.csv", page(follow_up_pages.blank_table)),
        Route("/follow-up/{number}", page(follow_up_pages.patient)),
        Route("/follow-up/{number}/status", action(follow_up_pages.enter_status), methods=["POST"]),
        Route("/follow-up/{number}/event", action(follow_up_pages.enter_event), methods=["POST"]),
        Route("/follow-up/{number}/take-back", action(follow_up_pages.take_back), methods=["POST"]),
        Route("/follow-up/{number}/send-again", action(follow_up_pages.send_again), methods=["POST"]),
        Route("/follow-up/{number}/withdraw", page(follow_up_pages.withdraw_page)),
        Route("/follow-up/{number}/withdraw", action(follow_up_pages.withdraw), methods=["POST"]),
    ]


async def _said(request: Request, error: Exception) -> Response:
    """A refusal as a page; what is not signed in learns no more than that."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = str(error.detail) if isinstance(error, HTTPException) else ""

    def work() -> Response:
        session = session_of(request, is_person=False)
        visit = Visit(request.app.state.desk, request, session)
        return visit.render("refusal.html", status, sentence=_SENTENCES.get(status, said))

    return await run_in_threadpool(work)
