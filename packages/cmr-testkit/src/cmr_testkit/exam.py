"""Make one synthetic CMR exam: images, truth, planted identifiers and report. Everything in it is invented.

The exam of a seed is always the same, byte for byte: no clock, no chance outside the seed.
"""

import calendar
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmr_testkit.acquire import exam_instances
from cmr_testkit.drawn import ExamPlan, plan_exam
from cmr_testkit.facts_truth import instance_facts
from cmr_testkit.fhir import report_bundle
from cmr_testkit.identity import Patient, Visit
from cmr_testkit.part10 import SeriesWriter
from cmr_testkit.planted import AnswerKey, Planted, secrets_of
from cmr_testkit.report import report_message, report_row

__all__ = ["Exam", "ExamPlan", "exam_instances", "make_exam", "plan_exam"]


@dataclass(frozen=True, slots=True)
class Exam:
    """A synthetic exam on disk.

    Attributes:
        root: folder with the Part-10 files (and nothing else).
        files: all of them, in order of acquisition.
        truth: what a perfect reader would measure; `planted`: the identifiers and where they stand.
        report_values: the report by data-dictionary item.
        report_csv, report_hl7, report_fhir: the report as files.
        truth_path, planted_path, facts_path: truth, planted identifiers and the acquisition facts of every
            instance (by its path below `root`) as JSON files.
    """

    seed: int
    vendor: str
    size: str
    protocol: str
    root: Path
    files: tuple[Path, ...]
    truth: dict[str, Any]
    planted: list[dict[str, str]]
    report_values: dict[str, str]
    report_csv: Path
    report_hl7: Path
    report_fhir: Path
    truth_path: Path
    planted_path: Path
    facts_path: Path
    patient: Patient
    visit: Visit
    study_instance_uid: str

    @property
    def accession_number(self) -> str:
        """The accession number that images and report share."""
        return self.visit.accession_number

    @property
    def patient_id(self) -> str:
        """The local patient number."""
        return self.patient.patient_id

    @property
    def patient_name(self) -> str:
        """The patient's name as `Family^Given`."""
        return self.patient.name


def make_exam(
    out: Path,
    *,
    vendor: str,
    size: str = "full",
    seed: int = 1,
    infarct: str = "none",
    center_words: bool = False,
    patient_seed: int | None = None,
    protocol: str | None = None,
    reports: Path | None = None,
) -> Exam:
    """Write an exam to `out` (Part-10 files only) and its truth, planted identifiers and report to `reports`.

    `reports` defaults to the folder `<out>-reports` beside `out`.

    Raises:
        UnknownVendorError, UnknownSizeError, UnknownInfarctError, UnknownProtocolError: a word that this
            version does not know.
    """
    drawn = plan_exam(
        vendor=vendor,
        size=size,
        seed=seed,
        infarct=infarct,
        center_words=center_words,
        patient_seed=patient_seed,
        protocol=protocol,
    )
    out = Path(out).resolve()
    files, planted = _write_images(drawn, out)
    beside = out.parent / f"{out.name}-reports" if reports is None else reports
    return _with_papers(drawn, out, files, planted, beside)


def _write_images(drawn: ExamPlan, out: Path) -> tuple[list[Path], list[Planted]]:
    session = drawn.session
    epoch = calendar.timegm(session.visit.start.timetuple())
    key = AnswerKey(secrets_of(session.patient, session.visit, epoch))
    files: list[Path] = []
    folder, writer = None, SeriesWriter()
    for relative, dataset in exam_instances(drawn):
        target = out / relative
        if target.parent != folder:
            folder = target.parent
            folder.mkdir(parents=True, exist_ok=True)
            key.first_of_series(dataset, relative)
            writer = SeriesWriter()
        key.further(dataset, relative)
        writer.write(target, dataset)
        files.append(target)
    return files, key.result()


def _with_papers(drawn: ExamPlan, out: Path, files: list[Path], planted: list[Planted], beside: Path) -> Exam:
    beside.mkdir(parents=True, exist_ok=True)
    session, values = drawn.session, drawn.report_values
    rows = [dataclasses.asdict(one) for one in planted]
    facts = {path: dataclasses.asdict(fact) for path, fact in instance_facts(drawn) if fact is not None}
    texts = {
        "facts.json": json.dumps(facts, indent=1) + "\n",
        "truth.json": json.dumps(drawn.truth, indent=2) + "\n",
        "planted.json": json.dumps(rows, indent=1) + "\n",
        "report.csv": report_row(values, session.patient, session.visit),
        "report.hl7": report_message(values, drawn.truth, session.patient, session.visit),
        "report.fhir.json": report_bundle(
            values, drawn.truth, session.patient, session.visit, session.uids.study
        ),
    }
    for name, text in texts.items():
        (beside / name).write_bytes(text.encode("latin-1"))
    return Exam(
        seed=drawn.seed,
        vendor=drawn.vendor,
        size=drawn.size,
        protocol=drawn.protocol,
        root=out,
        files=tuple(files),
        truth=drawn.truth,
        planted=rows,
        report_values=values,
        report_csv=beside / "report.csv",
        report_hl7=beside / "report.hl7",
        report_fhir=beside / "report.fhir.json",
        truth_path=beside / "truth.json",
        planted_path=beside / "planted.json",
        facts_path=beside / "facts.json",
        patient=session.patient,
        visit=session.visit,
        study_instance_uid=session.uids.study,
    )
