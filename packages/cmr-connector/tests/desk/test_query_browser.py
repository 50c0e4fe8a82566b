"""Questions and counts at the desk in a real browser, wide and narrow: no barrier, and an answer by keyboard alone."""

import threading
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cmr_connector.agent import Agent
from cmr_connector.desk.app import build
from cmr_exchange.queries import (
    DataQueryDocument,
    QueryAnswer,
    QueryAuthor,
    QueryEntry,
    QueryState,
    QueryStep,
)
from tests.chromium import chromium

pytestmark = pytest.mark.browser

NAME, PASSWORD = "jane.doe", "seven quiet green boats"
AT = "2026-11-22T05:40:00Z"


def question(exam, n, sentence, item):
    entry = QueryEntry(
        AT, QueryStep.OPENED, QueryAuthor.REGISTRY, text="Please look at the volumes once more."
    )
    return DataQueryDocument(
        id=f"0b0e2d4a-6d0a-4c63-9a08-6a1fb2a7f{n:03d}",
        exam=exam,
        item=item,
        rule="ef-from-volumes",
        code="CrossField",
        sentence=sentence,
        state=QueryState.OPEN,
        turn=1,
        version=1,
        opened_at=AT,
        thread=(entry,),
    )


@pytest.fixture
def agent(make_workplace, admit, registry):
    """A running connector whose registry asks two things."""
    workplace = make_workplace(
        desk={"enabled": True, "port": 0}, scp={"enabled": False}, mllp={"enabled": False}
    )
    number, _ = admit(workplace, "PAT-1", "20200317", name="DOE^JANE")
    exam = workplace.store.exams.get(number).pseudonym
    registry.asked = [
        question(exam, 1, "The ejection fraction does not fit the volumes.", "lv_ef_pct"),
        question(exam, 2, "Is this the volume of the report?", "lv_edv_ml"),
    ]
    app = build(workplace)
    app.state.desk.accounts.add(NAME, PASSWORD)
    running = Agent(workplace, lambda _workplace: app)
    thread = threading.Thread(target=running.run)
    thread.start()
    while running.desk_port is None or len(workplace.store.data_queries.waiting()) < 2:
        time.sleep(0.02)
    yield running
    running.stop()
    thread.join()


def look_at(page):
    """No barrier that axe knows of, and nothing wider than the window."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0


def test_a_question_is_read_and_answered_and_a_count_is_typed(agent, registry):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"http://127.0.0.1:{agent.desk_port}/sign-in")
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("questions of the registry wait for an answer.")).to_be_visible()
        page.get_by_role("link", name="See the questions").click()
        look_at(page)
        page.get_by_role("link", name="DOE^JANE").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Please look at the volumes once more.")).to_be_visible()
        look_at(page)
        page.set_viewport_size({"width": 390, "height": 844})
        look_at(page)
        page.get_by_label("The value is right as it stands").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="to answer (1)")).to_be_visible()
        look_at(page)
        while not registry.answers:
            page.wait_for_timeout(50)
        assert registry.answers[0].answer is QueryAnswer.VALUE_IS_RIGHT
        page.goto(f"http://127.0.0.1:{agent.desk_port}/census")
        look_at(page)
        page.get_by_label("CMR exams made").fill("12")
        page.get_by_role("button", name="Keep this count").click()
        expect(page.get_by_text("typed by a person")).to_be_visible()
        page.set_viewport_size({"width": 1280, "height": 900})
        look_at(page)
        assert said == []
