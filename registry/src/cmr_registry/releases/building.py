"""The worker's half of a release: plan, cut, write the encrypted archive, then settle all rows in one transaction.

Nothing is visible before the settling transaction commits. A build that dies leaves encrypted parts that no row
names; the next one begins again under the same secret, so with the same labels, and clears them away.
"""

import datetime
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cmr_exchange.release import FlowStep, ReleaseKind
from cmr_registry.centers.models import Center
from cmr_registry.cohorts.selectors import snapshot_current
from cmr_registry.exams.models import Examination
from cmr_registry.lib.claims import Claim, ClaimLostError
from cmr_registry.lib.log import event
from cmr_registry.lib.storage import storage
from cmr_registry.releases.cutting import CutTables, cut_tables
from cmr_registry.releases.errors import ReleaseError, ReleaseUnbuildableError
from cmr_registry.releases.freezing import Frozen, ReleaseFacts, freeze, released_step
from cmr_registry.releases.images import ImageRules, ReleasedImage, series_images
from cmr_registry.releases.keys import ReleaseSecret, secret_open
from cmr_registry.releases.labels import Labels
from cmr_registry.releases.models import DataRelease
from cmr_registry.releases.packing import ArchiveWriter, Part, PartWriter, parts_clear
from cmr_registry.releases.planning import ReleasePlan, plan_release
from cmr_registry.releases.second_look import Forbidden

LEASE = datetime.timedelta(minutes=5)
CHUNK = 2_000


@dataclass(frozen=True)
class Built:
    """A finished archive that waits to be settled.

    Attributes:
        plan: what it was built from.
        frozen: its manifest and summary.
        flow: the whole flow of n, for the steward.
        parts, size, sha256: of the archive.
        with_images: registry ids of the exams whose images are in it.
    """

    plan: ReleasePlan
    frozen: Frozen
    flow: tuple[FlowStep, ...]
    parts: tuple[Part, ...]
    size: int
    sha256: str
    with_images: frozenset[str]


def release_build(release: DataRelease, claim: Claim) -> Built:
    """Build the archive of a release; the scope of all centers must be open, and no transaction.

    Raises:
        ReleaseUnbuildableError: it cannot be built; the text says why.
        ClaimLostError: another worker took over.
    """
    started = time.monotonic()
    snapshot = snapshot_current()
    if snapshot is None:
        raise ReleaseUnbuildableError("There is no snapshot; build one first.")
    now = timezone.now()
    plan = _planned(release, snapshot, now.date())
    secret = secret_open(release)
    parts_clear(storage(), str(release.pk), ())
    progress(claim, "cutting the tables")
    labels = Labels.of(secret.identities, plan.chosen)
    cut = cut_tables(plan.paths(), labels, plan.asked)
    built = _written(release, claim, plan, secret, cut, now.date())
    elapsed = round(1000 * (time.monotonic() - started))
    event("release_settled", release=str(release.pk), state="written", n_exams=len(plan.chosen), ms=elapsed)
    return built


def progress(claim: Claim, words: str, n_done: int = 0, n_to_do: int = 0) -> None:
    """Say how far the build is, and keep the claim alive.

    Raises:
        ClaimLostError: another worker holds it now.
    """
    rows: Any = DataRelease.objects.filter(pk=claim.pk, claim_token=claim.token)
    lease = timezone.now() + LEASE
    if rows.update(progress=words, n_done=n_done, n_to_do=n_to_do, claimed_until=lease) != 1:
        raise ClaimLostError("Another worker took over meanwhile.")


def _planned(release: DataRelease, snapshot: Any, today: datetime.date) -> ReleasePlan:
    try:
        return plan_release(release.project, snapshot, today)
    except ReleaseError:
        raise
    except Exception as error:
        raise ReleaseUnbuildableError(f"The cohort could not be chosen ({type(error).__name__}).") from error


def _written(
    release: DataRelease,
    claim: Claim,
    plan: ReleasePlan,
    secret: ReleaseSecret,
    cut: CutTables,
    today: datetime.date,
) -> Built:
    writer = PartWriter(str(release.pk), secret.archive_key)
    archive = ArchiveWriter(writer)
    examiner = _forbidden(plan).examiner()
    images = _images(claim, plan, secret, cut)
    frozen = freeze(archive, _facts(release, plan, secret, today), cut, images, examiner)
    digest = writer.finish()
    return Built(
        plan=plan,
        frozen=frozen,
        flow=(*plan.cohort, released_step(cut)),
        parts=tuple(writer.parts),
        size=writer.size,
        sha256=digest,
        with_images=frozenset(exam for _, exam in cut.images),
    )


def _images(
    claim: Claim, plan: ReleasePlan, secret: ReleaseSecret, cut: CutTables
) -> Iterator[ReleasedImage]:
    rules = ImageRules(secret.identities, cut.days, cut.oldest_age_years)
    for number, (series, exam) in enumerate(cut.images):
        progress(claim, "re-keying the images", number, len(cut.images))
        yield from series_images(series, exam, rules)
    progress(claim, "writing the last files", len(cut.images), len(cut.images))


def _facts(
    release: DataRelease, plan: ReleasePlan, secret: ReleaseSecret, today: datetime.date
) -> ReleaseFacts:
    return ReleaseFacts(
        name=release.name,
        version=release.version,
        supersedes=release.supersedes.name if release.supersedes else None,
        title=release.project.title,
        question=plan.question,
        kind=ReleaseKind.PROJECT,
        query_sha256=plan.query_sha256,
        snapshot_sha256=plan.snapshot.sha256,
        ballot_sha256=secret.commitment(plan.outcome.digest),
        built_on=today,
        cohort=plan.cohort,
        follow_up=plan.asked.follow_up,
        has_open_window=plan.has_open_window,
    )


def _forbidden(plan: ReleasePlan) -> Forbidden:
    """Registry ids and pseudonyms of who is in it, and the words of every center, those that are out above all."""
    words = [word for row in Center.objects.values_list("code", "name") for word in row]
    ids = {text for row in plan.chosen for text in (row.center, row.subject, row.exam)}
    ids |= {str(pk) for pk in Center.objects.values_list("pk", flat=True)}
    pseudonyms: set[str] = set()
    for exams in _chunks([row.exam for row in plan.chosen]):
        rows = Examination.everything.filter(pk__in=exams)
        for exam, subject in rows.values_list("pseudonym", "subject__pseudonym"):
            pseudonyms |= {exam, subject}
    return Forbidden(ids, pseudonyms, words)


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
