"""cmr-registry snapshot: freeze the data that may be used, now."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from cmr_registry.cohorts.models import Snapshot
from cmr_registry.cohorts.services import snapshot_request
from cmr_registry.cohorts.states import SnapshotState
from cmr_registry.cohorts.tasks import LEASE, snapshot_build
from cmr_registry.config.management.checked import CheckedCommand
from cmr_registry.config.principal import principal_of_job
from cmr_registry.lib.claims import ClaimLostError, claim_next
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

AT_CONSOLE = principal_of_job("console")


class Command(CheckedCommand):
    """Ask for a snapshot and build it here, unless a worker was quicker; then wait for it."""

    help = "Build a snapshot for research now, without waiting for the night."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to answer."""
        parser.add_argument("--json", action="store_true", help="print the snapshot as JSON")

    def handle_checked(self, **options: Any) -> None:
        """Build."""
        snapshot = _settled(snapshot_request(by=AT_CONSOLE))
        if snapshot.state != SnapshotState.READY:
            raise CommandError(snapshot.failure or "The snapshot was not built.")
        if options["json"]:
            names = ("sha256", "dictionary_version", "n_subjects", "n_exams", "tables")
            document = {"id": str(snapshot.pk), **{name: getattr(snapshot, name) for name in names}}
            self.stdout.write(json.dumps(document, indent=2))
        else:
            counts = f"{snapshot.n_exams} exams of {snapshot.n_subjects} subjects"
            self.stdout.write(f"Snapshot {snapshot.pk} is ready: {counts}, digest {snapshot.sha256[:16]}.")


def _settled(snapshot: Snapshot) -> Snapshot:
    while snapshot.state == SnapshotState.REQUESTED:
        claimed = claim_next(Snapshot.objects.filter(pk=snapshot.pk, state=snapshot.state), lease=LEASE)
        if claimed is None:
            time.sleep(0.5)
        else:
            _build(*claimed)
        snapshot = Snapshot.objects.get(pk=snapshot.pk)
    return snapshot


def _build(snapshot: Snapshot, claim: Any) -> None:
    try:
        with center_scope(ALL_CENTERS):
            snapshot_build(snapshot=snapshot, claim=claim)
    except ClaimLostError:
        return
