"""What the desk does with case reports: open one, look while somebody types, save it, begin one on paper.

Nothing leaves before a person saves. A save makes a new version of what the desk entered; the pipeline makes of it the
exam's next version, as it does of a late report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cmr_connector import log
from cmr_connector.case_reports import Draft
from cmr_connector.exam_values import ExamValues
from cmr_connector.merging import DeskEntry, Values, merged
from cmr_connector.report_rows import IncomingReport
from cmr_connector.rows import ExamRow
from cmr_connector.store import Store
from cmr_dictionary.case_report import (
    TYPED,
    Answer,
    Look,
    Settled,
    answer_of,
    entered_items,
    look,
    read_answers,
    settle,
)
from cmr_dictionary.checks import Surroundings
from cmr_exchange.canonical import canonical_json, sha256_hex

CHANGED_MEANWHILE = (
    "The case report changed meanwhile: a report came, or somebody else saved it. Your entries are below; please look"
    " and save again."
)
WAITING_EMPTIED = (
    "An entry that waits for its exam cannot be emptied: enter the right value, or say why it is missing."
)
NOTHING_ENTERED = "Nothing was entered yet."
Pairs = Sequence[tuple[str, str]]


class CaseReportRejected(ValueError):
    """A case report is not saved.

    Attributes:
        problems: item -> why; the empty name stands for the report as a whole.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("The case report was not saved.")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Opened:
    """A case report as the form opens.

    Attributes:
        entries: what is known, by item.
        seen: name of this state; a save of another one is refused.
        answers: what this person typed before and did not save.
        kept_at: when that was kept, None where nothing was.
        version: newest version of what the desk entered.
    """

    entries: Values
    seen: str
    answers: Mapping[str, Answer]
    kept_at: str | None
    version: int


