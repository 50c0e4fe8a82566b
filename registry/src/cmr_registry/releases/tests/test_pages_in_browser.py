"""Releases in a real browser: accessible, wide and narrow, light and dark; a member downloads and opens one."""

import pytest
from django.test import Client
from django.urls import reverse

from cmr_analysis.release import open_release
from cmr_registry.config.principal import principal_of_account
from cmr_registry.config.tests.test_browser import SCREENS, WIDE, Visitor
from cmr_registry.releases.services import release_publish, release_request
from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(live_server):
    """`visit(account, **options)`: a signed-in visitor in a window of its own."""
    with chromium() as browser:

        def start(cookie, **options):
            context = browser.new_context(**options)
            context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
            return Visitor(context, live_server.url)

        yield start


@pytest.fixture
def story(built, make_project, steward, researcher, signed_in):
    """A published release, a new version of it that waits for consent, and the sessions of those who look."""
    release = release_publish(release=built, by=principal_of_account(steward))
    waiting = release_request(project=release.project, by=principal_of_account(steward))
    make_project()
    cookies = {
        name: signed_in(Client(), account).cookies["session"].value
        for name, account in (("researcher", researcher), ("steward", steward))
    }
    return {"release": release, "waiting": waiting, "cookies": cookies}


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_pages_of_releases_have_no_fault(story, visit, viewport, scheme):
    release, waiting = story["release"], story["waiting"]
    pages = {
        "researcher": [reverse("releases:releases"), reverse("releases:release", args=[release.pk])],
        "steward": [
            reverse("releases:desk"),
            reverse("releases:desk_release", args=[release.pk]),
            reverse("releases:desk_release", args=[waiting.pk]),
        ],
    }
    for role, paths in pages.items():
        visitor = visit(story["cookies"][role], viewport=viewport, color_scheme=scheme)
        assert [fault for path in paths for fault in visitor.examine(path)] == []


def test_a_member_downloads_and_opens_the_release(story, visit, tmp_path):
    page = visit(story["cookies"]["researcher"], viewport=WIDE).open("/research/releases/")
    page.get_by_role("link", name=story["release"].name).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the release").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == f"{story['release'].name}.zip"
    assert open_release(path).fingerprint == story["release"].manifest_sha256
