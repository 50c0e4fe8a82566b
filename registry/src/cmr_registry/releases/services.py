"""Every write of the releases room: ask, consent, settle, publish, revoke, mark who withdrew."""

from typing import Any

from django.db.models import Max
from django.utils import timezone

from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.lib.claims import Claim, claim_confirm
from cmr_registry.projects.errors import BallotsOpenError
from cmr_registry.projects.models import Project
from cmr_registry.projects.selectors import ballot_outcome
from cmr_registry.projects.services import project_move
from cmr_registry.projects.states import MAY_HOLD_DATA, ProjectState
from cmr_registry.releases.building import Built
from cmr_registry.releases.errors import ReleaseNotReadyError, ReleaseStepError, SamePersonError
from cmr_registry.releases.keys import secret_make
from cmr_registry.releases.models import DataRelease, ReleaseMember
from cmr_registry.releases.notices import published_send, revoked_send, withdrawn_send
from cmr_registry.releases.selectors import holds_withdrawn
from cmr_registry.releases.states import RUNNING, ReleaseState, may_become
from cmr_registry.subjects.models import Subject
from cmr_registry.subjects.selectors import withdrawn_ids

S = ReleaseState


@audited
def release_request(*, project: Project, by: Principal) -> DataRelease:
    """Ask for a release of a project, or for a new version of the one that it has.

    Raises:
        ReleaseNotReadyError: ballots are not locked, the agreements are not signed, or a release is on its way.
    """
    if by.account is None:
        raise ReleaseNotReadyError("A person asks for a release, no job.")
    row = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    _require_ready(row)
    before = row.releases.filter(state=S.PUBLISHED.value).first()
    newest = row.releases.aggregate(n=Max("version"))["n"] or 0
    now = timezone.now()
    release = DataRelease(
        project=row,
        version=newest + 1,
        name=f"r-{row.pk.hex[:8]}-{newest + 1}",
        supersedes=before,
        state=S.REQUESTED.value,
        state_since=now,
        requested_by_id=by.account,
        requested_at=now,
    )
    release.save(force_insert=True)
    _event(by.actor, "release.request", release, {"version": release.version})
    return release


@audited
def release_consent(*, release: DataRelease, by: Principal) -> DataRelease:
    """Consent to a release, as another person than the one who asked; from now on the worker builds it.

    Raises:
        SamePersonError: the caller asked for it.
        ReleaseStepError: it does not wait for consent.
    """
    row = _locked(release)
    if by.account is None or by.account == row.requested_by_id:
        raise SamePersonError("A second person must consent; you asked for this release yourself.")
    if row.state != S.REQUESTED:
        raise ReleaseStepError("This release does not wait for consent.")
    _step(row, S.CONSENTED)
    row.consented_by_id, row.consented_at = by.account, row.state_since
    row.wrapped_secret = secret_make(row)
    row.save()
    _event(by.actor, "release.consent", row)
    return row


@audited
def release_retry(*, release: DataRelease, by: Principal) -> DataRelease:
    """Let the worker try again what failed; the consent stands.

    Raises:
        ReleaseStepError: it did not fail.
    """
    row = _locked(release)
    if row.state != S.FAILED:
        raise ReleaseStepError("Only a release that failed is tried again.")
    _step(row, S.CONSENTED)
    row.reason = ""
    row.save()
    _event(by.actor, "release.retry", row)
    return row


@audited
def release_start(*, release: DataRelease, actor: str) -> DataRelease:
    """Note that a worker builds; it changes nothing where another one died while building."""
    row = _locked(release)
    if row.state == S.CONSENTED:
        _step(row, S.BUILDING)
        row.save(update_fields=["state", "state_since"])
        _event(actor, "release.start", row)
    return row


@audited
def release_settle(*, release: DataRelease, built: Built, claim: Claim, actor: str) -> DataRelease:
    """Freeze a release: its archive, its manifest and whose exams are in it, at once or not at all.

    Whoever withdrew while it was built is marked here, for the handler of the withdrawal found no row then.

    Raises:
        ClaimLostError: another worker took over; nothing changes.
    """
    row = _locked(release)
    _step(row, S.BUILT)
    counts = built.frozen.summary["counts"]
    row.built_at, row.snapshot = row.state_since, built.plan.snapshot
    row.manifest = built.frozen.manifest.to_document()
    row.manifest_sha256 = built.frozen.manifest.digest()
    row.summary = built.frozen.summary
    row.flow = [{"label": s.label, "subjects": s.subjects, "exams": s.exams} for s in built.flow]
    row.parts = [part.to_document() for part in built.parts]
    row.size, row.sha256 = built.size, built.sha256
    row.n_subjects, row.n_exams, row.n_images = counts["people"], counts["exams"], counts["images"]
    row.progress = ""
    row.save()
    _members_write(row, built)
    _event(actor, "release.settle", row, {"n_exams": row.n_exams, "n_images": row.n_images})
    claim_confirm(claim)
    return row


