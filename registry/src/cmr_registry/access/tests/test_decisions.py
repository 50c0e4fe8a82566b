"""The chair's decision: who decides, with what, and what becomes of the project."""

import pytest

from cmr_registry.access.application_services import application_pass, application_submit, section_save
from cmr_registry.access.errors import ConflictedRejected, NotNowError, NotYoursError
from cmr_registry.access.models import Decision
from cmr_registry.access.review_services import decision_record
from cmr_registry.access.reviewing import review_of, standing_of
from cmr_registry.access.states import ApplicationState
from cmr_registry.access.tests.conftest import declare, score
from cmr_registry.access.tests.factories import ANSWERS
from cmr_registry.accounts.models import Account, OutgoingMail
from cmr_registry.audit.models import AuditEvent
from cmr_registry.projects.models import Project
from cmr_registry.projects.states import ProjectState

pytestmark = pytest.mark.django_db
S = ApplicationState


@pytest.fixture
def decide(scored_application, chair, principal_of):
    """`decide(choice, by=...)`: the chair, having declared, decides."""
    declare(scored_application, chair)

    def decide(choice, by=chair, **more):
        facts = {"reasons": "Good question.", "conditions": "", **more}
        return decision_record(application=scored_application, choice=choice, by=principal_of(by), **facts)

    return decide


@pytest.mark.parametrize(
    ("choice", "conditions", "project_states"),
    [
        (S.APPROVED, "", {ProjectState.APPROVED, ProjectState.CONSULTING}),
        (S.APPROVED_WITH_CONDITIONS, "Report yearly.", {ProjectState.APPROVED, ProjectState.CONSULTING}),
        (S.REVISE, "", {ProjectState.PROPOSED}),
        (S.DECLINED, "", {ProjectState.DECLINED}),
    ],
)
def test_each_decision_moves_application_and_project(
    choice, conditions, project_states, decide, scored_application, researcher
):
    decision = decide(choice, conditions=conditions)
    scored_application.refresh_from_db()
    assert scored_application.state == choice
    project = Project.objects.get()
    assert project.state in project_states
    assert project.conditions == conditions
    assert (decision.choice, decision.conditions, decision.by_deputy) == (choice, conditions, False)
    assert OutgoingMail.objects.filter(to=researcher, subject__contains="decided").count() == 1
    assert AuditEvent.objects.filter(action="application.decide", outcome="done").count() == 1


def test_the_printed_sheet_is_kept_without_names(decide, scored_application, reviewers):
    sheet = decide(S.APPROVED).sheet
    assert sheet["arithmetic"] == "0.25 × 7.5 + 0.25 × 7 + 0.25 × 7 + 0.25 × 8.5 = 7.5"
    assert sheet["categories"][0]["arithmetic"] == "(7 + 8) / 2 = 7.5"
    text = str(sheet)
    for reviewer in reviewers:
        assert reviewer.display_name not in text
        assert str(reviewer.pk) not in text


@pytest.mark.parametrize(
    ("choice", "facts", "sentence"),
    [
        (S.APPROVED, {"reasons": "  "}, "reasons"),
        (S.SCORED, {}, "four choices"),
        (S.APPROVED_WITH_CONDITIONS, {}, "conditions"),
    ],
)
def test_an_unclear_decision_is_refused(choice, facts, sentence, decide):
    with pytest.raises(NotNowError, match=sentence):
        decide(choice, **facts)
    assert not Decision.objects.exists()


def test_there_is_no_decision_without_a_quorum(application_in_review, reviewers, chair, principal_of):
    declare(application_in_review, chair)
    score(application_in_review, reviewers[0], 9, 9, 9, 9)
    with pytest.raises(NotNowError, match="needs 2 scores"):
        decision_record(
            application=application_in_review, choice=S.APPROVED, reasons="x", by=principal_of(chair)
        )


def test_the_chair_declares_before_deciding(scored_application, chair, principal_of):
    with pytest.raises(NotNowError, match="declare"):
        decision_record(
            application=scored_application, choice=S.APPROVED, reasons="x", by=principal_of(chair)
        )


def test_the_deputy_does_not_decide_while_the_chair_may(decide, scored_application, deputy_chair):
    declare(scored_application, deputy_chair)
    with pytest.raises(NotYoursError, match="The chair decides"):
        decide(S.APPROVED, by=deputy_chair)


@pytest.mark.parametrize("why", ["same institution", "financial"])
def test_the_deputy_acts_for_an_excluded_chair(why, decide, scored_application, chair, deputy_chair):
    if why == "financial":
        declare(scored_application, chair, financial=True)
    else:
        Account.objects.filter(pk=chair.pk).update(institution="Hillcrest University")
    declare(scored_application, deputy_chair)
    with pytest.raises(ConflictedRejected):
        decide(S.APPROVED, by=chair)
    assert AuditEvent.objects.filter(action="application.decide", outcome="denied").count() == 1
    assert decide(S.APPROVED, by=deputy_chair).by_deputy
    assert scored_application.steps.last().role == "deputy chair"


def test_a_reviewer_does_not_decide(decide, reviewers):
    with pytest.raises(NotYoursError):
        decide(S.APPROVED, by=reviewers[0])


def test_what_is_decided_stays_decided(decide):
    decide(S.DECLINED)
    with pytest.raises(NotNowError):
        decide(S.APPROVED)
    assert Decision.objects.count() == 1


def test_a_project_that_was_withdrawn_meanwhile_cannot_be_approved(decide, scored_application):
    Project.objects.update(state=ProjectState.WITHDRAWN)
    with pytest.raises(NotNowError):
        decide(S.APPROVED)
    scored_application.refresh_from_db()
    assert scored_application.state == "scored"


@pytest.mark.parametrize("changes", [False, True])
def test_a_revision_is_a_new_round_with_sheets_of_its_own(
    changes, decide, scored_application, researcher, steward, reviewers, principal_of
):
    decide(S.REVISE)
    first = Project.objects.get()
    if changes:
        section_save(
            application=scored_application,
            letter="C",
            answers={**ANSWERS["C"], "images": False},
            by=principal_of(researcher),
        )
    row = application_submit(application=scored_application, by=principal_of(researcher))
    assert row.round == 2
    row = application_pass(application=row, by=principal_of(steward))
    assert (row.project == first) is not changes
    first.refresh_from_db()
    assert first.state == ("declined" if changes else "proposed")
    assert row.project.data_needs["images"] is not changes
    assert review_of(row).result.n_sheets == 0, "the sheets of the first round stay there"
    assert standing_of(principal_of(reviewers[0]), row).may_read, "a declaration holds on"
    score(row, reviewers[0], 9, 9, 9, 9)
    assert review_of(row).result.total == 9
