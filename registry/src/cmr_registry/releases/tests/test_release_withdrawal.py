"""Who withdraws is marked in every release that holds him or her, and a new version goes without."""

import pytest

from cmr_registry.accounts.models import OutgoingMail
from cmr_registry.centers.services import center_move
from cmr_registry.centers.states import CenterState
from cmr_registry.config.principal import principal_of_job
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_services import ballot_withdraw
from cmr_registry.projects.tests.factories import ballot_at
from cmr_registry.releases import tasks
from cmr_registry.releases.errors import ReleaseStepError
from cmr_registry.releases.models import ReleaseMember
from cmr_registry.releases.selectors import download_refusal, releases_with_withdrawn, withdrawn_in
from cmr_registry.releases.services import release_consent, release_publish, release_request
from cmr_registry.subjects import tasks as subject_tasks
from cmr_registry.subjects.models import Subject
from cmr_registry.subjects.services import subject_withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
BY = principal_of_job("tests")


@pytest.fixture
def withdraw(riverside):
    """One subject of Riverside withdraws, and every room does its part."""

    def run(place=0, work=True):
        with center_scope(ALL_CENTERS):
            subject = Subject.objects.filter(center=riverside).order_by("pseudonym")[place]
            subject_withdraw(subject=subject, by=BY)
        while work and subject_tasks.work_once():
            pass
        return subject

    return run


def test_every_release_that_holds_the_subject_is_marked(published, withdraw, member, researcher):
    assert download_refusal(member(), published) == ""
    withdraw(place=1)
    assert withdrawn_in([published]) == {published.pk: 1}
    assert list(releases_with_withdrawn()) == [published]
    assert "withdrew" in download_refusal(member(), published)
    mails = OutgoingMail.objects.filter(to=researcher, subject__contains="withdrew")
    assert mails.count() == 1
    withdraw(place=2)
    assert withdrawn_in([published]) == {published.pk: 2}
    assert mails.count() == 1, "people are told once per release"


def test_the_mail_names_nobody(published, withdraw, researcher):
    subject = withdraw()
    mail = OutgoingMail.objects.get(to=researcher, subject__contains="withdrew")
    for word in (subject.pseudonym, str(subject.pk), "Riverside", "riverside"):
        assert word not in mail.subject + mail.body


def test_a_new_version_is_built_without_the_person(
    published, withdraw, build, steward, principal_of, unzipped
):
    withdraw()
    second = build(published.project)
    assert second.n_subjects == published.n_subjects - 1
    assert second.n_exams == published.n_exams - 2
    assert withdrawn_in([second]) == {}
    release_publish(release=second, by=principal_of(steward))
    assert not releases_with_withdrawn().exists()


def test_who_withdraws_while_it_is_built_is_marked_and_stops_publication(
    people, make_project, steward, release_officer, principal_of, monkeypatch, withdraw
):
    release = release_request(project=make_project(), by=principal_of(steward))
    release_consent(release=release, by=principal_of(release_officer))
    build = tasks.release_build

    def slow(row, claim):
        made = build(row, claim)
        withdraw()
        return made

    monkeypatch.setattr(tasks, "release_build", slow)
    assert tasks.work_once()
    release.refresh_from_db()
    assert withdrawn_in([release]) == {release.pk: 1}
    with pytest.raises(ReleaseStepError, match="withdrew"):
        release_publish(release=release, by=principal_of(steward))


def test_a_center_that_withdraws_is_marked_too_and_left_out_of_the_next(published, lakeside, build, unzipped):
    center_move(center=lakeside, to=CenterState.WITHDRAWN, by=BY)
    assert tasks.work_once()
    assert withdrawn_in([published]) == {published.pk: 15}
    assert not tasks.work_once()
    second = build(published.project)
    with center_scope(ALL_CENTERS):
        assert not ReleaseMember.objects.filter(release=second, center=lakeside).exists()
    assert second.n_subjects == published.n_subjects - 15


@pytest.fixture
def takes_back(lakeside, delegate, principal_of):
    """Lakeside takes its data back from a project after the lock."""

    def run(project):
        ballot_withdraw(ballot=ballot_at(lakeside, project), by=principal_of(delegate))

    return run


def test_a_center_that_leaves_the_project_stops_publication_at_once(built, takes_back, steward, principal_of):
    takes_back(built.project)
    with pytest.raises(ReleaseStepError, match="withdrew"):
        release_publish(release=built, by=principal_of(steward))


def test_a_center_that_leaves_the_project_stops_downloads_at_once_and_is_marked(
    published, takes_back, member, build
):
    assert download_refusal(member(), published) == ""
    takes_back(published.project)
    assert "withdrew" in download_refusal(member(), published)
    assert tasks.work_once()
    assert withdrawn_in([published]) == {published.pk: 15}
    assert list(releases_with_withdrawn()) == [published]
    assert build(published.project).n_subjects == published.n_subjects - 15


def test_who_withdrew_stops_downloads_before_any_job_ran(published, withdraw, member):
    withdraw(work=False)
    assert "withdrew" in download_refusal(member(), published)