@audited
def release_fail(*, release: DataRelease, reason: str, claim: Claim, actor: str) -> DataRelease:
    """Note that a build ended without a release, and why.

    Raises:
        ClaimLostError: another worker took over; nothing changes.
    """
    row = _locked(release)
    _step(row, S.FAILED)
    row.reason, row.progress = reason[:400], ""
    row.save()
    _event(actor, "release.fail", row)
    claim_confirm(claim)
    return row


@audited
def release_publish(*, release: DataRelease, by: Principal) -> DataRelease:
    """Publish a release after a person looked at what is in it; the version before it is superseded.

    Raises:
        ReleaseStepError: it is not built, or somebody in it withdrew since.
    """
    row = _locked(release)
    if row.state != S.BUILT:
        raise ReleaseStepError("Only a release that is built can be published.")
    if holds_withdrawn(row):
        raise ReleaseStepError("Somebody in it withdrew since it was built; revoke it and build it anew.")
    for older in row.project.releases.filter(state=S.PUBLISHED.value):
        _step(older, S.SUPERSEDED)
        older.save(update_fields=["state", "state_since"])
    _step(row, S.PUBLISHED)
    row.published_at = row.state_since
    row.save()
    if row.project.state == ProjectState.DATA_CUT:
        project_move(project=row.project, to=ProjectState.ACTIVE, by=by)
    published_send(row)
    _event(by.actor, "release.publish", row, {"version": row.version})
    return row


@audited
def release_revoke(*, release: DataRelease, reason: str, by: Principal) -> DataRelease:
    """Take a release back: no download any more; who holds a copy is told to delete it.

    Raises:
        ReleaseStepError: the worker is building it, or it is revoked already.
    """
    row = _locked(release)
    was_published = row.published_at is not None
    _step(row, S.REVOKED)
    row.reason = reason.strip()[:400]
    row.save()
    if was_published:
        revoked_send(row)
    _event(by.actor, "release.revoke", row)
    return row


@audited
def release_link_issue(*, release: DataRelease, by: Principal) -> None:
    """Note that a download link was given to a person."""
    _event(by.actor, "release.link", release, {"version": release.version})


@audited
def release_download_note(*, release: DataRelease, by: Principal) -> None:
    """Note that a person began a download."""
    detail = {"version": release.version, "sha256": release.sha256}
    _event(by.actor, "release.download", release, detail)


def subject_withdrawn(subject: Subject) -> None:
    """Handler of a withdrawal: mark every release that holds the subject, and tell the people of its project."""
    members_mark(rows=ReleaseMember.objects.filter(subject=subject), actor="job:withdrawals")


@audited
def members_mark(*, rows: Any, actor: str) -> int:
    """Mark exams of releases as withdrawn; each project is told once per release; twice changes nothing.

    Args:
        rows: members, in the open scope.
        actor: who marks.

    Returns:
        How many releases were marked newly.
    """
    fresh = rows.filter(withdrawn_at=None)
    releases = list(DataRelease.objects.filter(pk__in=fresh.values("release")).select_related("project"))
    told = set(
        ReleaseMember.objects.filter(release__in=releases, withdrawn_at__isnull=False).values_list(
            "release_id", flat=True
        )
    )
    rows.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    for release in releases:
        if release.state == S.PUBLISHED and release.pk not in told:
            withdrawn_send(release)
        _event(actor, "release.mark", release)
    return len(releases)


def _require_ready(project: Project) -> None:
    try:
        ballot_outcome(project)
    except BallotsOpenError as error:
        raise ReleaseNotReadyError(str(error)) from error
    if ProjectState(project.state) not in MAY_HOLD_DATA:
        raise ReleaseNotReadyError(
            f"The project stands at '{project.state}'. Move it on to '{ProjectState.DATA_CUT.value}' when its "
            "agreements are signed; then a release can be asked for."
        )
    if project.releases.filter(state__in=[state.value for state in RUNNING]).exists():
        raise ReleaseNotReadyError("A release of this project is on its way already.")


def _members_write(release: DataRelease, built: Built) -> None:
    gone, now = {str(pk) for pk in withdrawn_ids()}, timezone.now()
    release.members.all().delete()
    ReleaseMember.objects.bulk_create(
        [
            ReleaseMember(
                release=release,
                center_id=row.center,
                subject_id=row.subject,
                examination_id=row.exam,
                decision=built.plan.decisions[row.center],
                with_images=row.exam in built.with_images,
                withdrawn_at=now if row.subject in gone else None,
            )
            for row in built.plan.chosen
        ],
        batch_size=1_000,
    )


def _locked(release: DataRelease) -> DataRelease:
    rows = DataRelease.objects.select_for_update(of=("self",)).select_related("project")
    return rows.get(pk=release.pk)


def _step(release: DataRelease, to: ReleaseState) -> None:
    if not may_become(release.state, to):
        raise ReleaseStepError(f"A release that is {release.state} cannot become {to.value}.")
    release.state, release.state_since = to.value, timezone.now()


def _event(actor: str, action: str, release: DataRelease, detail: dict[str, Any] | None = None) -> None:
    event_record(actor=actor, action=action, target=f"release:{release.pk}", detail=detail)
