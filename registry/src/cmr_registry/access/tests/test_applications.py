"""An application up to the committee: drafted, submitted, returned, passed; the project that it becomes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_registry.access.application_services import (
    application_draft,
    application_pass,
    application_return,
    application_submit,
    section_save,
)
from cmr_registry.access.errors import IncompleteError, NotNowError, NotYoursError, PolicyNotAcceptedError
from cmr_registry.access.models import SearchCertificate, SearchRequest, Submission
from cmr_registry.access.selectors import submission_shown
from cmr_registry.access.tests.conftest import publish
from cmr_registry.access.tests.factories import ANSWERS
from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.models import AuditEvent
from cmr_registry.projects.models import Project

pytestmark = pytest.mark.django_db


def test_a_draft_has_a_number_and_a_title(draft_application):
    assert draft_application.number == f"DA-{timezone.now().year}-0001"
    assert draft_application.answers["A"]["title"] == "Small infarcts"
    assert draft_application.answers["B"]["institution"] == "Hillcrest University"


def test_a_draft_needs_a_title(researcher, principal_of):
    with pytest.raises(NotNowError, match="title"):
        application_draft(applicant=researcher, title=" ", by=principal_of(researcher))


def test_a_section_keeps_only_answers_to_its_questions(draft_application, researcher, principal_of):
    row = section_save(
        application=draft_application,
        letter="G",
        answers={"funding": "none", "unknown": "x"},
        by=principal_of(researcher),
    )
    assert row.answers["G"] == {"funding": "none"}
    assert row.answers["A"]["title"] == "Small infarcts"
    assert AuditEvent.objects.last().detail == {"state": "draft", "section": "G"}


def test_an_incomplete_application_says_what_lacks(draft_application, researcher, principal_of, accepted):
    with pytest.raises(IncompleteError) as refused:
        application_submit(application=draft_application, by=principal_of(researcher))
    assert "certificate" in {lack.question.name for lack in refused.value.lacks}
    assert not Submission.objects.exists()


def test_a_new_policy_must_be_accepted_first(filled_application, researcher, principal_of):
    publish()
    with pytest.raises(PolicyNotAcceptedError):
        application_submit(application=filled_application, by=principal_of(researcher))


def test_the_submission_quotes_number_and_digest_of_the_certificate(submitted_application, issued_search):
    submission = submitted_application.submissions.get()
    certificate = issued_search.certificate
    assert submission.certificate_number == certificate.number
    assert submission.certificate_digest == certificate.digest
    assert submission.document["certificate"]["digest"] == certificate.digest
    assert submission.digest == sha256_hex(canonical_json(submission.document))


@pytest.mark.parametrize("why", ["expired", "somebody else's"])
def test_a_certificate_that_may_not_be_quoted_is_none(
    why, filled_application, researcher, steward, principal_of
):
    if why == "expired":
        SearchCertificate.objects.update(expires_on=timezone.now().date() - timedelta(days=1))
    else:
        SearchRequest.objects.update(requester=steward)
    with pytest.raises(IncompleteError) as refused:
        application_submit(application=filled_application, by=principal_of(researcher))
    assert [lack.question.name for lack in refused.value.lacks] == ["certificate"]


def test_what_was_submitted_cannot_be_changed(submitted_application, researcher, principal_of):
    with pytest.raises(NotNowError):
        section_save(
            application=submitted_application,
            letter="G",
            answers={"funding": "x"},
            by=principal_of(researcher),
        )
    with pytest.raises(NotNowError):
        application_submit(application=submitted_application, by=principal_of(researcher))


def test_it_comes_back_with_reasons_and_its_changes_are_highlighted(
    submitted_application, researcher, steward, principal_of
):
    application_return(application=submitted_application, reasons="Power?", by=principal_of(steward))
    assert OutgoingMail.objects.last().to == researcher
    section_save(
        application=submitted_application,
        letter="D",
        answers={**ANSWERS["D"], "power": "Ninety percent."},
        by=principal_of(researcher),
    )
    row = application_submit(application=submitted_application, by=principal_of(researcher))
    assert (row.state, row.round) == ("submitted", 1)
    submission, sections = submission_shown(row)
    assert submission.number == 2
    changed = [answer for shown in sections for answer in shown.answers if answer.has_changed]
    assert [(one.question.name, one.lines, one.before) for one in changed] == [
        ("power", ("Ninety percent.",), ("Enough.",))
    ]
    assert [shown.section.letter for shown in sections if shown.has_changed] == ["D"]


def test_nothing_comes_back_without_reasons(submitted_application, steward, principal_of):
    with pytest.raises(NotNowError):
        application_return(application=submitted_application, reasons="", by=principal_of(steward))


def test_the_check_makes_the_project_exist_as_proposed(
    application_in_review, researcher, reviewers, issued_search
):
    project = Project.objects.get()
    assert application_in_review.project == project
    assert project.state == "proposed"
    assert project.pi == researcher
    assert project.certificate_digest == issued_search.certificate.digest
    assert project.query == issued_search.query
    assert project.data_needs == {
        "images": True,
        "kinds": ["cine", "lge"],
        "items": ["lv_ef_pct", "sex"],
        "follow_up": True,
        "download": True,
    }
    assert application_in_review.sheet_version == "score-sheet-1"
    told = set(OutgoingMail.objects.filter(body__contains="/committee/").values_list("to", flat=True))
    assert told == {reviewer.pk for reviewer in reviewers}


def test_co_investigators_with_an_account_become_members(
    submitted_application, outsider, steward, principal_of
):
    type(outsider).objects.filter(pk=outsider.pk).update(email="co@example.org")
    application_pass(application=submitted_application, by=principal_of(steward))
    roles = dict(Project.objects.get().memberships.values_list("account__email", "role"))
    assert roles["co@example.org"] == Role.PROJECT_MEMBER
    assert len(roles) == 2


def test_a_steward_who_applies_does_not_check(submitted_application, steward, principal_of):
    type(steward).objects.filter(pk=steward.pk).update(email="co@example.org")
    steward.refresh_from_db()
    with pytest.raises(NotYoursError, match="another steward"):
        application_pass(application=submitted_application, by=principal_of(steward))
    assert not Project.objects.exists()


def test_a_draft_does_not_pass(draft_application, steward, principal_of):
    with pytest.raises(NotNowError):
        application_pass(application=draft_application, by=principal_of(steward))


def test_every_service_leaves_its_event(application_in_review):
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    for action in ("application.draft", "application.change", "application.submit", "application.pass"):
        assert action in actions
    assert "project.propose" not in actions, "one thing that somebody did is one event"
