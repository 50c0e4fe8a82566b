"""Pages, API and download: who sees what, and that a link is good for one person only."""

import hashlib

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from cmr_registry.accounts.roles import Role
from cmr_registry.accounts.services import account_create
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.models import ParticipationAgreement
from cmr_registry.config.principal import principal_of_job
from cmr_registry.lib.scope import center_scope
from cmr_registry.projects.models import Project, ProjectMembership
from cmr_registry.projects.states import ProjectState
from cmr_registry.releases import links
from cmr_registry.releases.models import DataRelease
from cmr_registry.releases.states import ReleaseState
from cmr_registry.releases.tasks import work_once

pytestmark = pytest.mark.django_db
CENTERS = ("riverside", "lakeside", "hillside")


@pytest.fixture
def researcher_client(client, researcher, signed_in):
    return signed_in(client, researcher)


@pytest.fixture
def steward_client(client, steward, signed_in):
    return signed_in(client, steward)


@pytest.fixture
def other_member(published):
    """A second person of the project."""
    account = account_create(
        email="colleague@example.org",
        display_name="Colleague",
        password="a long enough password 17",
        by=principal_of_job("tests"),
    )
    ProjectMembership.objects.create(
        project=published.project, account=account, role=Role.PROJECT_MEMBER.value
    )
    return account


def link_of(client, release):
    return client.post(f"/research/releases/{release.pk}/link")


def body(response):
    return b"".join(response.streaming_content)


def test_a_member_sees_the_release_and_downloads_it(published, researcher_client):
    listed = researcher_client.get("/research/releases/").content.decode()
    assert published.name in listed
    page = researcher_client.get(f"/research/releases/{published.pk}/").content.decode()
    assert published.manifest_sha256 in page
    assert "Download the release" in page
    answer = link_of(researcher_client, published)
    assert answer.status_code == 302
    response = researcher_client.get(answer["Location"])
    assert response["Content-Disposition"] == f'attachment; filename="{published.name}.zip"'
    data = body(response)
    assert len(data) == int(response["Content-Length"]) == published.size
    assert hashlib.sha256(data).hexdigest() == published.sha256
    assert AuditEvent.objects.filter(action="release.download").get().detail["sha256"] == published.sha256


def test_no_page_link_or_log_of_a_member_names_a_center(published, researcher_client, capsys):
    answer = link_of(researcher_client, published)
    pages = [
        researcher_client.get("/research/releases/").content.decode(),
        researcher_client.get(f"/research/releases/{published.pk}/").content.decode(),
        researcher_client.get("/api/v1/releases").content.decode(),
        answer["Location"],
        str(dict(researcher_client.get(answer["Location"]).headers)),
        capsys.readouterr().err,
    ]
    for text in pages:
        assert not any(code in text.lower() for code in CENTERS)


def test_a_link_of_somebody_else_opens_nothing(published, researcher_client, other_member, signed_in):
    address = link_of(researcher_client, published)["Location"]
    assert signed_in(researcher_client, other_member).get(address).status_code == 404


def test_an_old_or_changed_link_opens_nothing(published, researcher_client, monkeypatch):
    address = link_of(researcher_client, published)["Location"]
    assert researcher_client.get(address[:-3] + "abc").status_code == 404
    monkeypatch.setattr(links.link_open, "__defaults__", (-1,))
    assert researcher_client.get(address).status_code == 404


def test_who_left_the_project_sees_nothing(published, researcher_client, other_member, signed_in):
    ProjectMembership.objects.filter(account=other_member).update(ended_at=published.published_at)
    client = signed_in(researcher_client, other_member)
    assert client.get(f"/research/releases/{published.pk}/").status_code == 403


def test_a_member_of_another_project_sees_nothing(published, make_project, reviewers, client, signed_in):
    other = make_project()
    ProjectMembership.objects.create(project=other, account=reviewers[0], role=Role.PROJECT_MEMBER.value)
    outside = signed_in(client, reviewers[0])
    assert outside.get(f"/research/releases/{published.pk}/").status_code == 404
    assert published.name not in outside.get("/research/releases/").content.decode()
    assert outside.get("/api/v1/releases").json() == {"releases": []}
    assert link_of(outside, published).status_code == 404


def test_what_is_not_published_is_seen_by_no_member(built, researcher_client):
    assert researcher_client.get(f"/research/releases/{built.pk}/").status_code == 404
    assert "No release yet" in researcher_client.get("/research/releases/").content.decode()


