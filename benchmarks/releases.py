"""The tables of a release of 3,000 exams: cut, re-labeled, looked at a second time, frozen and encrypted.

Every item of the dictionary is asked for, which no application does; images are another figure (pipeline).
"""

import datetime
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks import registry_models  # noqa: F401  (before any model)
from benchmarks.report import Figure
from cmr_deid.rekey import ReleaseIdentities
from cmr_exchange.release import TABLES, FlowStep, ReleaseKind
from cmr_registry.cohorts.parquet import crossing_items
from cmr_registry.releases.cutting import Asked, cut_tables
from cmr_registry.releases.freezing import ReleaseFacts, freeze
from cmr_registry.releases.labels import Chosen, Labels
from cmr_registry.releases.packing import ArchiveWriter
from cmr_registry.releases.second_look import Forbidden
from demo.processes import COMMANDS

SUBJECTS, ROUNDS = 2_680, 3
KEY = bytes(range(32))


def run() -> list[Figure]:
    """Seconds from the snapshot's tables to the finished archive."""
    with tempfile.TemporaryDirectory(prefix="cmr-bench-") as name:
        command: list[str] = [
            str(COMMANDS / "cmr-testkit"),
            "cohort",
            f"{name}/cohort",
            "--subjects",
            str(SUBJECTS),
            "--tables-only",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        paths = {table: Path(name, "cohort", "tables", f"{table}.parquet") for table in TABLES}
        taken = [_seconds(paths, Path(name)) for _ in range(ROUNDS)]
        n_exams = pq.read_metadata(paths["exams"]).num_rows
    return [
        Figure(
            f"tables of a release of {n_exams:,} exams", "s", statistics.median(taken), higher_is_better=False
        )
    ]


def _seconds(paths: Mapping[str, Path], folder: Path) -> float:
    begun = time.perf_counter()
    rows = pq.read_table(paths["exams"], columns=["center", "subject", "exam"]).to_pylist()
    chosen = [Chosen(row["center"], row["subject"], row["exam"]) for row in rows]
    cut = cut_tables(paths, Labels.of(ReleaseIdentities(KEY), chosen), Asked(frozenset(crossing_items())))
    forbidden = Forbidden(
        {text for row in chosen for text in (row.subject, row.exam)}, (), ("harbor", "harbor clinic")
    )
    with open(folder / "release.zip", "wb") as file:
        freeze(ArchiveWriter(file), _facts(len(chosen)), cut, (), forbidden.examiner())
    return time.perf_counter() - begun


def _facts(n: int) -> ReleaseFacts:
    digest = "0" * 64
    return ReleaseFacts(
        name="r-bench-1",
        version=1,
        supersedes=None,
        title="Benchmark",
        question="Everybody.",
        kind=ReleaseKind.SYNTHETIC,
        query_sha256=digest,
        snapshot_sha256=digest,
        ballot_sha256=digest,
        built_on=datetime.date(2026, 1, 1),
        cohort=(FlowStep("everybody", n, n),),
        follow_up=True,
    )
