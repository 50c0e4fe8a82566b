"""Which exam a row belongs to: by accession number, by patient and day, or by patient alone where there is one exam."""

import enum
from dataclasses import dataclass

from cmr_connector.crosswalk import Crosswalk
from cmr_connector.database import Database
from cmr_connector.exams import date_hash
from cmr_connector.local_keys import Local
from cmr_dictionary.mapping import RowKeys


class Fit(enum.StrEnum):
    """How a row fits the exams that are here."""

    FOUND = "found"
    WAITS = "waits"
    AMBIGUOUS = "ambiguous"
    OTHER_PATIENT = "other_patient"
    NO_KEY = "no_key"


@dataclass(frozen=True, slots=True)
class Match:
    """What is known of a row's exam.

    Attributes:
        fit: whether it is here.
        exam_id: its number, where it is.
        accession_hash, patient_id_hash, date_hash: what the row will wait by.
    """

    fit: Fit
    exam_id: int | None = None
    accession_hash: str | None = None
    patient_id_hash: str | None = None
    date_hash: str | None = None


class RowMatcher:
    """Finds exams by keyed hashes."""

    def __init__(self, database: Database, local: Local, crosswalk: Crosswalk) -> None:
        """Share the store's database and keys."""
        self._db, self._local, self._crosswalk = database, local, crosswalk

    def hash_days(self) -> int:
        """Give exams of an older connector the hash by which rows find them. Returns how many had none."""
        with self._db.transaction():
            rows = self._db.all("SELECT id FROM exam WHERE date_hash IS NULL")
            for row in rows:
                entry = self._crosswalk.entry(row["id"])
                hashed = date_hash(self._crosswalk, entry.patient, entry.study)
                self._db.execute("UPDATE exam SET date_hash = ? WHERE id = ?", hashed, row["id"])
        return len(rows)

    def find(self, keys: RowKeys) -> Match:
        """The exam of a row."""
        patient = self._crosswalk.patient_id_hash(keys.patient) if keys.patient else None
        accession = self._crosswalk.accession_hash(keys.accession)
        if accession is not None:
            return self._by_accession(accession, patient)
        if patient is None:
            return Match(Fit.NO_KEY)
        if keys.exam_date is not None:
            day = self._crosswalk.date_hash(keys.patient, keys.exam_date)
            found = self._numbers("date_hash = ?", day)
            return self._one_of(found, Match(Fit.WAITS, None, None, patient, day))
        return self._one_of(
            self._numbers("patient_id_hash = ?", patient), Match(Fit.WAITS, None, None, patient)
        )

    def row_key(self, name: str, keys: RowKeys) -> str:
        """Keyed hash of whose row of which mapping it is; a corrected row has the same."""
        day = keys.exam_date.isoformat() if keys.exam_date and not keys.accession else ""
        who = ("", keys.accession) if keys.accession else (keys.patient, "")
        return self._local.hashed("row of a table", name, *who, day, keys.event, keys.repeat)

    def _by_accession(self, accession: str, patient: str | None) -> Match:
        rows = self._db.all("SELECT id, patient_id_hash FROM exam WHERE accession_hash = ?", accession)
        own = [row["id"] for row in rows if patient is None or row["patient_id_hash"] == patient]
        if rows and not own:
            return Match(Fit.OTHER_PATIENT)
        return self._one_of(own, Match(Fit.WAITS, None, accession, patient))

    def _numbers(self, where: str, value: str) -> list[int]:
        sql = f"SELECT id FROM exam WHERE {where} AND state <> 'rejected' LIMIT 2"  # noqa: S608  constants above
        return [row["id"] for row in self._db.all(sql, value)]

    @staticmethod
    def _one_of(found: list[int], waiting: Match) -> Match:
        if len(found) > 1:
            return Match(Fit.AMBIGUOUS)
        fit = Fit.FOUND if found else Fit.WAITS
        return Match(
            fit,
            found[0] if found else None,
            waiting.accession_hash,
            waiting.patient_id_hash,
            waiting.date_hash,
        )
