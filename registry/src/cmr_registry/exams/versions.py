"""Versions of case-report forms: how one is written, and what a delivery leaves of what a person entered."""

from datetime import datetime
from typing import Any

from cmr_dictionary import load
from cmr_exchange.manifest import ValueSource
from cmr_registry.exams.models import CaseReport, Examination

Document = dict[str, dict[str, Any]]
"""Dictionary item -> `{"value": ..., "source": ...}` or `{"missing": code, "source": ...}`."""
DESK = ValueSource.DESK.value


def case_report_write(
    exam: Examination,
    form: str,
    document: Document,
    *,
    before: CaseReport | None,
    at: datetime,
    actor: str,
) -> CaseReport:
    """Make `document` the current version of a form, inside a service of this room.

    Args:
        exam: the exam, locked.
        form: name of the form.
        document: all its entries.
        before: its current version, None where it has none.
        at: instant, UTC.
        actor: `Principal.actor`.
    """
    if before is not None:
        before.is_current = False
        before.save(update_fields=["is_current"])
    report = CaseReport(
        center=exam.center,
        examination=exam,
        form=form,
        version=before.version + 1 if before else 1,
        document=document,
        dictionary_version=load().version,
        recorded_at=at,
        recorded_by=actor,
    )
    report.save()
    return report


def with_desk_entries(before: CaseReport, stated: Document) -> Document:
    """A delivered form with the desk entries of the version before it that stay."""
    entered = {name: entry for name, entry in before.document.items() if entry.get("source") == DESK}
    if not entered:
        return stated
    delivered = _last_delivered(before)
    stays = {
        name: e for name, e in entered.items() if name not in stated or stated[name] == delivered.get(name)
    }
    return {**stated, **stays}


def _last_delivered(report: CaseReport) -> Document:
    """What deliveries stated last of each item of this form."""
    rows = CaseReport.objects.filter(examination=report.examination_id, form=report.form).order_by("version")
    found: Document = {}
    for document in rows.values_list("document", flat=True):
        found |= {name: entry for name, entry in document.items() if entry.get("source") != DESK}
    return found
