"""The desk in a real browser, wide and narrow: a drop from the folder to the receipt, and no barrier on any page."""

import datetime
import re
import shutil
import threading
import time
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cmr_connector.agent import Agent
from cmr_connector.desk.app import build
from cmr_connector.follow_up import read_event, read_status
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.pixels.looks import Look, LookState
from cmr_connector.report_intake import NamedReport
from cmr_connector.states import ExamState
from cmr_exchange.manifest import ValueSource
from cmr_testkit import odd
from tests.chromium import chromium

pytestmark = pytest.mark.browser

SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
NAME, PASSWORD = "jane.doe", "seven quiet green boats"


@pytest.fixture(scope="module", name="chromium")
def _chromium():
    with chromium() as browser:
        yield browser


@pytest.fixture
def agent(make_workplace):
    """A whole running connector with its desk."""
    workplace = make_workplace(
        desk={"enabled": True, "port": 0}, scp={"enabled": False}, mllp={"enabled": False}
    )
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


@pytest.fixture(params=SIZES)
def tab(chromium, agent, request):
    """A tab of a person who is signed in; its console must stay silent."""
    context = chromium.new_context(
        viewport=SIZES[request.param], base_url=f"http://127.0.0.1:{agent.desk_port}"
    )
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/sign-in")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What waits for a person")).to_be_visible()
    page.expected_errors = 0
    yield page
    context.close()
    assert len(said) == page.expected_errors, said


