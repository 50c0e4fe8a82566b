"""Pages of follow-up: the list with its figures, one subject with its timeline, the rule in words."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cmr_exchange.censoring import RULE, RULE_WORDS, SEES_THE_LIVING, SOURCE_WORDS, explain, follow_up
from cmr_registry.accounts.doors import door, public_door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.followup.forms import FollowUpFilterForm
from cmr_registry.followup.selectors import (
    document_of,
    exam_days,
    followup_counts,
    followup_history,
    followup_of,
    subject_find,
    subject_rows,
)
from cmr_registry.followup.timeline import moments, timeline
from cmr_registry.followup.words import event_line
from cmr_registry.lib.pages import page_of


@door(Permission.SEE_FOLLOW_UP)
@require_safe
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """Subjects and until when their status is known, contradictions first."""
    filters = FollowUpFilterForm(request.GET)
    page = page_of(subject_rows(show=filters.chosen), request.GET.get("page"))
    context = {"filters": filters, "page": page, "counts": followup_counts(), "rule": RULE}
    return render(request, "followup/list.html", context)


@door(Permission.SEE_FOLLOW_UP)
@require_safe
def subject_follow_up(request: HttpRequest, subject_id: uuid.UUID) -> HttpResponse:
    """One subject: what its sources say in days, and what the rule makes of it from each exam on."""
    subject = subject_find(subject_id)
    if subject is None:
        raise Http404("There is no such subject.")
    record = followup_of(subject)
    document = document_of(record)
    exams = exam_days(subject)
    statuses = document.vital_status if document else ()
    events = document.events if document else ()
    days = [exam.day for exam in exams if exam.day is not None]
    context = {
        "subject": subject,
        "record": record,
        "history": followup_history(subject),
        "rule": RULE,
        "exams": exams,
        "told": [
            (exam, follow_up(statuses, exam.day), explain(statuses, exam.day))
            for exam in exams
            if exam.day is not None
        ],
        "timeline": timeline(days, statuses, events) if document else None,
        "moments": moments(days, statuses, events),
        "events": [event_line(event) for event in events],
    }
    return render(request, "followup/subject.html", context)


@public_door("How follow-up is counted is a method, no data; readers of a release look here too.")
@require_safe
def rule(request: HttpRequest) -> HttpResponse:
    """The default censoring rule in words, with its version."""
    sources = [(words, source in SEES_THE_LIVING) for source, words in SOURCE_WORDS.items()]
    return render(request, "followup/rule.html", {"rule": RULE, "sentences": RULE_WORDS, "sources": sources})
