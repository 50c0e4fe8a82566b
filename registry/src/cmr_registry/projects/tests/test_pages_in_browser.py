"""Projects and ballots in a real browser: accessible, wide and narrow, light and dark; a center answers."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cmr_registry.accounts.roles import Role
from cmr_registry.centers.services import membership_add
from cmr_registry.config.tests.test_browser import NARROW, SCREENS, WIDE, Visitor
from cmr_registry.projects.ballot_services import ballot_answer, standing_set
from cmr_registry.projects.ballot_states import BallotChoice
from cmr_registry.projects.services import ballots_close
from cmr_registry.projects.tests.factories import BY, approved, ballot_at, exams_at, proposed
from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Prevalence and prognostic significance of small infarcts in 18,000 people with normal contractile function"


@pytest.fixture
def story(researcher, center_pi, steward, riverside, lakeside, delegate_lakeside, principal_of, selected):
    """One open ballot, one answered, one locked; a project in review; two centers of one PI."""
    riverside.time_zone = "America/Argentina/ComodRivadavia"
    riverside.save()
    membership_add(center=lakeside, account=center_pi, role=Role.COORDINATOR, by=BY)
    selected(exams_at(riverside, 30) + exams_at(lakeside, 2))
    pi, other = principal_of(center_pi), principal_of(delegate_lakeside)
    proposed(researcher, title="Still in review")
    locked = approved(researcher, title="Locked round", citation="Doe J et al. A Journal 2021;1:2-3")
    for center, by in ((riverside, pi), (lakeside, other)):
        ballot_answer(ballot=ballot_at(center, locked), choice=BallotChoice.IN, by=by, reason="agreed " * 30)
    locked = ballots_close(project=locked, by=BY)
    standing_set(center=lakeside, choice=BallotChoice.WITHOUT_IMAGES, by=other)
    return {"open": approved(researcher, title=LONG), "locked": locked, "riverside": riverside}


@pytest.fixture
def visit(client, signed_in, live_server):
    """`visit(account, **options)`: a signed-in visitor in a window of its own."""
    with chromium() as browser:

        def start(cookie, **options):
            context = browser.new_context(**options)
            context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
            return Visitor(context, live_server.url)

        yield start


@pytest.fixture
def cookie_of(client, signed_in, live_server):
    """`cookie_of(account)`: the session of a signed-in person."""

    def of(account):
        return signed_in(client, account).cookies["session"].value

    return of


@pytest.fixture
def pi_cookie(story, cookie_of, center_pi):
    return cookie_of(center_pi)


@pytest.fixture
def researcher_cookie(story, cookie_of, researcher):
    return cookie_of(researcher)


@pytest.fixture
def steward_cookie(story, cookie_of, steward):
    return cookie_of(steward)


@pytest.fixture
def addresses(story):
    """Page of each role by name."""
    opened, locked, riverside = story["open"], story["locked"], story["riverside"]
    return {
        "pi": [
            "/centers/",
            reverse("projects:ballots"),
            reverse("projects:standing"),
            reverse("projects:ballot", args=[ballot_at(riverside, opened).pk]),
            reverse("projects:ballot", args=[ballot_at(riverside, locked).pk]),
        ],
        "researcher": [
            reverse("projects:projects"),
            reverse("projects:project", args=[opened.pk]),
            reverse("projects:project", args=[locked.pk]),
        ],
        "steward": [
            "/steward/",
            reverse("projects:steward_projects"),
            reverse("projects:steward_project", args=[opened.pk]),
            reverse("projects:steward_project", args=[locked.pk]),
        ],
    }


def faults(visitor, paths):
    return [fault for path in paths for fault in visitor.examine(path)]


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_pages_of_a_centers_pi_have_no_fault(pi_cookie, addresses, visit, viewport, scheme):
    assert faults(visit(pi_cookie, viewport=viewport, color_scheme=scheme), addresses["pi"]) == []


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_pages_of_a_researcher_have_no_fault(researcher_cookie, addresses, visit, viewport, scheme):
    visitor = visit(researcher_cookie, viewport=viewport, color_scheme=scheme)
    assert faults(visitor, addresses["researcher"]) == []


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_pages_of_the_steward_have_no_fault(steward_cookie, addresses, visit, viewport, scheme):
    visitor = visit(steward_cookie, viewport=viewport, color_scheme=scheme)
    assert faults(visitor, addresses["steward"]) == []


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_the_pi_finds_the_ballot_on_the_home_page_and_answers_it(pi_cookie, addresses, visit, viewport):
    visitor = visit(pi_cookie, viewport=viewport)
    page = visitor.open("/centers/")
    page.get_by_role("link", name="See the ballots").click()
    page.get_by_role("link", name="Prevalence and prognostic").first.click()
    page.get_by_label("In without images").check()
    page.get_by_label("We take the co-author places").check()
    page.get_by_label("Reason").fill("no consent for images")
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".messages")).to_contain_text("answer is noted")
    expect(page.get_by_role("button", name="Change the answer")).to_be_visible()
    assert visitor.examine_here("ballot") == []
