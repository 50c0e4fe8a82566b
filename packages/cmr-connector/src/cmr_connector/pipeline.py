"""The pipeline: a settled exam goes through its gates, is de-identified, looked at twice, and queued.

Everything it decides is written to the ledger before the next step, so that a kill at any moment leaves an
exam that is simply prepared again (R6, N2).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cmr_connector import log
from cmr_connector.deidentifying import Deidentifying, Progress
from cmr_connector.dicom_values import contrast_values, patient_values
from cmr_connector.exam_gates import (
    Sorted,
    gate_patient,
    is_opted_out,
    judge_heart,
    procedure_text,
    read_opt_outs,
)
from cmr_connector.exam_values import ExamValues
from cmr_connector.exams import Dating
from cmr_connector.files import Files
from cmr_connector.manifests import Issuer, build_manifest, content_digest, settle_dating
from cmr_connector.pixels.gate import PixelGate, Treatment
from cmr_connector.rows import ExamRow, InstanceRow
from cmr_connector.source_header import Texts, header_of, texts_of
from cmr_connector.states import ExamState, InstanceState
from cmr_connector.store import Store
from cmr_deid.engine import Engine
from cmr_deid.reading import read_raw

_TRY_AGAIN_S = 60.0
_WAITING = (InstanceState.FOUND, InstanceState.READ)
_READY = (InstanceState.DEIDENTIFIED, InstanceState.SENT, InstanceState.STORED)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the pipeline obeys: who issues the manifest, and the list of patients who opted out."""

    issuer: Issuer
    opt_out_file: Path | None = None


