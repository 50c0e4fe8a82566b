"""The release manifest and the layout of a data release: what the registry builds and researchers open.

    manifest.json              this document; names every other file with its SHA-256
    README.md                  missingness, death-source mix, terms, how to open
    codebook.csv               one row per item: label, unit, codes, ranges, n, missing by code
    flow.json                  list of `FlowStep`: the researcher's copy of the flow of n
    tables/<name>.parquet      and the same as tables/<name>.csv, `<name>` of `TABLES`
    images/<subject>/<exam>/<series>/<number>.dcm

Every subject, exam, series and center label in it is made for this release alone: two releases share no key,
UID, date or hash (F12). `day` counts from the subject's first exam in the release, which is day 0.
"""

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.reading import CODE, DIGEST, a_list, a_text, an_integer, fields_of

RELEASE_FORMAT = 1
MANIFEST_NAME = "manifest.json"
FIRST_STUDY_DATE = "19700101"
"""DICOM date of every subject's first exam in a release; later exams keep their exact distance."""
MISSING_SUFFIX = "__missing"
"""`<item>__missing` holds the missing code of `<item>`, null where the value is present (R14)."""

TABLES: Mapping[str, tuple[str, ...]] = {
    "subjects": ("subject", "center", "n_exams"),
    "exams": ("exam", "subject", "center", "day", "exam_year", "is_index", "has_images"),
    "series": (
        "series",
        "exam",
        "subject",
        "kind",
        "view",
        "n_instances",
        "n_phases",
        "n_positions",
        "has_images",
    ),
    "measurements": ("exam", "subject"),
    "events": ("subject", "kind", "day", "source", "precision"),
    "followup": (
        "subject",
        "exam",
        "time_zero_day",
        "follow_up_days",
        "died",
        "end",
        "source",
        "cause",
        "rule",
        "is_conflicting",
    ),
    "vital_status": (
        "subject",
        "source",
        "from_day",
        "through_day",
        "death_day",
        "death_precision",
        "cause",
        "last_alive_day",
    ),
}
"""Fixed columns of each table, in order. `measurements` and `events` go on with one column per dictionary item and
one `<item>__missing` beside it; items with several answers are lists of codes (CSV: joined by `;`)."""


class ReleaseKind(enum.StrEnum):
    """What stands behind the rows."""

    PROJECT = "project"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One file of a release.

    Attributes:
        path: below the release's folder, with slashes.
        sha256: of its bytes.
        size: bytes.
        rows: number of rows of a table, None for other files.
    """

    path: str
    sha256: str
    size: int
    rows: int | None = None

    @classmethod
    def from_document(cls, document: Any, where: str) -> "ReleaseFile":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is missing, unknown or ill-typed, or the path leaves the folder.
        """
        fields = fields_of(cls, document, where)
        path = a_text(fields["path"], f"{where}.path")
        if path.startswith("/") or "\\" in path or ".." in path.split("/"):
            raise MalformedDocumentError(f"{where}.path: a path below the release's folder is expected.")
        rows = fields.get("rows")
        return cls(
            path=path,
            sha256=a_text(fields["sha256"], f"{where}.sha256", DIGEST),
            size=an_integer(fields["size"], f"{where}.size", 0, 2**50),
            rows=None if rows is None else an_integer(rows, f"{where}.rows", 0, 2**40),
        )


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One step of the flow of n: what was asked, and who is left after it."""

    label: str
    subjects: int
    exams: int

    @classmethod
    def from_document(cls, document: Any, where: str) -> "FlowStep":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is missing, unknown or ill-typed.
        """
        fields = fields_of(cls, document, where)
        return cls(
            label=a_text(fields["label"], f"{where}.label", longest=400),
            subjects=an_integer(fields["subjects"], f"{where}.subjects", 0, 2**40),
            exams=an_integer(fields["exams"], f"{where}.exams", 0, 2**40),
        )


@dataclass(frozen=True, slots=True)
class ReleaseManifest:
    """What a release is, and every file of it.

    Attributes:
        format: version of this layout.
        kind: of a project, or synthetic.
        release: name of the release, such as `r-7f3a-1`.
        version: 1 for the first release of a project, counting up.
        supersedes: name of the release that this one replaces, None for the first.
        title: title of the project.
        question: the cohort in words.
        query_sha256, snapshot_sha256, ballot_sha256: what the release was cut from.
        dictionary_version, censoring_rule: meaning of the items, and of the follow-up table.
        built_on: calendar day on which it was frozen, `YYYY-MM-DD`.
        files: every file but the manifest.
        oldest_age_years: ages from here on stand as one band at this value; None where all are exact. An analysis
            that adjusts for age needs an indicator of the band.
    """

    format: int
    kind: ReleaseKind
    release: str
    version: int
    supersedes: str | None
    title: str
    question: str
    query_sha256: str
    snapshot_sha256: str
    ballot_sha256: str
    dictionary_version: str
    censoring_rule: str
    built_on: str
    files: tuple[ReleaseFile, ...]
    oldest_age_years: int | None = None

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        document = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        document["kind"] = self.kind.value
        document["files"] = [dataclasses.asdict(file) for file in self.files]
        return document

    def canonical_bytes(self) -> bytes:
        """The bytes that are hashed and shipped as `manifest.json`."""
        return canonical_json(self.to_document())

    def digest(self) -> str:
        """SHA-256 of the canonical bytes: the fingerprint of the whole release."""
        return sha256_hex(self.canonical_bytes())

    @classmethod
    def from_document(cls, document: Any) -> "ReleaseManifest":
        """Read strictly.

        Raises:
            MalformedDocumentError: another format, or anything that is not as declared.
        """
        fields = fields_of(cls, document, "manifest")
        if fields["format"] != RELEASE_FORMAT:
            raise MalformedDocumentError(
                f"manifest.format: this software reads release format {RELEASE_FORMAT}."
            )
        if fields["kind"] not in list(ReleaseKind):
            raise MalformedDocumentError("manifest.kind: not a kind of release.")
        supersedes = fields["supersedes"]
        oldest = fields.get("oldest_age_years")
        rows = a_list(fields["files"], "files", 2**24)
        texts = {
            name: a_text(fields[name], name, longest=4_000)
            for name in ("title", "question", "censoring_rule", "built_on")
        }
        digests = {
            name: a_text(fields[name], name, DIGEST)
            for name in ("query_sha256", "snapshot_sha256", "ballot_sha256")
        }
        return cls(
            format=RELEASE_FORMAT,
            kind=ReleaseKind(fields["kind"]),
            release=a_text(fields["release"], "release", CODE),
            version=an_integer(fields["version"], "version", 1, 100_000),
            supersedes=None if supersedes is None else a_text(supersedes, "supersedes", CODE),
            dictionary_version=a_text(fields["dictionary_version"], "dictionary_version", CODE),
            files=tuple(ReleaseFile.from_document(row, f"files[{i}]") for i, row in enumerate(rows)),
            oldest_age_years=None if oldest is None else an_integer(oldest, "oldest_age_years", 1, 120),
            **texts,
            **digests,
        )
