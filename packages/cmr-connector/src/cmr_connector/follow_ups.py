"""Follow-up at rest: entries with real dates in sealed boxes, one per subject, and the worklist over them."""

import datetime
from dataclasses import dataclass

from cmr_connector.crosswalk import Crosswalk
from cmr_connector.database import Database, utc_now
from cmr_connector.follow_up import Entry, EventEntry, StatusEntry
from cmr_connector.local_keys import Local
from cmr_connector.states import DeliveryState
from cmr_exchange.censoring import SEES_THE_LIVING

DUE_AFTER = datetime.timedelta(days=365)
"""Whose last known status is older is asked about again (R27)."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Everything that is entered of one patient; stays inside."""

    statuses: tuple[StatusEntry, ...] = ()
    events: tuple[EventEntry, ...] = ()

    def with_entry(self, entry: Entry) -> "Entries":
        """The same with one entry more; an entry with the same key is replaced."""
        if isinstance(entry, StatusEntry):
            kept = tuple(one for one in self.statuses if one.key != entry.key)
            return Entries((*kept, entry), self.events)
        held = tuple(one for one in self.events if one.key != entry.key)
        return Entries(self.statuses, (*held, entry))

    def without(self, key: str) -> "Entries":
        """The same without the entry of this key."""
        return Entries(
            tuple(one for one in self.statuses if one.key != key),
            tuple(one for one in self.events if one.key != key),
        )

    @property
    def known_until(self) -> datetime.date | None:
        """The last day until which a source that sees the living knows the patient, or the death."""
        days = [one.known_until for one in self.statuses if one.death or one.source in SEES_THE_LIVING]
        return max(days, default=None)

    @property
    def is_dead(self) -> bool:
        """Whether any source shows a death."""
        return any(one.death for one in self.statuses)


@dataclass(frozen=True, slots=True)
class Followed:
    """A patient with accepted exams on the worklist; stays inside.

    Attributes:
        number: number of the first exam; what addresses are made of.
        subject: pseudonym. patient_id: the hospital's own number.
        n_exams: accepted exams.
        known_until: last day of known status, at least that of the newest exam; None where no date is known.
        is_dead: a source shows a death.
        is_due: the last known status is older than a year.
    """

    number: int
    subject: str
    patient_id: str
    n_exams: int
    known_until: datetime.date | None
    is_dead: bool
    is_due: bool


class FollowUps:
    """The table of sealed follow-up."""

    def __init__(self, database: Database, local: Local, crosswalk: Crosswalk) -> None:
        """Share the store's database, keys and crosswalk."""
        self._db, self._local, self._crosswalk = database, local, crosswalk

    def get(self, subject: str) -> Entries:
        """What is entered of a subject."""
        row = self._db.first("SELECT box FROM follow_up WHERE subject = ?", subject)
        return Entries() if row is None else self._opened(subject, row["box"])

    def first_day(self, subject: str) -> int:
        """Day of the earliest exam of a subject: negative where an older one came after the origin was settled."""
        row = self._db.one("SELECT min(day) AS day FROM exam WHERE subject = ?", subject)
        return min(0, row["day"] or 0)

    def put(self, subject: str, entries: Entries) -> None:
        """Replace what is entered of a subject."""
        document = {
            "statuses": [entry.to_document() for entry in entries.statuses],
            "events": [entry.to_document() for entry in entries.events],
        }
        self._db.execute(
            "INSERT INTO follow_up (subject, box, changed_at) VALUES (?, ?, ?)"
            " ON CONFLICT (subject) DO UPDATE SET box = excluded.box, changed_at = excluded.changed_at",
            subject,
            self._local.seal(document, f"follow-up {subject}"),
            utc_now(),
        )

    def subject_of(self, exam_id: int) -> str | None:
        """The subject of an accepted exam who has not withdrawn, None for any other number."""
        row = self._db.first(f"{_FOLLOWED} AND exam.id = ?", DeliveryState.ACCEPTED, exam_id)
        return row["subject"] if row else None

    def subjects_of_patient(self, patient_id: str) -> list[str]:
        """Subjects with accepted exams whose patient has this number."""
        rows = self._db.all(
            f"{_FOLLOWED} AND exam.patient_id_hash = ? GROUP BY exam.subject ORDER BY exam.subject",
            DeliveryState.ACCEPTED,
            self._crosswalk.patient_id_hash(patient_id),
        )
        return [row["subject"] for row in rows]

    def worklist(self, today: datetime.date) -> list[Followed]:
        """All patients to follow: those who are due first, longest unknown before others; the dead last."""
        rows = self._db.all(
            "SELECT min(exam.id) AS number, exam.subject, count(*) AS n, max(exam.day) AS day, follow_up.box,"
            " subject.box AS patient FROM exam JOIN subject ON subject.pseudonym = exam.subject"
            " LEFT JOIN follow_up ON follow_up.subject = exam.subject WHERE exam.id IN"
            " (SELECT exam_id FROM delivery WHERE state = ?) AND exam.subject NOT IN"
            " (SELECT subject FROM withdrawal) GROUP BY exam.subject",
            DeliveryState.ACCEPTED,
        )
        found = []
        for row in rows:
            entries = self._opened(row["subject"], row["box"]) if row["box"] else Entries()
            patient, origin = self._crosswalk.followed_in(row["subject"], row["patient"])
            seen = origin + datetime.timedelta(days=row["day"] or 0) if origin else None
            known = max((day for day in (seen, entries.known_until) if day is not None), default=None)
            is_due = not entries.is_dead and (known is None or today - known > DUE_AFTER)
            found.append(
                Followed(
                    row["number"],
                    row["subject"],
                    patient.patient_id,
                    row["n"],
                    known,
                    entries.is_dead,
                    is_due,
                )
            )
        first = datetime.date.min
        return sorted(
            found, key=lambda one: (not one.is_due, one.is_dead, one.known_until or first, one.number)
        )

    def _opened(self, subject: str, box: bytes) -> Entries:
        document = self._local.open(box, f"follow-up {subject}")
        return Entries(
            tuple(StatusEntry.from_document(one) for one in document["statuses"]),
            tuple(EventEntry.from_document(one) for one in document["events"]),
        )


_FOLLOWED = """
    SELECT exam.subject FROM exam WHERE exam.id IN (SELECT exam_id FROM delivery WHERE state = ?)
    AND exam.subject NOT IN (SELECT subject FROM withdrawal)
"""
