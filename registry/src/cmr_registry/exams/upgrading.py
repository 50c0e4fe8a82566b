"""Stored case reports of an earlier dictionary in the words of the present one; the history keeps the earlier ones."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from cmr_dictionary import load
from cmr_registry.audit.services import audited, event_record
from cmr_registry.exams.changes import exam_changed
from cmr_registry.exams.earlier import present_values, values_of
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.versions import UPGRADES, Document, FormChange, case_reports_write


def exams_of_earlier_versions() -> Iterator[uuid.UUID]:
    """Exams with a current form that was written with another version of the dictionary than the present one."""
    rows = CaseReport.objects.filter(is_current=True).exclude(dictionary_version=load().version)
    yield from rows.order_by().values_list("examination", flat=True).distinct().iterator(2_000)


@audited
def case_report_upgrade(*, exam: uuid.UUID, at: datetime, actor: str) -> Mapping[str, int] | None:
    """Write the forms of an exam anew whose values read otherwise in the present dictionary.

    Args:
        exam: its id.
        at: instant, UTC.
        actor: `Principal.actor`.

    Returns:
        Item -> values that could not be kept, by the names of the earlier version; None where every form reads the
        same and nothing was written.
    """
    row = Examination.objects.select_for_update().filter(pk=exam).first()
    if row is None:
        return None
    current = {one.form: one for one in row.case_reports.filter(is_current=True)}
    documents, lost = _present(current.values())
    changes = [
        FormChange(form, documents.get(form, {}), current.get(form))
        for form in sorted(documents.keys() | current.keys())
        if (current[form].document if form in current else {}) != documents.get(form, {})
    ]
    if not changes:
        return None
    case_reports_write(row, changes, at=at, actor=UPGRADES)
    exam_changed(row)
    detail = {"forms_changed": [change.form for change in changes], "items_lost": sorted(lost)}
    event_record(
        actor=actor,
        action="case_report.upgrade",
        center=row.center_id,
        target=f"exam:{row.pk}",
        detail=detail,
    )
    return lost


def _present(reports: Iterable[CaseReport]) -> tuple[dict[str, Document], Counter[str]]:
    """The documents in today's words by today's forms, and what was lost."""
    documents: dict[str, Document] = {}
    lost: Counter[str] = Counter()
    items = load().items
    for report in reports:
        values, problems = present_values(values_of(report.document), report.dictionary_version)
        lost.update(problem.item for problem in problems)
        for name, value in values.items():
            form = items[name].form if name in items else report.form
            documents.setdefault(form, {})[name] = value.to_document()
    return documents, lost
