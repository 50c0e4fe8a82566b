"""The command `cmr-testkit`: write synthetic exams and cohorts. Exit 0: done; 2: wrong usage."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from cmr_testkit.cohort.making import make_cohort
from cmr_testkit.cohort.writing import write_cohort
from cmr_testkit.drawn import PROTOCOLS
from cmr_testkit.errors import TestkitError
from cmr_testkit.exam import Exam, make_exam
from cmr_testkit.infarct import TERRITORIES
from cmr_testkit.protocol import SIZES
from cmr_testkit.vendors import VENDORS


def parser() -> argparse.ArgumentParser:
    """The command line of the test kit."""
    top = argparse.ArgumentParser(prog="cmr-testkit", description="Synthetic CMR data with a planted truth.")
    commands = top.add_subparsers(dest="command", required=True)
    _exam_options(commands.add_parser("exam", help="write one exam", description="Write one synthetic exam."))
    _cohort_options(
        commands.add_parser(
            "cohort",
            help="write a cohort of reports and follow-up",
            description="Write a synthetic cohort of reports and follow-up with planted effects.",
        )
    )
    return top


def _exam_options(exam: argparse.ArgumentParser) -> None:
    exam.set_defaults(run=_exam)
    exam.add_argument("out", metavar="OUT", type=Path, help="folder for the Part-10 files")
    exam.add_argument("--vendor", required=True, choices=list(VENDORS))
    exam.add_argument("--size", default="full", choices=list(SIZES))
    exam.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        help="basic: cine and late enhancement; complete: every kind of series (default: complete at full size)",
    )
    exam.add_argument("--seed", type=int, default=1)
    exam.add_argument("--patient-seed", type=int, help="patient of this seed (default: the exam's seed)")
    exam.add_argument("--infarct", default="none", choices=list(TERRITORIES))
    exam.add_argument("--center-words", action="store_true", help="name series in a center's own language")
    exam.add_argument("--truth", type=Path, help="where to write the truth (default: OUT-reports/truth.json)")
    exam.add_argument("--planted", type=Path, help="where to write the planted identifiers")
    exam.add_argument("--report-csv", type=Path, help="where to write the report as CSV")
    exam.add_argument("--report-hl7", type=Path, help="where to write the report as HL7 v2")
    exam.add_argument("--report-fhir", type=Path, help="where to write the report as a FHIR R4 bundle")


def _cohort_options(cohort: argparse.ArgumentParser) -> None:
    cohort.set_defaults(run=_cohort)
    cohort.add_argument("out", metavar="OUT", type=Path, help="folder for documents, tables and truth")
    cohort.add_argument(
        "--subjects", type=int, required=True, help="how many people, at all centers together"
    )
    cohort.add_argument("--seed", type=int, default=1)
    cohort.add_argument("--centers", type=int, default=3, help="how many invented centers (default: 3)")
    cohort.add_argument("--tables", action="store_true", help="write Parquet tables of a snapshot as well")
    cohort.add_argument("--tables-only", action="store_true", help="write the tables without the documents")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    asked = parser().parse_args(argv)
    try:
        asked.run(asked)
    except TestkitError as error:
        print(f"cmr-testkit: {error}", file=sys.stderr)
        return 2
    return 0


def _exam(asked: argparse.Namespace) -> None:
    exam = make_exam(
        asked.out,
        vendor=asked.vendor,
        size=asked.size,
        seed=asked.seed,
        infarct=asked.infarct,
        center_words=asked.center_words,
        patient_seed=asked.patient_seed,
        protocol=asked.protocol,
    )
    wanted = {
        "truth": (exam.truth_path, asked.truth),
        "planted": (exam.planted_path, asked.planted),
        "report (CSV)": (exam.report_csv, asked.report_csv),
        "report (HL7)": (exam.report_hl7, asked.report_hl7),
        "report (FHIR)": (exam.report_fhir, asked.report_fhir),
    }
    _tell(exam, {name: _moved(*paths) for name, paths in wanted.items()})


def _cohort(asked: argparse.Namespace) -> None:
    cohort = make_cohort(asked.subjects, asked.seed, asked.centers)
    paths = write_cohort(
        cohort, asked.out, documents=not asked.tables_only, tables=asked.tables or asked.tables_only
    )
    print(f"SYNTHETIC cohort, {asked.centers} centers, seed {asked.seed}")
    print(f"{cohort.people.subjects} subjects with {cohort.exams.rows} exams: {asked.out}")
    for path in paths:
        print(f"  {path.relative_to(asked.out)}")


def _moved(written: Path, wanted: Path | None) -> Path:
    if wanted is None:
        return written
    wanted.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(written, wanted))


def _tell(exam: Exam, papers: dict[str, Path]) -> None:
    folders = len({file.parent for file in exam.files})
    print(f"SYNTHETIC exam, {exam.vendor}, {exam.size}, seed {exam.seed}")
    print(f"{len(exam.files)} instances in {folders} series: {exam.root}")
    for name, path in papers.items():
        print(f"{name}: {path}")
