"""What the store hands out: one frozen record per noun. None of them holds an identifier of a patient."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from cmr_connector.states import DeliveryState, ExamState, InstanceState, ReportState


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One exam.

    Attributes:
        id: its number at this center; what people and logs call it.
        pseudonym, subject: what the registry knows it by; subject is None until it was prepared.
        state, reason: where it stands; reason is a code of `cmr_exchange.reasons`.
        released: a person has said that it is a CMR exam although nothing in it says so.
        dated: day and exam year have been settled and never move again.
        day: whole days from the subject's origin, None where the date could not be read.
        values: case-report values read from DICOM, by dictionary item.
        version: newest version that was queued, 0 before the first.
        n_instances, n_problems: instances on the ledger, and those of them that are held or rejected.
        first_received_at, last_received_at, changed_at: UTC instants.
    """

    id: int
    pseudonym: str
    subject: str | None
    state: ExamState
    reason: str | None
    released: bool
    dated: bool
    day: int | None
    exam_year: int | None
    values: dict[str, Any]
    version: int
    accession_hash: str | None
    patient_id_hash: str | None
    n_instances: int
    n_problems: int
    first_received_at: str
    last_received_at: str
    changed_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "ExamRow":
        """From a row of `exam` joined with its counts."""
        return cls(
            id=row["id"],
            pseudonym=row["pseudonym"],
            subject=row["subject"],
            state=ExamState(row["state"]),
            reason=row["reason"],
            released=bool(row["released"]),
            dated=bool(row["dated"]),
            day=row["day"],
            exam_year=row["exam_year"],
            values=json.loads(row["dicom_values"] or "{}"),
            version=row["version"],
            patient_id_hash=row["patient_id_hash"],
            accession_hash=row["accession_hash"],
            n_instances=row["n_instances"],
            n_problems=row["n_problems"],
            first_received_at=row["first_received_at"],
            last_received_at=row["last_received_at"],
            changed_at=row["changed_at"],
        )


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One received instance on the ledger of its exam (L3).

    Attributes:
        series_hash, sop_hash: keyed hashes, equal where the source values are equal.
        subject: pseudonym of the patient that the image names, empty when it names none.
        source: how it came: `scp`, `folder`, `desk` or `command`.
        size: received bytes.
        spool: file name in the spool, None once it was cleared.
        out_*: the outgoing file: SHA-256, size and re-mapped UIDs; None before de-identification.
        facts: acquisition facts of the instance as a document.
        times_received: how often the same bytes came.
        says_head: whether its own words speak of the head.
    """

    id: int
    exam_id: int
    series_hash: str
    sop_hash: str
    subject: str
    source: str
    size: int
    spool: str | None
    state: InstanceState
    reason: str | None
    out_sha256: str | None
    out_size: int | None
    out_sop_uid: str | None
    out_series_uid: str | None
    out_study_uid: str | None
    facts: dict[str, Any]
    times_received: int
    says_head: bool
    received_at: str
    changed_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "InstanceRow":
        """From a row of `instance`."""
        fields = {name: row[name] for name in cls.__slots__ if name not in ("state", "facts", "says_head")}
        return cls(
            state=InstanceState(row["state"]),
            facts=json.loads(row["facts"] or "{}"),
            says_head=bool(row["says_head"]),
            **fields,
        )


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One version of one exam in the outbox.

    Attributes:
        digest: SHA-256 of the manifest, the delivery's name.
        manifest: its canonical bytes.
        receipt: the registry's signed receipt as a document, None before it came.
        attempts, next_try, cause: failed attempts in a row, Unix time of the next one, and what failed.
    """

    id: int
    exam_id: int
    version: int
    digest: str
    manifest: bytes
    state: DeliveryState
    reason: str | None
    registry_id: str | None
    receipt: dict[str, Any] | None
    attempts: int
    next_try: float
    cause: str | None
    n_instances: int
    n_bytes: int
    created_at: str
    changed_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "DeliveryRow":
        """From a row of `delivery`."""
        fields = {name: row[name] for name in cls.__slots__ if name not in ("state", "receipt")}
        receipt = json.loads(row["receipt"]) if row["receipt"] else None
        return cls(state=DeliveryState(row["state"]), receipt=receipt, **fields)

    def document(self) -> Any:
        """The manifest as JSON data."""
        return json.loads(self.manifest)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report row or message.

    Attributes:
        source: `report_csv` or `report_hl7`.
        problems: per refused column or item: `{"item", "code", "sentence"}`, never a value.
        n_values: values that will cross.
        exam_id: the exam it was matched to.
    """

    id: int
    source: str
    state: ReportState
    reason: str | None
    problems: list[dict[str, str]]
    n_values: int
    exam_id: int | None
    received_at: str
    changed_at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "ReportRow":
        """From a row of `report`."""
        fields = {name: row[name] for name in cls.__slots__ if name not in ("state", "problems")}
        return cls(state=ReportState(row["state"]), problems=json.loads(row["problems"]), **fields)


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """One file that was no readable image; it has a number, never its name.

    Attributes:
        batch: the drop, folder scan or command it came with.
    """

    id: int
    source: str
    batch: str | None
    size: int
    reason: str
    at: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> "RefusalRow":
        """From a row of `refusal`."""
        return cls(**{name: row[name] for name in cls.__slots__})
