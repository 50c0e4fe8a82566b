"""A search request on its way: drafted, submitted, returned, approved, answered, expired."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cmr_registry.access.certificates import document_digest
from cmr_registry.access.errors import NotNowError, NotYoursError, PolicyNotAcceptedError
from cmr_registry.access.models import SearchCertificate, SearchRequest
from cmr_registry.access.search_services import (
    SearchFacts,
    search_approve,
    search_change,
    search_draft,
    search_execute,
    search_expire,
    search_return,
    search_submit,
)
from cmr_registry.access.tasks import work_once
from cmr_registry.access.tests.conftest import FACTS, JOB, publish
from cmr_registry.access.tests.factories import QUERY
from cmr_registry.access.windows import window_of
from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.audit.models import AuditEvent
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.documents.services import acceptance_record

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_a_draft_keeps_a_copy_of_the_question_in_words_and_by_digest(draft_search, researcher):
    query = CohortQuery.from_document(QUERY)
    assert draft_search.state == "draft"
    assert draft_search.query_digest == query.digest()
    assert draft_search.query_sentence == query.sentence()
    assert draft_search.steps.get().role == "researcher"
    assert actions()[-1] == "search.draft"


def test_a_question_that_is_none_is_refused(researcher, principal_of):
    with pytest.raises(QueryError):
        search_draft(requester=researcher, query={"version": 1}, facts=FACTS, by=principal_of(researcher))


def test_it_is_not_submitted_before_the_policy_is_accepted(draft_search, researcher, principal_of, policy):
    with pytest.raises(PolicyNotAcceptedError, match="accept the current Data Access Policy"):
        search_submit(search=draft_search, by=principal_of(researcher))
    draft_search.refresh_from_db()
    assert draft_search.state == "draft"


def test_without_any_policy_nothing_is_submitted(draft_search, researcher, principal_of):
    with pytest.raises(PolicyNotAcceptedError):
        search_submit(search=draft_search, by=principal_of(researcher))


def test_a_new_version_of_the_policy_asks_again(draft_search, researcher, principal_of, accepted):
    newer = publish()
    with pytest.raises(PolicyNotAcceptedError):
        search_submit(search=draft_search, by=principal_of(researcher))
    acceptance_record(account=researcher, version=newer, by=principal_of(researcher))
    assert search_submit(search=draft_search, by=principal_of(researcher)).policy == newer


def test_a_submitted_request_waits_for_its_window(submitted_search):
    assert submitted_search.state == "submitted"
    assert submitted_search.window == window_of(timezone.now().date())
    assert submitted_search.windows_version == "search-windows-1"
    assert actions()[-1] == "search.submit"


def test_what_is_with_the_steward_cannot_be_changed_or_submitted_again(
    submitted_search, researcher, principal_of
):
    with pytest.raises(NotNowError):
        search_change(search=submitted_search, facts=FACTS, by=principal_of(researcher))
    with pytest.raises(NotNowError):
        search_submit(search=submitted_search, by=principal_of(researcher))


def test_the_steward_returns_it_with_reasons_and_the_requester_changes_it(
    submitted_search, steward, researcher, principal_of
):
    search_return(search=submitted_search, reasons=" Which years? ", by=principal_of(steward))
    submitted_search.refresh_from_db()
    assert submitted_search.state == "returned for detail"
    assert submitted_search.steps.last().note == "Which years?"
    mail = OutgoingMail.objects.get()
    assert mail.to == researcher
    assert str(submitted_search.pk) in mail.body
    assert submitted_search.title not in mail.body
    document = {**QUERY, "index": "last"}
    changed = search_change(
        search=submitted_search,
        facts=SearchFacts(title="New title", institution="Elsewhere"),
        query=document,
        by=principal_of(researcher),
    )
    assert (changed.title, changed.query["index"]) == ("New title", "last")
    assert changed.query_digest == CohortQuery.from_document(document).digest()
    assert search_submit(search=submitted_search, by=principal_of(researcher)).state == "submitted"


def test_nothing_is_returned_without_reasons(submitted_search, steward, principal_of):
    with pytest.raises(NotNowError, match="say what"):
        search_return(search=submitted_search, reasons=" ", by=principal_of(steward))


@pytest.mark.parametrize("service", [search_approve, lambda **kw: search_return(reasons="x", **kw)])
def test_a_steward_does_not_decide_about_an_own_request(service, submitted_search, steward, principal_of):
    SearchRequest.objects.update(requester=steward)
    with pytest.raises(NotYoursError, match="another steward"):
        service(search=submitted_search, by=principal_of(steward))


def test_a_draft_is_not_decided(draft_search, steward, principal_of):
    with pytest.raises(NotNowError):
        search_approve(search=draft_search, by=principal_of(steward))


def test_only_an_approved_request_is_answered(submitted_search, answers):
    with pytest.raises(NotNowError, match="approved"):
        search_execute(search=submitted_search, by=JOB)
    assert not SearchCertificate.objects.exists()


def test_the_certificate_states_everything_and_its_hash_holds(issued_search, researcher):
    certificate = issued_search.certificate
    document = certificate.document
    assert certificate.number == f"SC-{timezone.now().year}-0001"
    assert certificate.digest == document_digest(document)
    assert document["requester"] == {"name": researcher.display_name, "institution": "Hillcrest University"}
    assert document["cohort"]["query"] == issued_search.query
    assert document["cohort"]["digest"] == issued_search.query_digest
    assert document["snapshot"]["quarter"] == "2026 Q4"
    assert document["is_synthetic"] is True
    assert certificate.expires_on == certificate.issued_at.date() + timedelta(days=365)
    assert [step.state for step in issued_search.steps.all()] == [
        "draft",
        "submitted",
        "approved to search",
        "executed",
        "certificate issued",
    ]
    assert OutgoingMail.objects.get().to == researcher


def test_a_changed_certificate_no_longer_has_its_hash(issued_search):
    document = issued_search.certificate.document
    changed = {**document, "cohort": {**document["cohort"], "sentence": "everybody"}}
    assert document_digest(changed) != issued_search.certificate.digest


def test_numbers_run_on(issued_search, draft_search, researcher, steward, principal_of, answers):
    other = search_draft(requester=researcher, query=QUERY, facts=FACTS, by=principal_of(researcher))
    search_submit(search=other, by=principal_of(researcher))
    search_approve(search=other, by=principal_of(steward))
    assert search_execute(search=other, by=JOB).certificate.number.endswith("-0002")


def test_what_disclosure_control_refuses_comes_back_with_the_reason(
    submitted_search, steward, principal_of, answers
):
    answers(answer={}, refusal="Too close to an earlier question.")
    search_approve(search=submitted_search, by=principal_of(steward))
    search_execute(search=submitted_search, by=JOB)
    submitted_search.refresh_from_db()
    assert submitted_search.state == "returned for detail"
    step = submitted_search.steps.last()
    assert (step.note, step.role) == ("Too close to an earlier question.", "disclosure control")
    assert not SearchCertificate.objects.exists()


def test_the_worker_answers_approved_requests_and_nothing_else(
    submitted_search, steward, principal_of, answers
):
    assert not work_once()
    search_approve(search=submitted_search, by=principal_of(steward))
    assert work_once()
    submitted_search.refresh_from_db()
    assert submitted_search.state == "certificate issued"
    assert submitted_search.claimed_until is None
    assert not work_once()
    assert actions()[-1] == "search.execute"


def test_a_request_whose_answer_fails_stays_approved_for_the_next_attempt(
    submitted_search, steward, principal_of, answers, monkeypatch
):
    def fails(search):
        raise OSError("no disk")

    search_approve(search=submitted_search, by=principal_of(steward))
    monkeypatch.setattr("cmr_registry.access.search_services.search_answer", fails)
    assert work_once()
    submitted_search.refresh_from_db()
    assert submitted_search.state == "approved to search"
    assert not work_once(), "its lease spaces the attempts"


def test_a_certificate_that_is_too_old_expires(issued_search):
    assert not work_once()
    SearchCertificate.objects.update(expires_on=timezone.now().date() - timedelta(days=1))
    assert work_once()
    issued_search.refresh_from_db()
    assert issued_search.state == "expired"
    assert not work_once()


def test_a_returned_request_whose_detail_never_comes_expires(submitted_search, steward, principal_of):
    search_return(search=submitted_search, reasons="More, please.", by=principal_of(steward))
    assert not work_once()
    SearchRequest.objects.update(state_since=timezone.now() - timedelta(days=181))
    assert work_once()
    submitted_search.refresh_from_db()
    assert submitted_search.state == "expired"


def test_a_draft_does_not_expire(draft_search):
    with pytest.raises(NotNowError):
        search_expire(search=draft_search, by=JOB)
