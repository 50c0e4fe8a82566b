"""The work of releases without anybody waiting: build what was consented to, mark what centers took back."""

from cmr_registry.lib.claims import Claim, work_claimed
from cmr_registry.lib.log import event
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.lib.storage import storage
from cmr_registry.releases.building import LEASE, release_build
from cmr_registry.releases.errors import ReleaseUnbuildableError
from cmr_registry.releases.models import DataRelease
from cmr_registry.releases.packing import parts_clear
from cmr_registry.releases.selectors import members_of_gone_centers, releases_to_build
from cmr_registry.releases.services import members_mark, release_fail, release_settle, release_start

WORKER = "job:releases"


def work_once() -> bool:
    """Mark exams of centers that withdrew, or else build one release.

    Returns:
        True if there was something to do.
    """
    with center_scope(ALL_CENTERS):
        return _mark() or work_claimed(releases_to_build(), _build, name="release", lease=LEASE)


def _mark() -> bool:
    rows = members_of_gone_centers()
    return rows.exists() and members_mark(rows=rows, actor=WORKER) > 0


def _build(release: DataRelease, claim: Claim) -> None:
    release = release_start(release=release, actor=WORKER)
    try:
        built = release_build(release, claim)
    except ReleaseUnbuildableError as error:
        release_fail(release=release, reason=str(error), claim=claim, actor=WORKER)
        event("release_settled", release=str(release.pk), state="failed", n_exams=0, ms=0)
        return
    release_settle(release=release, built=built, claim=claim, actor=WORKER)
    parts_clear(storage(), str(release.pk), built.parts)
