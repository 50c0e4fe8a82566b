"""The crosswalk: pseudonym <-> patient, encrypted on disk, never leaving the center (R8).

Rows are found by pseudonym or by keyed hash of patient ID or accession number; the rest is in AES-256-GCM
boxes. The origin date of a subject (its day 0) lives in the subject's box: nothing behind the wall holds it.
"""

import dataclasses
import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from cmr_connector.database import Database
from cmr_connector.errors import UnknownPseudonymError
from cmr_connector.local_keys import Local


@dataclass(frozen=True, slots=True)
class Patient:
    """Who it is, as the source wrote it; only inside the hospital."""

    patient_id: str
    issuer: str = ""
    name: str = ""
    birth_date: str = ""


@dataclass(frozen=True, slots=True)
class SourceStudy:
    """The DICOM study of an exam, as the source wrote it; only inside the hospital."""

    study_instance_uid: str
    accession_number: str = ""
    study_date: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class CrosswalkEntry:
    """One exam with both its names.

    Attributes:
        exam_id, exam, subject: number and pseudonyms; subject is None until the exam was prepared.
        patient, study: what the hospital calls them.
    """

    exam_id: int
    exam: str
    subject: str | None
    patient: Patient
    study: SourceStudy


@dataclass(frozen=True, slots=True)
class Origin:
    """Day 0 of a subject; the date is None when its first exam had no readable date."""

    date: datetime.date | None


class Crosswalk:
    """Look-up and writing of the crosswalk."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and the center's local keys."""
        self._db, self._local = database, local

    def patient_id_hash(self, patient_id: str) -> str:
        """Keyed hash of a patient ID without its issuer, for look-up by a person."""
        return self._local.hashed("patient id", patient_id.strip())

    def accession_hash(self, accession_number: str) -> str | None:
        """Keyed hash of an accession number; None for an empty one."""
        number = accession_number.strip()
        return self._local.hashed("accession", number) if number else None

    def date_hash(self, patient_id: str, date: datetime.date) -> str:
        """Keyed hash of patient ID and day, by which a row of a table finds its exam."""
        return self._local.hashed("patient and day", patient_id.strip(), date.isoformat())

    def sealed_exam(self, pseudonym: str, patient: Patient, study: SourceStudy) -> bytes:
        """The box of an exam row."""
        document = {"patient": dataclasses.asdict(patient), "study": dataclasses.asdict(study)}
        return self._local.seal(document, f"exam {pseudonym}")

    def subject_put(self, pseudonym: str, patient: Patient) -> None:
        """Remember a subject; an existing one keeps its origin."""
        box = self._local.seal({"patient": dataclasses.asdict(patient)}, f"subject {pseudonym}")
        self._db.execute(
            "INSERT INTO subject (pseudonym, box) VALUES (?, ?) ON CONFLICT DO NOTHING",
            pseudonym,
            box,
        )

    def origin(self, subject: str) -> Origin | None:
        """Day 0 of a subject, None before its first exam was queued."""
        document = self._local.open(self._subject_box(subject), f"subject {subject}")
        if "origin" not in document:
            return None
        written = document["origin"]
        return Origin(datetime.date.fromisoformat(written) if written else None)

    def followed(self, subject: str) -> tuple[Patient, datetime.date | None]:
        """Who a subject is, and the date of its day 0 where it is known; the box is opened once.

        Raises:
            UnknownPseudonymError: no such subject.
        """
        return self.followed_in(subject, self._subject_box(subject))

    def followed_in(self, subject: str, box: bytes) -> tuple[Patient, datetime.date | None]:
        """The same from a box that was read already; a list of all patients reads them in one query."""
        document = self._local.open(box, f"subject {subject}")
        written = document.get("origin")
        return Patient(**document["patient"]), datetime.date.fromisoformat(written) if written else None

    def origin_put(self, subject: str, date: datetime.date | None) -> None:
        """Settle day 0 of a subject, once and for all; a second call changes nothing."""
        with self._db.transaction():
            document = self._local.open(self._subject_box(subject), f"subject {subject}")
            if "origin" in document:
                return
            document["origin"] = date.isoformat() if date else None
            box = self._local.seal(document, f"subject {subject}")
            self._db.execute("UPDATE subject SET box = ? WHERE pseudonym = ?", box, subject)

    def entry(self, exam_id: int) -> CrosswalkEntry:
        """The entry of one exam.

        Raises:
            UnknownPseudonymError: no such exam.
        """
        return self._entries("id = ?", exam_id)[0]

    def entries(self, exam_ids: Sequence[int]) -> dict[int, CrosswalkEntry]:
        """The entries of many exams by number, read in one query; numbers without an exam are absent."""
        marks = ",".join("?" * len(exam_ids))
        found = self._found(f"id IN ({marks})", *exam_ids)
        return {entry.exam_id: entry for entry in found}

    def study_date(self, exam: str, box: bytes) -> str:
        """The date of an exam as its source wrote it, from a box that was read already; stays inside."""
        document = self._local.open(box, f"exam {exam}")
        return str(document["study"].get("study_date", ""))

    def by_pseudonym(self, pseudonym: str) -> list[CrosswalkEntry]:
        """The exam with this pseudonym, or all exams of the subject with it.

        Raises:
            UnknownPseudonymError: this center never gave that pseudonym.
        """
        name = pseudonym.strip().upper()
        return self._entries("pseudonym = ? OR subject = ?", name, name)

    def by_accession(self, accession_number: str) -> list[CrosswalkEntry]:
        """All exams with this accession number.

        Raises:
            UnknownPseudonymError: none has it.
        """
        return self._entries("accession_hash = ?", self.accession_hash(accession_number))

    def by_patient_id(self, patient_id: str) -> list[CrosswalkEntry]:
        """All exams of patients with this ID, whatever its issuer.

        Raises:
            UnknownPseudonymError: none has it.
        """
        return self._entries("patient_id_hash = ?", self.patient_id_hash(patient_id))

    def _subject_box(self, subject: str) -> bytes:
        row = self._db.first("SELECT box FROM subject WHERE pseudonym = ?", subject)
        if row is None:
            raise UnknownPseudonymError("No subject with this pseudonym at this center.")
        return bytes(row["box"])

    def _entries(self, where: str, *parameters: str | int | None) -> list[CrosswalkEntry]:
        found = self._found(where, *parameters)
        if not found:
            raise UnknownPseudonymError("Nothing is known under this pseudonym or number at this center.")
        return found

    def _found(self, where: str, *parameters: str | int | None) -> list[CrosswalkEntry]:
        # `where` is one of the constants above, never text from outside
        sql = f"SELECT id, pseudonym, subject, box FROM exam WHERE {where} ORDER BY id"  # noqa: S608
        found = []
        for row in self._db.all(sql, *parameters):
            document = self._local.open(row["box"], f"exam {row['pseudonym']}")
            patient, study = Patient(**document["patient"]), SourceStudy(**document["study"])
            found.append(CrosswalkEntry(row["id"], row["pseudonym"], row["subject"], patient, study))
        return found
