"""What the followup room puts on the page of an exam."""

from typing import Any

from cmr_exchange.censoring import RULE, explain, follow_up
from cmr_registry.exams.models import Examination
from cmr_registry.exams.panels import Panel
from cmr_registry.followup.selectors import document_of, followup_of
from cmr_registry.followup.words import event_line


def exam_panel(examination: Examination) -> Panel:
    """What became of the subject from the day of this exam on, by the default rule."""
    document = document_of(followup_of(examination.subject))
    context: dict[str, Any] = {
        "subject_id": examination.subject_id,
        "document": document,
        "rule": RULE,
        "found": None,
    }
    if document is not None and examination.day is not None:
        context["found"] = follow_up(document.vital_status, examination.day)
        context["why"] = explain(document.vital_status, examination.day)
    if document is not None:
        context["events"] = [event_line(event) for event in document.events]
    return Panel("Follow-up", "followup/exam_panel.html", context)
