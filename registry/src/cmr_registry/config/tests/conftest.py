"""One accepted exam of Riverside, and what a researcher has at each station, for tests that walk every door."""

import pytest

from cmr_registry.access.application_services import application_draft
from cmr_registry.access.search_services import search_draft
from cmr_registry.access.tests.conftest import (
    FACTS,
    accepted,
    answers,
    application_in_review,
    declare,
    draft_application,
    draft_search,
    filled_application,
    issued_search,
    policy,
    submitted_application,
    submitted_search,
)
from cmr_registry.access.tests.factories import QUERY
from cmr_registry.accounts.roles import Role
from cmr_registry.accounts.services import account_create
from cmr_registry.centers.services import membership_add
from cmr_registry.config.principal import principal_of_account, principal_of_job
from cmr_registry.exams.models import Examination
from cmr_registry.intake.tests.factories import VALUES, coded, deliver
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_states import BallotChoice
from cmr_registry.projects.services import ballot_answer, ballots_close, project_move
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.tests.factories import NEEDS, approved, ballot_at, proposed
from cmr_registry.releases.services import release_consent, release_publish, release_request
from cmr_registry.releases.tasks import work_once
from cmr_registry.releases.tests.factories import snapshot_built

__all__ = [
    "accepted",
    "answers",
    "application_in_review",
    "draft_application",
    "draft_search",
    "filled_application",
    "issued_search",
    "policy",
    "submitted_application",
    "submitted_search",
]
BY = principal_of_job("tests")


@pytest.fixture(scope="session")
def instances(cmr_exam):
    """A tiny coded exam."""
    return coded(cmr_exam(vendor="siemens", size="tiny", seed=1).files)


@pytest.fixture
def delivery(principal_riverside, riverside, instances):
    """Its accepted delivery at Riverside."""
    return deliver(principal_riverside, riverside, instances, values=VALUES)


@pytest.fixture
def exam(delivery):
    """The exam."""
    with center_scope(ALL_CENTERS):
        return Examination.objects.select_related("imaging_study").get()


@pytest.fixture
def delegate_lakeside(lakeside):
    """Answers ballots for Lakeside."""
    account = account_create(
        email="delegate@example.org", display_name="Delegate", password="a long enough password 17", by=BY
    )
    membership_add(center=lakeside, account=account, role=Role.BALLOT_DELEGATE, by=BY)
    return account


@pytest.fixture
def second_researcher(db):
    """A researcher of another university, who has a search, an application and a project, too."""
    account = account_create(
        email="second@example.org",
        display_name="Second Researcher",
        password="a long enough password 17",
        by=BY,
        registry_roles=(Role.RESEARCHER,),
        institution="Meadow University",
    )
    proposed(account, title="The other project")
    return account


@pytest.fixture
def unsubmitted(second_researcher):
    """What the second researcher told nobody yet: a search request and an application."""
    by = principal_of_account(second_researcher)
    return {
        "search_id": search_draft(requester=second_researcher, query=QUERY, facts=FACTS, by=by).pk,
        "application_id": application_draft(
            applicant=second_researcher, title="Thoughts of my own", by=by
        ).pk,
    }


@pytest.fixture
def own_draft(researcher):
    """An application of the researcher that can still be edited."""
    by = principal_of_account(researcher)
    return application_draft(applicant=researcher, title="What comes next", by=by)


@pytest.fixture
def open_ballot(riverside, lakeside, researcher):
    """Riverside is asked for a project of the researcher."""
    return ballot_at(riverside, approved(researcher))


@pytest.fixture
def declared_application(application_in_review, reviewers, chair):
    """An application that a reviewer and the chair may read."""
    for member in (reviewers[0], chair):
        declare(application_in_review, member)
    return application_in_review


@pytest.fixture
def release(exam, riverside, lakeside, researcher, center_pi, delegate_lakeside, steward, release_officer):
    """A published release of a second project of the researcher; Riverside is in it, Lakeside is not."""
    project = approved(researcher, title="The released project", data_needs=NEEDS | {"images": False})
    for center, choice, by in (
        (riverside, BallotChoice.IN, center_pi),
        (lakeside, BallotChoice.OUT, delegate_lakeside),
    ):
        ballot_answer(ballot=ballot_at(center, project), choice=choice, by=principal_of_account(by))
    ballots_close(project=project, by=BY)
    project_move(project=project, to=ProjectState.DATA_CUT, by=BY)
    snapshot_built()
    asked = release_request(project=project, by=principal_of_account(steward))
    release_consent(release=asked, by=principal_of_account(release_officer))
    assert work_once()
    asked.refresh_from_db()
    assert asked.state == "built", asked.reason
    return release_publish(release=asked, by=principal_of_account(steward))
