"""Data quality in a real browser: accessible, fits a narrow window, a finding leads to its value."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.services import MonthCount, census_record
from cmr_registry.quality.tests.conftest import IMPOSSIBLE
from cmr_registry.quality.tests.factories import NOW, exam_make, work_all
from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = [(1280, 900), (390, 844)]
PATHS = ["/quality/", "/quality/?quarter=2026-Q2", "/quality/items", "/quality/findings", "/quality/census"]


@pytest.fixture
def filled(green_riverside, peers, coordinator_riverside, principal_of):
    """A green quarter that is compared, an earlier red one, counted months; the exam that has errors."""
    with center_scope(ALL_CENTERS):
        exam = exam_make(green_riverside, IMPOSSIBLE, at=NOW.replace(month=5))
        peers(4)
        months = [MonthCount(f"2026-{month:02d}", 40, 20 + month) for month in range(1, 11)]
        by = principal_of(coordinator_riverside)
        census_record(principal=by, center=green_riverside, months=months, source="ledger", counted_at=NOW)
        work_all()
    return exam


@pytest.fixture
def cookies(client, signed_in, live_server, coordinator_riverside, steward):
    """Cookies of the coordinator, then of the steward."""
    found = []
    for account in (coordinator_riverside, steward):
        signed_in(client, account)
        found.append({"name": "session", "value": client.cookies["session"].value, "url": live_server.url})
        client.cookies.clear()
    return found


def faults_of(page, path):
    faults = [
        f"{path}: {one['id']} {node['html']}"
        for one in Axe().run(page).response["violations"]
        for node in one["nodes"]
    ]
    width = page.viewport_size["width"]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        faults.append(f"{path}: wider than {width}")
    return faults


def test_every_page_is_accessible_and_fits_and_a_finding_leads_to_its_value(filled, cookies, live_server):
    faults, url = [], live_server.url

    def note(error):
        faults.append(str(error))

    with chromium() as browser:
        for cookie, paths in zip(cookies, (PATHS, ["/quality/"]), strict=True):
            for width, height in SIZES:
                context = browser.new_context(viewport={"width": width, "height": height})
                context.add_cookies([cookie])
                page = context.new_page()
                page.on("pageerror", note)
                for path in paths:
                    page.goto(url + path)
                    faults += faults_of(page, path)
                context.close()
        page = browser.new_page()
        page.context.add_cookies([cookies[0]])
        page.goto(f"{url}/quality/findings?severity=reject")
        page.get_by_role("link", name="Open the value").first.click()
        page.wait_for_url(f"{url}/exams/{filled.pk}/report#f-*")
        assert page.locator(f"#{page.url.rpartition('#')[2]}").is_visible()
    assert faults == []
