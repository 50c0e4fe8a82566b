"""The exam page with references and the page that states them, in a real browser: no fault, wide and narrow."""

import pytest
from django.test import Client
from django.urls import reverse

from cmr_registry.config.tests.test_browser import NARROW, WIDE, Visitor
from cmr_registry.exams.tests.reference_factories import reference_made, reported_exam
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cookie(signed_in, coordinator_riverside):
    return signed_in(Client(), coordinator_riverside).cookies["session"].value


@pytest.fixture
def pages(riverside):
    """The page of an exam with a z-score, and the references of its center."""
    with center_scope(ALL_CENTERS):
        exam = reported_exam(riverside)
        reference_made(riverside)
    return [reverse("exams:detail", args=[exam.pk]), reverse("exams:references")]


def test_measurements_and_references_have_no_fault(pages, cookie, live_server):
    with chromium() as browser:
        for viewport, scheme in ((NARROW, "light"), (WIDE, "dark")):
            context = browser.new_context(viewport=viewport, color_scheme=scheme)
            context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
            visitor = Visitor(context, live_server.url)
            assert [fault for path in pages for fault in visitor.examine(path)] == []
