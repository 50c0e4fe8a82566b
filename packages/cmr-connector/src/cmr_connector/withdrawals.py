"""Patients who withdrew at the desk: they count as standing on the opt-out list, whatever the list's file says."""

from cmr_connector.database import Database, utc_now
from cmr_connector.local_keys import Local


class Withdrawals:
    """The table of withdrawals; a row holds a pseudonym and a keyed hash of the patient ID."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local

    def add(self, subject: str, patient_id: str) -> bool:
        """Note that a patient withdrew. Returns whether that is new."""
        cursor = self._db.execute(
            "INSERT INTO withdrawal (subject, patient_hash, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            subject,
            self._hash(patient_id),
            utc_now(),
        )
        return cursor.rowcount > 0

    def holds(self, subject: str) -> bool:
        """Whether the subject withdrew."""
        return self._db.first("SELECT 1 FROM withdrawal WHERE subject = ?", subject) is not None

    def holds_patient(self, subject: str, patient_id: str) -> bool:
        """Whether the subject withdrew, or a patient with this ID under another issuer."""
        return (
            self._db.first(
                "SELECT 1 FROM withdrawal WHERE subject = ? OR patient_hash = ?",
                subject,
                self._hash(patient_id),
            )
            is not None
        )

    def count(self) -> int:
        """How many withdrew."""
        return int(self._db.one("SELECT count(*) AS n FROM withdrawal")["n"])

    def _hash(self, patient_id: str) -> str:
        # letter case and blanks around an ID do not matter on the opt-out list either
        return self._local.hashed("withdrawal", patient_id.strip().casefold())
