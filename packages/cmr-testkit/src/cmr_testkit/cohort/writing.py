"""Writes a cohort into a folder: documents to load, tables to read, and the truth beside them."""

import json
from collections.abc import Iterable
from pathlib import Path

from cmr_exchange.followup import FollowUpDocument
from cmr_exchange.manifest import DeliveryManifest
from cmr_testkit.cohort.documents import follow_up_documents, manifests
from cmr_testkit.cohort.files import CENTERS, FOLLOW_UP, MANIFESTS, README, TABLES_FOLDER, TRUTH
from cmr_testkit.cohort.making import Cohort
from cmr_testkit.cohort.tables import TableWriter
from cmr_testkit.cohort.truth import LABEL, truth_of

ABOUT = """\
SYNTHETIC cohort: invented centers and people, computed numbers. Nothing in it may be read as a finding.

centers.json      the invented centers
manifests.jsonl   one delivery manifest per exam (report only), as a connector sends it
followup.jsonl    one follow-up document per subject that is followed up
truth.json        everything that is planted, and what an analysis should find
tables/           Parquet tables in the layout of a snapshot, where they were asked for; they stand for a
                  registry that holds images of most exams, while the documents are reports alone

Made by cmr-testkit: {subjects} subjects, {exams} exams, seed {seed}. The same command gives the same bytes.
"""


def write_cohort(cohort: Cohort, out: Path, *, documents: bool = True, tables: bool = False) -> list[Path]:
    """Write a cohort and return the files.

    Args:
        cohort: from `make_cohort`.
        out: folder; made where it is missing.
        documents: write manifests and follow-up documents.
        tables: write Parquet tables in the layout of a snapshot.
    """
    out.mkdir(parents=True, exist_ok=True)
    about = ABOUT.format(subjects=cohort.people.subjects, exams=cohort.exams.rows, seed=cohort.seed)
    paths = [
        _text(out / README, about),
        _json(out / CENTERS, _centers(cohort)),
        _json(out / TRUTH, truth_of(cohort)),
    ]
    if documents:
        paths.append(_lines(out / MANIFESTS, manifests(cohort)))
        paths.append(_lines(out / FOLLOW_UP, follow_up_documents(cohort)))
    if tables:
        paths += TableWriter(cohort, out / TABLES_FOLDER).write()
    return paths


def _centers(cohort: Cohort) -> dict[str, object]:
    names = ("code", "name", "city", "country", "time_zone")
    rows = [{name: getattr(plan, name) for name in names} for plan in cohort.plans]
    return {"label": LABEL, "centers": rows}


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _json(path: Path, document: object) -> Path:
    return _text(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _lines(path: Path, documents: Iterable[DeliveryManifest | FollowUpDocument]) -> Path:
    """One canonical document per line."""
    with path.open("wb") as file:
        for document in documents:
            file.write(document.canonical_bytes() + b"\n")
    return path
