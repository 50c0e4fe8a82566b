"""How many CMR exams the hospital made and how many it delivered, by month; counts that a person types."""

from starlette.responses import RedirectResponse, Response

from cmr_connector.census import CensusRejected
from cmr_connector.desk.acts import Act
from cmr_connector.desk.follow_up_words import STATEMENT
from cmr_connector.desk.visits import Visit
from cmr_connector.errors import PacsError
from cmr_exchange.census import CensusSource

SOURCES = {
    CensusSource.LEDGER: "sent to the connector",
    CensusSource.PACS: "counted in the PACS",
    CensusSource.BY_HAND: "typed by a person",
}


def census(visit: Visit) -> Response:
    """The last months."""
    return _census(visit)


def type_in(visit: Visit) -> Response:
    """Keep what a person counted; an empty number takes it back."""
    form = visit.form
    try:
        visit.desk.workplace.census.type_in(
            form.get("month", ""), form.get("n_hospital", ""), form.get("n_eligible", ""), visit.account
        )
    except CensusRejected as refused:
        return _census(visit, 400, str(refused))
    visit.note(Act.COUNTED_EXAMS)
    return RedirectResponse("/census", 303)


def count(visit: Visit) -> Response:
    """Count a month in the PACS now."""
    work = visit.desk.workplace.census
    known = {one.month for one in work.months()}
    month = visit.form.get("month", "")
    if month not in known or not work.has_pacs:
        return _census(visit, 400, "Choose one of the months of the table.")
    try:
        work.count_pacs(month)
    except PacsError as error:
        return _census(visit, 502, str(error))
    visit.note(Act.COUNTED_EXAMS)
    return RedirectResponse("/census", 303)


def _census(visit: Visit, status: int = 200, problem: str = "") -> Response:
    work = visit.desk.workplace.census
    return visit.render(
        "census.html",
        status,
        months=work.months(),
        has_pacs=work.has_pacs,
        source_words=SOURCES,
        said_statement=STATEMENT,
        problem=problem,
        typed=visit.form,
    )
