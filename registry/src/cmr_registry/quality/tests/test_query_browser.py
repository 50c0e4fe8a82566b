"""Pages of data queries in a real browser: no fault in wide and narrow windows; a question asked, answered, closed."""

import pytest
from django.test import Client
from django.urls import reverse

from cmr_registry.config.tests.test_browser import NARROW, WIDE, Visitor
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.tests.query_factories import exam_made, finding_made, query_made
from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(live_server):
    """`visit(cookie, **options)`: a signed-in visitor in a window of its own."""
    with chromium() as browser:

        def start(cookie, **options):
            context = browser.new_context(**options)
            context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
            return Visitor(context, live_server.url)

        yield start


@pytest.fixture
def cookies(steward, coordinator_riverside, signed_in):
    people = {"steward": steward, "coordinator": coordinator_riverside}
    return {name: signed_in(Client(), one).cookies["session"].value for name, one in people.items()}


@pytest.fixture
def asked(riverside, lakeside):
    with center_scope(ALL_CENTERS):
        query_made(exam_made(lakeside, "L"))
        exam = exam_made(riverside)
        finding_made(exam, "diameters", "lv_edd_mm")
        return query_made(exam)


def test_pages_of_questions_have_no_fault(asked, cookies, visit):
    pages = [
        reverse("quality:queries"),
        reverse("quality:query", args=[asked.pk]),
        reverse("quality:ask", args=[asked.examination_id]),
        reverse("quality:queries_from_findings"),
        reverse("exams:detail", args=[asked.examination_id]),
    ]
    looks = (("steward", NARROW, "light", pages), ("coordinator", WIDE, "dark", pages[:2]))
    for role, viewport, scheme, shown in looks:
        visitor = visit(cookies[role], viewport=viewport, color_scheme=scheme)
        assert [fault for path in shown for fault in visitor.examine(path)] == []


def test_a_question_is_answered_and_closed_by_keyboard_and_a_finding_becomes_one(asked, cookies, visit):
    page = visit(cookies["coordinator"], viewport=WIDE).open(f"/quality/queries/{asked.pk}/")
    page.get_by_label("The value is right as it stands").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Read twice.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("The answer is kept.").wait_for()
    page = visit(cookies["steward"], viewport=WIDE).open(f"/quality/queries/{asked.pk}/")
    page.get_by_role("button", name="Close the question").click()
    page.get_by_text("The question is closed.").wait_for()
    page.goto(page.url.split("/quality")[0] + "/quality/queries/from-findings/")
    page.get_by_label("Check", exact=True).fill("diameters")
    page.get_by_role("button", name="Show what would be asked").click()
    page.get_by_role("button", name="Ask 1 question").click()
    page.get_by_text("1 questions are asked.").wait_for()
