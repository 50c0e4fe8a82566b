"""A synthetic cohort of 1,500 persons as tables, written once; a ready snapshot of it per test."""

import pytest

from cmr_exchange.release import TABLES
from cmr_registry.cohorts.tests.factories import ready_snapshot
from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.writing import write_cohort


@pytest.fixture(scope="session")
def cohort_tables(tmp_path_factory):
    """Path of each table."""
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(make_cohort(subjects=1_500, seed=11), folder, documents=False, tables=True)
    return {name: folder / "tables" / f"{name}.parquet" for name in TABLES}


@pytest.fixture
def snapshot(db, cohort_tables):
    """The newest ready snapshot."""
    return ready_snapshot(cohort_tables)
