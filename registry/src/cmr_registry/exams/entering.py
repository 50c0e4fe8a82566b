"""Case-report values that a person enters on the registry's form: read, checked as a whole, stored as one version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cmr_dictionary import (
    Item,
    ItemKind,
    Missing,
    RejectReason,
    ValueRejected,
    coarsened,
    form_plan,
    load,
    parse_value,
    top_coded,
)
from cmr_dictionary.checks import Severity, check_values
from cmr_exchange.manifest import MissingCode, ReportValue, ValueSource
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.exams.changes import exam_changed
from cmr_registry.exams.errors import CaseReportRejected
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.versions import DESK, Document, FormChange, case_report_write

BOTH = "Either a value or a reason why it is missing is expected, not both."
EMPTIED = "A delivered value cannot be emptied: enter the right value, or say why it is missing."
CHANGED_MEANWHILE = (
    "Somebody else changed this form meanwhile. Your entries are below; please look and save again."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person entered for one item.

    Attributes:
        texts: the text or code, one per ticked answer of a list; empty texts count as nothing.
        missing: word of `MissingCode`, empty where a value is given or nothing is said.
    """

    texts: tuple[str, ...] = ()
    missing: str = ""

    @property
    def text(self) -> str:
        """The texts in the one form that `parse_value` reads."""
        return ";".join(text.strip() for text in self.texts if text.strip())


@audited
def case_report_save(
    *,
    exam: Examination,
    form: str,
    answers: Mapping[str, Answer],
    by: Principal,
    seen_version: int | None = None,
) -> CaseReport | None:
    """Store what a person entered on one form as its new version, with source `desk`.

    An answer that repeats the stored value leaves its entry and its source as they are. Values are as coarse as they
    would cross from a hospital. Everything is stored or nothing: one refused value refuses the whole form.
    What later deliveries do to these entries: `exam_record`.

    Args:
        exam: the exam, in the open scope.
        form: name of the form.
        answers: by item; an item that is not among them stays as it is.
        by: who entered it.
        seen_version: version of the form that the person saw, 0 for none; None where it does not matter.

    Returns:
        The new version; None where nothing changed.

    Raises:
        CaseReportRejected: a value cannot be taken, a delivered value was emptied, or the form changed meanwhile.
    """
    exam = Examination.objects.select_for_update().get(pk=exam.pk)
    reports = {report.form: report for report in exam.case_reports.filter(is_current=True)}
    before = reports.get(form)
    if seen_version is not None and seen_version != (before.version if before else 0):
        raise CaseReportRejected({"": CHANGED_MEANWHILE})
    stored: Document = dict(before.document) if before else {}
    document = _answered(form, stored, answers)
    everything = {name: entry for report in reports.values() for name, entry in report.document.items()}
    _refuse_unsound(form, {name: e for name, e in everything.items() if name not in stored} | document)
    if document == stored:
        return None
    report = case_report_write(exam, FormChange(form, document, before), at=timezone.now(), actor=by.actor)
    exam.has_report = bool(document) or any(other.document for name, other in reports.items() if name != form)
    exam.save(update_fields=["has_report"])
    exam_changed(exam)
    n_changed = sum(document.get(name) != stored.get(name) for name in document.keys() | stored.keys())
    event_record(
        actor=by.actor,
        action="case_report.save",
        center=exam.center_id,
        target=f"exam:{exam.pk}",
        detail={"form": form, "version": report.version, "items_changed": n_changed},
    )
    return report


def present_values(documents: Sequence[Mapping[str, Mapping[str, Any]]]) -> dict[str, object]:
    """Plain values of stored forms by item, without what is missing: what checks, branching and derivation take."""
    return {
        name: entry["value"] for document in documents for name, entry in document.items() if "value" in entry
    }


def _answered(form: str, stored: Document, answers: Mapping[str, Answer]) -> Document:
    """The form's document with these answers.

    Raises:
        CaseReportRejected: an answer cannot be read.
    """
    problems: dict[str, str] = {}
    document = dict(stored)
    for planned in form_plan(form).items():
        name = planned.item.name
        if not planned.is_entered or name not in answers:
            continue
        try:
            entry = _entry(planned.item, answers[name], stored.get(name))
        except ValueRejected as rejected:
            problems[name] = str(rejected)
            continue
        document.pop(name, None)
        if entry is not None:
            document[name] = entry
    if problems:
        raise CaseReportRejected(problems)
    order = [planned.item.name for planned in form_plan(form).items()]
    known = {name: document[name] for name in order if name in document}
    return known | document


def _entry(item: Item, answer: Answer, stored: dict[str, Any] | None) -> dict[str, Any] | None:
    """The entry of one answer; None where nothing is said of the item.

    Raises:
        ValueRejected: it cannot be read, or it empties a delivered value.
    """
    if answer.text and answer.missing:
        raise ValueRejected(RejectReason.TYPE, BOTH)
    if not answer.text and not answer.missing:
        if stored is not None and stored.get("source") != DESK:
            raise ValueRejected(RejectReason.LENGTH, EMPTIED)
        return None
    value = _value(item, answer)
    entered = value.to_document()
    if stored is not None and _said(stored) == _said(entered):
        return stored
    return entered


def _value(item: Item, answer: Answer) -> ReportValue:
    if answer.missing:
        if answer.missing not in set(MissingCode):
            raise ValueRejected(RejectReason.SELECTION, "A reason of the list is expected.")
        return ReportValue(ValueSource.DESK, missing=MissingCode(answer.missing))
    text = answer.text if item.kind == ItemKind.CODES else top_coded(item, answer.text)
    value = coarsened(item, parse_value(item, text))
    if isinstance(value, Missing):
        return ReportValue(ValueSource.DESK, missing=MissingCode(value.value))
    return ReportValue(ValueSource.DESK, value)


def _said(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    return entry.get("value"), entry.get("missing")


def _refuse_unsound(form: str, entries: Document) -> None:
    """Check all values of the exam together.

    Raises:
        CaseReportRejected: a value of this form is refused.
    """
    items = load().items
    refused = {
        problem.item: problem.sentence
        for problem in check_values(present_values([entries]))
        if problem.severity is Severity.REJECT and problem.item in items and items[problem.item].form == form
    }
    if refused:
        raise CaseReportRejected(refused)
