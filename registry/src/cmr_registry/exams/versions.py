"""Versions of case-report forms: how one is written, and what a delivery leaves of what a person entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmr_dictionary import load
from cmr_exchange.manifest import ValueSource
from cmr_registry.exams.models import CaseReport, Examination

Document = dict[str, dict[str, Any]]
"""Dictionary item -> `{"value": ..., "source": ...}` or `{"missing": code, "source": ...}`."""
DESK = ValueSource.DESK.value


@dataclass(frozen=True, slots=True)
class FormChange:
    """What a form shall say from now on.

    Attributes:
        form: name of the form.
        document: all its entries.
        before: its current version, None where it has none.
    """

    form: str
    document: Document
    before: CaseReport | None


def case_report_write(exam: Examination, change: FormChange, *, at: datetime, actor: str) -> CaseReport:
    """Make a changed form its current version, inside a service of this room; see `case_reports_write`."""
    return case_reports_write(exam, [change], at=at, actor=actor)[0]


def case_reports_write(
    exam: Examination, changes: Sequence[FormChange], *, at: datetime, actor: str
) -> list[CaseReport]:
    """Make changed forms their current versions, inside a service of this room; two statements for all of them.

    Args:
        exam: the exam, locked and saved.
        changes: what each form says from now on.
        at: instant, UTC.
        actor: `Principal.actor`.
    """
    replaced = [change.before.pk for change in changes if change.before is not None]
    if replaced:
        CaseReport.everything.filter(pk__in=replaced).update(is_current=False)
    return CaseReport.objects.bulk_create(
        CaseReport(
            center_id=exam.center_id,
            examination=exam,
            form=change.form,
            version=change.before.version + 1 if change.before else 1,
            document=change.document,
            dictionary_version=load().version,
            recorded_at=at,
            recorded_by=actor,
        )
        for change in changes
    )


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
