"""Exam counts at the desk: the table, a count typed by a person, a count in the PACS."""

import pytest
from pynetdicom import AE

from cmr_connector.desk.app import build
from cmr_connector.pacs import _FIND
from cmr_exchange.census import CensusSource


@pytest.fixture
def month(workplace):
    """The running month."""
    return workplace.census.months(1)[0].month


def test_the_table_compares_made_with_delivered(person, workplace, admit, month):
    admit(workplace, "PAT-1", f"{month.replace('-', '')}01", name="DOE^JANE")
    text = person.get("/census").text
    assert "1 of 1 (100&nbsp;%)" in text
    assert "sent to the connector" in text
    assert "DOE" not in text
    assert "The PACS is not asked" in text


def test_a_typed_count_goes_before_and_leaves_a_line(person, workplace, month, desk):
    person.get("/census")
    typed = person.post("/census", {"month": month, "n_hospital": "20", "n_eligible": "18"})
    assert (typed.status_code, typed.headers["location"]) == (303, "/census")
    assert "typed by a person" in person.get("/census").text
    assert workplace.census.months(1)[0].n_eligible == 18
    assert "counted exams of a month" in {one.words for one in desk.acts.listed()}


def test_what_is_no_count_is_said_and_stays_typed(person, month):
    person.get("/census")
    refused = person.post("/census", {"month": month, "n_hospital": "a few"})
    assert refused.status_code == 400
    assert "Type a whole number of exams" in refused.text
    assert 'value="a few"' in refused.text


def test_more_delivered_than_counted_is_marked(person, workplace, admit, month):
    admit(workplace, "PAT-1", f"{month.replace('-', '')}01")
    person.get("/census")
    person.post("/census", {"month": month, "n_hospital": "0"})
    assert "more delivered than counted" in person.get("/census").text


def test_without_a_pacs_nothing_is_counted_there(person, month):
    person.get("/census")
    assert person.post("/census/count", {"month": month}).status_code == 400


@pytest.fixture
def empty_archive():
    entity = AE(ae_title="ARCHIVE")
    entity.add_supported_context(_FIND)
    server = entity.start_server(("127.0.0.1", 0), block=False)
    yield server.server_address[1]
    server.shutdown()


def test_a_month_is_counted_in_the_pacs_now(make_workplace, make_person, empty_archive, month):
    table = {"host": "127.0.0.1", "port": empty_archive, "ae_title": "ARCHIVE", "words": ["cardiac"]}
    workplace = make_workplace(pacs=table | {"timeout_s": 5.0})
    app = build(workplace)
    person = make_person("john.roe", app)
    assert "Count it now" in person.get("/census").text
    assert person.post("/census/count", {"month": "1999-01"}).status_code == 400
    # an archive without an answer of its own says 0xC311: it is named, not counted
    refused = person.post("/census/count", {"month": month})
    assert refused.status_code == 502
    assert "The PACS refuses" in refused.text
    assert workplace.store.census.kept() == {}
    workplace.store.census.put(month, CensusSource.PACS, 3, 3)
    assert "counted in the PACS" in person.get("/census").text
    app.state.desk.drops.close()


def test_strangers_see_no_counts(stranger):
    assert stranger.get("/census").status_code == 303
    assert stranger.post("/census", {"month": "2026-10", "n_hospital": "1"}).status_code == 401
