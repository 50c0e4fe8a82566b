"""Writing the files of a release: tables, codebook, README, flow, images, manifest. One code for all of them.

A project's release and the synthetic example are made here alike; what differs is handed in.
"""

import datetime
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cmr_dictionary import load
from cmr_exchange.censoring import RULE
from cmr_exchange.release import RELEASE_FORMAT, FlowStep, ReleaseKind, ReleaseManifest
from cmr_registry.releases.books import (
    codebook_bytes,
    codebook_of,
    csv_bytes,
    missing_words,
    parquet_bytes,
    source_mix_of,
    table_rows,
)
from cmr_registry.releases.cutting import CutTables
from cmr_registry.releases.flow import researchers_flow
from cmr_registry.releases.images import ReleasedImage
from cmr_registry.releases.packing import ArchiveWriter
from cmr_registry.releases.readme import ReadmeFacts, readme_of

Examine = Callable[[str, bytes], None]
"""Looks at one file before it is put in, and raises where it must not leave."""


@dataclass(frozen=True)
class ReleaseFacts:
    """What a release is, beside its rows.

    Attributes:
        name, version, supersedes, title, question: as in the manifest.
        kind: of a project, or synthetic.
        query_sha256, snapshot_sha256, ballot_sha256: what it was cut from.
        built_on: calendar day.
        cohort: the flow of n of the question over all centers.
        follow_up: whether follow-up was asked for.
        has_open_window: whether the question looked after the exam without an end.
    """

    name: str
    version: int
    supersedes: str | None
    title: str
    question: str
    kind: ReleaseKind
    query_sha256: str
    snapshot_sha256: str
    ballot_sha256: str
    built_on: datetime.date
    cohort: tuple[FlowStep, ...]
    follow_up: bool
    has_open_window: bool = False


@dataclass(frozen=True)
class Frozen:
    """A release as it was written.

    Attributes:
        manifest: of all its files.
        summary: what the pages show: counts, flow, source mix, what is known.
    """

    manifest: ReleaseManifest
    summary: dict[str, Any]


def freeze(
    archive: ArchiveWriter,
    facts: ReleaseFacts,
    cut: CutTables,
    images: Iterable[ReleasedImage] = (),
    examine: Examine | None = None,
) -> Frozen:
    """Write a whole release into `archive`, the manifest last.

    Args:
        archive: where the files go.
        facts: what it is.
        cut: its tables.
        images: its instances; they are taken one by one.
        examine: looks at every text before it is put in.
    """
    look = examine or _nothing
    for name, table in cut.tables.items():
        text = csv_bytes(table)
        look(f"tables/{name}.csv", text)
        archive.add(f"tables/{name}.parquet", parquet_bytes(table), table.num_rows)
        archive.add(f"tables/{name}.csv", text, table.num_rows)
    n_images = 0
    for image in images:
        archive.add(image.path, image.data)
        n_images += 1
    codebook = codebook_of(cut)
    archive.add("codebook.csv", codebook_bytes(codebook), len(codebook))
    flow = researchers_flow(facts.cohort, released_step(cut))
    summary = _summary(cut, flow, codebook, n_images)
    for path, text in _texts(facts, cut, flow, summary):
        look(path, text)
        archive.add(path, text)
    manifest = _manifest(facts, archive, cut.oldest_age_years)
    look("manifest.json", manifest.canonical_bytes())
    archive.finish(manifest)
    return Frozen(manifest, summary)


def released_step(cut: CutTables) -> FlowStep:
    """The last step of the flow: who is in the release."""
    return FlowStep("in this release", cut.tables["subjects"].num_rows, cut.tables["exams"].num_rows)


def _summary(
    cut: CutTables, flow: Iterable[FlowStep], codebook: list[dict[str, Any]], n_images: int
) -> dict[str, Any]:
    rows = table_rows(cut.tables)
    return {
        "counts": {
            "people": rows["subjects"],
            "exams": rows["exams"],
            "series": rows["series"],
            "images": n_images,
        },
        "rows": rows,
        "flow": [{"label": step.label, "subjects": step.subjects, "exams": step.exams} for step in flow],
        "mix": source_mix_of(cut),
        "missing": [list(row) for row in missing_words(codebook)],
        "oldest_age_years": cut.oldest_age_years,
    }


def _texts(
    facts: ReleaseFacts, cut: CutTables, flow: tuple[FlowStep, ...], summary: dict[str, Any]
) -> Iterable[tuple[str, bytes]]:
    readme = readme_of(
        ReadmeFacts(
            name=facts.name,
            version=facts.version,
            supersedes=facts.supersedes,
            title=facts.title,
            question=facts.question,
            is_synthetic=facts.kind is ReleaseKind.SYNTHETIC,
            counts=summary["counts"],
            flow=flow,
            missing=[tuple(row) for row in summary["missing"]],
            mix=summary["mix"],
            oldest_age_years=cut.oldest_age_years,
            follow_up=facts.follow_up,
            has_open_window=facts.has_open_window,
            landmark_days=cut.landmark_days,
        )
    )
    yield "flow.json", json.dumps(summary["flow"], indent=1, ensure_ascii=False).encode()
    yield "README.md", readme.encode()


def _manifest(facts: ReleaseFacts, archive: ArchiveWriter, oldest_age_years: int | None) -> ReleaseManifest:
    return ReleaseManifest(
        format=RELEASE_FORMAT,
        kind=facts.kind,
        release=facts.name,
        version=facts.version,
        supersedes=facts.supersedes,
        title=facts.title,
        question=facts.question,
        query_sha256=facts.query_sha256,
        snapshot_sha256=facts.snapshot_sha256,
        ballot_sha256=facts.ballot_sha256,
        dictionary_version=load().version,
        censoring_rule=RULE,
        built_on=facts.built_on.isoformat(),
        files=tuple(archive.files),
        oldest_age_years=oldest_age_years,
    )


def _nothing(path: str, data: bytes) -> None:
    """Look at nothing."""
