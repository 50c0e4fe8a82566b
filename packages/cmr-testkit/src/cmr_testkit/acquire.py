"""From a planned exam to its images: what each one shows, when it was taken, in which header it stands."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from cmr_testkit import flow
from cmr_testkit.drawn import ExamPlan
from cmr_testkit.protocol import LGE_TIME, Series, Step
from cmr_testkit.render import Cut, with_noise
from cmr_testkit.screen import screen_save
from cmr_testkit.shot import Session, Shot
from cmr_testkit.vendors import VENDORS, Vendor, stored_velocity

CONTRAST_MINUTES = 12  # injection to late enhancement
POST_T1_MINUTES = 16
REST_MINUTES = 10  # stress to rest perfusion
SLICE_SECONDS = 14


def exam_instances(exam: ExamPlan) -> Iterator[tuple[str, Dataset]]:
    """All instances as (relative path, dataset), one at a time.

    The dataset of a series is written anew for each image: use it before asking for the next one, or copy it.
    """
    for series, shots in timed_shots(exam):
        for number, dataset in instances_of(exam, series, shots):
            yield f"ST000001/SE{series.number:06d}/IM{number:06d}", dataset


def exam_headers(exam: ExamPlan) -> Iterator[tuple[str, Dataset]]:
    """As `exam_instances` with true headers, but nothing drawn: the pixels are zero."""
    for series, shots in timed_shots(exam):
        for number, dataset in instances_of(exam, series, shots, draw=False):
            yield f"ST000001/SE{series.number:06d}/IM{number:06d}", dataset


def timed_shots(exam: ExamPlan) -> Iterator[tuple[Series, list[Shot]]]:
    """The images of each series with their times, without pixels."""
    index, moment = 0, exam.session.visit.start
    for series in exam.series:
        moment = _begin(exam.session, series, moment)
        shots = list(_shots(exam, series, index, moment))
        yield series, shots
        index += len(shots)
        moment += dt.timedelta(seconds=SLICE_SECONDS * len(series.planes))
        if series.slice_delay:
            moment = max(moment, shots[-1].moment)


def _begin(session: Session, series: Series, moment: dt.datetime) -> dt.datetime:
    after = session.injected
    if series.kind in ("lge", "psir", "ti_scout"):
        return max(moment, after + dt.timedelta(minutes=CONTRAST_MINUTES))
    if series.role == "post":
        return max(moment, after + dt.timedelta(minutes=POST_T1_MINUTES))
    if series.kind == "perfusion":
        return max(moment, after + dt.timedelta(minutes=REST_MINUTES if series.role == "rest" else 0))
    return moment + dt.timedelta(seconds=20)


def _shots(exam: ExamPlan, series: Series, first: int, start: dt.datetime) -> Iterator[Shot]:
    steps = series.every_step
    for i, plane in enumerate(series.planes):
        # psir repeats the raw data of lge, so it has its R-R interval
        wobble = np.random.default_rng([exam.seed, 7, series.number, i])
        rr = exam.session.rr_ms + int(wobble.integers(-12, 13))
        for phase, step in enumerate(steps):
            number = first + i * len(steps) + phase
            delay = (step.time if step.trigger is None else step.trigger) + series.slice_delay * i
            moment = start + _after(series, step, i, exam.session.rr_ms)
            yield Shot(series, plane, i, phase, number, delay * rr, rr, moment, start)


def _after(series: Series, step: Step, slice_index: int, rr_ms: int) -> dt.timedelta:
    seconds = 0 if series.slice_delay else SLICE_SECONDS * slice_index
    into = series.slice_delay * slice_index * rr_ms if step.beat or series.slice_delay else 0.0
    return dt.timedelta(seconds=seconds, milliseconds=round(step.beat * rr_ms + into))


def instances_of(
    exam: ExamPlan, series: Series, shots: list[Shot], *, draw: bool = True
) -> Iterator[tuple[int, Dataset]]:
    """The instances of these images of a series as (instance number, dataset), the header written anew."""
    vendor, session = VENDORS[exam.vendor], exam.session
    images = _drawn(exam, series, shots, vendor) if draw else _blank(shots, vendor)
    if series.kind == "screen_save":
        yield 1, screen_save(session, series, shots[0], vendor.family)
    elif vendor.whole is not None:
        yield 1, vendor.whole(session, series, shots, [image for _, image in images])
    elif vendor.start is not None and vendor.write is not None:
        dataset = vendor.start(session, series)
        for shot, image in images:
            vendor.write(dataset, session, shot)
            _write_pixels(dataset, image)
            yield shot.number, dataset


def _blank(shots: list[Shot], vendor: Vendor) -> Iterator[tuple[Shot, Any]]:
    for shot in shots:
        signed = vendor.family == "ge" and shot.step.component == "P"
        yield shot, np.zeros((shot.plane.pixels, shot.plane.pixels), np.int16 if signed else np.uint16)


def _drawn(exam: ExamPlan, series: Series, shots: list[Shot], vendor: Vendor) -> Iterator[tuple[Shot, Any]]:
    """Each image with its pixels; cuts of the last slice are kept while its contrast stays."""
    cut: Cut | None = None
    for shot in shots:
        step = shot.step
        if series.kind == "mip":
            yield shot, _projection(exam, shot)
            continue
        if series.tiles:
            yield shot, _mosaic(exam, shot)
            continue
        if cut is None or cut.plane is not shot.plane or cut.contrast is not step.contrast:
            cut = Cut(exam.scene, shot.plane, step.contrast)
        rng = np.random.default_rng([exam.session.visit.variant, series.number, shot.slice_index, shot.phase])
        clean = cut.at(step.time)
        if step.component == "P":
            yield shot, _velocity(exam, shot, clean, rng, vendor.family)
        else:
            yield shot, with_noise(clean, step.contrast.noise, rng, signed=step.contrast.signed)


def _mosaic(exam: ExamPlan, shot: Shot) -> Any:
    """The slices of a mosaic, row by row."""
    series, look = shot.series, shot.step.contrast
    rng = np.random.default_rng([exam.session.visit.variant, series.number, shot.phase])
    parts = [Cut(exam.scene, plane, look).at(shot.step.time) for plane in series.tiles]
    side = shot.plane.pixels // series.tiles[0].pixels
    rows = [np.hstack(parts[i : i + side]) for i in range(0, len(parts), side)]
    return with_noise(np.vstack(rows), look.noise, rng)


def _projection(exam: ExamPlan, shot: Shot) -> Any:
    """The largest value along the partitions of the angiography."""
    angio = next(series for series in exam.series if series.kind == "mra")
    rng = np.random.default_rng([exam.session.visit.variant, shot.series.number])
    parts = [Cut(exam.scene, plane, angio.contrast).at(LGE_TIME) for plane in angio.planes]
    return with_noise(np.max(parts, axis=0), angio.contrast.noise, rng)


def _velocity(exam: ExamPlan, shot: Shot, magnitude: Any, rng: np.random.Generator, family: str) -> Any:
    series, heart = shot.series, exam.scene.heart
    vessel, venc = flow.VESSELS[series.view], float(series.venc_cm_s or 0)
    phase = shot.phase % series.phases
    means = flow.mean_velocities(exam.flows[series.view], vessel, series.phases, shot.rr_ms)
    beat = heart.at(shot.step.time)
    speed = flow.velocity_image(shot.plane, exam.scene.frame, beat, vessel, means[phase])
    return stored_velocity(family, flow.with_phase_noise(speed, magnitude, venc, rng), venc)


def _write_pixels(dataset: Dataset, pixels: Any) -> None:
    high = int(np.percentile(pixels, 99.5))
    vr = "SS" if pixels.dtype == np.int16 else "US"
    dataset.add_new("SmallestImagePixelValue", vr, int(pixels.min()))
    dataset.add_new("LargestImagePixelValue", vr, int(pixels.max()))
    dataset.WindowCenter, dataset.WindowWidth = str(high // 2), str(max(1, high))
    dataset.add_new("PixelData", "OW", pixels.tobytes())
