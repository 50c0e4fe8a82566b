"""What a person entered and did not save yet, one draft per exam and account; nobody else sees it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from cmr_dictionary import ItemKind, load
from cmr_dictionary.case_report import Answer
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.exams.models import CaseReportDraft, Examination
from cmr_registry.lib.free_text import text_refusal


def draft_of(exam: Examination, by: Principal) -> CaseReportDraft | None:
    """The person's draft of this exam's report."""
    return _own(exam, by).first()


def draft_answers(draft: CaseReportDraft) -> dict[str, Answer]:
    """The answers that a draft keeps; items that the dictionary no longer has are left out."""
    items = load().items
    return {
        name: Answer(tuple(kept["texts"]), kept["missing"])
        for name, kept in draft.answers.items()
        if name in items
    }


def keepable(answers: Mapping[str, Answer], problems: Mapping[str, str]) -> dict[str, Answer]:
    """The answers that a draft may hold: of those that are refused none whose text may name a patient.

    Args:
        answers: by item, as a person typed them.
        problems: item -> why its answer is refused.
    """
    items = load().items
    return {
        name: answer
        for name, answer in answers.items()
        if name not in problems
        or (
            items[name].kind is not ItemKind.TEXT
            and not any(map(text_refusal, (*answer.texts, answer.missing)))
        )
    }


@audited
def draft_keep(
    *, exam: Examination, answers: Mapping[str, Answer], seen: Mapping[str, int], by: Principal
) -> CaseReportDraft | None:
    """Keep what a person entered and did not save; a draft that says nothing new is dropped.

    The event is left when a draft begins, not for every keystroke that follows.

    Args:
        exam: the exam, in the open scope.
        answers: what differs from what the page showed, by item; may be wrong.
        seen: form -> version that the page showed.
        by: whose draft it is.

    Returns:
        The draft; None where nothing is to be kept.
    """
    if not answers or by.account is None:
        draft_forget(exam, by)
        return None
    forms = {load().items[name].form for name in answers}
    draft, is_new = CaseReportDraft.objects.update_or_create(
        examination=exam,
        account_id=by.account,
        defaults={
            "center_id": exam.center_id,
            "answers": {name: _kept(answer) for name, answer in answers.items()},
            "seen": {form: version for form, version in seen.items() if form in forms},
        },
    )
    if is_new:
        event_record(
            actor=by.actor, action="case_report_draft.begin", center=exam.center_id, target=f"exam:{exam.pk}"
        )
    return draft


@audited
def draft_discard(*, exam: Examination, by: Principal) -> bool:
    """Forget the person's draft of this exam's report.

    Returns:
        Whether there was one.
    """
    was_there = draft_forget(exam, by)
    if was_there:
        event_record(
            actor=by.actor,
            action="case_report_draft.discard",
            center=exam.center_id,
            target=f"exam:{exam.pk}",
        )
    return was_there


def draft_forget(exam: Examination, by: Principal) -> bool:
    """Delete the person's draft inside a service that has an event of its own; whether there was one."""
    return _own(exam, by).delete()[0] > 0


def _own(exam: Examination, by: Principal) -> QuerySet[CaseReportDraft]:
    drafts = CaseReportDraft.objects.filter(examination=exam)
    return drafts.filter(account=by.account) if by.account else drafts.none()


def _kept(answer: Answer) -> dict[str, Any]:
    return {"texts": list(answer.texts), "missing": answer.missing}
