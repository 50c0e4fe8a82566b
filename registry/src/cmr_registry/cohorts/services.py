"""Every write of the cohorts room about snapshots."""

from typing import Any

from django.db.models import F
from django.utils import timezone

from cmr_dictionary import load
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.centers.selectors import centers_covered
from cmr_registry.cohorts.collecting import data_state
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.selectors import snapshots_to_build
from cmr_registry.cohorts.snapshotting import snapshot_digest
from cmr_registry.cohorts.states import SnapshotState, require_step
from cmr_registry.lib.claims import Claim, claim_confirm
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

WORKER = "job:cohorts"


@audited
def snapshot_request(*, by: Principal) -> Snapshot:
    """Ask for a new snapshot; the worker builds it. One that already waits is the answer to a second request.

    Args:
        by: the steward, or the nightly job.
    """
    transaction_lock("snapshot")
    waiting = snapshots_to_build().filter(claimed_until=None).first()
    if waiting is not None:
        return waiting
    with center_scope(ALL_CENTERS):
        digest = data_state([center.pk for center in centers_covered(timezone.now().date())])
    snapshot = Snapshot.objects.create(
        state=SnapshotState.REQUESTED.value, requested_by=by.actor, data_digest=digest
    )
    event_record(actor=by.actor, action="snapshot.request", target=f"snapshot:{snapshot.pk}")
    return snapshot


@audited
def snapshot_freeze(*, snapshot: Snapshot, tables: dict[str, dict[str, Any]], claim: Claim) -> Snapshot:
    """Let a built snapshot be asked.

    Args:
        snapshot: the requested one.
        tables: what was stored.
        claim: the worker's; confirmed last.

    Raises:
        ClaimLostError: another worker has it; nothing changes.
    """
    row = Snapshot.objects.select_for_update().get(pk=snapshot.pk)
    row.state = require_step(row.state, SnapshotState.READY).value
    row.tables, row.sha256 = tables, snapshot_digest(tables)
    row.frozen_at, row.dictionary_version = timezone.now(), load().version
    row.n_subjects, row.n_exams = tables["subjects"]["rows"], tables["exams"]["rows"]
    row.failure = ""
    row.save()
    claim_confirm(claim)
    detail = {"n_subjects": row.n_subjects, "n_exams": row.n_exams, "sha256": row.sha256}
    event_record(actor=WORKER, action="snapshot.freeze", target=f"snapshot:{row.pk}", detail=detail)
    return row


@audited
def snapshot_fail(*, snapshot: Snapshot, failure: str, claim: Claim) -> Snapshot:
    """Say why a snapshot could not be built; the steward may ask again.

    Args:
        snapshot: the requested one.
        failure: a sentence without values.
        claim: the worker's.

    Raises:
        ClaimLostError: another worker has it; nothing changes.
    """
    row = Snapshot.objects.select_for_update().get(pk=snapshot.pk)
    row.state = require_step(row.state, SnapshotState.FAILED).value
    row.failure = failure[:200]
    row.save(update_fields=["state", "failure"])
    claim_confirm(claim)
    event_record(actor=WORKER, action="snapshot.fail", target=f"snapshot:{row.pk}")
    return row


@audited
def snapshot_retry(*, snapshot: Snapshot, by: Principal) -> Snapshot:
    """Build a failed snapshot again.

    Raises:
        ValueError: it has not failed.
    """
    row = Snapshot.objects.select_for_update().get(pk=snapshot.pk)
    row.state = require_step(row.state, SnapshotState.REQUESTED).value
    row.claimed_until, row.claim_token = None, F("claim_token") + 1
    row.save(update_fields=["state", "claimed_until", "claim_token"])
    event_record(actor=by.actor, action="snapshot.retry", target=f"snapshot:{row.pk}")
    return Snapshot.objects.get(pk=row.pk)
