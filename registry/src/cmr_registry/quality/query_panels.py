"""What data queries put on the page of an exam."""

from cmr_registry.exams.models import Examination
from cmr_registry.exams.panels import Panel
from cmr_registry.quality.query_selectors import queries_of_exam


def exam_panel(examination: Examination) -> Panel:
    """The questions about an exam, those that the center has to answer first."""
    context = {"queries": queries_of_exam(examination), "exam_id": examination.pk}
    return Panel("Data queries", "quality/query_panel.html", context)
