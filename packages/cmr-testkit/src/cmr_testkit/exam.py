"""Make one synthetic CMR exam: images, truth, planted identifiers and report. Everything in it is invented.

The exam of a seed is always the same, byte for byte: no clock, no chance outside the seed.
"""

import calendar
import dataclasses
import datetime as dt
import json
import types
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from cmr_testkit import ge, siemens
from cmr_testkit.errors import UnknownVendorError
from cmr_testkit.heart import Heart, draw_heart_size, systole_for
from cmr_testkit.identity import Patient, Visit, draw_patient, draw_visit
from cmr_testkit.infarct import draw_infarct
from cmr_testkit.part10 import SeriesWriter
from cmr_testkit.planted import AnswerKey, Planted, secrets_of
from cmr_testkit.protocol import LGE_TIME, Series, plan, size_named
from cmr_testkit.render import Cut, Scene, with_noise
from cmr_testkit.report import report_message, report_row, report_values
from cmr_testkit.shot import Session, Shot
from cmr_testkit.space import draw_frame
from cmr_testkit.truth import truth_of
from cmr_testkit.uids import UidSource

WRITERS: dict[str, types.ModuleType] = {"siemens": siemens, "ge": ge}
LATER_VENDORS = ("siemens-xa", "philips")
CONTRAST_MINUTES = 12  # injection to late enhancement


@dataclass(frozen=True, slots=True)
class ExamPlan:
    """A synthetic exam before its first image is made.

    Attributes:
        seed, vendor, size: what was asked for.
        scene: heart, position, infarct and chest.
        series: what will be acquired, in order.
        session: patient, visit, UIDs, heart rate.
        truth: what a perfect reader would measure.
    """

    seed: int
    vendor: str
    size: str
    scene: Scene
    series: list[Series]
    session: Session
    truth: dict[str, Any]

    @property
    def report_values(self) -> dict[str, str]:
        """The report by data-dictionary item."""
        return report_values(self.truth, self.session.patient, self.vendor)


@dataclass(frozen=True, slots=True)
class Exam:
    """A synthetic exam on disk.

    Attributes:
        root: folder with the Part-10 files (and nothing else).
        files: all of them, in order of acquisition.
        truth: what a perfect reader would measure; `planted`: the identifiers and where they stand.
        report_values: the report by data-dictionary item.
        report_csv, report_hl7: the report as files.
        truth_path, planted_path: truth and planted identifiers as JSON files.
    """

    seed: int
    vendor: str
    size: str
    root: Path
    files: tuple[Path, ...]
    truth: dict[str, Any]
    planted: list[dict[str, str]]
    report_values: dict[str, str]
    report_csv: Path
    report_hl7: Path
    truth_path: Path
    planted_path: Path
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


