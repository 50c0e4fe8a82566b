"""Two people, one way from request to publication, and each step leaves its event."""

import pytest

from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.audit.models import AuditEvent
from cmr_registry.config.principal import principal_of_job
from cmr_registry.projects.models import Project
from cmr_registry.projects.states import ProjectState
from cmr_registry.projects.tests.factories import approved
from cmr_registry.releases.errors import ReleaseNotReadyError, ReleaseStepError, SamePersonError
from cmr_registry.releases.models import DataRelease
from cmr_registry.releases.selectors import projects_ready
from cmr_registry.releases.services import (
    release_consent,
    release_publish,
    release_request,
    release_retry,
    release_revoke,
)
from cmr_registry.releases.states import ReleaseState

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def by_steward(steward, principal_of):
    return principal_of(steward)


@pytest.fixture
def by_officer(release_officer, principal_of):
    return principal_of(release_officer)


@pytest.fixture
def requested(make_project, by_steward):
    return release_request(project=make_project(), by=by_steward)


def events(action):
    return AuditEvent.objects.filter(action=action, outcome="done")


def test_a_release_is_asked_for_once(requested, by_steward):
    assert requested.state == ReleaseState.REQUESTED
    assert (requested.version, requested.name) == (1, f"r-{requested.project_id.hex[:8]}-1")
    assert events("release.request").get().target == f"release:{requested.pk}"
    with pytest.raises(ReleaseNotReadyError, match="on its way"):
        release_request(project=requested.project, by=by_steward)
    assert not projects_ready().exists()


def test_no_job_asks_for_a_release(make_project):
    with pytest.raises(ReleaseNotReadyError, match="no job"):
        release_request(project=make_project(), by=principal_of_job("tests"))


def test_while_centers_decide_no_release_can_be_asked_for(riverside, researcher, by_steward):
    project = approved(researcher)
    with pytest.raises(ReleaseNotReadyError):
        release_request(project=project, by=by_steward)
    assert not DataRelease.objects.exists()


def test_before_the_agreements_are_signed_no_release_can_be_asked_for(make_project, by_steward):
    project = make_project()
    Project.objects.update(state=ProjectState.AGREEMENTS.value)
    with pytest.raises(ReleaseNotReadyError, match="data cut"):
        release_request(project=project, by=by_steward)


def test_the_person_who_asked_cannot_consent(requested, by_steward, by_officer):
    with pytest.raises(SamePersonError):
        release_consent(release=requested, by=by_steward)
    with pytest.raises(SamePersonError):
        release_consent(release=requested, by=principal_of_job("tests"))
    release = release_consent(release=requested, by=by_officer)
    assert release.state == ReleaseState.CONSENTED
    assert release.consented_by_id == by_officer.account
    assert release.wrapped_secret
    with pytest.raises(ReleaseStepError):
        release_consent(release=requested, by=by_officer)


def test_only_what_is_built_is_published(requested, by_steward):
    with pytest.raises(ReleaseStepError):
        release_publish(release=requested, by=by_steward)


def test_publishing_activates_the_project_and_tells_its_people(built, by_steward, researcher):
    release = release_publish(release=built, by=by_steward)
    assert release.state == ReleaseState.PUBLISHED
    assert release.published_at is not None
    assert Project.objects.get().state == ProjectState.ACTIVE
    mail = OutgoingMail.objects.get(to=researcher, subject__contains="is ready")
    assert f"/research/releases/{release.pk}/" in mail.body
    assert events("release.publish").count() == 1


def test_a_new_version_replaces_the_one_before(published, build, by_steward):
    second = build(published.project)
    assert (second.version, second.supersedes) == (2, published)
    assert second.manifest["supersedes"] == published.name
    release_publish(release=second, by=by_steward)
    published.refresh_from_db()
    assert published.state == ReleaseState.SUPERSEDED
    assert DataRelease.objects.filter(state=ReleaseState.PUBLISHED.value).get() == second


def test_what_failed_can_be_tried_again(make_project, build, by_steward):
    release = build(make_project())
    assert release.state == ReleaseState.FAILED
    again = release_retry(release=release, by=by_steward)
    assert (again.state, again.reason) == (ReleaseState.CONSENTED, "")
    with pytest.raises(ReleaseStepError):
        release_retry(release=again, by=by_steward)


def test_a_revoked_release_tells_its_people_why(published, by_steward, researcher):
    release = release_revoke(release=published, reason=" a mistake ", by=by_steward)
    assert (release.state, release.reason) == (ReleaseState.REVOKED, "a mistake")
    assert OutgoingMail.objects.filter(to=researcher, subject__contains="revoked").exists()
    with pytest.raises(ReleaseStepError):
        release_revoke(release=published, reason="twice", by=by_steward)


def test_what_nobody_saw_is_revoked_in_silence(requested, by_steward):
    release_revoke(release=requested, reason="not needed", by=by_steward)
    assert not OutgoingMail.objects.filter(subject__contains="revoked").exists()
