"""Reads of the releases room. Members of releases are center data; doors of releases open no center scope, so what
counts them opens its own and names no center.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can, projects_for
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import agreement_in_force
from cmr_registry.centers.states import CenterState
from cmr_registry.exams.models import Examination
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_states import BallotState
from cmr_registry.projects.models import Ballot, Project
from cmr_registry.projects.states import MAY_HOLD_DATA, ProjectState
from cmr_registry.releases.errors import DownloadRejected
from cmr_registry.releases.keys import secret_open
from cmr_registry.releases.models import DataRelease, ReleaseMember
from cmr_registry.releases.packing import archive_read, part_read
from cmr_registry.releases.states import RUNNING, SEEN_BY_MEMBERS, TO_BUILD, ReleaseState

NO_DOWNLOAD_ASKED = "The application did not ask for a download; work in the registry's secure workspace."
NO_DOWNLOAD_ALLOWED = (
    "Not every agreement behind this release allows downloads; work in the registry's secure workspace."
)
SOMEBODY_WITHDREW = (
    "Somebody in this release withdrew; the registry prepares a new version without this person."
)
NOT_PUBLISHED = "This release cannot be downloaded: it is not the published version of its project."
NOT_RUNNING = "The project may hold no data at present."


def releases_of(principal: Principal) -> QuerySet[DataRelease]:
    """Releases of the projects in which `principal` may use them, newest first; none before publication."""
    mine = projects_for(principal, Permission.USE_RELEASES)
    shown = [state.value for state in SEEN_BY_MEMBERS]
    rows = _releases().filter(project__in=mine, state__in=shown, published_at__isnull=False)
    return rows.order_by("-published_at", "name")


def release_of(principal: Principal, pk: uuid.UUID) -> DataRelease | None:
    """One release that `principal` may see."""
    return releases_of(principal).filter(pk=pk).first()


def releases_public(projects: Collection[uuid.UUID]) -> list[DataRelease]:
    """The published releases of public projects, by name; a page for everybody shows name and version only."""
    rows = DataRelease.objects.filter(project__in=projects, state=ReleaseState.PUBLISHED.value)
    return list(rows.only("name", "version", "project_id").order_by("name"))


def releases_all() -> QuerySet[DataRelease]:
    """All releases, newest first, for the registry's own desk."""
    return _releases().order_by("-requested_at", "name")


def release_find(pk: uuid.UUID) -> DataRelease | None:
    """The release with this id, for the registry's own desk."""
    return releases_all().filter(pk=pk).first()


def releases_to_build() -> QuerySet[DataRelease]:
    """Releases for the worker, those tried least often first."""
    waiting = DataRelease.objects.filter(state__in=[state.value for state in TO_BUILD])
    return waiting.order_by("claim_token", "requested_at")


def projects_ready() -> QuerySet[Project]:
    """Projects for which a release can be asked for now."""
    running = DataRelease.objects.filter(project=OuterRef("pk"), state__in=[state.value for state in RUNNING])
    rows = Project.objects.filter(state__in=[state.value for state in MAY_HOLD_DATA])
    return rows.exclude(Exists(running)).select_related("pi").order_by("title", "pk")


def withdrawn_in(releases: Iterable[DataRelease]) -> dict[uuid.UUID, int]:
    """How many people of each release withdrew since it was built; releases without any are absent."""
    with center_scope(ALL_CENTERS):
        rows = (
            ReleaseMember.objects.filter(release__in=[row.pk for row in releases], withdrawn_at__isnull=False)
            .order_by()
            .values("release")
            .annotate(n=Count("subject", distinct=True))
        )
        return {row["release"]: row["n"] for row in rows}


def releases_with_withdrawn() -> QuerySet[DataRelease]:
    """Published releases in which somebody withdrew: the steward builds new versions of them."""
    with center_scope(ALL_CENTERS):
        marked = ReleaseMember.objects.filter(withdrawn_at__isnull=False).values("release")
    return releases_all().filter(
        state=ReleaseState.PUBLISHED.value, pk__in=list(marked.values_list("release", flat=True))
    )


