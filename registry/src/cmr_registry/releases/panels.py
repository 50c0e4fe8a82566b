"""What the page of an exam says about releases: which ones hold it, and why."""

from cmr_registry.exams.models import Examination
from cmr_registry.exams.panels import Panel
from cmr_registry.releases.selectors import releases_of_exam


def exam_panel(examination: Examination) -> Panel | None:
    """The releases that hold the exam, with the question that chose it and what its center decided; None without."""
    rows = releases_of_exam(examination)
    return Panel("Data releases", "releases/exam_panel.html", {"rows": rows}) if rows else None
