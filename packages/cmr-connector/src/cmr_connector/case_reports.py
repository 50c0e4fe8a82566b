"""Case reports at rest: what a person entered at the desk in sealed boxes, every version kept, and drafts.

A draft is what somebody has typed and not saved; nothing of it leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmr_connector.database import Database, utc_now
from cmr_connector.local_keys import Local
from cmr_connector.merging import DeskEntry

MOST_DUE = 50


@dataclass(frozen=True, slots=True)
class DeskReport:
    """One version of what a person entered of an exam.

    Attributes:
        version: from 1; 0 where nothing was entered yet.
        entries: by dictionary item.
        account, at: who saved it and when; empty for version 0.
    """

    version: int = 0
    entries: Mapping[str, DeskEntry] = field(default_factory=dict)
    account: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has typed and not saved.

    Attributes:
        id: its number.
        exam_id: the exam; None for a report whose images have not come.
        account: who types it. at: when it was kept last.
        pairs: names and texts of the form's fields.
        accession_number, patient_id: what the report is matched by; empty where the exam is known.
    """

    id: int
    exam_id: int | None
    account: str
    at: str
    pairs: tuple[tuple[str, str], ...] = field(repr=False)
    accession_number: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)


class CaseReports:
    """The tables of case reports, drafts and exams whose values changed."""

    def __init__(self, database: Database, local: Local) -> None:
        """Share the store's database and keys."""
        self._db, self._local = database, local

    def current(self, exam_id: int) -> DeskReport:
        """What is entered of an exam; version 0 where nothing is."""
        return next(iter(self._versions(exam_id, 1)), DeskReport())

    def history(self, exam_id: int, limit: int = 100) -> list[DeskReport]:
        """Versions of an exam, newest first."""
        return list(self._versions(exam_id, limit))

    def save(self, exam_id: int, entries: Mapping[str, DeskEntry], account: str) -> int:
        """Enter a new version, and note that the exam's values changed. Returns its number."""
        with self._db.transaction():
            version = self.current(exam_id).version + 1
            document = {name: [one.entry, one.after] for name, one in entries.items()}
            self._db.execute(
                "INSERT INTO case_report (exam_id, version, box, account, at) VALUES (?, ?, ?, ?, ?)",
                exam_id,
                version,
                self._local.seal(document, f"case report {exam_id}"),
                account,
                utc_now(),
            )
            self.due_put(exam_id)
        return version

    def due_put(self, exam_id: int) -> None:
        """Note that the values of an exam may say something new."""
        self._db.execute("INSERT INTO values_due (exam_id) VALUES (?) ON CONFLICT DO NOTHING", exam_id)

    def due_since(self, year: int) -> None:
        """Note the same of every exam of this year and later that was queued before, and of those without a year."""
        self._db.execute(
            "INSERT INTO values_due (exam_id) SELECT id FROM exam WHERE version > 0"
            " AND (exam_year IS NULL OR exam_year >= ?) ON CONFLICT DO NOTHING",
            year,
        )

    def due(self) -> list[int]:
        """Delivered exams whose values may say something new, a few at a time."""
        rows = self._db.all(
            "SELECT exam_id FROM values_due JOIN exam ON exam.id = exam_id WHERE exam.state = 'delivered'"
            " ORDER BY exam_id LIMIT ?",
            MOST_DUE,
        )
        return [row["exam_id"] for row in rows]

    def due_drop(self, exam_id: int) -> None:
        """The values of the exam were looked at."""
        self._db.execute("DELETE FROM values_due WHERE exam_id = ?", exam_id)

    def draft(self, exam_id: int, account: str) -> Draft | None:
        """What this person has typed of an exam and not saved."""
        row = self._db.first(
            "SELECT * FROM case_report_draft WHERE exam_id = ? AND account = ?", exam_id, account
        )
        return None if row is None else self._draft(row)

    def draft_put(self, exam_id: int, account: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Keep what this person has typed of an exam."""
        self._db.execute(
            "INSERT INTO case_report_draft (exam_id, account, box, at) VALUES (?, ?, ?, ?) ON CONFLICT"
            " (exam_id, account) DO UPDATE SET box = excluded.box, at = excluded.at",
            exam_id,
            account,
            self._local.seal({"pairs": list(pairs)}, f"draft {account}"),
            utc_now(),
        )

    def draft_drop(self, exam_id: int, account: str) -> None:
        """Forget what this person has typed of an exam."""
        self._db.execute("DELETE FROM case_report_draft WHERE exam_id = ? AND account = ?", exam_id, account)

    def paper_begin(self, account: str, accession_number: str, patient_id: str) -> int:
        """Begin a report whose images have not come. Returns the number of its draft."""
        return self._db.insert(
            "INSERT INTO case_report_draft (exam_id, account, box, at) VALUES (NULL, ?, ?, ?)",
            account,
            self._paper_box(account, (), accession_number, patient_id),
            utc_now(),
        )

    def paper(self, draft_id: int, account: str) -> Draft | None:
        """The report of this number that this person began and whose images have not come."""
        row = self._db.first(
            "SELECT * FROM case_report_draft WHERE id = ? AND account = ? AND exam_id IS NULL",
            draft_id,
            account,
        )
        return None if row is None else self._draft(row)

    def papers(self, account: str) -> list[Draft]:
        """Reports that this person began and has not saved, newest first."""
        rows = self._db.all(
            "SELECT * FROM case_report_draft WHERE account = ? AND exam_id IS NULL ORDER BY id DESC LIMIT 50",
            account,
        )
        return [self._draft(row) for row in rows]

    def paper_put(self, draft: Draft, pairs: Sequence[tuple[str, str]]) -> None:
        """Keep what was typed of it."""
        box = self._paper_box(draft.account, pairs, draft.accession_number, draft.patient_id)
        self._db.execute(
            "UPDATE case_report_draft SET box = ?, at = ? WHERE id = ?", box, utc_now(), draft.id
        )

    def paper_drop(self, draft: Draft) -> None:
        """Forget it."""
        self._db.execute("DELETE FROM case_report_draft WHERE id = ?", draft.id)

    def _paper_box(
        self, account: str, pairs: Sequence[tuple[str, str]], accession_number: str, patient_id: str
    ) -> bytes:
        document = {"pairs": list(pairs), "accession_number": accession_number, "patient_id": patient_id}
        return self._local.seal(document, f"draft {account}")

    def _draft(self, row: Any) -> Draft:
        document = self._local.open(row["box"], f"draft {row['account']}")
        return Draft(
            row["id"],
            row["exam_id"],
            row["account"],
            row["at"],
            tuple((name, text) for name, text in document["pairs"]),
            document.get("accession_number", ""),
            document.get("patient_id", ""),
        )

    def _versions(self, exam_id: int, limit: int) -> list[DeskReport]:
        rows = self._db.all(
            "SELECT version, box, account, at FROM case_report WHERE exam_id = ? ORDER BY version DESC LIMIT ?",
            exam_id,
            limit,
        )
        found = []
        for row in rows:
            document = self._local.open(row["box"], f"case report {exam_id}")
            entries = {name: DeskEntry(entry, after) for name, (entry, after) in document.items()}
            found.append(DeskReport(row["version"], entries, row["account"], row["at"]))
        return found
