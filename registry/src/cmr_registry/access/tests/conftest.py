"""A published policy, a search with its certificate, and an application at each station of its way."""

from dataclasses import replace

import pytest

from cmr_registry.access import search_services
from cmr_registry.access.application_services import (
    application_draft,
    application_pass,
    application_submit,
    section_save,
)
from cmr_registry.access.asking import Answered
from cmr_registry.access.conflicts import Declared
from cmr_registry.access.review_services import Scores, conflict_declare, score_submit
from cmr_registry.access.search_services import (
    SearchFacts,
    search_approve,
    search_draft,
    search_execute,
    search_submit,
)
from cmr_registry.access.tests.factories import ANSWER, ANSWERS, QUERY, SNAPSHOT
from cmr_registry.config.principal import principal_of_account, principal_of_job
from cmr_registry.documents.selectors import DATA_ACCESS_POLICY
from cmr_registry.documents.services import acceptance_record, document_publish

JOB = principal_of_job("searches")
FACTS = SearchFacts(
    title="Small infarcts",
    institution="Hillcrest University",
    answers={
        "purpose": "To plan a study.",
        "lay_summary": "Do small scars matter?",
        "items": ["lv_ef_pct"],
        "images": True,
        "kinds": ["lge"],
        "outcomes": "",
        "target": 500,
        "overlap": "",
    },
)


def publish(title="Data Access Policy"):
    return document_publish(
        slug=DATA_ACCESS_POLICY, title=title, body="## Use\n\nOne study only.", by=JOB, is_placeholder=True
    )


@pytest.fixture
def policy(db):
    """The current Data Access Policy."""
    return publish()


@pytest.fixture
def accepted(policy, researcher):
    """The researcher accepted it."""
    return acceptance_record(account=researcher, version=policy, by=principal_of_account(researcher))


@pytest.fixture
def answers(monkeypatch):
    """What the registry answers to searches: `answers(refusal=...)` changes it. Real answers: test_real_search."""
    given = Answered(answer=ANSWER, snapshot=SNAPSHOT, is_synthetic=True)

    def change(**changes):
        monkeypatch.setattr(search_services, "search_answer", lambda search: replace(given, **changes))

    change()
    return change


@pytest.fixture
def draft_search(researcher):
    """A search request that was not submitted yet."""
    return search_draft(requester=researcher, query=QUERY, facts=FACTS, by=principal_of_account(researcher))


@pytest.fixture
def submitted_search(draft_search, researcher, accepted):
    """A search request that waits for the steward."""
    return search_submit(search=draft_search, by=principal_of_account(researcher))


@pytest.fixture
def issued_search(submitted_search, steward, answers):
    """A search request with its certificate."""
    search_approve(search=submitted_search, by=principal_of_account(steward))
    return search_execute(search=submitted_search, by=JOB)


@pytest.fixture
def draft_application(researcher):
    """An application with nothing but a title."""
    return application_draft(
        applicant=researcher, title="Small infarcts", by=principal_of_account(researcher)
    )


@pytest.fixture
def filled_application(draft_application, issued_search, researcher):
    """An application in which nothing lacks."""
    row = draft_application
    for letter, answers in ANSWERS.items():
        row = section_save(
            application=row,
            letter=letter,
            answers=answers,
            certificate=issued_search.certificate if letter == "A" else None,
            by=principal_of_account(researcher),
        )
    return row


@pytest.fixture
def submitted_application(filled_application, researcher):
    """An application that waits for the administrative check."""
    return application_submit(application=filled_application, by=principal_of_account(researcher))


@pytest.fixture
def application_in_review(submitted_application, steward, reviewers, chair, deputy_chair):
    """An application that the committee has."""
    return application_pass(application=submitted_application, by=principal_of_account(steward))


def declare(application, account, **kinds):
    return conflict_declare(
        application=application, declared=Declared(**kinds), by=principal_of_account(account)
    )


def points(*given):
    names = ("mission", "feasibility", "merit", "team")
    return Scores(points=dict(zip(names, given, strict=True)), comments=dict.fromkeys(names, "because"))


def score(application, account, *given):
    declare(application, account)
    return score_submit(application=application, scores=points(*given), by=principal_of_account(account))


@pytest.fixture
def scored_application(application_in_review, reviewers):
    """An application with two sheets, which is the quorum."""
    score(application_in_review, reviewers[0], 8, 7, 8, 9)
    score(application_in_review, reviewers[1], 7, 7, 6, 8)
    application_in_review.refresh_from_db()
    return application_in_review