def look_at(page):
    """No barrier that axe knows of, and nothing wider than the window."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0


@pytest.fixture
def mixed_folder(tmp_path, cmr_exam):
    exam = cmr_exam()
    folder = tmp_path / "disc"
    shutil.copytree(exam.root, folder)
    odd.text_file(folder / "note.txt")
    odd.secondary_capture(folder / "sc.dcm")
    return folder


def test_a_folder_travels_from_the_drop_zone_to_the_receipt(tab, agent, mixed_folder, registry, cmr_exam):
    exam = cmr_exam()
    tab.get_by_role("link", name="Drop zone").click()
    look_at(tab)
    tab.get_by_label("Choose a folder or disc").set_input_files(mixed_folder)
    expect(tab.get_by_text(f"{len(exam.files)} images would leave")).to_be_visible(timeout=60_000)
    expect(tab.get_by_text(exam.patient.name).first).to_be_visible()
    look_at(tab)
    assert agent.workplace.store.exams.listed() == []
    tab.get_by_role("button", name=re.compile("^Send")).click()
    tab.get_by_role("link", name="The signed receipt").click(timeout=60_000)
    expect(tab.get_by_role("heading", name="Receipt")).to_be_visible()
    [manifest] = registry.accepted()
    expect(tab.get_by_text(manifest.digest())).to_be_visible()
    look_at(tab)


def test_a_zip_is_brought_with_the_keyboard_alone(tab, tmp_path, cmr_exam):
    exam = cmr_exam()
    archive = tmp_path / "cd.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in exam.files[:1]:
            file.write(exam.root / name, f"IMAGES/{name.name}")
    opened = []

    def keep(chooser):
        opened.append(chooser)

    tab.on("filechooser", keep)  # before the page is there, so that the browser intercepts it for sure
    tab.goto("/drop")
    expect(tab.get_by_text("Drag a folder")).to_be_visible()
    tab.get_by_label("Choose a folder or disc").focus()
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Choose a ZIP or files")).to_be_focused()
    for _ in range(10):  # a loaded Chromium may drop the first key
        tab.keyboard.press("Enter")
        tab.wait_for_timeout(1000)
        if opened:
            break
    opened[0].set_files(archive)
    expect(tab.get_by_text("image would leave")).to_be_visible(timeout=60_000)
    tab.get_by_role("button", name="Discard").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Drop zone")).to_be_visible()


def test_every_page_is_free_of_barriers(tab, agent, mixed_folder, registry):
    tab.expected_errors = 1  # the page that does not exist
    fill(agent.workplace, mixed_folder)
    exams = agent.workplace.store.exams
    wait_until(lambda: exams.counts()[ExamState.DELIVERED])
    [exam] = exams.listed(ExamState.DELIVERED)
    follow_up(agent.workplace, exam.subject)
    show_text(agent.workplace, exam.id)
    for path in (
        "/",
        "/exams",
        f"/exams/{exam.id}",
        f"/exams/{exam.id}/series/1",
        f"/exams/{exam.id}/receipts/1",
        "/reports",
        "/reports?state=rejected",
        "/refused",
        "/look-up",
        "/drop",
        "/privacy",
        f"/exams/{exam.id}/before-after",
        "/text",
        f"/exams/{exam.id}/text",
        "/follow-up",
        "/follow-up?show=due",
        f"/follow-up/{exam.id}",
        f"/follow-up/{exam.id}/withdraw",
        "/follow-up/sent",
        "/follow-up/import",
        "/account",
        "/nowhere",
    ):
        with tab.expect_response(lambda answer, path=path: answer.url.endswith(path)):
            tab.goto(path)
        look_at(tab)
    tab.goto(f"/exams/{exam.id}")
    tab.get_by_role("button", name="Look up the patient").click()
    expect(tab.get_by_role("heading", name="Found")).to_be_visible()
    look_at(tab)


def fill(workplace, folder):
    take_all(workplace, folder, Source.DESK)
    workplace.reports.take(NamedReport("ACC1", "", (("lv_ef_pct", "55"),)), ValueSource.REPORT_CSV)
    workplace.reports.take(NamedReport("", "", (("lv_edv_ml", "much"),)), ValueSource.REPORT_HL7)


def show_text(workplace, exam_id):
    """A series of the exam waits for a decision about text in its images."""
    series = workplace.store.ledger.of_exam(exam_id)[0].series_hash
    device = {"manufacturer": "SIEMENS", "model": "Aera", "rows": "64", "columns": "64"}
    place = {"box": [2, 3, 9, 30], "size": [64, 64], "sureness": 0.9, "crop": PIXEL}
    findings = [
        place | {"kind": "text", "meaning": "identifies", "text": "Quist Anna"},
        place | {"kind": "ink", "meaning": "unknown", "text": ""},
    ]
    look = Look(exam_id, series, LookState.HELD, findings, device, True, 1, 3, 0.2, "2024-05-01T10:00:00Z")
    workplace.store.looks.put(look)


def follow_up(workplace, subject):
    begin = workplace.follow_up.origin(subject).date.isoformat()
    window = {"from": begin, "through": "2023-12-31"}
    today = datetime.date(2024, 6, 30)
    entries = [
        read_status(window | {"source": "chart", "last_alive": "2023-12-31"}, today),
        read_status(window | {"source": "dmf", "death": "2023"}, today),
        read_event({"event": "visit", "date": "2023-05", "source": "chart", "fu_nyha": "2"}, today),
    ]
    workplace.follow_up.enter(subject, entries)


def wait_until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_page_that_cannot_refresh_itself_says_so(tab):
    tab.clock.install()
    tab.goto("/")
    tab.expected_errors = 5
    tab.route("**/part", lambda route: route.fulfill(status=503))
    expect(tab.locator("[data-stale]")).to_be_hidden()
    for _ in range(5):
        tab.clock.run_for(10_000)
        tab.wait_for_timeout(50)
    expect(tab.locator("[data-stale]")).to_be_visible()
    expect(tab.get_by_text("This page is old.")).to_be_visible()


def test_the_overview_shows_what_has_changed_by_itself(tab, agent, mixed_folder):
    tab.clock.install()
    tab.goto("/")
    fill(agent.workplace, mixed_folder)
    tab.clock.run_for(11_000)
    expect(tab.get_by_text("report waits for its exam.")).to_be_visible()


def test_a_drop_that_the_desk_refuses_is_said_where_the_person_looks(tab, agent):
    tab.goto("/drop")
    tab.expected_errors = 1
    tab.route(
        "**/files", lambda route: route.fulfill(status=409, json={"sentence": "The disk is nearly full."})
    )
    tab.get_by_label("Choose a ZIP or files").set_input_files(
        {"name": "a.dcm", "mimeType": "", "buffer": b"x"}
    )
    expect(tab.get_by_role("alert")).to_have_text("The disk is nearly full.")