def members_of_gone_centers() -> QuerySet[ReleaseMember]:
    """Exams in releases whose center withdrew, from the registry or this project, and that nobody marked yet.

    In the open scope.
    """
    taken_back = Ballot.objects.filter(
        project=OuterRef("release__project"), center=OuterRef("center"), state=BallotState.WITHDRAWN.value
    )
    gone = Q(center__state=CenterState.WITHDRAWN.value) | Q(Exists(taken_back))
    return ReleaseMember.objects.filter(gone, withdrawn_at=None)


def holds_withdrawn(release: DataRelease) -> bool:
    """Whether a release holds somebody who withdrew, or whose center did; asked anew, before the job marks it."""
    with center_scope(ALL_CENTERS):
        marked = release.members.filter(withdrawn_at__isnull=False)
        people = release.members.filter(subject__withdrawn_at__isnull=False)
        return (
            marked.exists() or people.exists() or members_of_gone_centers().filter(release=release).exists()
        )


def why_in_release(release: DataRelease, exam_label: str) -> dict[str, Any] | None:
    """Why an exam is in a release: found from its label through the release's own secret, for jobs and the steward.

    Returns:
        The registry id of the exam, what its center decided, whether images came, and when it was marked as
        withdrawn; None for a label that the release does not hold.
    """
    identities = secret_open(release).identities
    with center_scope(ALL_CENTERS):
        for row in release.members.all():
            if identities.exam(str(row.examination_id)) == exam_label:
                return {
                    "exam": row.examination_id,
                    "question": release.project.query_sentence,
                    "decision": row.decision,
                    "with_images": row.with_images,
                    "withdrawn_at": row.withdrawn_at,
                }
    return None


def releases_of_exam(exam: Examination) -> list[ReleaseMember]:
    """The releases that hold an exam, newest first; in the open scope."""
    rows = ReleaseMember.objects.filter(examination=exam).select_related("release__project")
    return list(rows.order_by("-release__built_at"))


def download_require(principal: Principal, release: DataRelease) -> None:
    """Refuse what may not be downloaded, without a word on which center stands against it.

    Raises:
        DownloadRejected: the text says why.
    """
    if not can(principal, Permission.USE_RELEASES, project=release.project_id):
        raise DownloadRejected(NOT_PUBLISHED)
    if release.state != ReleaseState.PUBLISHED:
        raise DownloadRejected(NOT_PUBLISHED)
    if ProjectState(release.project.state) not in MAY_HOLD_DATA:
        raise DownloadRejected(NOT_RUNNING)
    if not release.project.data_needs.get("download"):
        raise DownloadRejected(NO_DOWNLOAD_ASKED)
    if holds_withdrawn(release):
        raise DownloadRejected(SOMEBODY_WITHDREW)
    if not _agreements_allow(release):
        raise DownloadRejected(NO_DOWNLOAD_ALLOWED)


def download_refusal(principal: Principal, release: DataRelease) -> str:
    """Why `principal` may not download a release now; empty where it may be done."""
    try:
        download_require(principal, release)
    except DownloadRejected as refused:
        return str(refused)
    return ""


def release_bytes(release: DataRelease) -> Iterator[bytes]:
    """The archive of a release, part by part, verified.

    Raises:
        BoxDamagedError: the stored bytes are not those that were frozen.
        StorageError: the store failed.
    """
    return archive_read(str(release.pk), secret_open(release).archive_key, release.parts)


def release_part(release: DataRelease, key: bytes, number: int) -> bytes:
    """One part of the archive."""
    return part_read(str(release.pk), key, number, release.parts[number])


def _agreements_allow(release: DataRelease) -> bool:
    with center_scope(ALL_CENTERS):
        ids = set(release.members.order_by().values_list("center_id", flat=True).distinct())
    today = timezone.now().date()
    agreements = [agreement_in_force(center, today) for center in Center.objects.filter(pk__in=ids)]
    return all(agreement is not None and agreement.allows_download for agreement in agreements)


def _releases() -> QuerySet[DataRelease]:
    return DataRelease.objects.select_related("project__pi", "supersedes", "requested_by", "consented_by")
