"""`status`: what waits, what is held and why, what was sent. No identifier of a patient is in it."""

from collections import Counter
from typing import Any

from cmr_connector.exam_values import ExamValues
from cmr_connector.rows import ExamRow
from cmr_connector.states import DeliveryState, ExamState, ReportState, StatementState
from cmr_connector.value_counts import SourceSummary
from cmr_connector.workplace import Workplace
from cmr_exchange.reasons import reason as reason_of

_ATTENTION = (ExamState.HELD, ExamState.CONFLICT)


def reason_document(code: str | None) -> dict[str, str] | None:
    """A reason with its sentence, who can mend it and how; None for None."""
    if code is None:
        return None
    found = reason_of(code)
    return {
        "code": found.code,
        "sentence": found.sentence,
        "mender": found.mender.value,
        "how": found.how,
    }


def exam_document(exam: ExamRow) -> dict[str, Any]:
    """One exam for `--json`."""
    return {
        "number": exam.id,
        "exam": exam.pseudonym,
        "subject": exam.subject,
        "state": exam.state.value,
        "reason": reason_document(exam.reason),
        "version": exam.version,
        "n_instances": exam.n_instances,
        "n_problems": exam.n_problems,
        "changed_at": exam.changed_at,
    }


def overview(workplace: Workplace) -> dict[str, Any]:
    """The whole state of this connector as JSON data."""
    store = workplace.store
    attention = store.exams.listed(*_ATTENTION)
    waiting = store.outbox.listed(DeliveryState.QUEUED, DeliveryState.SENDING)
    refusals = store.ledger.refusals()
    return {
        "center": workplace.config.center.code,
        "exams": {state.value: n for state, n in store.exams.counts().items()},
        "attention": [exam_document(exam) for exam in attention],
        "outbox": [
            {
                "exam_number": delivery.exam_id,
                "version": delivery.version,
                "state": delivery.state.value,
                "n_instances": delivery.n_instances,
                "attempts": delivery.attempts,
                "cause": delivery.cause,
            }
            for delivery in waiting
        ],
        "reports": {state.value: len(store.reports.listed(state, limit=1_000_000)) for state in ReportState},
        "typing": [_typing(one) for one in typing_summary(workplace)],
        "follow_up": {state.value: n for state, n in store.statements.counts().items()},
        "questions": store.data_queries.count(""),
        "pixels": {"looked_at": workplace.pixels is not None, "series_held": len(store.looks.held())},
        "follow_up_refused": list(store.statements.newest_states().values()).count(StatementState.REFUSED),
        "refused_files": dict(Counter(refusal.reason for refusal in refusals)),
    }


def typing_summary(workplace: Workplace) -> list[SourceSummary]:
    """How many items of the short form each source gives and a person types: all exams first, then by report."""
    ExamValues(workplace.store).count_missing()
    return workplace.store.counts.summary()


def _typing(found: SourceSummary) -> dict[str, Any]:
    return {
        "came_by": found.came_by or "all",
        "n_exams": found.n_exams,
        "n_minimum": found.n_minimum,
        "n_open": found.n_open,
        "minimum": {source: n for source, n in found.minimum.items() if n},
        "n_by_hand": found.n_by_hand,
        "by_hand_per_exam": round(found.by_hand_per_exam, 2),
    }


def pixels_sentence(looked_at: bool) -> str:
    """Whether text in pixels is looked for, and what follows for the marks of the images."""
    if looked_at:
        return "text in pixels is looked for; 113101 Clean Pixel Data is claimed for what passed"
    return "text in pixels is not looked for; 113101 Clean Pixel Data is not claimed"


def needs_attention(document: dict[str, Any]) -> bool:
    """Whether a person has something to do, or sending fails."""
    failing = any(delivery["attempts"] for delivery in document["outbox"])
    refused = document["reports"]["rejected"] or document["follow_up_refused"]
    text = document["pixels"]["series_held"]
    return any((document["attention"], failing, refused, text, document["questions"]))


def overview_lines(document: dict[str, Any]) -> list[str]:
    """The same for a terminal."""
    exams = ", ".join(f"{n} {state}" for state, n in document["exams"].items() if n) or "none yet"
    reports = ", ".join(f"{n} {state}" for state, n in document["reports"].items() if n) or "none yet"
    sent = ", ".join(f"{n} {state}" for state, n in document["follow_up"].items() if n) or "none yet"
    lines = [f"center   {document['center']}", f"exams    {exams}", f"reports  {reports}"]
    lines.append(f"follow-up and withdrawals  {sent}")
    for typing in document["typing"][:1]:
        share = f"{typing['by_hand_per_exam']:g} items of the short form"
        lines.append(f"case reports  {share} typed by hand per exam, over {typing['n_exams']} exam(s)")
    lines.append(pixels_sentence(document["pixels"]["looked_at"]))
    if document["pixels"]["series_held"]:
        lines.append(f"{document['pixels']['series_held']} series seem to show text: see the center desk")
    if document["questions"]:
        lines.append(
            f"{document['questions']} question(s) of the registry wait for an answer: see the center desk"
        )
    if document["follow_up_refused"]:
        lines.append(f"{document['follow_up_refused']} follow-up document(s) refused: see the center desk")
    for exam in document["attention"]:
        reason = exam["reason"]
        lines.append(f"exam {exam['number']} ({exam['exam']}) is {exam['state']}: {reason['sentence']}")
        lines.append(f"    {reason['mender']}: {reason['how']}")
    for delivery in document["outbox"]:
        cause = f", last attempt: {delivery['cause']}" if delivery["cause"] else ""
        lines.append(f"exam {delivery['exam_number']} version {delivery['version']} waits to be sent{cause}")
    for code, n in document["refused_files"].items():
        lines.append(f"{n} file(s) refused: {reason_of(code).sentence}")
    return lines
