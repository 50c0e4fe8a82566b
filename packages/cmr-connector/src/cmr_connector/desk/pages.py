"""Pages that show and change nothing: overview, exams, one exam's ledger, receipts, reports, refused files."""

import csv
import io
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from cmr_connector.database import utc_now
from cmr_connector.desk.case_report_words import SOURCE_NAMES, came_by_words, per_exam, rows_of
from cmr_connector.desk.contact import last_contact
from cmr_connector.desk.selectors import SeriesSummary, start_of_today
from cmr_connector.desk.visits import Visit
from cmr_connector.errors import StoreError
from cmr_connector.exam_values import ExamValues
from cmr_connector.overview import typing_summary
from cmr_connector.rows import DeliveryRow, ExamRow
from cmr_connector.states import DeliveryState, ExamState, InstanceState, ReportState, StatementState
from cmr_connector.tables.states import ImportState
from cmr_deid.science import ScienceReport
from cmr_exchange.reasons import reason as reason_of

_READY = (InstanceState.DEIDENTIFIED, InstanceState.SENT, InstanceState.STORED)
_MOST_SHOWN = 20


def overview(visit: Visit) -> Response:
    """What waits for a person first."""
    return visit.render("overview.html", **_overview(visit))


def overview_part(visit: Visit) -> Response:
    """The part of the overview that refreshes itself."""
    return visit.render("overview_part.html", **_overview(visit))


def _overview(visit: Visit) -> dict[str, Any]:
    store, selectors, today = visit.desk.workplace.store, visit.desk.selectors, start_of_today()
    exams, images = selectors.delivered_since(today)
    return {
        "now": utc_now(),
        "counts": store.exams.counts(),
        "held": store.exams.listed(ExamState.HELD, limit=_MOST_SHOWN),
        "conflicts": store.exams.listed(ExamState.CONFLICT, limit=_MOST_SHOWN),
        "reports": selectors.report_counts(),
        "n_refused": selectors.n_refusals(today),
        "queue": selectors.queue(),
        "n_text": len(store.looks.held()),
        "n_tables_held": store.tables.count(ImportState.HELD),
        "n_queries": store.data_queries.count(""),
        "n_to_enter": selectors.n_to_enter(),
        "n_statements_refused": list(store.statements.newest_states().values()).count(StatementState.REFUSED),
        "statement_failing": store.statements.failing(),
        "contact": last_contact(store),
        "exams_today": exams,
        "images_today": images,
    }


def exams(visit: Visit) -> Response:
    """All exams, a page at a time."""
    asked = visit.request.query_params
    state = next((state for state in ExamState if state == asked.get("state")), None)
    text = asked.get("q", "").strip()[:80]
    found = visit.desk.selectors.exams(state, text, visit.page_number())
    counts = visit.desk.workplace.store.exams.counts()
    return visit.render("exams.html", found=found, state=state, text=text, counts=counts)


def exam(visit: Visit) -> Response:
    """The ledger of one exam: its series, problems, versions."""
    return visit.render("exam.html", **_exam(visit))


def exam_part(visit: Visit) -> Response:
    """The part of it that refreshes itself."""
    return visit.render("exam_part.html", **_exam(visit))


def _exam(visit: Visit) -> dict[str, Any]:
    store, row = visit.desk.workplace.store, exam_of(visit)
    counts = store.ledger.counts(row.id)
    problems = visit.desk.selectors.problems(row.id)
    return {
        "now": utc_now(),
        "exam": row,
        "counts": counts,
        "problems": problems,
        "series": visit.desk.selectors.series_of(row.id),
        "science": ScienceReport.of(store.ledger.survivals(row.id)),
        "deliveries": store.outbox.of_exam(row.id),
        **_values(visit, row),
        "evidence": store.exams.evidence(row.id),
        "may_release": may_release(visit, row),
        "may_send_again": may_send_again(visit, row),
        "n_text": len(store.looks.held(row.id)),
        "questions": [one for one in store.data_queries.of_exam(row.pseudonym) if one.waits],
        "has_sources": has_sources(visit, row),
        "at_rest": row.state in (ExamState.DELIVERED, ExamState.HELD, ExamState.REJECTED),
    }


