"""What the quality room puts on the page of an exam: its color, what was found, and where to mend it."""

from typing import Any

from cmr_registry.exams.models import Examination
from cmr_registry.exams.panels import Panel
from cmr_registry.quality.selectors import check_of, findings_of, is_current, rule_titles
from cmr_registry.quality.shares import Share

SHOWN = 25


def exam_panel(examination: Examination) -> Panel:
    """The color of the newest delivery of an exam and why, with the way to each item."""
    check = check_of(examination)
    findings = findings_of(examination)
    context: dict[str, Any] = {
        "exam": examination,
        "check": check if check is not None and check.checked_at else None,
        "is_current": check is not None and is_current(check),
        "findings": findings[:SHOWN],
        "n_more": max(0, len(findings) - SHOWN),
        "titles": rule_titles(),
    }
    if check is not None:
        context["known"] = Share(check.n_known, check.n_obliged)
        context["answered"] = Share(check.n_answered, check.n_obliged)
    return Panel("Data quality", "quality/exam_panel.html", context)
