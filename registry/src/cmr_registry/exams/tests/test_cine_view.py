"""The cine view's addresses: page, description, sheets."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from cmr_registry.archive.models import Series
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


@pytest.fixture
def slices(exam_riverside):
    """The short-axis cine series of the exam: a Siemens scanner writes each slice as a series of its own."""
    with center_scope(ALL_CENTERS):
        rows = Series.objects.filter(study=exam_riverside.imaging_study_id, kind="cine", view="sax")
        return list(rows.order_by("number"))


def described(client, exam, series):
    return client.get(reverse("exams:cine_description", args=[exam.pk, series.pk])).json()


def test_one_slice_series_are_played_as_one_stack(coordinator, exam_riverside, slices):
    document = described(coordinator, exam_riverside, slices[0])
    assert len(slices) > 1
    assert len(document["positions"]) == len(slices)
    assert document == document | {"timed": True, "rate_source": "trigger times"}
    heights = [position["mm"] for position in document["positions"]]
    assert heights == sorted(heights)


def test_every_series_of_a_stack_leads_to_the_same_stack(coordinator, exam_riverside, slices):
    first, last = (described(coordinator, exam_riverside, series) for series in (slices[0], slices[-1]))
    assert [p["mm"] for p in first["positions"]] == [p["mm"] for p in last["positions"]]


def test_every_phase_has_a_tile_and_a_duration(coordinator, exam_riverside, slices):
    document = described(coordinator, exam_riverside, slices[0])
    phases = len(document["phases"])
    assert len(document["durations_ms"]) == phases > 1
    for position in document["positions"]:
        assert position["tiles"] == list(range(phases))


def test_a_sheet_holds_the_images_of_one_position_and_they_differ(coordinator, exam_riverside, slices):
    document = described(coordinator, exam_riverside, slices[0])
    middle = document["positions"][len(slices) // 2]
    answer = coordinator.get(middle["sheet"])
    assert answer["Content-Type"] == "image/png"
    sheet = Image.open(io.BytesIO(answer.content))
    width, height = document["columns"], document["rows"]
    across = sheet.width // width
    tiles = [
        sheet.crop(
            (n % across * width, n // across * height, (n % across + 1) * width, (n // across + 1) * height)
        )
        for n in middle["tiles"]
    ]
    assert sheet.mode == "L"
    assert len({tile.tobytes() for tile in tiles}) == len(tiles)


def test_a_position_outside_of_the_stack_is_absent(coordinator, exam_riverside, slices):
    path = reverse("exams:cine_sheet", args=[exam_riverside.pk, slices[0].pk, 99])
    assert coordinator.get(path).status_code == 404


def test_the_page_names_the_stack_and_shows_a_picture_without_scripts(coordinator, exam_riverside, slices):
    page = coordinator.get(reverse("exams:cine", args=[exam_riverside.pk, slices[0].pk])).content.decode()
    assert "Cine, short axis" in page
    assert f"joined from {len(slices)} series" in page
    assert reverse("exams:thumbnail", args=[exam_riverside.pk, slices[0].pk]) in page
    assert "A browser without scripts shows only the middle image." in page


def test_a_damaged_object_is_an_absence_and_no_traceback(coordinator, exam_riverside, slices, tmp_path):
    sheet = described(coordinator, exam_riverside, slices[0])["positions"][0]["sheet"]
    for path in (tmp_path / "objects").rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged" * 100)
    assert coordinator.get(sheet).status_code == 404
