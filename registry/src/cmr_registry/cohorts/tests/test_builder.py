"""The builder page: a question put together button by button, without any script."""

import html
import json
import re

import pytest
from django.urls import reverse

from cmr_registry.cohorts.models import SavedQuery, Snapshot
from cmr_registry.cohorts.templates_of_studies import STUDY_TEMPLATES
from cmr_registry.cohorts.tests.factories import item, question

BUILDER = "/research/cohorts/"


@pytest.fixture
def page(client, signed_in, researcher, snapshot):
    return signed_in(client, researcher)


def document_of(answer):
    found = re.search(r'name="document" value="([^"]*)"', answer.content.decode())
    return json.loads(html.unescape(found[1]))


def push(page, button, document=None, **filled):
    data = {"document": json.dumps(document or question()), "do": button, **filled}
    return page.post(BUILDER, data)


def text_of(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_the_page_asks_for_everybody_first(page):
    answer = page.get(BUILDER)
    assert answer.status_code == 200
    assert "All exams of the registry" in text_of(answer)
    assert "≈" in text_of(answer)


def test_the_dictionary_is_searched_by_words(page):
    answer = push(page, "search", q="ejection fraction")
    assert 'value="choose:lv_ef_pct"' in answer.content.decode()
    assert "Press Count" in text_of(answer)
    assert "no such item" in text_of(push(page, "search", q="zzz nothing"))
    assert document_of(push(page, "search", q="")) == question()


def test_a_chosen_item_shows_its_answers(page):
    shown = push(page, "choose:indication_primary", q="indication").content.decode()
    assert 'name="code" value="1"' in shown
    assert 'name="yes_no"' in push(page, "choose:wm_rest_all_normal").content.decode()
    assert 'name="value_to"' in push(page, "choose:lv_ef_pct").content.decode()
    assert 'name="item"' not in push(page, "choose:mrn").content.decode()


@pytest.mark.parametrize(
    ("button", "filled", "where"),
    [
        ("add-item", {"item": "lv_ef_pct", "op": ">=", "value": "55"}, item("lv_ef_pct", ">=", 55)),
        (
            "add-item",
            {"item": "lv_ef_pct", "op": "between", "value": "30,5", "value_to": "50"},
            item("lv_ef_pct", "between", [30.5, 50]),
        ),
        ("add-item", {"item": "lv_ef_pct", "op": "known"}, item("lv_ef_pct", "known")),
        (
            "add-item",
            {"item": "wm_rest_all_normal", "op": "=", "yes_no": "yes"},
            item("wm_rest_all_normal", "=", True),
        ),
        ("add-item", {"item": "sex", "op": "in", "code": ["M", "F"]}, item("sex", "in", ["F", "M"])),
        ("add-item", {"item": "sex", "op": "!=", "code": ["M"]}, item("sex", "!=", "M")),
        (
            "add-item",
            {"item": "scanner_model", "op": "=", "value": "skyra"},
            item("scanner_model", "=", "skyra"),
        ),
        (
            "add-exam",
            {"exam": "year", "exam_op": ">=", "exam_value": "2015"},
            {"exam": "year", "op": ">=", "value": 2015},
        ),
        ("add-exam", {"exam": "has_images"}, {"exam": "has_images", "op": "=", "value": True}),
        ("add-series", {"series": "lge", "at_least": ""}, {"series": "lge", "at_least": 1}),
        (
            "add-event",
            {"event": "death", "event_from": "0", "event_through": "365", "happened": "no"},
            {"event": "death", "from": 0, "through": 365, "happened": False},
        ),
    ],
)
def test_a_button_adds_a_step(page, button, filled, where):
    answer = push(page, button, include="yes", label="As I call it", **filled)
    (step,) = document_of(answer)["steps"]
    assert step == {"label": "As I call it", "include": True, "where": where}
    assert "As I call it" in text_of(answer)


@pytest.mark.parametrize(
    ("button", "filled", "sentence"),
    [
        ("add-item", {}, "Choose an item"),
        ("add-item", {"item": "lv_ef_pct", "op": ">=", "value": "many"}, "enter a number"),
        ("add-item", {"item": "lv_ef_pct", "op": ">=", "value": "inf"}, "sensible size"),
        ("add-item", {"item": "sex", "op": "in"}, "at least one answer"),
        ("add-item", {"item": "sex", "op": "!=", "code": ["M", "F"]}, "Choose one answer"),
        ("add-item", {"item": "sex", "op": "~", "code": ["M"]}, "Possible here"),
        ("add-series", {"series": "lge", "at_least": "1.5"}, "whole number"),
        ("whole", {"index": "middle"}, "Possible are"),
        ("json", {"json": "{"}, "not a JSON document"),
        ("json", {"json": "[" * 300_000}, "too long"),
    ],
)
def test_what_makes_no_step_is_said_and_changes_nothing(page, button, filled, sentence):
    before = question(item("sex", "=", "F"))
    answer = push(page, button, before, **filled)
    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert document_of(answer)["steps"] == before["steps"]


def test_a_document_that_was_broken_on_the_way_is_said(page):
    answer = page.post(BUILDER, {"document": "{", "do": "whole"})
    assert "not a JSON document" in text_of(answer)
    assert document_of(answer)["steps"] == []


def test_steps_are_moved_turned_and_removed(page):
    three = question(item("sex", "=", "F"), item("lv_ef_pct", ">=", 55), item("lge_performed", "=", True))
    steps = document_of(push(page, "up:2", three))["steps"]
    assert [step["where"]["item"] for step in steps] == ["sex", "lge_performed", "lv_ef_pct"]
    assert [s["include"] for s in document_of(push(page, "flip:1", three))["steps"]] == [True, False, True]
    assert len(document_of(push(page, "remove:0", three))["steps"]) == 2
    assert document_of(push(page, "remove:9", three))["steps"] == three["steps"]


def test_a_condition_joins_a_step_as_an_alternative(page):
    one = question(item("sex", "=", "F"))
    two = document_of(push(page, "add-item", one, item="lv_ef_pct", op=">=", value="55", join="0"))
    three = document_of(push(page, "add-series", two, series="lge", at_least="1", join="0"))
    (step,) = three["steps"]
    assert len(step["where"]["any"]) == 3


def test_index_and_follow_up_are_part_of_the_question(page):
    document = document_of(push(page, "whole", index="last", min_follow_up_days="365"))
    assert (document["index"], document["min_follow_up_days"]) == ("last", 365)
    assert "enter a number" in text_of(push(page, "whole", min_follow_up_days="a year"))


def test_tables_show_denominators_and_the_legend_explains(page):
    answer = push(page, "whole", by=["sex", "follow_up", "nothing"])
    text = text_of(answer)
    assert "known for" in text
    assert "Median follow-up" in text
    assert "Which of these it is, is not said" in text
    assert answer.content.count(b"<caption") == 3


def test_a_page_of_htmx_is_the_parts_alone(page):
    answer = page.post(
        BUILDER, {"document": json.dumps(question()), "do": "whole"}, headers={"HX-Request": "true"}
    )
    assert b"<html" not in answer.content
    assert b'name="document"' in answer.content


def test_nothing_on_the_page_is_styled_or_scripted_inline(page):
    body = push(page, "choose:sex", by=["sex"]).content.decode()
    assert " style=" not in body
    assert "<script>" not in body


def test_a_refusal_is_explained(page):
    for age in range(40, 90):
        answer = push(page, "whole", question(item("age_at_exam_years", ">=", age)))
        if b"refused" in answer.content.split(b"<details")[0] and "nearly those" in text_of(answer):
            break
    assert "nearly those" in text_of(answer)


def test_only_the_steward_names_centers_on_the_page(page):
    answer = push(page, "json", json=json.dumps(question({"center_in": ["cohort-0"]})))
    assert "Only the steward" in text_of(answer)


def test_saving_makes_versions(page, researcher):
    first = push(page, "save", question(item("sex", "=", "F")), name=" Women  of the registry ")
    saved = SavedQuery.objects.get()
    assert (saved.name, saved.version, saved.owner) == ("Women of the registry", 1, researcher)
    assert first["Location"] == f"{BUILDER}?query={saved.pk}"
    push(page, "save", question(item("sex", "=", "F")), name="Women of the registry")
    assert SavedQuery.objects.count() == 1
    push(page, "save", question(item("sex", "=", "M")), name="Women of the registry")
    assert list(SavedQuery.objects.order_by("version").values_list("version", "is_current")) == [
        (1, False),
        (2, True),
    ]


@pytest.mark.parametrize("name", ["", "x" * 121, "a\x00b"])
def test_a_question_needs_a_name_that_fits(page, name):
    answer = push(page, "save", name=name)
    assert answer["Location"] == BUILDER
    assert not SavedQuery.objects.exists()


def test_saving_with_htmx_goes_to_the_saved_question(page):
    data = {"document": json.dumps(question()), "do": "save", "name": "All"}
    answer = page.post(BUILDER, data, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(f"{BUILDER}?query=")


def test_a_broken_document_is_not_saved(page):
    page.post(BUILDER, {"document": "{", "do": "save", "name": "All"})
    assert not SavedQuery.objects.exists()


def test_a_saved_question_opens_and_leads_to_a_formal_search(page):
    push(page, "save", question(item("sex", "=", "F")), name="Women")
    saved = SavedQuery.objects.get()
    answer = page.get(BUILDER, {"query": saved.pk})
    assert document_of(answer) == saved.document
    assert f"{reverse('access:search_new')}?question={saved.pk}" in answer.content.decode()
    assert "Women" in text_of(page.get(reverse("cohorts:saved")))


def test_somebody_elses_question_looks_like_none(page, coordinator_riverside, signed_in, client):
    push(page, "save", name="Mine")
    saved = SavedQuery.objects.get()
    signed_in(client, coordinator_riverside)
    answers = [
        client.get(BUILDER, {"query": pk}) for pk in (saved.pk, "5f1e7a9c-0000-4000-8000-000000000000", "x")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert "saved no question yet" in text_of(client.get(reverse("cohorts:saved")))


def test_a_list_of_saved_questions_has_pages(page):
    for n in range(30):
        push(
            page, "save", question({"exam": "year", "op": ">=", "value": 2000 + n}), name=f"Since {2000 + n}"
        )
    assert "Next" in text_of(page.get(reverse("cohorts:saved")))
    assert "Since 2000" in text_of(page.get(reverse("cohorts:saved"), {"page": 2}))


@pytest.mark.parametrize("study", STUDY_TEMPLATES, ids=lambda study: study.key)
def test_a_study_template_is_a_question_to_start_from(page, study):
    answer = page.get(BUILDER, {"template": study.key})
    assert document_of(answer) == study.query().to_document()


def test_there_is_no_other_template(page):
    assert page.get(BUILDER, {"template": "nothing"}).status_code == 404


def test_without_a_snapshot_the_page_says_what_to_do(client, signed_in, researcher):
    text = text_of(signed_in(client, researcher).get(BUILDER))
    assert "There is no snapshot of the data yet" in text


def test_the_steward_asks_for_a_new_snapshot(client, signed_in, steward, snapshot):
    page = signed_in(client, steward)
    assert "Build a new snapshot" in text_of(page.get(BUILDER))
    page.post(reverse("cohorts:new_snapshot"))
    assert Snapshot.objects.filter(state="requested").count() == 1
    assert "being built" in text_of(page.get(reverse("cohorts:snapshot")))
    Snapshot.objects.filter(state="requested").update(state="failed", failure="No room.")
    assert "No room." in text_of(page.get(BUILDER))


def test_researchers_do_not_build_snapshots(page):
    assert "Build a new snapshot" not in text_of(page.get(BUILDER))
    assert page.post(reverse("cohorts:new_snapshot")).status_code == 403
    assert page.get(reverse("cohorts:snapshot")).status_code == 403


def ask(client, body, **more):
    return client.post("/api/v1/cohorts/count", body, content_type="application/json", **more)


def test_the_api_answers_what_the_page_shows(page):
    body = {"query": question(item("sex", "=", "F")), "breakdown": ["age_band"]}
    answer = ask(page, body)
    assert answer.status_code == 200
    document = answer.json()
    assert document["outcome"] == "answered"
    assert document["persons"]["kind"] == "rounded"
    assert f"{document['persons']['value']:,}" in text_of(push(page, "whole", body["query"]))
    assert [table["name"] for table in document["tables"]] == ["age_band"]


@pytest.mark.parametrize(
    "body",
    [
        {"query": {"version": 7, "steps": []}},
        {"query": question(item("mrn", "known"))},
        {"query": question(), "breakdown": ["nothing"]},
        {"query": question({"center_in": ["cohort-0"]})},
    ],
)
def test_a_question_that_cannot_be_read_is_a_problem(page, body):
    answer = ask(page, body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "malformed_query"
    assert answer["Content-Type"].startswith("application/problem+json")


def test_the_api_is_for_people_of_research(client, snapshot, key_riverside, signed_in, trainee):
    body = {"query": question()}
    assert ask(client, body).status_code == 401
    key = {"Authorization": f"Bearer {key_riverside}"}
    assert ask(client, body, headers=key).status_code == 403
    assert ask(signed_in(client, trainee), body).status_code == 403
