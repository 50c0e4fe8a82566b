"""Reads of the cohorts room that jobs and other rooms' services need; what a person may see comes from `answering`."""

import datetime
import hashlib
import threading
import uuid
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cmr_exchange.release import TABLES
from cmr_registry.accounts.models import Account
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_covered
from cmr_registry.cohorts.duck import READ
from cmr_registry.cohorts.errors import SnapshotDamagedError
from cmr_registry.cohorts.frame import Frame
from cmr_registry.cohorts.models import SavedQuery, Snapshot
from cmr_registry.cohorts.states import SnapshotState
from cmr_registry.lib.files import write_durably
from cmr_registry.lib.storage import storage

FRAMES_KEPT = 2
"""Opened snapshots per process: the current one, and the one before it that somebody still asks."""

_frames: dict[str, Frame] = {}
_lock = threading.Lock()


def snapshot_current() -> Snapshot | None:
    """The newest ready snapshot, None while there is none."""
    return Snapshot.objects.filter(state=SnapshotState.READY.value).order_by("-frozen_at", "id").first()


def snapshots_to_build() -> QuerySet[Snapshot]:
    """Snapshots that wait for a worker, oldest first."""
    return Snapshot.objects.filter(state=SnapshotState.REQUESTED.value).order_by("created_at", "id")


def snapshots_recent(n: int = 20) -> list[Snapshot]:
    """The newest snapshots of any state, newest first, for the steward."""
    return list(Snapshot.objects.order_by("-created_at", "id")[:n])


def snapshot_table_path(snapshot: Snapshot, table: str) -> Path:
    """A verified local copy of a table, fetched once; only the server's user can read it.

    Args:
        snapshot: a ready one.
        table: a name of `cmr_exchange.release.TABLES`.

    Raises:
        SnapshotDamagedError: the stored bytes are not those that were frozen.
        StorageError: the store or the disk failed.
    """
    if table not in TABLES:
        raise ValueError("No such table.")
    entry = snapshot.tables[table]
    path = (
        Path(settings.DATA_DIR) / "snapshots" / str(snapshot.pk) / f"{table}-{entry['sha256'][:16]}.parquet"
    )
    if not path.is_file() or path.stat().st_size != entry["size"]:
        data = storage().get(entry["object"])
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise SnapshotDamagedError(f"The table {table} is not what was frozen.")
        write_durably(path, data)
    return path


def snapshot_frame(snapshot: Snapshot) -> Frame:
    """The opened snapshot, kept for the next question.

    Raises:
        SnapshotDamagedError: a table is not what was frozen.
    """
    with _lock:
        if snapshot.sha256 not in _frames:
            paths = {table: snapshot_table_path(snapshot, table) for table in READ}
            while len(_frames) >= FRAMES_KEPT:
                _frames.pop(next(iter(_frames)))
            _frames[snapshot.sha256] = Frame(paths)
        else:
            _frames[snapshot.sha256] = _frames.pop(snapshot.sha256)
        return _frames[snapshot.sha256]


def centers_askable(on: datetime.date | None = None) -> Mapping[str, Center]:
    """Centers whose data may be asked for today, by id as it stands in the tables.

    Args:
        on: the day, UTC; None means today.
    """
    return {str(center.pk): center for center in centers_covered(on or timezone.now().date())}


def saved_query(pk: uuid.UUID, account: Account) -> SavedQuery | None:
    """A saved question of this person; None where there is none, or it is somebody else's."""
    return SavedQuery.objects.filter(pk=pk, owner=account).first()


def saved_queries_of(account: Account) -> QuerySet[SavedQuery]:
    """The newest versions of a person's saved questions, newest first."""
    return SavedQuery.objects.filter(owner=account, is_current=True).order_by("-saved_at", "id")