def plan_exam(
    *,
    vendor: str,
    size: str = "full",
    seed: int = 1,
    infarct: str = "none",
    center_words: bool = False,
    patient_seed: int | None = None,
) -> ExamPlan:
    """Draw an exam. `patient_seed` (default: the seed) lets several exams belong to one patient.

    Raises:
        UnknownVendorError, UnknownSizeError, UnknownInfarctError: a word that this version does not know.
    """
    if vendor not in WRITERS:
        raise UnknownVendorError(_vendor_refusal(vendor))
    dimensions, writer = size_named(size), WRITERS[vendor]
    patient_seed = seed if patient_seed is None else patient_seed
    variant = zlib.crc32(f"{vendor}|{size}|{seed}|{infarct}|{center_words}|{patient_seed}".encode())
    patient, rng = draw_patient(patient_seed), np.random.default_rng([seed, 0xBEA7])
    visit = draw_visit(rng, vendor, variant)
    scar = draw_infarct(rng, infarct)
    heart_size = draw_heart_size(rng, female=patient.sex == "F", infarct=bool(scar.segments))
    heart = Heart(heart_size, systole_for(dimensions.phases))
    scene = Scene(heart, draw_frame(rng), scar, round(float(rng.uniform(0.95, 1.06)), 3))
    series = plan(heart, scene.frame, dimensions, split=writer.SPLIT_SERIES, psir=writer.HAS_PSIR)
    uids = UidSource(vendor, visit.serial, visit.start, variant)
    session = Session(patient, visit, uids, 60_000 // int(rng.integers(54, 82)), center_words)
    truth = truth_of(scene, series, dimensions, session.rr_ms) | {
        "vendor": vendor,
        "size": size,
        "seed": seed,
    }
    return ExamPlan(seed, vendor, size, scene, series, session, truth)


def _vendor_refusal(vendor: str) -> str:
    known = ", ".join(WRITERS)
    if vendor in LATER_VENDORS:
        return f"The vendor '{vendor}' is planned and not written by this version; it writes {known}."
    return f"The vendor '{vendor}' is unknown; this version writes {known}."


def exam_instances(exam: ExamPlan) -> Iterator[tuple[str, Dataset]]:
    """All images as (relative path, dataset), one at a time.

    The dataset of a series is written anew for each image: use it before asking for the next one, or copy it.
    """
    writer, index, moment = WRITERS[exam.vendor], 0, exam.session.visit.start
    for series in exam.series:
        dataset = writer.start_series(exam.session, series)
        moment = _begin(exam, series, moment)
        for shot in _shots(exam, series, index, moment):
            writer.write_shot(dataset, exam.session, shot[0])
            _write_pixels(dataset, shot[1])
            yield f"ST000001/SE{series.number:06d}/IM{shot[0].number:06d}", dataset
        index += len(series.planes) * series.phases
        moment += dt.timedelta(seconds=14 * len(series.planes))


def _begin(exam: ExamPlan, series: Series, moment: dt.datetime) -> dt.datetime:
    if series.kind in ("lge", "psir"):
        return max(moment, exam.session.visit.start + dt.timedelta(minutes=CONTRAST_MINUTES))
    return moment + dt.timedelta(seconds=20)


def _shots(exam: ExamPlan, series: Series, first: int, start: dt.datetime) -> Iterator[tuple[Shot, Any]]:
    for i, plane in enumerate(series.planes):
        cut = Cut(exam.scene, plane, series.contrast)
        # psir repeats the raw data of lge, so it has its R-R interval
        wobble = np.random.default_rng([exam.seed, 7, series.number, i])
        rr = exam.session.rr_ms + int(wobble.integers(-12, 13))
        moment = start + dt.timedelta(seconds=14 * i)
        still = series.phases == 1
        for phase in range(series.phases):
            time = LGE_TIME if still else phase / series.phases
            rng = np.random.default_rng([exam.session.visit.variant, series.number, i, phase])
            pixels = with_noise(cut.at(time), series.contrast.noise, rng, signed=series.contrast.signed)
            number = first + i * series.phases + phase
            yield Shot(series, plane, i, phase, number, time * rr, rr, moment, start), pixels


def _write_pixels(dataset: Dataset, pixels: Any) -> None:
    high = int(np.percentile(pixels, 99.5))
    dataset.add_new("SmallestImagePixelValue", "US", int(pixels.min()))
    dataset.add_new("LargestImagePixelValue", "US", int(pixels.max()))
    dataset.WindowCenter, dataset.WindowWidth = str(high // 2), str(max(1, high))
    dataset.add_new("PixelData", "OW", pixels.tobytes())


def make_exam(
    out: Path,
    *,
    vendor: str,
    size: str = "full",
    seed: int = 1,
    infarct: str = "none",
    center_words: bool = False,
    patient_seed: int | None = None,
    reports: Path | None = None,
) -> Exam:
    """Write an exam to `out` (Part-10 files only) and its truth, planted identifiers and report to `reports`.

    `reports` defaults to the folder `<out>-reports` beside `out`.

    Raises:
        UnknownVendorError, UnknownSizeError, UnknownInfarctError: a word that this version does not know.
    """
    drawn = plan_exam(
        vendor=vendor,
        size=size,
        seed=seed,
        infarct=infarct,
        center_words=center_words,
        patient_seed=patient_seed,
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
    texts = {
        "truth.json": json.dumps(drawn.truth, indent=2) + "\n",
        "planted.json": json.dumps(rows, indent=1) + "\n",
        "report.csv": report_row(values, session.patient, session.visit),
        "report.hl7": report_message(values, drawn.truth, session.patient, session.visit),
    }
    for name, text in texts.items():
        (beside / name).write_bytes(text.encode("latin-1"))
    return Exam(
        seed=drawn.seed,
        vendor=drawn.vendor,
        size=drawn.size,
        root=out,
        files=tuple(files),
        truth=drawn.truth,
        planted=rows,
        report_values=values,
        report_csv=beside / "report.csv",
        report_hl7=beside / "report.hl7",
        truth_path=beside / "truth.json",
        planted_path=beside / "planted.json",
        patient=session.patient,
        visit=session.visit,
        study_instance_uid=session.uids.study,
    )
