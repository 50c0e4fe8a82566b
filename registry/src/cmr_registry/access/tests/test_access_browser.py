"""The pages of this room in a real browser: accessible and without sideways scroll, wide and narrow."""

import pytest
from django.test import Client
from django.urls import reverse

from cmr_registry.access.application_services import application_draft
from cmr_registry.access.tests.conftest import declare, score
from cmr_registry.access.tests.test_search_pages import save_question
from cmr_registry.config.tests.test_browser import SCREENS, Visitor
from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visits(scored_application, draft_application, issued_search, researcher, steward, reviewers, chair):
    """Account -> paths of its pages."""
    pk, search = scored_application.pk, issued_search.pk
    save_question(researcher)
    score(scored_application, reviewers[1], 2, 7, 6, 8)
    declare(scored_application, chair)
    own = ["policy", "searches", "search_new", "applications"]
    return {
        researcher: [
            *(reverse(f"access:{name}") for name in own),
            reverse("access:search", args=[search]),
            reverse("access:search_certificate", args=[search]),
            reverse("access:application", args=[pk]),
        ],
        steward: [
            reverse("access:steward_searches"),
            reverse("access:steward_search", args=[search]),
            reverse("access:steward_applications"),
            reverse("access:steward_application", args=[pk]),
        ],
        reviewers[0]: [
            reverse("access:committee"),
            reverse("access:review", args=[pk]),
            reverse("access:review_conflict", args=[pk]),
            reverse("access:review_score", args=[pk]),
        ],
        chair: [reverse("access:review", args=[pk])],
    }


@pytest.fixture
def draft_paths(researcher, principal_of):
    """Pages of an application that is still written."""
    from_title = application_draft(applicant=researcher, title="Another study", by=principal_of(researcher))
    return [
        reverse("access:application", args=[from_title.pk]),
        *(reverse("access:section", args=[from_title.pk, letter]) for letter in "ABCE"),
    ]


@pytest.fixture
def cookies(signed_in, live_server):
    """`cookies(account)`: the cookies of a signed-in person for the browser."""

    def of(account):
        client = signed_in(Client(), account)
        return [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]

    return of


@pytest.mark.parametrize(("size", "scheme"), SCREENS, ids=["wide", "wide and dark", "narrow"])
def test_every_page_is_accessible_and_fits(
    size, scheme, visits, draft_paths, researcher, cookies, live_server
):
    signed = {account: cookies(account) for account in visits}
    visits[researcher] += draft_paths
    faults = []
    with chromium() as browser:
        for account, paths in visits.items():
            context = browser.new_context(viewport=size, color_scheme=scheme)
            context.add_cookies(signed[account])
            visitor = Visitor(context, live_server.url)
            for path in paths:
                faults += visitor.examine(path)
                if not visitor.page.url.endswith(path):
                    faults.append(f"{path}: led to {visitor.page.url}")
            context.close()
    assert faults == []
