"""The public dictionary: searched, filtered, each item with all that R12 asks for, files and changes."""

import csv
import io
import json

import pytest
from django.urls import reverse

from cmr_dictionary import load
from cmr_dictionary.redcap import dictionary_fields, read_redcap
from cmr_registry.projects.tests.factories import approved
from cmr_registry.public.dictionary_lists import form_choices, listed_items, module_choices
from cmr_registry.quality.models import PeerTally
from cmr_registry.quality.noting import ALL_TIME
from cmr_registry.releases.models import DataRelease
from cmr_registry.releases.states import ReleaseState

pytestmark = pytest.mark.django_db
LIST = "/dictionary/"


def shown(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def names(rows):
    return [row.item.name for row in rows]


def known(n_known, n_owed, n_centers=6):
    return PeerTally.objects.create(
        quarter=ALL_TIME, n_centers=n_centers, items={"sex": {"n": n_known, "of": n_owed}}, is_due=False
    )


def test_a_search_finds_items_by_name_label_definition_and_answer():
    assert "lv_ef_pct" in names(listed_items("ejection fraction"))
    assert names(listed_items("LV_EDV_ML"))[0] == "lv_edv_ml"
    assert "gbca_agent" in names(listed_items("gadobutrol"))
    assert names(listed_items("no such word at all")) == []


def test_items_of_a_map_of_segments_are_one_row():
    rows = {row.item.name: row for row in listed_items(form="lge")}
    assert rows["lge_aha_01"].n_more == 16
    assert "lge_aha_02" not in rows
    assert names(listed_items("lge_aha_05")) == ["lge_aha_05"]


def test_a_module_says_how_much_it_wants_an_item():
    rows = {row.item.name: row.obligation for row in listed_items(module="registry")}
    assert (rows["sex"], rows["race"], rows["impact"]) == ("short form", "required", "welcome")
    assert listed_items(module="none of these") == listed_items()


def test_every_form_and_module_can_be_chosen(client):
    page = shown(client, LIST)
    for value, label in (*form_choices(), *module_choices()):
        assert f'value="{value}"' in page
        assert label.replace("'", "&#x27;") in page


def test_the_list_is_paginated(client):
    assert shown(client, LIST).count('scope="row"') == 50
    assert 'rel="next"' in shown(client, LIST)
    assert "No item has all of these words" in shown(client, LIST + "?q=nothing+like+this")
    page = shown(client, LIST + "?module=small_mi")
    assert "Small infarcts with normal function." in page
    assert (
        "exams where “LGE performed” is Yes, and needs these series: Cine, Late gadolinium enhancement."
        in page
    )
    assert "It holds for every exam, and needs these series: Cine." in shown(
        client, LIST + "?module=registry"
    )


def test_items_of_every_kind_have_a_page(client):
    for name in list(load().items)[::5]:
        page = shown(client, reverse("public:dictionary_item", args=[name]))
        assert name in page
        assert "no definition yet" not in page


def test_an_item_page_says_everything(client):
    page = shown(client, "/dictionary/lv_edv_ml")
    for words in (
        "1 to 900 mL",
        "50 to 350 mL",
        "recommended (SCMR 2022)",
        "Registry",
        "short form",
        "crosses as it is",
    ):
        assert words in page
    page = shown(client, "/dictionary/lge_present")
    for words in ("RV insertion points only", "“LGE performed” is Yes", "DICOM 122664", "Small infarcts"):
        assert words in page
    page = shown(client, "/dictionary/lv_ef_pct")
    assert 'href="/dictionary/lv_esv_ml"' in page
    assert "LGE extent (transmurality) by AHA segment" in shown(client, "/dictionary/lge_aha_05")
    assert "<del>9, Non-diagnostic</del> </li>" in shown(client, "/dictionary/lge_present")
    assert "Added" in shown(client, "/dictionary/cov_status")


@pytest.mark.parametrize(
    "path", ["/dictionary/made_up", "/dictionary/changes/2.1..2.0", "/dictionary/changes/1..2"]
)
def test_what_does_not_exist_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_completeness_is_not_known_before_enough_centers_stand_behind_it(client):
    assert "Not yet known" in shown(client, "/dictionary/sex")
    assert "Known</th>" not in shown(client, LIST)


def test_completeness_comes_from_stored_sums(client):
    known(870, 1000)
    page = shown(client, "/dictionary/sex")
    assert "87.0 %" in page
    assert "870 of 1,000 exams that should have it, of 6 centers" in page
    assert "87.0 %" in shown(client, LIST + "?q=sex")
    assert "Not yet known" in shown(client, "/dictionary/race")


def test_an_item_names_the_public_projects_and_releases_that_use_it(client, researcher, riverside):
    project = approved(researcher)
    at = project.state_since
    DataRelease.objects.create(
        project=project,
        name="r-test-1",
        version=1,
        state=ReleaseState.PUBLISHED.value,
        state_since=at,
        requested_by=researcher,
        requested_at=at,
    )
    page = shown(client, "/dictionary/lge_present")
    assert project.title in page
    assert "r-test-1" in page
    assert project.title not in shown(client, "/dictionary/lv_mass_g")


def test_an_item_page_asks_the_database_little(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get("/dictionary/lge_present")
    with django_assert_max_num_queries(3):
        client.get(LIST)


def test_changes_of_a_version_are_listed(client):
    page = shown(client, "/dictionary/changes/1.0..2.0")
    assert 'rel="next"' in page
    assert "9, Not assessed" in shown(client, "/dictionary/changes/1.0..2.0?kind=codes&page=2")
    removed = shown(client, "/dictionary/changes/1.0..2.0?kind=removed")
    assert "mi_date" in removed
    assert "/dictionary/mi_date" not in removed
    assert "Nothing changed in this way" in shown(client, "/dictionary/changes/2.0..2.1?kind=renamed")


def test_the_dictionary_can_be_downloaded(client):
    redcap = client.get("/dictionary/redcap.csv")
    assert read_redcap(redcap.content.decode()) == dictionary_fields()
    assert redcap["Content-Disposition"] == f'attachment; filename="cmr-redcap-{load().version}.csv"'
    rows = list(csv.DictReader(io.StringIO(client.get("/dictionary/codebook.csv").content.decode())))
    assert [row["item"] for row in rows] == list(load().items)
    schema = json.loads(client.get("/dictionary/schema.json").content)
    assert schema["$id"] == f"urn:cmr-dictionary:{load().version}:report"


def test_the_public_finds_it_from_the_home_page(client):
    assert 'href="/dictionary/"' in shown(client, "/")
