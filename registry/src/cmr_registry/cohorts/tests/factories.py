"""A ready snapshot of a synthetic cohort, and centers that stand behind it."""

import datetime

import pyarrow.parquet as pq
from django.utils import timezone

from cmr_registry.centers.models import Center, ParticipationAgreement
from cmr_registry.centers.states import CenterState
from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.snapshotting import snapshot_digest, tables_store
from cmr_registry.cohorts.states import SnapshotState


def ready_snapshot(tables):
    """A snapshot that holds these tables, `{name: path}`, with its centers active and agreed."""
    folder = next(iter(tables.values())).parent
    ids = pq.read_table(tables["subjects"], columns=["center"])["center"].unique().to_pylist()
    for place, pk in enumerate(sorted(ids)):
        center = Center.objects.create(
            id=pk,
            code=f"cohort-{place}",
            name=f"Cohort {place}",
            city="X",
            country="US",
            state=CenterState.ACTIVE,
        )
        ParticipationAgreement.objects.create(
            center=center, text_version="1", effective_on=datetime.date(2020, 1, 1)
        )
    rows = {name: pq.read_metadata(path).num_rows for name, path in tables.items()}
    snapshot = Snapshot(
        state=SnapshotState.READY.value,
        requested_by="job:tests",
        frozen_at=timezone.now(),
        dictionary_version="1.0",
        n_subjects=rows["subjects"],
        n_exams=rows["exams"],
    )
    snapshot.tables = tables_store(folder, snapshot.pk, rows)
    snapshot.sha256 = snapshot_digest(snapshot.tables)
    snapshot.save()
    return snapshot


def item(name, op, value=None):
    """A condition on an item."""
    document = {"item": name, "op": op}
    return document if value is None else {**document, "value": value}


def question(*conditions, index="first", excluded=()):
    """The JSON form of a question with one step per condition."""
    steps = [{"label": "", "include": True, "where": one} for one in conditions]
    steps += [{"label": "", "include": False, "where": one} for one in excluded]
    return {"version": 1, "index": index, "steps": steps, "min_follow_up_days": None}
