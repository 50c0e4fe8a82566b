"""A new exam entered from a paper report by keyboard alone, in a real browser: keys and items are counted."""

import datetime
import threading
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cmr_connector.agent import Agent
from cmr_connector.desk.app import build
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.states import ExamState
from cmr_dictionary import ItemKind, load
from cmr_dictionary.case_report import minimum_items
from tests.chromium import chromium

pytestmark = pytest.mark.browser

NAME, PASSWORD = "jane.doe", "seven quiet green boats"
HABITS = {"lv_method": "1", "lv_papillary": "2", "consent_basis": "2"}
PAPER = {
    "indication_primary": "2",
    "heart_rate_bpm": "68",
    "rhythm": "1",
    "gbca_dose_mmol_kg": "0.15",
    "stress_performed": "0",
    "adverse_event": "0",
    "lv_edv_ml": "148",
    "lv_esv_ml": "58.5",
    "lv_mass_g": "104",
    "wm_rest_all_normal": "1",
    "rv_edv_ml": "u",
    "rv_esv_ml": "u",
    "lge_present": "0",
    "final_diagnosis": "2",
    "iq_global": "1",
}
"""What stands on the paper, by item; `u` is the key of a value that is not known."""


class Keyboard:
    """Presses keys and counts them; nothing else moves the page."""

    def __init__(self, page) -> None:
        self.page, self.n_keys, self.n_items = page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.n_keys += 1

    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.closest('[data-item]')?.dataset.item ?? ''")

    def answer(self, name: str) -> None:
        """Answer the item that has the focus."""
        item, text = load().items[name], PAPER[name]
        if item.code_list or item.kind is ItemKind.YES_NO:
            self.choose(name, text)
        else:
            self.press(*text)
        self.n_items += 1

    def choose(self, name: str, value: str) -> None:
        """Choose in a list by arrows."""
        index = f"[...document.getElementById('f-{name}').options].findIndex(o => o.value === '{value}')"
        steps = self.page.evaluate(index) - self.page.evaluate(
            f"document.getElementById('f-{name}').selectedIndex"
        )
        self.press(*(["ArrowDown"] * steps if steps > 0 else ["ArrowUp"] * -steps))


@pytest.fixture
def agent(make_workplace):
    """A whole running connector with its desk and some habits of the center."""
    workplace = make_workplace(
        desk={"enabled": True, "port": 0}, scp={"enabled": False}, mllp={"enabled": False}
    )
    for name, value in HABITS.items():
        entry = {"value": value, "source": "center_profile"}
        workplace.store.profile.add(name, entry, datetime.date(1990, 1, 1), NAME)
    app = build(workplace)
    app.state.desk.accounts.add(NAME, PASSWORD)
    running = Agent(workplace, lambda _workplace: app)
    running.workplace = workplace
    thread = threading.Thread(target=running.run)
    thread.start()
    while running.desk_port is None:
        time.sleep(0.01)
    yield running
    running.stop()
    thread.join()


@pytest.fixture
def tab(agent):
    """A tab of a person who is signed in; its console must stay silent."""
    with chromium() as browser:
        address = f"http://127.0.0.1:{agent.desk_port}"
        page = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address).new_page()
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto("/sign-in")
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="What waits for a person")).to_be_visible()
        yield page
        assert said == []


def delivered(workplace, exam):
    take_all(workplace, exam.root, Source.DESK)
    wait_until(lambda: workplace.store.exams.counts()[ExamState.DELIVERED])
    return workplace.store.exams.listed()[0]


def wait_until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def look_at(page, *paths):
    """No barrier that axe knows of, and nothing wider than the window, wide and narrow."""
    for path in paths:
        page.goto(path)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            results = Axe().run(page)
            assert results.violations_count == 0, (path, width, results.generate_report())
            too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(too_wide) <= 0, (path, width)


def test_a_paper_report_is_entered_by_keyboard_alone(tab, agent, cmr_exam, few, registry):
    store = agent.workplace.store
    exam = delivered(agent.workplace, cmr_exam())
    _, n_open = store.counts.of_exams([exam.id])[exam.id]
    tab.goto("/reports/new")
    keys = Keyboard(tab)
    keys.press(*store.crosswalk.entry(exam.id).study.accession_number, "Enter")
    expect(tab.get_by_role("heading", name="Case report", exact=True)).to_be_visible()
    expect(tab.locator("[data-item]:focus-within")).to_be_visible()
    while (name := keys.focused()) and keys.n_items <= len(PAPER):
        keys.answer(name)
        keys.press("Enter")
    assert tab.get_by_text("Nothing of the minimum is open.").is_visible()
    with tab.expect_navigation():
        keys.press("Enter")
    expect(tab.get_by_text("The short form is complete.")).to_be_visible()
    wait_until(lambda: len(registry.accepted()) == 2)
    values = registry.accepted()[1].values
    typed = {name for name, value in values.items() if value.source == "desk"}
    assert typed == set(PAPER), "what was known already needed no key"
    assert {name for name, value in values.items() if value.source == "center_profile"} == set(HABITS)
    assert {"sex", "age_at_exam_years", "scanner_vendor", "field_strength_t"} <= values.keys()
    known = [name for name in minimum_items() if name in values and name not in typed]
    assert len(known) >= 13, "nearly half of the short form stood in it"
    assert n_open == keys.n_items, "the worklist said how much there is to type"
    assert keys.n_items == len(PAPER)
    assert keys.n_keys <= 75


def test_the_pages_of_case_reports_have_no_barrier(tab, agent, cmr_exam, few):
    exam = delivered(agent.workplace, few(cmr_exam(), 5))
    agent.workplace.store.case_reports.paper_begin(NAME, "ACC-1", "MRN-1")
    report = f"/exams/{exam.id}/report"
    look_at(
        tab,
        report,
        f"{report}/saved",
        "/reports/to-enter",
        "/reports",
        "/reports/new",
        "/reports/papers/1",
        "/profile",
    )
