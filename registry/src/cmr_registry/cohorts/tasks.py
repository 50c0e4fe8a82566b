"""The work of the cohorts room without anybody waiting: build what is requested, ask for a new one every night."""

import datetime
import shutil
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.centers.selectors import centers_covered
from cmr_registry.cohorts.collecting import data_state
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.selectors import snapshots_recent, snapshots_to_build
from cmr_registry.cohorts.services import WORKER, snapshot_fail, snapshot_freeze, snapshot_request
from cmr_registry.cohorts.snapshotting import tables_store, tables_write
from cmr_registry.cohorts.states import SnapshotState
from cmr_registry.exams.models import Examination
from cmr_registry.lib.claims import Claim, ClaimLostError, claim_renew, work_claimed
from cmr_registry.lib.errors import StorageError
from cmr_registry.lib.files import make_folder
from cmr_registry.lib.log import event
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

JOB = Principal(actor=WORKER, registry_roles=frozenset({Role.STEWARD}))
LEASE = datetime.timedelta(minutes=5)
"""Longer than any one batch, and than writing down all follow-up; renewed between batches."""
LOOK_EVERY_SECONDS = 600
BUILDING = "building-"
ABANDONED_SECONDS = 86_400
FAILED = "It could not be built ({error}); the log says when."


def work_once() -> bool:
    """Do one piece of work: build a requested snapshot, or else ask for the one of last night.

    Returns:
        True if there was something to do.
    """
    with center_scope(ALL_CENTERS):
        return work_claimed(snapshots_to_build(), _build, name="snapshot", lease=LEASE) or _request_nightly()


def snapshot_build(*, snapshot: Snapshot, claim: Claim) -> None:
    """Build a requested snapshot, or leave the reason why it cannot be built. Runs in the scope of all centers.

    What a worker that is killed leaves behind is a folder of its own, which the next one clears, and objects that
    nothing names.

    Args:
        snapshot: the requested one.
        claim: the worker's.

    Raises:
        ClaimLostError: another worker took over; nothing changes.
    """
    started = time.monotonic()
    try:
        tables = _tables(snapshot, claim)
        row = snapshot_freeze(snapshot=snapshot, tables=tables, claim=claim)
    except ClaimLostError:
        raise
    except Exception as error:
        event("work_failed", snapshot=str(snapshot.pk), error=type(error).__name__)
        sentence = (
            str(error) if isinstance(error, StorageError) else FAILED.format(error=type(error).__name__)
        )
        row = snapshot_fail(snapshot=snapshot, failure=sentence, claim=claim)
    elapsed = round(1000 * (time.monotonic() - started))
    event("snapshot_settled", snapshot=str(row.pk), state=row.state, n_exams=row.n_exams, ms=elapsed)


def _tables(snapshot: Snapshot, claim: Claim) -> dict[str, dict[str, object]]:
    top = Path(settings.DATA_DIR) / "snapshots"
    make_folder(top)
    centers = [center.pk for center in centers_covered(timezone.now().date())]
    _clear(top)
    with tempfile.TemporaryDirectory(prefix=BUILDING, dir=top) as name:
        folder = Path(name)
        rows = tables_write(folder, centers, lambda: claim_renew(claim, lease=LEASE))
        return tables_store(folder, snapshot.pk, rows)


def _clear(top: Path) -> None:
    """Remove what workers that were killed a day ago or earlier left behind."""
    for folder in top.glob(f"{BUILDING}*"):
        if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _state(now: datetime.datetime) -> str:
    return data_state([center.pk for center in centers_covered(now.date())])


def _build(snapshot: Snapshot, claim: Claim) -> None:
    snapshot_build(snapshot=snapshot, claim=claim)


def _request_nightly() -> bool:
    """Once a night: data that were there before midnight (UTC) and are in no snapshot get one."""
    if not cache.add("cohorts:nightly", 1, LOOK_EVERY_SECONDS):
        return False
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    newest = next(iter(snapshots_recent(1)), None)
    if newest is not None and newest.created_at >= midnight:
        return False
    if not Examination.objects.filter(accepted_at__lt=midnight).exists():
        return False
    if newest is not None and newest.state != SnapshotState.FAILED and newest.data_digest == _state(now):
        return False
    snapshot_request(by=JOB)
    return True