def _values(visit: Visit, row: ExamRow) -> dict[str, Any]:
    """What is stated of an exam, with its sources, and what is still typed by hand."""
    store = visit.desk.workplace.store
    work = ExamValues(store)
    values = work.crossing(row)
    found = work.counted(row)
    return {
        "n_values": len(values),
        "stated": rows_of(values),
        "n_minimum": found.n_minimum,
        "n_open_items": found.n_open,
        "minimum_by": found.minimum,
        "source_names": SOURCE_NAMES,
        "has_entries": store.case_reports.current(row.id).version > 0,
        "may_enter": row.subject is not None and not store.withdrawals.holds(row.subject),
    }


def series(visit: Visit) -> Response:
    """The instances of one series, a page at a time."""
    row, found = exam_of(visit), _series_of(visit)
    instances = visit.desk.selectors.instances(row.id, found.key, visit.page_number())
    return visit.render("series.html", exam=row, series=found, found=instances)


def receipt(visit: Visit) -> Response:
    """The registry's signed receipt of one version, to look at or to print."""
    row, delivery = exam_of(visit), _delivery_of(visit)
    return visit.render("receipt.html", exam=row, delivery=delivery, receipt=delivery.receipt)


def problems_table(visit: Visit) -> Response:
    """Held and rejected instances as a table to keep; it names nobody."""
    row = exam_of(visit)
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(["exam", "instance", "state", "reason", "sentence", "who_can_mend", "how"])
    states = (InstanceState.HELD, InstanceState.REJECTED)
    for instance in visit.desk.workplace.store.ledger.of_exam(row.id, *states):
        why = reason_of(str(instance.reason))
        table.writerow(
            [row.id, instance.id, instance.state.value, why.code, why.sentence, why.mender.value, why.how]
        )
    headers = {"content-disposition": f'attachment; filename="exam-{row.id}-problems.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def reports(visit: Visit) -> Response:
    """Reports in one state."""
    asked = visit.request.query_params.get("state", ReportState.WAITING)
    state = next((state for state in ReportState if state == asked), ReportState.WAITING)
    selectors = visit.desk.selectors
    found = selectors.reports(state, visit.page_number())
    typing = typing_summary(visit.desk.workplace)
    return visit.render(
        "reports.html",
        found=found,
        state=state,
        counts=selectors.report_counts(),
        n_to_enter=selectors.n_to_enter(),
        typing=typing,
        typing_sources=[source for source in SOURCE_NAMES if typing and typing[0].minimum.get(source)],
        source_names=SOURCE_NAMES,
        came_by_words=came_by_words,
        per_exam=per_exam,
    )


def refused(visit: Visit) -> Response:
    """Files that were no readable image."""
    return visit.render("refused.html", found=visit.desk.selectors.refusals(visit.page_number()))


def exam_of(visit: Visit) -> ExamRow:
    """The exam of the address; 404 where there is none."""
    try:
        return visit.desk.workplace.store.exams.get(visit.number("number"))
    except StoreError:
        raise HTTPException(404) from None


def has_sources(visit: Visit, row: ExamRow) -> bool:
    """Whether images of it still lie in the spool, so that before and after can be shown."""
    return any(instance.spool for instance in visit.desk.workplace.store.ledger.of_exam(row.id))


def may_release(visit: Visit, row: ExamRow) -> bool:
    """Whether a person may say that this exam shows a heart although nothing in it says so."""
    if row.state is not ExamState.HELD:
        return False
    held = visit.desk.workplace.store.ledger.of_exam(row.id, InstanceState.HELD)
    return any(instance.reason == "not_a_heart" and instance.spool for instance in held)


def may_send_again(visit: Visit, row: ExamRow) -> bool:
    """Whether the exam is held although images of it are ready: the registry refused its last version."""
    return row.state is ExamState.HELD and bool(visit.desk.workplace.store.ledger.of_exam(row.id, *_READY))


def _series_of(visit: Visit) -> SeriesSummary:
    number = visit.number("series")
    found = visit.desk.selectors.series_of(visit.number("number"))
    if not 1 <= number <= len(found):
        raise HTTPException(404)
    return found[number - 1]


def _delivery_of(visit: Visit) -> DeliveryRow:
    version = visit.number("version")
    for delivery in visit.desk.workplace.store.outbox.of_exam(visit.number("number")):
        if delivery.version == version and delivery.state is DeliveryState.ACCEPTED:
            return delivery
    raise HTTPException(404)
