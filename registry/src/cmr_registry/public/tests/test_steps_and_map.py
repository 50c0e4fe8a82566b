import datetime

import pytest

from cmr_registry.centers.models import Center
from cmr_registry.documents.services import placeholders_publish
from cmr_registry.public.maps import Pin, pins_of
from cmr_registry.public.steps import contributor_steps, researcher_steps


def center(north, east):
    return Center(name="A", city="B", latitude=north, longitude=east)


def test_a_center_stands_where_its_city_is():
    assert pins_of([center(51.5, 0.0), center(-36.8, 174.8)]) == [
        Pin("A, B", 360, 67),
        Pin("A, B", 709.6, 243.6),
    ]


@pytest.mark.parametrize("place", [(None, None), (12.0, None), (-75.0, 0.0)])
def test_a_center_without_a_place_on_the_outline_is_left_to_the_list(place):
    assert pins_of([center(*place)]) == []


@pytest.mark.parametrize(
    ("today", "words"),
    [
        ((2026, 11, 21), "1 January 2027, in 41 days"),
        ((2026, 12, 31), "1 January 2027, in 1 day"),
        ((2027, 4, 1), "1 April 2027, today"),
    ],
)
def test_the_clock_of_the_search_window_runs(today, words):
    clocks = " ".join(step.clock for step in researcher_steps(datetime.date(*today)))
    assert words in clocks


def test_a_center_reads_how_long_it_has_to_answer():
    assert "30 days to answer; silence is out" in " ".join(step.clock for step in contributor_steps())


@pytest.mark.django_db
def test_the_home_page_leads_to_documents_and_shows_the_map(
    client, exam_riverside, riverside, steward, principal_of
):
    Center.objects.filter(pk=riverside.pk).update(latitude=40.0, longitude=-75.0)
    placeholders_publish(by=principal_of(steward))
    page = client.get("/").content.decode()
    assert "World map with 1 contributing center;" in page
    assert "/documents/participation-agreement/" in page
    assert "No project is approved yet" in page


@pytest.mark.django_db
def test_the_list_of_projects_says_when_there_is_none(client):
    assert b"No project is approved yet" in client.get("/projects/").content
