"""The case report of an exam as its page shows it: what is stored, what this person typed, what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from cmr_dictionary import entered_forms
from cmr_dictionary.case_report import Answer, CaseReportView, case_report_html
from cmr_dictionary.checks import Surroundings
from cmr_registry.archive.models import Series
from cmr_registry.exams.drafts import draft_answers
from cmr_registry.exams.entering import current_reports, entries_of, merged
from cmr_registry.exams.models import CaseReport, CaseReportDraft, Examination
from cmr_registry.lib.templatetags.frame import age_words

SEEN = "seen-"
HELP_URL = "/dictionary/{item}"
FORM = "FORM"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed and the exam does not say.

    Attributes:
        answers: by item.
        problems: item -> why it was refused; the empty name stands for the whole.
        draft: what was restored, None where the answers were just posted.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    draft: CaseReportDraft | None = None


def typed_before(exam: Examination, draft: CaseReportDraft | None) -> Typed:
    """What a draft restores; nothing where all of it has been stored since."""
    if draft is None:
        return Typed()
    still = merged(exam, current_reports(exam), draft_answers(draft), draft.seen).answers
    return Typed(still, draft=draft) if still else Typed()


def report_html(request: HttpRequest, exam: Examination, typed: Typed) -> SafeString:
    """The whole form in HTML, every value in it escaped by `case_report_html`."""
    reports = current_reports(exam)
    view = CaseReportView(
        entries=entries_of(reports.values()),
        action=reverse("exams:case_report", args=[exam.pk]),
        look_url=reverse("exams:case_report_look", args=[exam.pk]),
        answers=typed.answers,
        problems=typed.problems,
        hidden=(("csrfmiddlewaretoken", get_token(request)), *_seen_fields(reports, typed.draft)),
        restored_at=age_words(timezone.now() - typed.draft.kept_at) if typed.draft else "",
        discard_url=reverse("exams:case_report_discard", args=[exam.pk]),
        back_url=reverse("exams:detail", args=[exam.pk]),
        help_url=HELP_URL,
        history_url=reverse("exams:case_report_history", args=[exam.pk, FORM]).replace(FORM, "{form}"),
        versions={form: report.version for form, report in reports.items()},
        around=surroundings_of(exam),
    )
    return mark_safe(case_report_html(view))  # noqa: S308 - every text in it is escaped where it is put in


def surroundings_of(exam: Examination) -> Surroundings:
    """What the page's checks know beside the values: the kinds of the exam's series, nothing where it has no images."""
    if exam.imaging_study_id is None:
        return Surroundings()
    kinds = Series.objects.filter(study=exam.imaging_study_id).values_list("kind", flat=True).distinct()
    return Surroundings(kinds=frozenset(kinds))


def seen_versions(posted: Mapping[str, str]) -> dict[str, int]:
    """Form -> version that the page showed, as its hidden fields say."""
    found = {}
    for name, text in posted.items():
        form = name.removeprefix(SEEN)
        if name.startswith(SEEN) and form in entered_forms():
            found[form] = int(text) if text.isdecimal() and len(text) < 10 else -1
    return found


def _seen_fields(
    reports: Mapping[str, CaseReport], draft: CaseReportDraft | None
) -> tuple[tuple[str, str], ...]:
    """The present versions; of the forms that a draft changes, those that it was begun on."""
    older = draft.seen if draft else {}
    versions = {form: reports[form].version if form in reports else 0 for form in entered_forms()}
    return tuple((f"{SEEN}{form}", str(older.get(form, version))) for form, version in versions.items())