class Pipeline:
    """Prepares exams, one at a time."""

    def __init__(
        self, store: Store, files: Files, engine: Engine, rules: Rules, pixels: PixelGate | None = None
    ) -> None:
        """Use this store, these folders, this center's de-identification engine and these rules.

        Args:
            store: the local database.
            files: spool and outgoing folders.
            engine: de-identification.
            rules: who issues, who opted out.
            pixels: the gate of burned-in text; None where it is not installed or switched off.
        """
        self._pixels = pixels
        self._store, self._files, self._rules = store, files, rules
        self._deidentifying = Deidentifying(store, files, engine)
        self._values = ExamValues(store)

    def wake(self) -> None:
        """Let delivered exams arrive again for which late images, a report or a person's entry have come."""
        for exam_id in self._store.exams.with_late_instances():
            self._store.exams.wake(exam_id)
        for exam_id in self._store.reports.matchable_exams():
            if self._store.exams.get(exam_id).state is ExamState.DELIVERED:
                self._store.exams.wake(exam_id)
                self._store.exams.settle(exam_id)
        for exam_id in self._store.case_reports.due():
            self._wake_changed(self._store.exams.get(exam_id))

    def _wake_changed(self, exam: ExamRow) -> None:
        """A delivered exam arrives again where its values say something new, by a person's entry or a habit."""
        with self._store.transaction():
            values = self._values.crossing(exam)
            if self._values.says_something_new(exam.id, values):
                self._store.exams.wake(exam.id)
                self._store.exams.settle(exam.id)
            else:
                self._values.count(exam)
                self._store.case_reports.due_drop(exam.id)

    def step(self) -> ExamRow | None:
        """Prepare the next settled exam. Returns it as it stands afterwards, None when nothing is settled."""
        self.wake()
        exam = self._store.exams.claim_settled()
        return None if exam is None else self.prepare(exam)

    def prepare(self, exam: ExamRow, progress: Progress | None = None) -> ExamRow:
        """Take an exam in state `preparing` through gates, de-identification and second looks.

        Returns:
            The exam afterwards: queued, held, rejected, or delivered when it holds nothing new.

        Raises:
            SettingsError: the opt-out list cannot be read; the exam is put back.
            OSError: the disk failed; the exam is put back.
        """
        try:
            return self._prepare(exam, progress)
        except Exception:
            self._store.exams.put_back(exam.id, time.time() + _TRY_AGAIN_S)
            raise

    def _prepare(self, exam: ExamRow, progress: Progress | None) -> ExamRow:
        started = time.monotonic()
        self._gate(exam)
        exam = self._store.exams.get(exam.id)
        treatments = self._look(exam)
        rows = self._store.ledger.of_exam(exam.id, InstanceState.READ)
        self._deidentifying.run(exam, rows, treatments, progress)
        self._match_reports(exam)
        return self._conclude(exam, started)

    def _look(self, exam: ExamRow) -> dict[str, Treatment]:
        """Look for text in the pixels of what goes on; series that show some are held."""
        rows = self._store.ledger.of_exam(exam.id, InstanceState.READ)
        if self._pixels is None or not rows:
            return {}
        outcome, treatments = self._pixels.pass_through(exam, rows)
        self._apply(outcome, rows)
        return treatments

    def release_held(self, exam_id: int) -> None:
        """A person says that a held exam is a CMR exam: its images get a new chance.

        Raises:
            TransitionError: the exam is not held.
        """
        with self._store.transaction():
            for row in self._store.ledger.of_exam(exam_id, InstanceState.HELD):
                if row.reason == "not_a_heart" and row.spool is not None:
                    self._store.ledger.move(row.id, InstanceState.FOUND)
            self._store.exams.release(exam_id)
        log.event("exam_released", exam_number=exam_id)

    def _gate(self, exam: ExamRow) -> None:
        """Whose exam is it, may it leave, does it show a heart: instances that pass become `read`."""
        ledger = self._store.ledger
        waiting = ledger.of_exam(exam.id, *_WAITING)
        self._supersede(exam, waiting)
        patients = gate_patient(waiting + ledger.of_exam(exam.id, *_READY), exam.subject)
        self._apply(patients, waiting)
        rows = [row for row in patients.good if row.state in _WAITING]
        if not rows:
            return
        first = read_raw(self._files.spool_get(str(rows[0].spool)))
        text, header = texts_of(first), header_of(first)
        if self._is_opted_out(rows[0].subject, header.patient.patient_id):
            self._apply(_all_rejected(rows, "opted_out"), rows)
            return
        released = exam.released or exam.version > 0
        hearts, verdict, kinds = judge_heart(rows, self._files, procedure_text(text), released)
        self._apply(hearts, rows)
        contrast = contrast_values(self._one_of_each_series(hearts.good))
        with self._store.transaction():
            if hearts.good:
                self._store.crosswalk.subject_put(rows[0].subject, header.patient)
                self._store.exams.identify(exam.id, rows[0].subject, header.patient, header.study)
            values = (exam.values or patient_values(text)) | contrast
            self._store.exams.describe(exam.id, values, " ".join(verdict.evidence))
            self._store.headers.kinds_put(exam.id, kinds)
            for row in hearts.good:
                ledger.move(row.id, InstanceState.READ)

    def _one_of_each_series(self, rows: list[InstanceRow]) -> Iterator[Texts]:
        """The texts of the last image of each series."""
        for row in {row.series_hash: row for row in rows}.values():
            yield texts_of(read_raw(self._files.spool_get(str(row.spool))))

    def _is_opted_out(self, subject: str, patient_id: str) -> bool:
        """Whether the patient stands on the center's opt-out list or withdrew at the desk."""
        listed = is_opted_out(patient_id, read_opt_outs(self._rules.opt_out_file))
        return listed or self._store.withdrawals.holds_patient(subject, patient_id)

    def _supersede(self, exam: ExamRow, waiting: list[InstanceRow]) -> None:
        """A held image of which a corrected copy came is answered by that copy."""
        came = {row.sop_hash for row in waiting}
        held = [
            row for row in self._store.ledger.of_exam(exam.id, InstanceState.HELD) if row.sop_hash in came
        ]
        outcome = Sorted(held)
        outcome.reject(held, "superseded")
        self._apply(outcome, held)

    def _apply(self, outcome: Sorted, rows: list[InstanceRow]) -> None:
        """Write the holds and rejections of a gate to the ledger; rejected source files are dropped."""
        by_id = {row.id: row for row in rows}
        with self._store.transaction():
            for instance_id, code in outcome.held.items():
                if instance_id in by_id:
                    self._store.ledger.move(instance_id, InstanceState.HELD, code)
            for instance_id, code in outcome.rejected.items():
                self._store.ledger.move(instance_id, InstanceState.REJECTED, code)
                self._store.ledger.spool_cleared(instance_id)
        # only now: a transaction that fails must find the files where they were
        for instance_id in outcome.rejected:
            spool = by_id[instance_id].spool
            if spool is not None:
                self._files.spool_drop(spool)

    def _match_reports(self, exam: ExamRow) -> None:
        with self._store.transaction():
            for number, is_alone in self._store.reports.waiting_by_patient(exam.id):
                if is_alone:
                    self._store.reports.match(number, exam.id)
                else:
                    self._store.reports.reject(number, "row_ambiguous")
            if exam.accession_hash is None:
                return
            twins = len(self._store.exams.with_accession(exam.accession_hash)) > 1
            for report in self._store.reports.waiting_for(exam.accession_hash):
                named = self._store.reports.patient_id_hash(report.id)
                if named is not None and named != exam.patient_id_hash:
                    self._store.reports.reject(report.id, "report_other_patient")
                elif twins and named is None:
                    self._store.reports.reject(report.id, "report_ambiguous")
                else:
                    self._store.reports.match(report.id, exam.id)

    def _conclude(self, exam: ExamRow, started: float) -> ExamRow:
        """Queue a new version when there is something new to say, else put the exam to rest."""
        rows = self._store.ledger.of_exam(exam.id, *_READY)
        if not rows:
            return self._rest(exam)
        with self._store.transaction():
            dating = Dating(exam.day, exam.exam_year)
            if not exam.dated:
                study_date = self._store.crosswalk.entry(exam.id).study.study_date
                dating = settle_dating(self._store.crosswalk, str(exam.subject), study_date)
                self._store.exams.date(exam.id, dating)
            values = self._values.crossing(exam)
            self._values.count(exam)
            self._store.case_reports.due_drop(exam.id)
            manifest = build_manifest(
                self._rules.issuer,
                exam,
                dating,
                rows,
                values,
                was_reported=self._values.was_reported(exam.id),
            )
            content = content_digest(manifest)
            if content == self._store.outbox.newest_content(exam.id):
                self._store.exams.move(exam.id, ExamState.DELIVERED)
                return self._store.exams.get(exam.id)
            self._store.outbox.add(exam.id, manifest, content)
            self._store.exams.move(exam.id, ExamState.QUEUED)
        prepared = self._store.exams.get(exam.id)
        log.event(
            "exam_prepared",
            exam_number=exam.id,
            version=prepared.version,
            n_instances=len(rows),
            n_held=prepared.n_problems,
            n_values=len(values),
            seconds=round(time.monotonic() - started, 3),
        )
        return prepared

    def _rest(self, exam: ExamRow) -> ExamRow:
        """No image can leave: held when a person can mend it, else rejected, with the commonest reason."""
        held = self._store.ledger.of_exam(exam.id, InstanceState.HELD)
        reasons = [str(row.reason) for row in held or self._store.ledger.of_exam(exam.id)]
        reason = max(sorted(set(reasons)), key=reasons.count, default="unreadable")
        self._store.exams.move(exam.id, ExamState.HELD if held else ExamState.REJECTED, reason)
        log.event("exam_held" if held else "exam_rejected", exam_number=exam.id, reason=reason)
        return self._store.exams.get(exam.id)


def _all_rejected(rows: list[InstanceRow], code: str) -> Sorted:
    outcome = Sorted(list(rows))
    outcome.reject(rows, code)
    return outcome
