"""The story of the demonstration: six synthetic exams that travel through the connectors of three hospitals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cmr_testkit.exam import make_exam
from demo.servers import Hospital


@dataclass(frozen=True, slots=True)
class Visit:
    """One exam of the story; visits with the same `patient_seed` belong to one person."""

    center: str
    vendor: str
    seed: int
    patient_seed: int
    infarct: str = "none"
    has_report: bool = True


VISITS = (
    Visit("northbridge", "siemens", 11, 11, "lad"),
    Visit("northbridge", "siemens", 12, 11, "lad"),
    Visit("seehafen", "ge", 21, 21),
    Visit("seehafen", "ge", 22, 22, "rca"),
    Visit("kauri", "siemens", 31, 31),
    Visit("kauri", "ge", 32, 32, "lcx", has_report=False),
)


class ExamNotSentError(Exception):
    """A hospital of the story could not send an exam; the text is what its connector said."""


def tell(hospitals: Mapping[str, Hospital], folder: Path, say: Callable[[str], None]) -> None:
    """Make each exam, put its report into the hospital's drop folder, and send its images.

    Raises:
        ExamNotSentError: the connector ended with another code than 0.
    """
    for number, visit in enumerate(VISITS, start=1):
        hospital = hospitals[visit.center]
        where = folder / f"exam-{number}"
        exam = make_exam(
            where,
            vendor=visit.vendor,
            size="small",
            seed=visit.seed,
            patient_seed=visit.patient_seed,
            infarct=visit.infarct,
        )
        if visit.has_report:
            report = hospital.folder / "reports" / f"report-{number}.csv"
            report.write_bytes(exam.report_csv.read_bytes())
        done = hospital.send(where)
        if done.returncode != 0:
            raise ExamNotSentError(done.stderr.strip() or done.stdout.strip())
        say(f"  exam {number} of {len(VISITS)}: {len(exam.files)} images from {visit.center}")
