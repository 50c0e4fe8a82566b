"""A project whose three centers decided: Riverside in, with images; Lakeside in without; Hillside says nothing."""

import datetime
import io
import zipfile

import pytest
from django.utils import timezone

from cmr_registry.accounts.roles import Role
from cmr_registry.accounts.services import account_create
from cmr_registry.centers.services import agreement_record, center_create, membership_add
from cmr_registry.centers.states import CenterState
from cmr_registry.config.principal import principal_of_account, principal_of_job
from cmr_registry.intake.tests.factories import deliver
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_states import BallotChoice
from cmr_registry.projects.models import Ballot, Project
from cmr_registry.projects.services import ballot_answer, ballots_close, project_move
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.tests.factories import approved, ballot_at
from cmr_registry.releases.selectors import release_bytes
from cmr_registry.releases.services import release_consent, release_publish, release_request
from cmr_registry.releases.tasks import work_once
from cmr_registry.releases.tests.factories import QUERY, REPORT, filled, snapshot_built, values_of

BY = principal_of_job("tests")
NEEDS = {
    "images": True,
    "kinds": [],
    "items": ["lv_ef_pct", "lv_edv_ml", "age_at_exam_years", "sex", "center_id"],
    "follow_up": True,
    "download": True,
}


@pytest.fixture
def hillside(db):
    """A third active center, which will be silent."""
    center = center_create(
        code="hillside",
        name="Hillside Cardiac Institute",
        city="Hillside",
        country="US",
        by=BY,
        state=CenterState.ACTIVE,
    )
    agreement_record(center=center, text_version="pa-test-1", effective_on=datetime.date(2020, 1, 1), by=BY)
    return center


@pytest.fixture
def delegate(lakeside):
    """Answers for Lakeside."""
    account = account_create(
        email="delegate@example.org", display_name="Delegate", password="a long enough password 17", by=BY
    )
    membership_add(center=lakeside, account=account, role=Role.BALLOT_DELEGATE, by=BY)
    return account


@pytest.fixture
def images(principal_riverside, riverside, exam_instances):
    """An exam of Riverside with images that traveled."""
    return deliver(principal_riverside, riverside, exam_instances, values=values_of(REPORT))


@pytest.fixture
def make_project(riverside, lakeside, hillside, center_pi, delegate, researcher):
    """`make_project(**changes)`: an approved project whose ballots are locked and whose agreements are signed."""

    def make(query=QUERY, **needs):
        project = approved(researcher, query=query, data_needs=NEEDS | needs)
        ballot_answer(
            ballot=ballot_at(riverside, project), choice=BallotChoice.IN, by=principal_of_account(center_pi)
        )
        ballot_answer(
            ballot=ballot_at(lakeside, project),
            choice=BallotChoice.WITHOUT_IMAGES,
            by=principal_of_account(delegate),
        )
        with center_scope(ALL_CENTERS):
            past = timezone.now() - datetime.timedelta(days=1)
            Ballot.objects.filter(center=hillside, project=project).update(deadline=past)
        ballots_close(project=project, by=BY)
        project_move(project=project, to=ProjectState.DATA_CUT, by=BY)
        return Project.objects.get(pk=project.pk)

    return make


@pytest.fixture
def people(riverside, lakeside, hillside):
    """Reports and follow-up at all three centers, and a snapshot of them."""
    filled(riverside, 10, 14)
    filled(lakeside, 40, 15)
    filled(hillside, 70, 13)
    return snapshot_built()


@pytest.fixture
def build(steward, release_officer):
    """`build(project)`: asked for by the steward, consented to by the release officer, built by the worker."""

    def run(project):
        release = release_request(project=project, by=principal_of_account(steward))
        release_consent(release=release, by=principal_of_account(release_officer))
        assert work_once()
        release.refresh_from_db()
        return release

    return run


@pytest.fixture
def built(people, make_project, build):
    """A built release of tables."""
    release = build(make_project())
    assert release.state == "built", release.reason
    return release


@pytest.fixture
def published(built, steward):
    """The same, published."""
    return release_publish(release=built, by=principal_of_account(steward))


@pytest.fixture
def member(researcher):
    """The Principal of the project's PI."""
    return lambda: principal_of_account(researcher)


@pytest.fixture
def unzipped():
    """`unzipped(release)`: its files by path."""

    def read(release):
        archive = zipfile.ZipFile(io.BytesIO(b"".join(release_bytes(release))))
        return {info.filename: archive.read(info) for info in archive.infolist()}

    return read
