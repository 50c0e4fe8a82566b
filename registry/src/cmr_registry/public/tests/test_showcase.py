"""The registry in numbers."""

import pytest

from cmr_exchange.release import TABLES
from cmr_registry.cohorts.models import AnsweredQuestion
from cmr_registry.cohorts.tests.factories import ready_snapshot
from cmr_registry.public.showcase import PROPERTIES
from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.writing import write_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def snapshot(tmp_path):
    write_cohort(make_cohort(subjects=500, seed=11), tmp_path, documents=False, tables=True)
    return ready_snapshot({name: tmp_path / "tables" / f"{name}.parquet" for name in TABLES})


def test_without_a_snapshot_nothing_is_counted(client):
    assert b"No snapshot can be counted yet" in client.get("/numbers/").content


def test_each_table_has_its_denominator_and_is_asked_once(client, snapshot):
    page = client.get("/numbers/").content.decode()
    assert page.count("<caption>") >= len(PROPERTIES)
    assert "known for" in page
    asked = AnsweredQuestion.objects.count()
    assert asked == len(PROPERTIES)
    client.get("/numbers/")
    assert AnsweredQuestion.objects.count() == asked
