"""The case report of an exam at the desk, where the patient is known; and the worklist of exams to enter."""

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from cmr_connector.case_report_work import CaseReportRejected
from cmr_connector.desk.acts import Act
from cmr_connector.desk.case_report_words import SEEN_FIELD, kept_words, whole_form
from cmr_connector.desk.pages import exam_of
from cmr_connector.desk.visits import Visit
from cmr_connector.exam_values import ExamValues
from cmr_connector.rows import ExamRow
from cmr_dictionary.case_report import SOURCE_WORDS, read_answers

_NOT_YET = "This exam is not prepared yet: wait until its images have settled, then enter its report."
_WITHDREW = "This patient withdrew; nothing more is entered."


def worklist(visit: Visit) -> Response:
    """Exams without a case report, or those whose short form is not complete; newest first."""
    with_open = visit.request.query_params.get("show") == "open"
    desk = visit.desk
    ExamValues(desk.workplace.store).count_missing()
    found = desk.selectors.to_enter(visit.page_number(), with_open=with_open)
    visit.note(Act.SAW_TO_ENTER)
    return visit.render(
        "to_enter.html",
        found=found,
        with_open=with_open,
        n_without=desk.selectors.n_to_enter(),
        n_open=desk.selectors.n_to_enter(with_open=True),
    )


def report(visit: Visit) -> Response:
    """The case report as a form, with what this person typed before and did not save."""
    row = _enterable(visit)
    visit.note(Act.SAW_CASE_REPORT, row.pseudonym, str(row.id))
    return _report(visit, row)


def look(visit: Visit) -> Response:
    """What the form shows while somebody types; what is typed is kept as a draft."""
    row = _enterable(visit)
    found = visit.desk.workplace.case_reports.look(row, visit.account, visit.pairs)
    return JSONResponse(found.to_document(SOURCE_WORDS) | {"kept": kept_words()})


def save(visit: Visit) -> Response:
    """Save what was entered; a delivered exam goes to the registry again as its next version."""
    row = _enterable(visit)
    work, seen = visit.desk.workplace.case_reports, visit.form.get(SEEN_FIELD, "")
    try:
        version = work.save(row, visit.account, visit.pairs, seen)
    except CaseReportRejected as rejected:
        return _report(visit, row, rejected)
    if version is not None:
        visit.note(Act.SAVED_CASE_REPORT, row.pseudonym, str(row.id))
    return RedirectResponse(f"/exams/{row.id}/report/saved", 303)


def saved(visit: Visit) -> Response:
    """What became of the save, and where to go next."""
    row = _enterable(visit)
    desk = visit.desk
    return visit.render(
        "case_report_saved.html",
        exam=row,
        current=desk.workplace.store.case_reports.current(row.id),
        count=ExamValues(desk.workplace.store).count(row),
        next_exam=desk.selectors.next_to_enter(row.id),
    )


def discard(visit: Visit) -> Response:
    """Forget what was typed and not saved."""
    row = _enterable(visit)
    visit.desk.workplace.case_reports.discard(row, visit.account)
    visit.note(Act.DISCARDED_CASE_REPORT, row.pseudonym, str(row.id))
    return RedirectResponse(f"/exams/{row.id}/report", 303)


def _report(visit: Visit, row: ExamRow, rejected: CaseReportRejected | None = None) -> Response:
    store, work = visit.desk.workplace.store, visit.desk.workplace.case_reports
    opened = work.open(row, visit.account)
    address = f"/exams/{row.id}/report"
    form = whole_form(
        visit,
        opened,
        address,
        problems=rejected.problems if rejected else {},
        typed=read_answers(visit.pairs) if rejected else None,
        back=(f"/exams/{row.id}", "Back to the exam"),
        around=work.surroundings(row),
    )
    return visit.render(
        "case_report.html",
        422 if rejected else 200,
        exam=row,
        entry=store.crosswalk.entry(row.id),
        day=ExamValues(store).date(row.id),
        history=store.case_reports.history(row.id, 20),
        form=form,
    )


def _enterable(visit: Visit) -> ExamRow:
    """The exam of the address, where a report may be entered for it."""
    row = exam_of(visit)
    if row.subject is None:
        raise HTTPException(409, _NOT_YET)
    if visit.desk.workplace.store.withdrawals.holds(row.subject):
        raise HTTPException(409, _WITHDREW)
    return row
