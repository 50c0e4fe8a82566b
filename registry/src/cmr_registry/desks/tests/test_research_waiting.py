"""What waits for the steward and for a researcher."""

import pytest

from cmr_registry.desks.research_waiting import (
    ResearchFigures,
    StewardFigures,
    research_waiting,
    steward_waiting,
)
from cmr_registry.desks.waiting import Urgency

QUIET = {"searches": 0, "applications": 0, "projects_ready": 0, "releases_to_renew": 0, "has_snapshot": True}
FINE = {
    "has_accepted_policy": True, "searches_returned": 0, "applications_returned": 0, "certificates": 0, "releases": 0,
}  # fmt: skip


def test_a_steward_for_whom_nothing_waits_sees_calm_lines_only():
    assert {line.urgency for line in steward_waiting(StewardFigures(**QUIET))} == {Urgency.CALM}


def test_somebody_who_withdrew_from_a_release_stands_first():
    lines = steward_waiting(StewardFigures(**QUIET | {"releases_to_renew": 1, "searches": 3}))
    assert [line.count for line in lines[:2]] == [1, 3]
    assert lines[0].urgency is Urgency.URGENT


def test_without_a_snapshot_nobody_can_count_and_the_steward_is_told():
    lines = steward_waiting(StewardFigures(**QUIET | {"has_snapshot": False}))
    assert lines[0].link == "cohorts:builder"


def test_an_answered_data_query_waits_for_the_steward():
    lines = steward_waiting(StewardFigures(**QUIET | {"queries_answered": 2}))
    assert (lines[0].count, lines[0].link, lines[0].query) == (2, "quality:queries", "show=answered")


def test_a_researcher_is_told_to_accept_the_policy_and_what_came_back():
    lines = research_waiting(
        ResearchFigures(**FINE | {"has_accepted_policy": False, "applications_returned": 1})
    )
    assert {line.link for line in lines if line.urgency} == {"access:policy", "access:applications"}
    assert {line.urgency for line in research_waiting(ResearchFigures(**FINE))} == {Urgency.CALM}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("researcher", "/research/"),
        ("chair", "/committee/"),
        ("steward", "/steward/"),
        ("release_officer", "/steward/"),
    ],
)
def test_everybody_is_led_home(client, signed_in, request, who, address):
    signed_in(client, request.getfixturevalue(who))
    assert client.get("/home/")["Location"] == address
    assert client.get(address).status_code == 200


@pytest.mark.django_db
def test_an_auditor_sees_the_desk_without_what_is_for_others(client, signed_in, auditor):
    page = signed_in(client, auditor).get("/steward/").content.decode()
    assert "What waits for me" not in page
    assert "/steward/releases/" not in page
