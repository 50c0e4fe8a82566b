"""The command `cmr-testkit`: write synthetic exams. Exit 0: done; 2: wrong usage."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from cmr_testkit.errors import TestkitError
from cmr_testkit.exam import LATER_VENDORS, WRITERS, Exam, make_exam
from cmr_testkit.infarct import TERRITORIES
from cmr_testkit.protocol import SIZES


def parser() -> argparse.ArgumentParser:
    """The command line of the test kit."""
    top = argparse.ArgumentParser(prog="cmr-testkit", description="Synthetic CMR exams with a planted truth.")
    commands = top.add_subparsers(dest="command", required=True)
    exam = commands.add_parser(
        "exam", help="write one synthetic exam", description="Write one synthetic exam."
    )
    exam.add_argument("out", metavar="OUT", type=Path, help="folder for the Part-10 files")
    exam.add_argument("--vendor", required=True, choices=[*WRITERS, *LATER_VENDORS])
    exam.add_argument("--size", default="full", choices=list(SIZES))
    exam.add_argument("--seed", type=int, default=1)
    exam.add_argument("--patient-seed", type=int, help="patient of this seed (default: the exam's seed)")
    exam.add_argument("--infarct", default="none", choices=list(TERRITORIES))
    exam.add_argument("--center-words", action="store_true", help="name series in a center's own language")
    exam.add_argument("--truth", type=Path, help="where to write the truth (default: OUT-reports/truth.json)")
    exam.add_argument("--planted", type=Path, help="where to write the planted identifiers")
    exam.add_argument("--report-csv", type=Path, help="where to write the report as CSV")
    exam.add_argument("--report-hl7", type=Path, help="where to write the report as HL7 v2")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    asked = parser().parse_args(argv)
    try:
        exam = make_exam(
            asked.out,
            vendor=asked.vendor,
            size=asked.size,
            seed=asked.seed,
            infarct=asked.infarct,
            center_words=asked.center_words,
            patient_seed=asked.patient_seed,
        )
    except TestkitError as error:
        print(f"cmr-testkit: {error}", file=sys.stderr)
        return 2
    wanted = {
        "truth": (exam.truth_path, asked.truth),
        "planted": (exam.planted_path, asked.planted),
        "report (CSV)": (exam.report_csv, asked.report_csv),
        "report (HL7)": (exam.report_hl7, asked.report_hl7),
    }
    _tell(exam, {name: _moved(*paths) for name, paths in wanted.items()})
    return 0


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
