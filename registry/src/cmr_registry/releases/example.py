"""The synthetic release that anybody may download: invented people, the real format, made by the same code.

Its tables are package data (data/README.md says how they were drawn); it holds no images. Its key is public, for
there is nobody behind its labels.
"""

import datetime
import functools
import hashlib
import io
from pathlib import Path

import pyarrow.parquet as pq

from cmr_deid.rekey import ReleaseIdentities
from cmr_exchange.release import TABLES, FlowStep, ReleaseKind
from cmr_registry.cohorts.parquet import crossing_items
from cmr_registry.releases.cutting import Asked, cut_tables
from cmr_registry.releases.freezing import Frozen, ReleaseFacts, freeze
from cmr_registry.releases.labels import Chosen, Labels
from cmr_registry.releases.packing import ArchiveWriter

FOLDER = Path(__file__).parent / "data"
NAME = "r-example-1"
TITLE = "Synthetic example release: every person, center and number in it is invented"
QUESTION = "The first exam of each person of a synthetic cohort."
BUILT_ON = datetime.date(2026, 1, 1)
_KEY = hashlib.sha256(b"the key of the synthetic example is public").digest()


def example_archive() -> bytes:
    """The whole archive as ZIP."""
    return _example()[0]


def example_frozen() -> Frozen:
    """Its manifest and summary."""
    return _example()[1]


@functools.lru_cache(maxsize=1)
def _example() -> tuple[bytes, Frozen]:
    paths = {name: FOLDER / f"{name}.parquet" for name in TABLES}
    rows = pq.read_table(paths["exams"], columns=["center", "subject", "exam", "day"]).to_pylist()
    first: dict[str, Chosen] = {}
    for row in sorted(rows, key=lambda row: (row["day"], row["exam"])):
        first.setdefault(row["subject"], Chosen(row["center"], row["subject"], row["exam"]))
    labels = Labels.of(ReleaseIdentities(_KEY), first.values())
    cut = cut_tables(paths, labels, Asked(frozenset(crossing_items()), bands_ages=True))
    out = io.BytesIO()
    cohort = (
        FlowStep("everybody in the synthetic cohort", len(first), len(rows)),
        FlowStep("first exam of each person", len(first), len(first)),
    )
    frozen = freeze(ArchiveWriter(out), _facts(paths, cohort), cut)
    return out.getvalue(), frozen


def _facts(paths: dict[str, Path], cohort: tuple[FlowStep, ...]) -> ReleaseFacts:
    return ReleaseFacts(
        name=NAME,
        version=1,
        supersedes=None,
        title=TITLE,
        question=QUESTION,
        kind=ReleaseKind.SYNTHETIC,
        query_sha256=_sha256(QUESTION.encode()),
        snapshot_sha256=_sha256(b"".join(path.read_bytes() for path in paths.values())),
        ballot_sha256=_sha256(b"a synthetic release has no ballot"),
        built_on=BUILT_ON,
        cohort=cohort,
        follow_up=True,
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
