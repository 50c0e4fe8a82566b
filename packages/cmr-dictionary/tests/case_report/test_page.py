"""The form in HTML, and that nothing is lost between form and storage."""

import json
import re
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmr_dictionary import entered_forms, form_plan
from cmr_dictionary.case_report import (
    STATIC_FILES,
    TYPED,
    Answer,
    CaseReportView,
    case_report_html,
    entered_items,
    read_answers,
    settle,
    static_folder,
)
from cmr_dictionary.case_report.branching import conditions, conditions_json
from cmr_dictionary.case_report.bullseye import NORMAL_CODES

EMPTY = CaseReportView({}, "/save")


def field(html, name):
    return re.search(
        rf'<div class="cr-field[^>]*data-(?:item|computed)="{name}".*?(?=<div class="cr-field|$)',
        html,
        re.DOTALL,
    )[0]


@given(st.text(min_size=1, max_size=40))
@settings(max_examples=25)
def test_whatever_was_typed_comes_back_as_it_was_and_is_no_markup(posted, text):
    html = case_report_html(
        CaseReportView({}, "/save", answers={"lv_software": Answer((text,))}, problems={"lv_software": text})
    )
    if text.strip():
        shown = dict(posted(html))["v-lv_software"]
        assert shown == text.replace("\r\n", "\n").replace("\r", "\n") or shown == text
    assert f"<script>{text}" not in html


def test_no_text_of_a_host_becomes_markup():
    bad = '"><script>alert(1)</script>'
    entries = {
        name: {"value": value, "source": "x"}
        for name, value in {"sex": bad, "meds": [bad], "lv_software": bad, "lv_esv_ml": bad}.items()
    }
    view = CaseReportView(
        entries,
        action=bad,
        look_url=bad,
        answers={"lv_edv_ml": Answer((bad,), bad)},
        problems={"lv_edv_ml": bad, "": bad},
        questions={"sex": bad},
        source_words={"x": bad},
        hidden=((bad, bad),),
        restored_at=bad,
        discard_url=bad,
        back_url=bad,
        back_words=bad,
        help_url=bad,
        history_url=bad,
        versions={"lv": 1},
        lead=bad,
    )
    assert "<script" not in case_report_html(view)


def test_every_entered_item_has_exactly_one_field(posted):
    names = [name[2:] for name, _ in posted(case_report_html(EMPTY)) if name.startswith(("v-", "m-"))]
    ticks = {name for name, item in entered_items().items() if item.kind == "codes"}
    assert set(names) == set(entered_items())
    assert {name for name in names if names.count(name) > 2} == set()
    assert all(names.count(name) == 1 for name in ticks)


def test_a_form_posts_fewer_fields_than_frameworks_take(posted):
    every_tick = sum(len(item.code_list) for item in entered_items().values() if item.kind == "codes")
    assert len(posted(case_report_html(EMPTY))) + every_tick < 1000


def test_the_conditions_travel_as_json_and_every_field_names_its_own():
    html = case_report_html(EMPTY)
    attribute = re.search(r"data-conditions='([^']*)'", html)[1]
    assert attribute.replace("&lt;", "<").replace("&#x27;", "'").replace("&amp;", "&") == conditions_json()
    assert len(json.loads(conditions_json())) == len(conditions())
    number = conditions()[entered_items()["lge_present"].branching]
    assert f'data-asked="{number}"' in field(html, "lge_present")


def test_a_field_says_unit_range_source_stored_value_problem_and_meaning():
    view = CaseReportView(
        {"lv_edv_ml": {"value": 148.2, "source": "dicom"}},
        "/save",
        answers={"lv_edv_ml": Answer(("9999",))},
        problems={"lv_edv_ml": "Too large."},
        help_url="/dictionary/{item}",
    )
    shown = field(case_report_html(view), "lv_edv_ml")
    assert 'value="9999"' in shown
    assert 'aria-invalid="true"' in shown
    assert "Too large." in shown
    assert "Stored: 148.2 mL, from the image header" in shown
    assert ">mL</span>" in shown
    assert "Allowed: from" in shown
    assert 'href="/dictionary/lv_edv_ml"' in shown


def test_a_folded_form_with_a_problem_stands_open():
    html = case_report_html(CaseReportView({}, "/save", problems={"lv_wt_max_mm": "No."}))
    assert re.search(r'id="form-lv" open', html)
    assert re.search(r'id="form-lge"><', html)


def test_items_of_the_minimum_are_linked_from_their_forms():
    html = case_report_html(EMPTY)
    form = html[html.index('id="form-vitals_labs"') : html.index('id="form-history"')]
    assert 'href="#f-height_cm"' in form
    assert 'data-item="height_cm"' not in form
    assert "data-minimum" in field(html, "height_cm")


def test_a_draft_is_told_and_can_be_discarded():
    html = case_report_html(CaseReportView({}, "/save", restored_at="5 minutes ago", discard_url="/discard"))
    assert "Some entries are not saved yet." in html
    assert "5 minutes ago" in html
    assert 'formaction="/discard"' in html
    assert "not saved yet" not in case_report_html(EMPTY)


def test_versions_and_their_history_stand_with_the_form():
    html = case_report_html(CaseReportView({}, "/save", versions={"lv": 3}, history_url="/h/{form}"))
    assert 'Version 3 is stored. <a href="/h/lv">' in html
    assert html.count("Nothing is stored on this form yet.") == len(entered_forms()) - 1
    assert "is stored" not in case_report_html(EMPTY)


@pytest.mark.parametrize("form", ["lv", "lge", "perfusion"])
def test_a_bullseye_has_17_labeled_segments_and_its_lists(form):
    html = case_report_html(EMPTY)
    for group in [g for s in form_plan(form).sections for g in s.groups if g.is_bullseye]:
        at = html.index(f'id="keys-{group.matrix}"')
        picker = html[html.rindex("<svg", 0, at) : html.index("</svg>", html.rindex("<svg", 0, at))]
        labels = re.findall(r'aria-label="(\d+ [^"]+)"', picker)
        assert labels == [f"{n} {planned.item.label}" for n, planned in enumerate(group.items, 1)]
        normal = NORMAL_CODES.get(group.matrix)
        assert normal is None or group.items[0].item.label_of(normal) in ("Normal", "None", "0%")


def test_a_stored_code_that_the_list_no_longer_has_is_shown_and_kept(posted):
    record = {"sex": {"value": "X", "source": "dicom"}, "meds": {"value": ["1", "old"], "source": "dicom"}}
    html = case_report_html(CaseReportView(record, "/save"))
    assert "X (not in the list)" in html
    assert settle(record, read_answers(posted(html)), source=TYPED).entries == record


def test_the_static_files_travel_with_the_package():
    assert {path.name for path in static_folder().iterdir()} == set(STATIC_FILES)
    assert (resources.files("cmr_dictionary.case_report") / "static" / "case_report.js").is_file()
