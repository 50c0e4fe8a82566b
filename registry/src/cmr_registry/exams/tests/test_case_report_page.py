"""The page on which a person enters the case report of an exam: without scripts, as a browser would send it."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from cmr_dictionary import entered_forms, load
from cmr_dictionary.values import range_words
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.services import membership_add
from cmr_registry.exams.entering import CHANGED_ITEM
from cmr_registry.exams.models import CaseReport, CaseReportDraft
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


def address(exam, name="case_report", *more):
    return reverse(f"exams:{name}", args=[exam.pk, *more])


def document_of(exam, form="lv"):
    with center_scope(ALL_CENTERS):
        return CaseReport.objects.get(examination=exam, form=form, is_current=True).document


def drafts():
    with center_scope(ALL_CENTERS):
        return list(CaseReportDraft.objects.all())


def typed(page):
    """What the browser would send back of a page as it stands."""
    form = re.search(r"<form [^>]*data-case-report.*?</form>", page, re.DOTALL)[0]
    data = {}
    for element in re.findall(r"<input [^>]*>", form):
        fields = dict(re.findall(r'(\w+)="([^"]*)"', element))
        if fields.get("type") == "checkbox" and " checked" not in element:
            continue
        data.setdefault(fields["name"], []).append(unescape(fields["value"]))
    for select in re.findall(r"<select .*?</select>", form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', select)
        data.setdefault(re.search(r' name="([^"]+)"', select)[1], []).append(chosen[1] if chosen else "")
    data.pop("csrfmiddlewaretoken")
    return data


def field_of(page, name):
    """The HTML of one field."""
    return re.search(
        rf'<div class="cr-field[^>]*data-(?:item|computed)="{name}".*?(?=<div class="cr-field|$)',
        page,
        re.DOTALL,
    )[0]


@pytest.fixture
def page(coordinator, exam_riverside):
    return coordinator.get(address(exam_riverside)).content.decode()


def test_the_whole_report_can_be_opened_and_saved_as_it_stands(coordinator, exam_riverside, page):
    with center_scope(ALL_CENTERS):
        before = CaseReport.objects.count()
    answer = coordinator.post(address(exam_riverside), typed(page), follow=True)
    assert "Nothing has changed." in answer.content.decode()
    with center_scope(ALL_CENTERS):
        assert CaseReport.objects.count() == before


def test_every_form_is_on_the_page_and_no_name_or_date_of_a_patient(page):
    assert re.findall(r'<details class="[^"]*cr-form[^"]*" id="form-(\w+)"', page) == list(entered_forms())
    assert "v-birth_date" not in page
    assert "v-local_mrn" not in page


def test_a_field_shows_label_unit_range_code_list_source_and_missing_code(page):
    field = field_of(page, "lv_edv_ml")
    assert 'value="148.2"' in field
    assert '<span class="cr-unit" id="u-lv_edv_ml">mL</span>' in field
    assert f"Allowed: {range_words(load().items['lv_edv_ml'])}" in field
    assert "from the report (table)" in field
    assert 'href="/dictionary/lv_edv_ml"' in field
    assert 'value="not_reported" selected' in field_of(page, "lv_mass_g")
    assert "58.8 %" in field_of(page, "lv_ef_pct")
    assert "Asked if “Wall motion at rest normal in all 17 segments” is not Yes." in page


def test_the_page_says_how_many_items_of_the_minimum_a_person_typed(coordinator, exam_riverside, page):
    assert re.search(r"0 of \d+ typed; .*from the report \(table\).*; \d+ open", page)
    answer = coordinator.post(address(exam_riverside), typed(page) | {"v-height_cm": ["171"]}, follow=True)
    assert re.search(r"1 of \d+ typed;", answer.content.decode())


def test_what_is_not_asked_now_says_so(page):
    assert "is-not-asked" in field_of(page, "lge_pattern")
    assert "Asked if" in field_of(page, "lge_pattern")
    assert "is-not-asked" not in field_of(page, "lge_performed")


def test_a_save_makes_a_version_of_each_form_that_changed(coordinator, exam_riverside, page):
    data = typed(page) | {
        "v-lv_wt_max_mm": ["11"],
        "v-wm_rest_all_normal": ["1"],
        "v-lv_thrombus": ["missing:unknown"],
        "v-iq_global": ["2"],
        "v-meds": ["1", "9"],
    }
    answer = coordinator.post(address(exam_riverside), data, follow=True).content.decode()
    assert "Left ventricle (version 2)" in answer
    assert "Image quality (version" in answer
    document = document_of(exam_riverside)
    assert document["lv_wt_max_mm"] == {"value": 11.0, "source": "desk"}
    assert document["wm_rest_all_normal"] == {"value": 1, "source": "desk"}
    assert document["lv_thrombus"] == {"missing": "unknown", "source": "desk"}
    assert document_of(exam_riverside, "history")["meds"] == {"value": ["1", "9"], "source": "desk"}
    assert typed(answer)["v-meds"] == ["1", "9"]
    detail = coordinator.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    assert "entered by a person" in detail
    assert address(exam_riverside) in detail


def test_a_refused_report_keeps_what_was_typed_and_stores_nothing(coordinator, exam_riverside, page):
    data = typed(page) | {"v-lv_edv_ml": ["much"], "v-lv_wt_max_mm": ["11"]}
    answer = coordinator.post(address(exam_riverside), data)
    refused = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was saved." in refused
    assert 'href="#f-lv_edv_ml"' in refused
    assert 'value="much"' in field_of(refused, "lv_edv_ml")
    assert "Stored: 148.2 mL, from the report (table)" in field_of(refused, "lv_edv_ml")
    assert 'value="11"' in refused
    assert refused.count('aria-invalid="true"') == 1
    assert "lv_wt_max_mm" not in document_of(exam_riverside)


def test_a_stale_page_is_told_of_the_same_item_and_saves_at_the_second_go(coordinator, exam_riverside, page):
    coordinator.post(address(exam_riverside), typed(page) | {"v-lv_wt_max_mm": ["11"]})
    answer = coordinator.post(address(exam_riverside), typed(page) | {"v-lv_wt_max_mm": ["12"]})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert CHANGED_ITEM in field_of(told, "lv_wt_max_mm")
    assert 'value="12"' in field_of(told, "lv_wt_max_mm")
    assert "Stored: 11 mm" in field_of(told, "lv_wt_max_mm")
    coordinator.post(address(exam_riverside), typed(told))
    assert document_of(exam_riverside)["lv_wt_max_mm"]["value"] == 12.0


def test_a_stale_page_whose_other_items_changed_saves_at_once(coordinator, exam_riverside, page):
    coordinator.post(address(exam_riverside), typed(page) | {"v-lv_wt_max_mm": ["11"]})
    coordinator.post(address(exam_riverside), typed(page) | {"v-lv_esv_ml": ["61"]})
    document = document_of(exam_riverside)
    assert (document["lv_wt_max_mm"]["value"], document["lv_esv_ml"]["value"]) == (11.0, 61.0)


def test_a_post_that_shows_no_page_is_refused(coordinator, exam_riverside):
    assert coordinator.post(address(exam_riverside), {"v-lv_edv_ml": "150"}).status_code == 422
    assert document_of(exam_riverside)["lv_edv_ml"]["value"] == 148.2


def test_an_odd_value_is_stored_and_questioned(coordinator, exam_riverside, page):
    data = typed(page) | {"v-lv_ef_reported_pct": ["40"]}
    answer = coordinator.post(address(exam_riverside), data, follow=True).content.decode()
    assert "Please look: Differs by more than 3 points from the volumes" in field_of(
        answer, "lv_ef_reported_pct"
    )


def test_a_look_says_what_the_page_should_show_and_keeps_a_draft(coordinator, exam_riverside, page):
    data = typed(page) | {"v-lv_esv_ml": ["74.1"], "v-height_cm": ["much"], "v-lge_performed": ["1"]}
    answer = coordinator.post(address(exam_riverside, "case_report_look"), data).json()
    assert answer["derived"]["lv_ef_pct"] == "50 %"
    assert set(answer["problems"]) == {"height_cm"}
    assert "lge_present" not in answer["not_asked"]
    assert "lge_pattern" in answer["not_asked"]
    assert answer["kept"].startswith("Draft kept at ")
    (draft,) = drafts()
    assert set(draft.answers) == {"lv_esv_ml", "height_cm", "lge_performed"}
    assert document_of(exam_riverside)["lv_esv_ml"]["value"] != 74.1


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("scanner_model", "john smith"),
        ("lv_wt_max_mm", "John Smith"),
        ("lv_wt_max_mm", "12.03.1951"),
        ("lv_wt_max_mm", "4711003"),
        ("lge_performed", "missing:John Smith"),
    ],
)
def test_a_draft_holds_no_refused_text_that_may_name_a_patient(coordinator, exam_riverside, page, item, text):
    data = typed(page) | {"v-lv_esv_ml": ["74.1"], f"v-{item}": [text]}
    answer = coordinator.post(address(exam_riverside, "case_report_look"), data).json()
    assert item in answer["problems"]
    (draft,) = drafts()
    assert set(draft.answers) == {"lv_esv_ml"}


def test_a_draft_comes_back_saves_and_is_gone(coordinator, exam_riverside, page):
    look = address(exam_riverside, "case_report_look")
    coordinator.post(look, typed(page) | {"v-lv_esv_ml": ["74.1"]})
    coordinator.post(look, typed(page) | {"v-lv_esv_ml": ["75"]})
    again = coordinator.get(address(exam_riverside)).content.decode()
    assert "Some entries are not saved yet." in again
    assert "just now" in again
    assert 'value="75"' in field_of(again, "lv_esv_ml")
    coordinator.post(address(exam_riverside), typed(again))
    assert document_of(exam_riverside)["lv_esv_ml"] == {"value": 75.0, "source": "desk"}
    assert drafts() == []
    assert AuditEvent.objects.filter(action="case_report_draft.begin").count() == 1


def test_a_draft_that_says_nothing_new_is_dropped(coordinator, exam_riverside, page):
    look = address(exam_riverside, "case_report_look")
    coordinator.post(look, typed(page) | {"v-lv_esv_ml": ["74.1"]})
    answer = coordinator.post(look, typed(page))
    assert answer.json()["kept"] == "Nothing is unsaved."
    assert drafts() == []


def test_a_draft_remembers_the_version_that_it_was_begun_on(coordinator, exam_riverside, page):
    coordinator.post(address(exam_riverside, "case_report_look"), typed(page) | {"v-lv_wt_max_mm": ["12"]})
    with center_scope(ALL_CENTERS):
        draft = CaseReportDraft.objects.get()
    coordinator.post(address(exam_riverside), typed(page) | {"v-lv_wt_max_mm": ["11"]})
    with center_scope(ALL_CENTERS):
        draft.save(force_insert=True)
    restored = coordinator.get(address(exam_riverside)).content.decode()
    assert coordinator.post(address(exam_riverside), typed(restored)).status_code == 422
    assert document_of(exam_riverside)["lv_wt_max_mm"]["value"] == 11.0


def test_a_draft_that_arrives_behind_the_save_restores_nothing(coordinator, exam_riverside, page):
    data = typed(page) | {"v-lv_wt_max_mm": ["12"]}
    coordinator.post(address(exam_riverside), data)
    assert (
        coordinator.post(address(exam_riverside, "case_report_look"), data).json()["kept"]
        == "Nothing is unsaved."
    )
    assert drafts() == []


def test_a_draft_whose_entries_are_stored_by_now_restores_nothing(coordinator, exam_riverside, page):
    data = typed(page) | {"v-lv_wt_max_mm": ["12"]}
    coordinator.post(address(exam_riverside, "case_report_look"), data)
    (draft,) = drafts()
    coordinator.post(address(exam_riverside), data)
    with center_scope(ALL_CENTERS):
        draft.save(force_insert=True)
    assert "Some entries are not saved yet." not in coordinator.get(address(exam_riverside)).content.decode()


def test_a_draft_is_discarded_on_request(coordinator, exam_riverside, page):
    coordinator.post(address(exam_riverside, "case_report_look"), typed(page) | {"v-lv_esv_ml": ["74.1"]})
    answer = coordinator.post(address(exam_riverside, "case_report_discard"), follow=True).content.decode()
    assert "Your unsaved entries are discarded." in answer
    assert 'value="74.1"' not in answer
    assert drafts() == []


def test_a_draft_is_of_one_person_alone(coordinator, exam_riverside, page, signed_in, riverside, trainee):
    membership_add(center=riverside, account=trainee, role=Role.COORDINATOR, by=Principal("job:tests"))
    coordinator.post(address(exam_riverside, "case_report_look"), typed(page) | {"v-lv_esv_ml": ["74.1"]})
    other = signed_in(Client(), trainee).get(address(exam_riverside)).content.decode()
    assert "Some entries are not saved yet." not in other
    assert 'value="74.1"' not in other


def test_the_address_of_a_form_leads_to_its_place(coordinator, exam_riverside):
    answer = coordinator.get(address(exam_riverside, "case_report_form", "lge"))
    assert answer["Location"] == address(exam_riverside) + "#form-lge"


@pytest.mark.parametrize("form", ["followup", "nothing"])
@pytest.mark.parametrize("name", ["case_report_form", "case_report_history"])
def test_a_form_that_is_none_of_an_exam_is_absent(coordinator, exam_riverside, name, form):
    assert coordinator.get(address(exam_riverside, name, form)).status_code == 404


def test_the_history_shows_who_changed_what_and_when(
    coordinator, exam_riverside, page, coordinator_riverside
):
    coordinator.post(
        address(exam_riverside), typed(page) | {"v-lv_edv_ml": ["150"], "v-lv_wt_max_mm": ["11"]}
    )
    history = coordinator.get(address(exam_riverside, "case_report_history", "lv")).content.decode()
    assert coordinator_riverside.display_name in history
    assert "a delivery of the hospital" in history
    assert "Version 1 beside version 2" in history
    compared = re.sub(r"<[^>]+>|\s+", " ", history[history.index("Version 1 beside") :])
    assert re.search(
        r"LV end-diastolic volume +148\.2 mL +from the report \(table\) +150 mL +entered by a person",
        compared,
    )
    assert re.search(r"wall thickness +nothing stated +11 mm", compared)
    assert "LV end-systolic volume" not in compared


def test_any_two_versions_stand_side_by_side(coordinator, exam_riverside, page):
    for text in ("11", "12", "13"):
        page = coordinator.post(
            address(exam_riverside), typed(page) | {"v-lv_wt_max_mm": [text]}, follow=True
        ).content.decode()
    url = address(exam_riverside, "case_report_history", "lv")
    compared = coordinator.get(url, {"left": "2", "right": "4"}).content.decode()
    assert "Version 2 beside version 4" in compared
    assert "11 mm" in compared
    assert "13 mm" in compared
    assert "What version 1 brought" in coordinator.get(url, {"right": "1"}).content.decode()
    assert coordinator.get(url, {"left": "99", "right": "x"}).status_code == 200


def test_a_form_without_versions_says_so(coordinator, exam_riverside):
    page = coordinator.get(address(exam_riverside, "case_report_history", "amyloid")).content.decode()
    assert "Nothing was ever stored on this form." in page


def test_who_only_sees_exams_sees_the_history_and_cannot_enter_values(
    client, signed_in, center_pi, exam_riverside
):
    pi = signed_in(client, center_pi)
    assert pi.get(address(exam_riverside)).status_code == 403
    for name in ("case_report", "case_report_look", "case_report_discard"):
        assert pi.post(address(exam_riverside, name), {}).status_code == 403
    assert pi.get(address(exam_riverside, "case_report_history", "lv")).status_code == 200
    detail = pi.get(reverse("exams:detail", args=[exam_riverside.pk])).content.decode()
    assert f'href="{address(exam_riverside)}"' not in detail


def test_another_centers_exam_is_absent(client, signed_in, coordinator_lakeside, exam_riverside):
    other = signed_in(client, coordinator_lakeside)
    assert other.get(address(exam_riverside)).status_code == 404
    assert other.get(address(exam_riverside, "case_report_history", "lv")).status_code == 404
    for name in ("case_report", "case_report_look", "case_report_discard"):
        assert other.post(address(exam_riverside, name), {"seen-lv": "1"}).status_code == 404
