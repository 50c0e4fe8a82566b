"""A search asked of a real snapshot: what the certificate says is what disclosure control let pass."""

import json

import pytest

from cmr_exchange.release import TABLES
from cmr_registry.access.counts import answer_tables
from cmr_registry.access.errors import NotNowError
from cmr_registry.access.search_services import search_approve, search_draft, search_execute, search_submit
from cmr_registry.access.tasks import work_once
from cmr_registry.access.tests.conftest import FACTS, JOB
from cmr_registry.cohorts.models import AnsweredQuestion
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selecting import cohort_select
from cmr_registry.cohorts.tests.factories import ready_snapshot
from cmr_registry.lib.scope import center_scope
from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.writing import write_cohort

pytestmark = pytest.mark.django_db
NORMAL = {"item": "lv_ef_pct", "op": ">=", "value": 55}


def question(*conditions):
    steps = [{"label": "", "include": True, "where": one} for one in conditions]
    return {"version": 1, "index": "first", "steps": steps, "min_follow_up_days": None}


def younger_than(age):
    return {"item": "age_at_exam_years", "op": "<", "value": age}


def persons(document, snapshot):
    """The raw count, which no page shows."""
    return cohort_select(CohortQuery.from_document(document), snapshot).n_subjects


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(make_cohort(subjects=900, seed=5), folder, documents=False, tables=True)
    return {name: folder / "tables" / f"{name}.parquet" for name in TABLES}


@pytest.fixture
def snapshot(db, tables):
    return ready_snapshot(tables)


@pytest.fixture
def approve(researcher, steward, principal_of, accepted):
    """`approve(document)`: a search of that question, approved."""

    def approve(document):
        search = search_draft(requester=researcher, query=document, facts=FACTS, by=principal_of(researcher))
        search_submit(search=search, by=principal_of(researcher))
        return search_approve(search=search, by=principal_of(steward))

    return approve


def test_the_certificate_carries_the_full_breakdown_of_the_snapshot(approve, snapshot):
    search = approve(question(NORMAL))
    with center_scope([]):
        search = search_execute(search=search, by=JOB)
    document = search.certificate.document
    assert document["snapshot"]["id"] == str(snapshot.pk)
    assert document["snapshot"]["digest"] == snapshot.sha256
    assert document["snapshot"]["dictionary_version"] == snapshot.dictionary_version
    answer = document["answer"]
    assert answer["outcome"] == "answered"
    assert answer["persons"]["kind"] == "rounded"
    names = {table["name"] for table in answer["tables"]}
    assert {"exam_year", "sex", "age_band", "indication", "vendor", "field_strength"} <= names
    tables = answer_tables(answer)
    assert tables[0].rows[0][1].endswith("rounded")
    titles = {table.title for table in tables}
    rows = {
        row[0] for table in tables if table.title in {"Images by kind", "Known values"} for row in table.rows
    }
    assert {table["title"] for table in answer["tables"]} <= titles | rows, "each table, or a row of a group"
    assert len(tables) < 15, "a page that people read to its end"


def test_no_instant_and_no_name_of_a_center_is_in_it(approve, snapshot):
    search = search_execute(search=approve(question(NORMAL)), by=JOB)
    text = json.dumps(search.certificate.document)
    assert snapshot.frozen_at.isoformat() not in text
    assert "cohort-0" not in text
    assert "Cohort 0" not in text


def test_the_requester_is_told_and_not_the_worker(approve, snapshot, researcher):
    search_execute(search=approve(question(NORMAL)), by=JOB)
    told = AnsweredQuestion.objects.get()
    assert told.account_key == f"account:{researcher.pk}"
    assert told.outcome == "answered"


def test_a_question_too_close_to_an_earlier_one_comes_back_with_the_reason(approve, snapshot):
    search_execute(search=approve(question(NORMAL)), by=JOB)
    everybody = persons(question(NORMAL), snapshot)
    questions = [question(NORMAL, younger_than(age)) for age in range(100, 40, -1)]
    close = next(one for one in questions if 1 <= everybody - persons(one, snapshot) <= 10)
    search = search_execute(search=approve(close), by=JOB)
    assert search.state == "returned for detail"
    assert "nearly those" in search.steps.last().note


def test_a_question_that_names_centers_comes_back(approve, snapshot):
    search = search_execute(search=approve(question(NORMAL, {"center_in": ["cohort-0"]})), by=JOB)
    assert search.state == "returned for detail"
    assert "steward" in search.steps.last().note


def test_before_the_first_snapshot_a_search_waits(approve):
    search = approve(question(NORMAL))
    with pytest.raises(NotNowError, match="no snapshot"):
        search_execute(search=search, by=JOB)
    assert work_once()
    search.refresh_from_db()
    assert search.state == "approved to search"
