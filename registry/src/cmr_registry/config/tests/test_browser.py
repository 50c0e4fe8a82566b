"""The pages in a real browser: accessible, quiet, usable by keyboard, wide and narrow, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from cmr_registry.archive.models import Series
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PIXELS = "() => document.querySelector('.cine-stage canvas').toDataURL()"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SCREENS = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")]


class Visitor:
    """A browser window that remembers what went wrong."""

    def __init__(self, context, url):
        self.page, self.url, self.faults = context.new_page(), url, []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def open(self, path):
        self.page.goto(self.url + path)
        return self.page

    def examine(self, path):
        """What is wrong with a page, in words."""
        self.open(path)
        return self.examine_here(path)

    def examine_here(self, path):
        """What is wrong with the page that is open, in words."""
        page = self.page
        if page.evaluate("document.scripts.length"):
            page.wait_for_load_state("networkidle")  # only what a script asks for comes after loading
        faults = [f"{path}: {fault}" for fault in self.faults]
        self.faults.clear()
        found = Axe().run(page).response["violations"]
        faults += [f"{path}: {one['id']} {node['html']}" for one in found for node in one["nodes"]]
        width = page.viewport_size["width"]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: wider than {width}")
        return faults


@pytest.fixture
def paths(exam_riverside, exam_delivery, settings, tmp_path):
    """Every page of a coordinator."""
    settings.VIEWER_DIR = tmp_path / "no-viewer"
    with center_scope(ALL_CENTERS):
        series = Series.objects.filter(study=exam_riverside.imaging_study_id, kind="cine", view="sax").first()
    return {
        "home": "/",
        "center": "/centers/",
        "exams": reverse("exams:list"),
        "exam": reverse("exams:detail", args=[exam_riverside.pk]),
        "cine": reverse("exams:cine", args=[exam_riverside.pk, series.pk]),
        "deliveries": reverse("intake:deliveries"),
        "delivery": reverse("intake:delivery", args=[exam_delivery.pk]),
        "upload": "/centers/upload/",
        "sign out": "/accounts/logout/",
    }


@pytest.fixture
def cookies(client, signed_in, live_server):
    """`cookies(account)`: the cookies of a signed-in person for the browser."""

    def of(account):
        signed_in(client, account)
        return [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]

    return of


@pytest.fixture
def visit(live_server):
    """`visit(cookies=..., **options)`: a visitor in a window of its own; closed before the data go."""
    with chromium() as browser:

        def start(cookies=(), **options):
            context = browser.new_context(**options)
            context.add_cookies(list(cookies))
            return Visitor(context, live_server.url)

        yield start


@pytest.fixture
def coordinator_cookies(cookies, coordinator_riverside, paths):
    return cookies(coordinator_riverside)


@pytest.fixture
def steward_cookies(cookies, steward, exam_delivery):
    return cookies(steward)


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_pages_for_everybody_have_no_fault(paths, visit, viewport, scheme):
    visitor = visit(viewport=viewport, color_scheme=scheme)
    shown = (
        "/",
        "/accounts/login/",
        "/dictionary/?q=lge",
        "/dictionary/lge_present",
        "/dictionary/changes/1.0..2.0",
    )
    assert [fault for path in shown for fault in visitor.examine(path)] == []


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_pages_of_a_coordinator_have_no_fault(paths, coordinator_cookies, visit, viewport, scheme):
    visitor = visit(coordinator_cookies, viewport=viewport, color_scheme=scheme)
    assert [fault for path in paths.values() for fault in visitor.examine(path)] == []


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_the_stewards_desk_has_no_fault(steward_cookies, visit, viewport, scheme):
    assert visit(steward_cookies, viewport=viewport, color_scheme=scheme).examine("/steward/") == []


def test_a_person_signs_in_and_comes_home_by_keyboard_alone(coordinator_riverside, visit):
    page = visit(viewport=WIDE).open("/accounts/login/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("E-mail address").focus()
    page.keyboard.type(coordinator_riverside.email)
    page.keyboard.press("Tab")
    page.keyboard.type("a long enough password 17")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for me")


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS)
def test_the_greeting_after_sign_in_has_no_fault(coordinator_riverside, visit, viewport, scheme):
    visitor = visit(viewport=viewport, color_scheme=scheme)
    page = visitor.open("/accounts/login/?next=/centers/")
    page.get_by_label("E-mail address").fill(coordinator_riverside.email)
    page.get_by_label("Password").fill("a long enough password 17")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".messages .alert-success")).to_be_visible()
    assert visitor.examine_here("/centers/") == []


def test_the_filter_changes_the_rows_without_a_full_load(paths, coordinator_cookies, visit):
    page = visit(coordinator_cookies, viewport=WIDE).open(paths["exams"])
    expect(page.locator("#exam-rows tbody tr")).to_have_count(1)
    page.evaluate("window.stays = true")
    page.get_by_label("Report").select_option("without")
    expect(page.locator("#exam-rows")).to_contain_text("No exam fits.")
    assert page.evaluate("window.stays")
    assert "report=without" in page.url


def test_the_filter_works_without_scripts(paths, coordinator_cookies, visit):
    page = visit(coordinator_cookies, viewport=WIDE, java_script_enabled=False).open(paths["exams"])
    page.get_by_label("Report").select_option("without")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#exam-rows")).to_contain_text("No exam fits.")


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_the_cine_plays_and_the_picture_changes(paths, coordinator_cookies, visit, viewport):
    visitor = visit(coordinator_cookies, viewport=viewport)
    page = visitor.open(paths["cine"])
    page.wait_for_selector("[data-loaded=all]")
    first = page.locator(".cine").get_attribute("data-phase")
    seen = pixels(page)
    page.wait_for_function("phase => document.querySelector('.cine').dataset.phase !== phase", arg=first)
    page.wait_for_function(f"seen => ({PIXELS})() !== seen", arg=seen)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert visitor.faults == []


def test_the_cine_obeys_the_keyboard(paths, coordinator_cookies, visit):
    page = visit(coordinator_cookies, viewport=WIDE, reduced_motion="reduce").open(paths["cine"])
    page.wait_for_selector("[data-loaded=all]")
    cine, status = page.locator(".cine"), page.locator("[data-part=status]")
    slices, phases = (
        int(page.locator(f"[data-part={part}]").get_attribute("max")) for part in ("slice", "phase")
    )
    page.locator(".cine-stage").focus()
    for key, attribute, wanted in [
        ("End", "data-phase", phases - 1),
        ("ArrowRight", "data-phase", 0),
        ("ArrowLeft", "data-phase", phases - 1),
        ("Home", "data-phase", 0),
        ("ArrowUp", "data-slice", slices // 2 + 1 if slices // 2 + 1 < slices else slices - 1),
        ("ArrowDown", "data-slice", slices // 2),
    ]:
        page.keyboard.press(key)
        expect(cine).to_have_attribute(attribute, str(wanted))
    expect(status).to_have_text(page.locator("[data-part=readout]").inner_text())
    page.keyboard.press("Space")
    expect(status).to_have_text("Playing.")
    page.keyboard.press("Space")
    expect(status).to_contain_text("Paused.")


def test_slices_are_held_while_time_loops(paths, coordinator_cookies, visit):
    page = visit(coordinator_cookies, viewport=WIDE).open(paths["cine"])
    page.wait_for_selector("[data-loaded=all]")
    held = page.evaluate(
        """() => new Promise(done => {
            const cine = document.querySelector('.cine'), seen = new Set(), start = cine.dataset.phase;
            let left = false;
            const look = () => {
                seen.add(cine.dataset.slice);
                left ||= cine.dataset.phase !== start;
                left && cine.dataset.phase === start ? done([...seen]) : requestAnimationFrame(look);
            };
            look();
        })"""
    )
    assert len(held) == 1


def test_all_slices_play_side_by_side_and_one_can_be_chosen(paths, coordinator_cookies, visit):
    page = visit(coordinator_cookies, viewport=WIDE).open(paths["cine"])
    page.wait_for_selector("[data-loaded=all]")
    page.get_by_label("All slices side by side").check()
    tiles = page.locator(".cine-tile")
    expect(tiles).to_have_count(int(page.locator("[data-part=slice]").get_attribute("max")))
    tiles.first.click()
    expect(page.locator(".cine")).to_have_attribute("data-slice", "0")
    expect(page.locator(".cine-stage")).to_be_visible()


def test_brightness_and_contrast_change_what_is_drawn(paths, coordinator_cookies, visit):
    page = visit(coordinator_cookies, viewport=WIDE, reduced_motion="reduce").open(paths["cine"])
    page.wait_for_selector("[data-loaded=all]")
    plain = pixels(page)
    page.get_by_label("Brightness").fill("100")
    bright = pixels(page)
    page.get_by_role("button", name="Reset").click()
    assert pixels(page) == plain != bright
    page.get_by_role("button", name="Set brightness for me").click()
    assert pixels(page) != plain


def test_without_scripts_the_middle_image_is_shown(paths, coordinator_cookies, visit):
    page = visit(coordinator_cookies, viewport=NARROW, java_script_enabled=False).open(paths["cine"])
    expect(page.get_by_alt_text("Middle image of the series")).to_be_visible()
    expect(page.get_by_text("A browser without scripts shows only the middle image.")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_hidden()


def test_an_ended_session_is_told_instead_of_an_empty_picture(paths, coordinator_cookies, visit):
    visitor = visit(coordinator_cookies, viewport=WIDE)
    visitor.page.route("**/stack.json", lambda route: route.fulfill(status=404, body="gone"))
    page = visitor.open(paths["cine"])
    expect(page.get_by_text("The images could not be loaded.").first).to_be_visible()


def pixels(page):
    return page.evaluate(PIXELS)
