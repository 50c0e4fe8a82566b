"""An imported table in a real browser: refused in sight, previewed, taken in; no barrier, wide and narrow."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from cmr_registry.intake.table_selectors import tables_at_work
from cmr_registry.intake.table_services import table_chunk_work
from cmr_registry.intake.tests.table_factories import as_csv, rows_of
from cmr_registry.lib.claims import work_claimed
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from tests.chromium import chromium as start_chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("CMR_SHOTS", "")


@pytest.fixture(scope="module")
def chromium():
    """One browser; its loop runs in this thread, and what Django fears of a loop does not happen."""
    with pytest.MonkeyPatch.context() as patch, start_chromium() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser


@pytest.fixture(scope="module", autouse=True)
def early(chromium):
    """The browser outlives the databases of single tests."""


def work():
    with center_scope(ALL_CENTERS):
        while work_claimed(tables_at_work(), table_chunk_work, name="table"):
            pass


def looked_at(page, name):
    """No barrier and no sideways scrolling, wide and narrow."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        violations = Axe().run(page).response["violations"]
        assert [one["id"] for one in violations] == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def choose(page, data):
    page.get_by_label("Table", exact=True).set_input_files(
        {"name": "t.csv", "mimeType": "text/csv", "buffer": data}
    )
    page.get_by_role("button", name="Check the table").click()


def test_a_table_is_refused_previewed_and_taken_in(
    chromium, client, signed_in, coordinator_riverside, live_server
):
    signed_in(client, coordinator_riverside)
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies(
        [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
    )
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(live_server.url + reverse("intake:tables"))
    looked_at(page, "tables")
    rows = rows_of(12)
    rows[4]["lv_edv_ml"] = "1953-04-12"
    choose(page, as_csv([{**row, "Geburtsdatum": "x"} for row in rows]))
    expect(page.get_by_role("alert")).to_contain_text("nothing of it was stored")
    looked_at(page, "refused")
    rows[4] |= {"lv_edv_ml": "640.0", "lv_esv_ml": "70", "final_diagnosis": "577"}
    choose(page, as_csv(rows))
    expect(page.get_by_text("The rows are being checked.")).to_be_visible()
    looked_at(page, "checking")
    work()
    expect(page.get_by_text("waits for you")).to_be_visible(timeout=15_000)
    looked_at(page, "preview")
    page.get_by_label("Take them too").check()
    page.get_by_role("button", name="Take the table in").click()
    work()
    expect(page.get_by_text("The table is taken in.")).to_be_visible(timeout=15_000)
    looked_at(page, "done")
    page.goto(live_server.url + reverse("intake:tables"))
    looked_at(page, "tables-after")
    context.close()
    assert faults == []
