"""The case report in a real browser: by keyboard alone, branching, bull's-eyes, drafts, no barrier, wide and narrow."""

import json
import random

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cmr_dictionary import ItemKind, load
from cmr_dictionary.case_report import Answer, answer_of, look, minimum_items
from cmr_dictionary.case_report.branching import node_document
from cmr_dictionary.expressions import parsed
from cmr_dictionary.logic import variables
from cmr_dictionary.missing import Missing
from cmr_exchange.manifest import Contents, ReportValue, ValueSource
from cmr_registry.exams.models import CaseReport
from cmr_registry.exams.services import exam_record
from cmr_registry.exams.tests.test_exam_record import statement
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.subjects.services import subject_ensure
from tests.chromium import chromium as start_chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAPER = {
    "age_at_exam_years": "61", "sex": "M", "height_cm": "178", "weight_kg": "84", "consent_basis": "1",
    "scanner_vendor": "1", "field_strength_t": "1.5", "indication_primary": "2", "heart_rate_bpm": "64", "rhythm": "1",
    "seq_performed": ["1", "2"], "gbca_given": "1", "gbca_agent": "1", "gbca_dose_mmol_kg": "0.15",
    "stress_performed": "0", "adverse_event": "0", "lv_method": "2", "lv_papillary": "1", "lv_edv_ml": "181",
    "lv_esv_ml": "92", "lv_mass_g": "128", "wm_rest_all_normal": "0", "rv_edv_ml": "158", "rv_esv_ml": "71",
    "lge_performed": "1", "lge_present": "1", "lge_pattern": ["1"], "perf_defect": "missing:not_acquired",
    "final_diagnosis": "2", "iq_global": "1",
}  # fmt: skip
"""A report on paper: what a person reads off it for the minimum."""
HEADER = {
    "age_at_exam_years": 61.0, "sex": "M", "height_cm": 178.0, "weight_kg": 84.0, "scanner_vendor": "1",
    "field_strength_t": 1.5, "seq_performed": ["1", "2"], "gbca_given": 1, "gbca_agent": "1",
}  # fmt: skip
PROFILE = {"consent_basis": "1", "lv_method": "2", "lv_papillary": "1"}


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests; its loop runs in this thread, and what Django fears of a loop does not happen."""
    with pytest.MonkeyPatch.context() as patch, start_chromium() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser


class Typist:
    """A person at the keyboard; every key counts, and nothing is clicked."""

    def __init__(self, page):
        self.page, self.keys = page, 0

    def press(self, key):
        self.page.keyboard.press(key)
        self.keys += 1

    def type(self, text):
        for letter in text:
            self.press(letter)

    @property
    def item(self):
        """The item whose field has the focus."""
        return self.page.evaluate("document.activeElement.closest('[data-item]')?.dataset.item ?? ''")

    def answer(self, item, said):
        """Enter one answer where the focus is."""
        if item.kind == ItemKind.CODES:
            for code in said:
                while self.page.evaluate("document.activeElement.value") != code:
                    self.press("ArrowDown")
                self.press("Space")
        elif item.kind in (ItemKind.CODE, ItemKind.YES_NO):
            for key in keys_to(item, said):
                self.press("Space" if key == " " else key)
        else:
            self.type(said)


def keys_to(item, said):
    """Letters of an answer, then arrows down: as few keys as lead to it from "nothing said"."""
    yes_no = [("1", "Yes"), ("0", "No")]
    listed = yes_no if item.kind == ItemKind.YES_NO else [(code.code, code.label) for code in item.code_list]
    options = [
        ("", "nothing said"),
        *listed,
        *((f"missing:{reason.value}", reason.label) for reason in Missing),
    ]
    at = [code for code, _ in options].index(said)
    labels = [label.lower() for _, label in options]
    ways = [[*labels[at][:n]] for n in range(1, len(labels[at]) + 1)]
    firsts = [
        next(n for n, label in enumerate(labels) if n and label.startswith("".join(way))) for way in ways
    ]
    whole = [way + ["ArrowDown"] * (at - first) for way, first in zip(ways, firsts, strict=True)]
    return min(whole, key=len)


@pytest.fixture(scope="module", autouse=True)
def early(chromium):
    """The browser outlives the databases of single tests."""


@pytest.fixture
def new_exam(riverside):
    """`new_exam(values)`: an exam of Riverside with what its images and its center's profile say."""

    def make(values):
        with center_scope(ALL_CENTERS):
            subject = subject_ensure(center=riverside, pseudonym="S" * 17, actor="job:x")
            manifest = statement(values=values, contents=Contents.REPORT_ONLY)
            return exam_record(
                subject=subject, manifest=manifest, imaging_study=None, at=timezone.now(), actor="job:x"
            )

    return make


