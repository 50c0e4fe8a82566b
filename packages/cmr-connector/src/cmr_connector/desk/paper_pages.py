"""A report whose images have not come: entered by accession number, it waits for its exam as any report does.

Numbers of the hospital come by POST and stand in a sealed box; addresses hold the number of a draft only.
"""

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from cmr_connector.case_report_work import CaseReportRejected
from cmr_connector.case_reports import Draft
from cmr_connector.desk.acts import Act
from cmr_connector.desk.case_report_words import SEEN_FIELD, kept_words, whole_form
from cmr_connector.desk.visits import Visit
from cmr_dictionary.case_report import SOURCE_WORDS, read_answers
from cmr_dictionary.checks import Surroundings

_LONGEST = 64
_NO_NUMBER = "Enter the accession number: the report is matched to its exam by it."
_SEVERAL = (
    "Several exams carry this accession number. Enter the patient ID too, or open the exam from the worklist."
)
_OTHER_PATIENT = "The exam with this accession number is of another patient. Check both numbers."


def new(visit: Visit) -> Response:
    """Where the numbers are entered, and what this person began before."""
    return _new(visit)


def begin(visit: Visit) -> Response:
    """Open the form of the exam where it is known, else begin a report that waits for it."""
    accession = visit.form.get("accession_number", "").strip()[:_LONGEST]
    patient = visit.form.get("patient_id", "").strip()[:_LONGEST]
    work = visit.desk.workplace.case_reports
    if not accession:
        return _new(visit, _NO_NUMBER)
    exams = work.exams_of(accession, patient)
    if len(exams) == 1:
        return RedirectResponse(f"/exams/{exams[0].id}/report", 303)
    if exams or work.exams_of(accession, ""):
        return _new(visit, _SEVERAL if exams else _OTHER_PATIENT)
    number = visit.desk.workplace.store.case_reports.paper_begin(visit.account, accession, patient)
    visit.note(Act.BEGAN_PAPER_REPORT)
    return RedirectResponse(f"/reports/papers/{number}", 303)


def paper(visit: Visit) -> Response:
    """The form of a report whose images have not come."""
    return _paper(visit, _draft(visit))


def look(visit: Visit) -> Response:
    """What the form shows while somebody types; what is typed is kept."""
    found = visit.desk.workplace.case_reports.look_paper(_draft(visit), visit.pairs)
    return JSONResponse(found.to_document(SOURCE_WORDS) | {"kept": kept_words()})


def save(visit: Visit) -> Response:
    """Save it: from now on it waits for its exam."""
    draft, work = _draft(visit), visit.desk.workplace.case_reports
    try:
        work.save_paper(draft, visit.pairs, visit.form.get(SEEN_FIELD, ""))
    except CaseReportRejected as rejected:
        return _paper(visit, draft, rejected)
    visit.note(Act.SAVED_PAPER_REPORT)
    return RedirectResponse("/reports?state=waiting", 303)


def discard(visit: Visit) -> Response:
    """Forget it."""
    visit.desk.workplace.store.case_reports.paper_drop(_draft(visit))
    visit.note(Act.DISCARDED_CASE_REPORT)
    return RedirectResponse("/reports/new", 303)


def _new(visit: Visit, problem: str = "") -> Response:
    return visit.render(
        "report_new.html",
        400 if problem else 200,
        problem=problem,
        typed=visit.form,
        papers=visit.desk.workplace.store.case_reports.papers(visit.account),
    )


def _paper(visit: Visit, draft: Draft, rejected: CaseReportRejected | None = None) -> Response:
    opened = visit.desk.workplace.case_reports.open_paper(draft)
    form = whole_form(
        visit,
        opened,
        f"/reports/papers/{draft.id}",
        problems=rejected.problems if rejected else {},
        typed=read_answers(visit.pairs) if rejected else None,
        back=("/reports/new", "Leave it for later"),
        around=Surroundings(),
    )
    return visit.render("paper.html", 422 if rejected else 200, draft=draft, form=form)


def _draft(visit: Visit) -> Draft:
    draft = visit.desk.workplace.store.case_reports.paper(visit.number("draft"), visit.account)
    if draft is None:
        raise HTTPException(404)
    return draft