@pytest.mark.parametrize("case", ["not asked for", "an agreement", "superseded", "project closed"])
def test_what_may_not_be_downloaded_says_why_and_names_nobody(published, researcher_client, case, lakeside):
    address = link_of(researcher_client, published)["Location"]
    if case == "not asked for":
        Project.objects.update(data_needs=published.project.data_needs | {"download": False})
    elif case == "an agreement":
        ParticipationAgreement.objects.filter(center=lakeside).update(allows_download=False)
    elif case == "superseded":
        DataRelease.objects.update(state=ReleaseState.SUPERSEDED.value)
    else:
        Project.objects.update(state=ProjectState.CLOSED.value)
    page = researcher_client.get(f"/research/releases/{published.pk}/").content.decode()
    assert "Download the release" not in page
    assert "lakeside" not in page.lower()
    assert link_of(researcher_client, published)["Location"] == f"/research/releases/{published.pk}/"
    assert researcher_client.get(address)["Location"] == "/research/releases/"
    assert not AuditEvent.objects.filter(action="release.download").exists()


def test_the_api_gives_the_manifest(published, researcher_client):
    (row,) = researcher_client.get("/api/v1/releases").json()["releases"]
    assert row["manifest"] == published.manifest
    assert row["fingerprint"] == published.manifest_sha256
    assert row["download_refusal"] == ""


def test_the_desk_goes_all_the_way(people, make_project, client, steward, release_officer, signed_in):

    project = make_project()
    signed_in(client, steward)
    assert "Ask for a release" in client.get("/steward/releases/").content.decode()
    address = client.post("/steward/releases/request", {"project": project.pk})["Location"]
    assert "Another person" in client.get(address).content.decode()
    assert client.post(address + "consent", follow=True).status_code == 200
    assert DataRelease.objects.get().state == ReleaseState.REQUESTED
    signed_in(client, release_officer)
    client.post(address + "consent")
    assert "Waiting for the worker" in client.get(address).content.decode()
    assert work_once()
    page = client.get(address).content.decode()
    assert "The whole flow" in page
    client.post(address + "publish")
    assert DataRelease.objects.get().state == ReleaseState.PUBLISHED
    assert client.post(address + "revoke", {}).status_code == 400
    client.post(address + "revoke", {"reason": "a mistake"})
    assert "a mistake" in client.get(address).content.decode()
    assert "No project is ready" not in client.get("/steward/releases/").content.decode()


def test_the_desk_says_what_cannot_be_done(steward_client, make_project):
    address = "/steward/releases/request"
    absent = steward_client.post(address, {"project": "3f0e64c0-6d8a-4f0a-9b0c-0c6f5a1f2b11"}, follow=True)
    assert "No release can be asked for" in absent.content.decode()
    assert steward_client.get("/steward/releases/3f0e64c0-6d8a-4f0a-9b0c-0c6f5a1f2b11/").status_code == 404


def test_what_failed_is_tried_again_from_the_desk(make_project, build, steward_client):
    release = build(make_project())
    page = steward_client.get(f"/steward/releases/{release.pk}/").content.decode()
    assert "no snapshot" in page
    steward_client.post(f"/steward/releases/{release.pk}/retry")
    release.refresh_from_db()
    assert release.state == ReleaseState.CONSENTED


def test_a_researcher_has_no_desk(researcher_client, published):
    assert researcher_client.get("/steward/releases/").status_code == 403
    assert researcher_client.post(f"/steward/releases/{published.pk}/publish").status_code == 403


def test_the_page_of_an_exam_says_why_it_is_in_a_release(
    published, client, coordinator_riverside, signed_in, riverside
):
    with center_scope({riverside.pk}):
        exam = published.members.filter(center=riverside).first().examination
    page = signed_in(client, coordinator_riverside).get(f"/exams/{exam.pk}/").content.decode()
    assert "Why this exam is in a release" in page
    assert published.project.title in page
    assert published.name not in page


@pytest.mark.django_db(transaction=True)
def test_the_asynchronous_server_streams_part_by_part(published, researcher):
    client = AsyncClient()
    client.force_login(researcher, backend="allauth.account.auth_backends.AuthenticationBackend")
    token = links.link_make(published.pk, researcher.pk)

    async def fetch():
        response = await client.get(f"/research/releases/download/{token}")
        return response.is_async, b"".join([part async for part in response.streaming_content])

    is_async, data = async_to_sync(fetch)()
    assert is_async
    assert hashlib.sha256(data).hexdigest() == published.sha256