class CaseReportWork:
    """Case reports of one center."""

    def __init__(self, store: Store) -> None:
        """Work on this store."""
        self._store = store
        self._values = ExamValues(store)

    def open(self, exam: ExamRow, account: str) -> Opened:
        """The case report of an exam for this person."""
        entries = self._values.entered(exam)
        draft = self._store.case_reports.draft(exam.id, account)
        version = self._store.case_reports.current(exam.id).version
        return _opened(entries, draft, version)

    def look(self, exam: ExamRow, account: str, pairs: Pairs) -> Look:
        """Keep what is typed as this person's draft, and say what follows from it."""
        stored, reports = self._values.entered(exam), self._store.case_reports
        kept = _typed(stored, pairs)
        if kept:
            reports.draft_put(exam.id, account, kept)
        else:
            reports.draft_drop(exam.id, account)
        return look(stored, read_answers(pairs), self.surroundings(exam))

    def surroundings(self, exam: ExamRow) -> Surroundings:
        """What is known of an exam beside its values: its day, and what its series show."""
        return Surroundings(kinds=self._store.headers.kinds(exam.id), day=exam.day)

    def save(self, exam: ExamRow, account: str, pairs: Pairs, seen: str) -> int | None:
        """Save what a person entered as a new version.

        Returns:
            The version; None where nothing changed.

        Raises:
            CaseReportRejected: a value cannot be taken, or the report changed meanwhile.
        """
        reports = self._store.case_reports
        with self._store.transaction():
            settled = _settled(self._values.entered(exam), pairs, seen)
            reports.draft_drop(exam.id, account)
            if not settled.changed:
                return None
            version = reports.save(exam.id, self._entries(exam.id, settled), account)
            self._values.count(exam)
        n_changed = len(settled.changed)
        log.event("case_report_saved", exam_number=exam.id, version=version, n_changed=n_changed)
        return version

    def discard(self, exam: ExamRow, account: str) -> None:
        """Forget what this person typed and did not save."""
        self._store.case_reports.draft_drop(exam.id, account)

    def exams_of(self, accession_number: str, patient_id: str) -> list[ExamRow]:
        """Exams with this accession number, and of this patient where one is named."""
        crosswalk = self._store.crosswalk
        accession_hash = crosswalk.accession_hash(accession_number)
        if accession_hash is None:
            return []
        named = crosswalk.patient_id_hash(patient_id) if patient_id.strip() else None
        exams = self._store.exams.with_accession(accession_hash)
        return [exam for exam in exams if named in (None, exam.patient_id_hash)]

    def open_paper(self, draft: Draft) -> Opened:
        """A report whose images have not come, with what waits for the same exam already."""
        return _opened(self._waiting(draft), draft, 0)

    def look_paper(self, draft: Draft, pairs: Pairs) -> Look:
        """Keep what is typed of it, and say what follows from it."""
        stored = self._waiting(draft)
        self._store.case_reports.paper_put(draft, _typed(stored, pairs))
        return look(stored, read_answers(pairs), Surroundings())

    def save_paper(self, draft: Draft, pairs: Pairs, seen: str) -> int:
        """Save a report that waits for its exam, as any report does. Returns its number.

        Raises:
            CaseReportRejected: a value cannot be taken, nothing was entered, or a waiting entry was emptied.
        """
        crosswalk, store = self._store.crosswalk, self._store
        with store.transaction():
            settled = _settled(self._waiting(draft), pairs, seen)
            emptied = {name: WAITING_EMPTIED for name in settled.changed if name not in settled.entries}
            if emptied or not settled.changed:
                raise CaseReportRejected(emptied or {"": NOTHING_ENTERED})
            patient = draft.patient_id.strip()
            incoming = IncomingReport(
                TYPED,
                crosswalk.accession_hash(draft.accession_number),
                crosswalk.patient_id_hash(patient) if patient else None,
                {name: dict(settled.entries[name]) for name in sorted(settled.changed)},
                [],
            )
            number, _ = store.reports.add(incoming)
            store.case_reports.paper_drop(draft)
        log.event("report_taken", report_number=number, source=TYPED, n_values=len(settled.changed))
        return number

    def _waiting(self, draft: Draft) -> Values:
        crosswalk, patient = self._store.crosswalk, draft.patient_id.strip()
        accession_hash = crosswalk.accession_hash(draft.accession_number) or ""
        named = crosswalk.patient_id_hash(patient) if patient else None
        return merged({}, {}, self._store.stated.by_person(accession_hash, named), {})

    def _entries(self, exam_id: int, settled: Settled) -> dict[str, DeskEntry]:
        """What the desk states from now on: what was entered now, and of what was entered before what still stands."""
        before = self._store.case_reports.current(exam_id).entries
        newest = self._store.stated.newest(exam_id)
        now = {
            name: DeskEntry(dict(settled.entries[name]), newest)
            for name in settled.changed
            if name in settled.entries
        }
        stays = {
            name: one
            for name, one in before.items()
            if name not in settled.changed and settled.entries.get(name) == one.entry
        }
        return {**stays, **now}


def _opened(entries: Values, draft: Draft | None, version: int) -> Opened:
    answers = read_answers(draft.pairs) if draft else {}
    return Opened(entries, _seen(entries), answers, draft.at if draft and draft.pairs else None, version)


def _settled(stored: Values, pairs: Pairs, seen: str) -> Settled:
    if seen != _seen(stored):
        raise CaseReportRejected({"": CHANGED_MEANWHILE})
    settled = settle(stored, read_answers(pairs), source=TYPED)
    if settled.problems:
        raise CaseReportRejected(settled.problems)
    return settled


def _seen(entries: Values) -> str:
    """A name for a state of a case report."""
    return sha256_hex(canonical_json(entries))[:16]


def _typed(stored: Values, pairs: Pairs) -> list[tuple[str, str]]:
    """The fields of those items whose answer is another than the stored one: nothing else belongs into a draft."""
    answers = read_answers(pairs)
    changed = {
        name
        for name, answer in answers.items()
        if name in entered_items() and answer != answer_of(stored.get(name))
    }
    return [(field, text) for field, text in pairs if field[:2] in ("v-", "m-") and field[2:] in changed]
