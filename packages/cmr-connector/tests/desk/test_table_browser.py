"""The import of a table in a real browser, wide and narrow: brought, mapped, looked at, accepted; no barrier."""

import threading
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cmr_connector.agent import Agent
from cmr_connector.desk.app import build
from tests.chromium import chromium

pytestmark = pytest.mark.browser

NAME, PASSWORD = "jane.doe", "seven quiet green boats"
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
HEADER = "Patientennummer;Untersuchungsdatum;Geburtsdatum;Geschlecht;LVEDV (ml);LVESV (ml);EF;Raucher;Befund"
ROWS = (
    "{p}1;15.03.2021;02.01.1960;weiblich;154,5;70,2;54,6;0;unauffällig",
    "{p}2;16.03.2021;20.11.1950;männlich;160;80;50;1;Narbe",
    "{p}3;17.03.2021;20.11.1949;männlich;<170;90;47;1;",
    "{p}4;18.03.2021;;männlich;170;90;31;0;",
)


@pytest.fixture
def agent(make_workplace):
    """A whole running connector with its desk."""
    settings = {"desk": {"enabled": True, "port": 0}, "scp": {"enabled": False}, "mllp": {"enabled": False}}
    workplace = make_workplace(**settings)
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


def look_at(page):
    """No barrier that axe knows of, and nothing wider than the window."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def sign_in(browser, agent, size):
    context = browser.new_context(viewport=SIZES[size], base_url=f"http://127.0.0.1:{agent.desk_port}")
    page = context.new_page()
    page.said = []
    page.on("console", lambda said: page.said.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto("/sign-in")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What waits for a person")).to_be_visible()
    return page


def import_table(page, path):
    """From the reports to the rows; what is seen on the way is checked."""
    page.goto("/reports")
    page.get_by_role("link", name="Bring a table").click()
    look_at(page)
    page.get_by_label("Table", exact=True).set_input_files(path)
    page.get_by_role("button", name="Look at its columns").click()
    expect(page.get_by_role("heading", name="Where do the columns go?")).to_be_visible()
    expect(page.get_by_label("Column LVEDV (ml) goes to")).to_have_value("lv_edv_ml")
    look_at(page)


def test_a_table_is_brought_mapped_and_accepted(agent, tmp_path):
    with chromium() as browser:
        for place, size in enumerate(SIZES):
            path = tmp_path / f"{size}.csv"
            path.write_text("\n".join([HEADER, *ROWS]).format(p=size) + "\n", encoding="latin-1")
            page = sign_in(browser, agent, size)
            import_table(page, path)
            if place == 0:
                expect(page.get_by_text("Latin-1")).to_be_visible()
                map_by_hand(page)
            else:
                expect(page.get_by_text("used as it was saved")).to_be_visible()
            page.get_by_role("button", name="Look at what would be taken").click()
            expect(page.get_by_role("heading", name="What would be taken")).to_be_visible()
            expect(page.get_by_text("a comparison such as < or > is none")).to_be_visible()
            look_at(page)
            page.get_by_label("Row 2").check()
            page.get_by_role("button", name="Take 4 rows in").click()
            expect(page.get_by_text("Taken in.")).to_be_visible(timeout=20_000)
            look_at(page)
            page.get_by_role("link", name="scans", exact=True).click()
            expect(page.get_by_role("heading", name="Mapping scans")).to_be_visible()
            look_at(page)
            assert page.said == []
            page.context.close()
    reports = agent.workplace.store.reports.listed()
    assert [row.n_values for row in reports] == [5, 5, 6, 6] * 2


def map_by_hand(page):
    """A person says what the smoking column means, by keyboard."""
    page.get_by_label("Name of the mapping").fill("scans")
    target = page.get_by_label("Column Raucher goes to")
    expect(target).to_have_value("")
    target.fill("hx_smoking")
    page.get_by_role("button", name="Look at what would be taken").click()
    page.get_by_role("link", name="Change the columns").click()
    row = page.get_by_role("row").filter(has=page.get_by_label("Column Raucher goes to"))
    row.get_by_role("link", name="Unit and words").click()
    expect(page.get_by_role("heading", name="Raucher")).to_be_visible()
    look_at(page)
    page.get_by_label("1 means").select_option("2")
    page.get_by_label("0 means").select_option("unknown")
    page.get_by_role("button", name="Keep").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Where do the columns go?")).to_be_visible()
