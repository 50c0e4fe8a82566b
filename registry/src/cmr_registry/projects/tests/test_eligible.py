"""What a ballot counts, asked of a real snapshot of a synthetic cohort."""

import uuid

import pytest

from cmr_registry.centers.models import Center
from cmr_registry.centers.services import center_move
from cmr_registry.centers.states import CenterState
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.selecting import cohort_select
from cmr_registry.cohorts.tests.factories import ready_snapshot
from cmr_registry.lib.scope import center_scope
from cmr_registry.projects.eligible import eligible_today
from cmr_registry.projects.tests.factories import BY, QUERY, approved, ballot_at
from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.writing import write_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Path of each table of a cohort of 200 persons."""
    folder = tmp_path_factory.mktemp("ballots")
    write_cohort(make_cohort(subjects=200, seed=5), folder, documents=False, tables=True)
    return {path.stem: path for path in (folder / "tables").glob("*.parquet")}


@pytest.fixture
def snapshot(db, tables):
    """A ready snapshot of it, whose centers are active."""
    return ready_snapshot(tables)


def test_the_centers_counts_add_up_to_the_whole_selection(researcher, snapshot):
    project = approved(researcher)
    whole = cohort_select(CohortQuery.from_document(QUERY), snapshot)
    ballots = [ballot_at(center, project) for center in Center.objects.all()]
    assert len(ballots) > 1
    assert sum(ballot.n_exams for ballot in ballots) == whole.n_exams > 11
    assert sum(ballot.n_subjects for ballot in ballots) == whole.n_subjects
    assert {ballot.snapshot for ballot in ballots} == {snapshot.pk}
    assert len({ballot.selection_digest for ballot in ballots}) == len(ballots)


def test_today_is_the_opening_as_long_as_nothing_changed(researcher, snapshot):
    project = approved(researcher)
    for center in Center.objects.all():
        ballot = ballot_at(center, project)
        with center_scope({center.pk}):
            today = eligible_today(ballot)
        assert (today.n_exams, today.n_subjects, today.digest) == (
            ballot.n_exams,
            ballot.n_subjects,
            ballot.selection_digest,
        )


def test_no_exam_of_another_center_is_among_them(researcher, snapshot):
    project = approved(researcher)
    whole = cohort_select(CohortQuery.from_document(QUERY), snapshot)
    for center in Center.objects.all():
        own = {uuid.UUID(row.exam) for row in whole.rows if row.center == str(center.pk)}
        assert set(eligible_today(ballot_at(center, project)).exams) == own


def test_a_center_that_left_has_nothing_eligible_today(researcher, snapshot):
    project = approved(researcher)
    center = Center.objects.first()
    assert ballot_at(center, project).n_exams > 0
    center_move(center=center, to=CenterState.WITHDRAWN, by=BY)
    assert eligible_today(ballot_at(center, project)).n_exams == 0
