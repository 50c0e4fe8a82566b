"""Philips Enhanced MR (Ingenia): a series is one multi-frame instance, with Philips' own group in every frame."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from cmr_testkit.enhanced import close_enhanced, frame_groups, is_original, open_enhanced, shared_groups
from cmr_testkit.headers import identified
from cmr_testkit.philips import (
    IMAGING,
    MR_FIVE,
    MR_IMAGING,
    SCALE_SLOPE,
    describe,
    imaging_block,
    rescale,
    series_inversion_ms,
    states_block,
)
from cmr_testkit.protocol import Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.technique import PHILIPS_NAMES


def enhanced_series(
    session: Session, series: Series, shots: Sequence[Shot], pixels: Sequence[Any]
) -> Dataset:
    """The multi-frame instance of a series."""
    dataset = identified(session.patient, session.visit, session.uids)
    open_enhanced(dataset, session, series)
    describe(dataset, session, series)
    dataset.ManufacturerModelName = "Ingenia"
    dataset.SeriesNumber = 100 * series.number + 1
    if is_original(series):
        dataset.PulseSequenceName = PHILIPS_NAMES[series.kind]
    imaging_block(dataset, session, series)
    states_block(dataset, session)
    five = dataset.private_block(0x2005, MR_FIVE, create=True)
    five.add_new(0x0B, "LO", f"{dataset.PatientID}.XX_0001.{dataset.StudyDate}"[:64])
    five.add_new(0x36, "UI", dataset.StudyInstanceUID)
    dataset.SharedFunctionalGroupsSequence = [shared_groups(series)]
    frames = [_frame(session, shot, image) for shot, image in zip(shots, pixels, strict=True)]
    close_enhanced(dataset, session, shots, frames, pixels)
    return dataset


def _frame(session: Session, shot: Shot, pixels: Any) -> Dataset:
    series, step = shot.series, shot.step
    held = series_inversion_ms(series)
    inversion = held if step.inversion_ms is None else step.inversion_ms
    high = int(np.percentile(pixels, 99.5))
    slope, intercept, unit = rescale(series, step.component)
    group = frame_groups(shot, inversion, (slope, intercept, unit), (high // 2, max(1, high)))
    own = Dataset()
    own.InstanceCreationDate = session.visit.date
    block = own.private_block(0x2001, IMAGING, create=True)
    block.add_new(0x03, "FL", float(step.b_value or 0.0))
    block.add_new(0x08, "IS", str(shot.phase % series.phases + 1))
    block.add_new(0x09, "FL", float(inversion or 0.0))
    block.add_new(0x0A, "IS", str(shot.slice_index + 1))
    block = own.private_block(0x2005, MR_IMAGING, create=True)
    block.add_new(0x0D, "FL", 0.0 if intercept == 0 else -intercept / slope)
    block.add_new(0x0E, "FL", SCALE_SLOPE if step.component == "M" else 1 / slope)
    block.add_new(0x11, "CS", step.component)
    group.private_block(0x2005, MR_FIVE, create=True).add_new(0x0F, "SQ", Items([own]))
    return group
