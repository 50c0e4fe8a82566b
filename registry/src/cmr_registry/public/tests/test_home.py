"""The public home."""

import pytest

from cmr_registry.centers.models import Center
from cmr_registry.centers.services import center_move
from cmr_registry.centers.states import CenterState
from cmr_registry.config.principal import principal_of_job
from cmr_registry.public import selectors

pytestmark = pytest.mark.django_db


def between(page, start, end):
    return page[page.index(start) : page.index(end)]


def test_everybody_sees_aims_ways_and_contact(client):
    page = client.get("/").content.decode()
    for words in (
        "Four aims",
        "Why contribute data?",
        "As a contributing center",
        "As a researcher",
        "Contact",
    ):
        assert words in page


def test_an_active_center_without_an_exam_does_not_count_as_contributing(client, riverside):
    page = client.get("/").content.decode()
    assert riverside.name in between(page, "Onboarding", ">Signed")
    assert riverside.name not in between(page, ">Contributing", "Onboarding")


def test_centers_stand_under_where_they_are(client, exam_riverside, riverside, lakeside):
    Center.objects.filter(pk=lakeside.pk).update(state=CenterState.SITE_SIGNED.value)
    page = client.get("/").content.decode()
    assert riverside.name in between(page, ">Contributing", "Onboarding")
    assert lakeside.name in page[page.index(">Signed") :]


@pytest.mark.parametrize("state", [CenterState.INVITED, CenterState.WITHDRAWN, CenterState.SUSPENDED])
def test_a_center_that_takes_no_part_is_not_named(client, riverside, state):
    Center.objects.filter(pk=riverside.pk).update(state=state.value)
    assert riverside.name not in client.get("/").content.decode()


def test_small_counts_are_not_told(client, exam_riverside):
    page = client.get("/").content.decode()
    assert page.count("fewer than 11") == 2
    assert "about 25" in page


def test_the_demonstration_says_that_its_data_are_synthetic(client, settings):
    assert b"all data are synthetic" not in client.get("/").content
    settings.DEMO = True
    assert b"Demonstration: all data are synthetic" in client.get("/").content


def test_the_address_of_the_office_comes_from_the_settings(client, settings):
    assert b"not yet entered on this server" in client.get("/").content
    settings.CONTACT_EMAIL = "office@example.org"
    assert b'href="mailto:office@example.org"' in client.get("/").content


@pytest.mark.parametrize("state", [CenterState.SUSPENDED, CenterState.WITHDRAWN])
def test_data_of_a_center_that_withdrew_or_is_suspended_count_no_more(
    monkeypatch, exam_riverside, riverside, state
):
    monkeypatch.setattr(selectors, "public_number", str)
    before = {figure.label: figure.words for figure in selectors.figures(selectors.centers_by_standing())}
    assert before["CMR exams"] == "1"
    center_move(center=riverside, to=state, by=principal_of_job("tests"))
    after = [figure.words for figure in selectors.figures(selectors.centers_by_standing())]
    assert after == ["0", "0", "0", "0"]
