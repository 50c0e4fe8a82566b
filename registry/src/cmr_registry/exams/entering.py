"""Case-report values that a person enters on the registry's form: merged, checked as a whole, stored as versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from cmr_dictionary import load
from cmr_dictionary.case_report import EMPTIED, TYPED, Answer, Entry, entered_items, settle
from cmr_dictionary.form_plan import form_heading
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.exams.changes import exam_changed
from cmr_registry.exams.drafts import draft_forget
from cmr_registry.exams.errors import CaseReportRejected
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.versions import Document, FormChange, case_reports_write, entered_here

CHANGED_MEANWHILE = (
    "Somebody else changed this exam meanwhile. What you entered is below; please look and save again."
)
CHANGED_ITEM = "Somebody else entered something else meanwhile. Save again to replace it."


@dataclass(frozen=True, slots=True)
class Merged:
    """What a person's answers make of an exam that others may have changed since the page was drawn.

    Attributes:
        answers: what the person says and the exam does not, by item; everything else stands as it is stored.
        problems: item -> why nothing can be stored; the empty name stands for the whole.
        entries: all entries as they would be stored.
        changed: items whose stored entry would change.
    """

    answers: dict[str, Answer]
    problems: dict[str, str]
    entries: Mapping[str, Entry]
    changed: frozenset[str]


def merged(
    exam: Examination,
    current: Mapping[str, CaseReport],
    answers: Mapping[str, Answer],
    seen: Mapping[str, int] | None,
) -> Merged:
    """Take over what a person changed against the versions that the page showed, and nothing else (three-way).

    Two people may edit one exam: where they changed different items both survive, where they changed the same item
    to different values the later one is told.

    Args:
        exam: the exam.
        current: current version by form.
        answers: everything that the page posted.
        seen: form -> version that the page showed; None where the present ones were.
    """
    now = entries_of(current.values())
    try:
        base = now if seen is None else _seen_entries(exam, current, seen)
    except CaseReportRejected as rejected:
        return Merged(dict(answers), rejected.problems, now, frozenset())
    mine = settle(base, answers, source=TYPED)
    touched = mine.changed | mine.problems.keys()
    own = {name: answers[name] for name in entered_items() if name in touched and name in answers}
    final = settle(now, own, source=TYPED) if base != now else mine
    problems = final.problems | _conflicts(base, now, final.entries, mine.changed)
    if seen is not None and any(load().items[name].form not in seen for name in final.changed):
        problems[""] = CHANGED_MEANWHILE
    unsaved = {name: answer for name, answer in own.items() if name in final.changed or name in problems}
    return Merged(unsaved, problems, final.entries, final.changed)


@audited
def case_report_save(
    *, exam: Examination, answers: Mapping[str, Answer], by: Principal, seen: Mapping[str, int] | None = None
) -> list[CaseReport]:
    """Store what a person entered on the case report of an exam, with source `desk`; each changed form gets a version.

    An answer that repeats the stored value leaves its entry and its source as they are. Values are as coarse as they
    would cross from a hospital. Everything is stored or nothing: one refused value refuses the whole report.
    What later deliveries do to these entries: `exam_record`. The person's draft is gone afterwards.

    Args:
        exam: the exam, in the open scope.
        answers: by item; an item that is not among them stays as it is.
        by: who entered it.
        seen: form -> version that the person saw, 0 for none; None where it does not matter.

    Returns:
        The new versions, in the order of the dictionary; none where nothing changed.

    Raises:
        CaseReportRejected: a value cannot be taken, a delivered value was emptied, or somebody else changed the
            same item meanwhile.
    """
    exam = Examination.objects.select_for_update().get(pk=exam.pk)
    current = current_reports(exam)
    found = merged(exam, current, answers, seen)
    problems = found.problems | _emptied(exam, current, found)
    if problems:
        raise CaseReportRejected(problems)
    draft_forget(exam, by)
    changes = _form_changes(current, found)
    if not changes:
        return []
    reports = case_reports_write(exam, changes, at=timezone.now(), actor=by.actor)
    exam.has_report = bool(found.entries)
    exam.save(update_fields=["has_report"])
    exam_changed(exam)
    event_record(
        actor=by.actor,
        action="case_report.save",
        center=exam.center_id,
        target=f"exam:{exam.pk}",
        detail={"forms": {one.form: one.version for one in reports}, "items_changed": len(found.changed)},
    )
    return reports


def current_reports(exam: Examination) -> dict[str, CaseReport]:
    """The current version of every form of the exam that has one."""
    return {report.form: report for report in exam.case_reports.filter(is_current=True)}


def entries_of(reports: Iterable[CaseReport]) -> dict[str, dict[str, Any]]:
    """The entries of these forms by item."""
    return {name: entry for report in reports for name, entry in report.document.items()}


def _seen_entries(
    exam: Examination, current: Mapping[str, CaseReport], seen: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    """The entries that the page showed; those of forms that it did not speak of as they are now.

    Raises:
        CaseReportRejected: the page claims a version that never was.
    """
    shown = [report for form, report in current.items() if seen.get(form, report.version) == report.version]
    stale = {
        form: version
        for form, version in seen.items()
        if version and version != (current[form].version if form in current else 0)
    }
    if stale:
        which = Q()
        for form, version in stale.items():
            which |= Q(form=form, version=version)
        older = list(exam.case_reports.filter(which))
        if len(older) != len(stale):
            raise CaseReportRejected({"": CHANGED_MEANWHILE})
        shown += older
    return entries_of(shown)


def _conflicts(
    base: Mapping[str, Entry], now: Mapping[str, Entry], final: Mapping[str, Entry], mine: frozenset[str]
) -> dict[str, str]:
    """Items that two people changed to different values."""
    both = {
        name: CHANGED_ITEM
        for name in mine
        if now.get(name) != base.get(name) and now.get(name) != final.get(name)
    }
    return {"": CHANGED_MEANWHILE, **both} if both else {}


def _emptied(exam: Examination, current: Mapping[str, CaseReport], found: Merged) -> dict[str, str]:
    """Values that a person typed at the center's desk, and that the registry's page cannot empty either."""
    gone = found.changed - found.entries.keys()
    forms = {load().items[name].form for name in gone} & current.keys()
    here = {name for form in forms for name in entered_here(current[form])} if forms else set()
    return dict.fromkeys(gone - here, EMPTIED)


def _form_changes(current: Mapping[str, CaseReport], found: Merged) -> list[FormChange]:
    items = load().items
    forms = dict.fromkeys(items[name].form for name in items if name in found.changed)
    documents: dict[str, Document] = {form: {} for form in forms}
    for name, entry in found.entries.items():
        form = items[name].form if name in items else _form_of(name, current)
        if form in documents:
            documents[form][name] = dict(entry)
    return [FormChange(form, document, current.get(form)) for form, document in documents.items()]


def _form_of(name: str, current: Mapping[str, CaseReport]) -> str:
    """Where an item is stored that the present dictionary no longer knows."""
    return next((form for form, report in current.items() if name in report.document), "")


def saved_words(reports: Iterable[CaseReport]) -> str:
    """What was saved, for people: `Saved: Left ventricle (version 2).`"""
    listed = ", ".join(f"{form_heading(report.form)} (version {report.version})" for report in reports)
    return f"Saved: {listed}." if listed else "Nothing has changed."