@pytest.fixture
def open_report(chromium, client, signed_in, coordinator_riverside, live_server):
    """`open_report(exam)`: the page in a window of the coordinator; its console must stay silent."""
    signed_in(client, coordinator_riverside)
    faults = []

    def start(exam, place="", **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.add_cookies(
            [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
        )
        page = context.new_page()
        page.on(
            "console", lambda message: message.type in ("error", "warning") and faults.append(message.text)
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live_server.url + reverse("exams:case_report", args=[exam.pk]) + place)
        expect(page.locator("form.is-live")).to_be_attached()
        return page

    yield start
    for context in chromium.contexts:
        context.close()
    assert faults == []


def stored(exam):
    with center_scope(ALL_CENTERS):
        reports = CaseReport.objects.filter(examination=exam, is_current=True)
        return {name: entry for report in reports for name, entry in report.document.items()}


def not_asked(page):
    return set(
        page.evaluate(
            "[...document.querySelectorAll('[data-item].is-not-asked')].map((one) => one.dataset.item)"
        )
    )


@pytest.mark.parametrize("known", ["nothing", "header and profile"])
def test_the_minimum_of_a_new_exam_is_entered_by_keyboard_alone(
    new_exam, open_report, known, record_property
):
    values = {}
    if known != "nothing":
        values = {name: ReportValue(ValueSource.DICOM, value) for name, value in HEADER.items()}
        values |= {name: ReportValue(ValueSource.CENTER_PROFILE, value) for name, value in PROFILE.items()}
    exam = new_exam(values)
    page = open_report(exam)
    typist, n_typed = Typist(page), 0
    typist.press("Control+Enter")
    while name := typist.item:
        typist.answer(load().items[name], PAPER[name])
        n_typed += 1
        typist.press("Enter")
    expect(page.locator("[data-save]")).to_be_focused()
    assert not_asked(page) == {
        name for name, asked in look(stored(exam), answers(PAPER)).asked.items() if not asked
    } & fields(page)
    typist.press("Control+s")
    expect(page.get_by_text("Saved:")).to_be_visible()
    said = {name: answer_of(entry) for name, entry in stored(exam).items()}
    asked = {name for name in PAPER if name in said}
    assert said == {name: answer for name, answer in answers(PAPER).items() if name in asked}
    assert set(minimum_items()) - not_asked(page) == asked
    counted = page.locator("[data-count]").text_content()
    assert counted.startswith(f"{n_typed} of {len(asked)} typed;")
    assert counted.endswith("; 0 open")
    figures = f"{known} known: {n_typed} of {len(asked)} items typed, {typist.keys} keys, 0 clicks"
    record_property("minimum form", figures)
    print(figures)


def answers(said):
    found = {}
    for name, text in said.items():
        if isinstance(text, str) and text.startswith("missing:"):
            found[name] = Answer((), text.removeprefix("missing:"))
        else:
            found[name] = Answer(tuple(text) if isinstance(text, list) else (text,))
    return found


def fields(page):
    return set(page.evaluate("[...document.querySelectorAll('[data-item]')].map((one) => one.dataset.item)"))


def test_the_page_evaluates_every_expression_as_the_dictionary_does(new_exam, open_report):
    """All branchings of the table, and its formulas too, over many sets of values."""
    page = open_report(new_exam({}))
    items = load().items
    expressions = sorted(
        {text for item in items.values() for text in (item.branching, item.calculation) if text}
    )
    sets = value_sets(items, {name for text in expressions for name in variables(text)})
    ours = [[parsed(text).value(values.get) for text in expressions] for values in sets]
    theirs = page.evaluate(
        """async ([trees, sets]) => {
            const { evaluate } = await import("/static/case_report_branching.js");
            return sets.map((values) => trees.map((tree) => evaluate(tree, values)));
        }""",
        [[node_document(parsed(text)) for text in expressions], sets],
    )
    for mine, other, values in zip(ours, theirs, sets, strict=True):
        for text, one, two in zip(expressions, mine, other, strict=True):
            same = (
                one == pytest.approx(two, rel=1e-12)
                if isinstance(one, float) and two is not None
                else one is two or one == two
            )
            assert same, (text, values, one, two)
    truths = {text: {row[n] for row in ours} for n, text in enumerate(expressions)}
    branchings = {item.branching for item in items.values() if item.branching}
    assert [text for text in branchings if not {True, False} <= truths[text]] == [], "both ways were seen"


def value_sets(items, names):
    """Sets of plain values in which every answer of every list comes up, much of it absent."""
    draw = random.Random(5)
    return [
        {name: value for name in sorted(names) if (value := plain(items[name], draw)) is not None}
        for _ in range(300)
    ]


def plain(item, draw):
    if draw.random() < 0.35:
        return None
    if item.kind in (ItemKind.CODE, ItemKind.CODES):
        codes = [code.code for code in item.code_list]
        return (
            draw.choice(codes)
            if item.kind == ItemKind.CODE
            else draw.sample(codes, draw.randint(0, len(codes)))
        )
    if item.kind == ItemKind.YES_NO:
        return draw.choice([0, 1])
    if item.kind == ItemKind.TEXT:
        return draw.choice(["MOLLI 5(3)3", "1", "0"])
    low, high = item.hard_min or 0.0, item.hard_max or 100.0
    number = draw.choice([low, high, round(draw.uniform(low, high), draw.randint(0, 3))])
    return int(number) if item.kind == ItemKind.INTEGER else float(number)


def test_a_bullseye_is_walked_and_set_by_keyboard(new_exam, open_report):
    exam = new_exam(
        {
            "lge_performed": ReportValue(ValueSource.DICOM, 1),
            "lge_present": ReportValue(ValueSource.DICOM, "1"),
        }
    )
    page = open_report(exam, "#form-lge")
    extent = page.get_by_role("listbox", name="LGE extent (transmurality) by AHA segment")
    extent.get_by_role("option", name="1 Basal anterior: nothing said").focus()
    for key in ("4", "3", "ArrowDown", "u", "ArrowRight", "ArrowUp", "Delete", "End", "1"):
        page.keyboard.press(key)
    expect(extent.locator("[aria-selected=true]")).to_have_attribute("aria-label", "17 Apex: 1-25%")
    expect(extent.get_by_role("option", name="1 Basal anterior: 76-100%")).to_be_attached()
    page.get_by_role("button", name="All others 0%").press("Enter")
    chosen = {
        select.get_attribute("name")[-2:]: select.input_value()
        for select in page.locator("#form-lge select[name^=v-lge_aha_]").all()
    }
    assert chosen == dict.fromkeys(chosen, "0") | {"01": "4", "02": "3", "09": "missing:unknown", "17": "1"}
    patterns = page.get_by_role("listbox", name="LGE pattern by AHA segment")
    expect(patterns.get_by_role("option", name="4 Basal inferior: not asked")).to_be_attached()
    patterns.get_by_role("option", name="1 Basal anterior: nothing said").focus()
    for key in ("1", "1", "1"):
        page.keyboard.press(key)
    expect(page.get_by_text("3 Basal inferoseptal: not asked, so nothing is set")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved:")).to_be_visible()
    found = {name: entry.get("value", entry.get("missing")) for name, entry in stored(exam).items()}
    assert (found["lge_aha_01"], found["lge_aha_09"], found["lge_pattern_02"]) == ("4", "unknown", "1")
    assert "lge_pattern_03" not in found


def test_a_reason_is_one_key_in_a_number_and_the_later_one_stays(new_exam, open_report):
    page = open_report(new_exam({}))
    weight, reason = page.get_by_label("Weight", exact=True), page.locator("[name=m-weight_kg]")
    weight.focus()
    page.keyboard.type("84")
    page.keyboard.press("u")
    assert (weight.input_value(), reason.input_value()) == ("", "unknown")
    page.keyboard.type("85")
    assert (weight.input_value(), reason.input_value()) == ("85", "")
    page.keyboard.press("ArrowDown")
    expect(reason).to_be_focused()


def test_what_is_typed_is_kept_as_a_draft_restored_and_discarded(new_exam, open_report):
    exam = new_exam({"lv_edv_ml": ReportValue(ValueSource.REPORT_CSV, 180.0)})
    page = open_report(exam)
    page.get_by_label("LV end-systolic volume", exact=True).fill("90")
    page.get_by_label("Height", exact=True).fill("999")
    expect(page.get_by_text("Draft kept at")).to_be_visible()
    expect(page.locator("[data-item=height_cm] .cr-problem")).to_be_visible()
    expect(page.locator("[data-computed=lv_ef_pct] [data-shown]")).to_have_text("50 %")
    page.reload()
    expect(page.get_by_text("Some entries are not saved yet.")).to_be_visible()
    expect(page.get_by_label("LV end-systolic volume", exact=True)).to_have_value("90")
    page.get_by_role("button", name="Discard them").click()
    expect(page.get_by_text("Your unsaved entries are discarded.")).to_be_visible()
    expect(page.get_by_label("LV end-systolic volume", exact=True)).to_have_value("")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_form_has_no_barrier(exam_riverside, open_report, width, scheme):
    page = open_report(exam_riverside, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.evaluate(
        "for (const form of ['lv', 'lge', 'vitals_labs']) document.getElementById(`form-${form}`).open = true"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page).response["violations"]
    assert (
        json.dumps([(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found]) == "[]"
    )
