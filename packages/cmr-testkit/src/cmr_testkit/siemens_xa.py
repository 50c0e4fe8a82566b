"""Siemens XA (syngo MR XA50): Enhanced MR with the private groups `SIEMENS MR SDS 01` and `SIEMENS MR SDI 02`.

The velocity encoding stands in the protocol text and in (0021,xx29) of each frame; aortic flow leaves the
standard's velocity group out, as XA scanners of some releases do. `siemens-xa-classic` is the same scanner's export
as classic MR images: the private groups stand at the top level, each image names the frame it came from.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, PrivateBlock
from pydicom.sequence import Sequence as Items

from cmr_testkit.enhanced import (
    ENHANCED_MR,
    close_enhanced,
    frame_groups,
    is_original,
    open_enhanced,
    shared_groups,
)
from cmr_testkit.headers import identified, item, number, spoken
from cmr_testkit.protocol import Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.siemens import standard_series, write_standard
from cmr_testkit.siemens_protocol import inversion_ms, protocol_text
from cmr_testkit.technique import image_type, siemens_sequence
from cmr_testkit.words import series_words

SERIES_GROUP, IMAGE_GROUP, REVISION_GROUP = "SIEMENS MR SDS 01", "SIEMENS MR SDI 02", "SIEMENS MR SDR 01"
MANUFACTURER, MODEL, SOFTWARE = "Siemens Healthineers", "MAGNETOM Sola", "syngo MR XA50"
WITHOUT_VELOCITY_GROUP = ("ao",)


def enhanced_series(
    session: Session, series: Series, shots: Sequence[Shot], pixels: Sequence[Any]
) -> Dataset:
    """The multi-frame instance of a series."""
    dataset = identified(session.patient, session.visit, session.uids)
    open_enhanced(dataset, session, series)
    words = series_words(series, "siemens", center_words=session.center_words)
    scheduler = spoken(session.visit.people["scheduler"])
    dataset.SeriesDescription = f"{words} {scheduler}" if series.kind == "localizer" else words
    dataset.ProtocolName = words
    dataset.BodyPartExamined = "HEART"
    dataset.Manufacturer, dataset.ManufacturerModelName = MANUFACTURER, MODEL
    dataset.SoftwareVersions = SOFTWARE
    dataset.MagneticFieldStrength = "1.5"
    if is_original(series):
        dataset.PulseSequenceName = siemens_sequence(series, shots[0].step.b_value)
    _block(dataset, REVISION_GROUP, 0x12).add_new(0x01, "LO", "ACQUISITION")
    shared = shared_groups(series)
    _series_group(shared, session, series, words)
    dataset.SharedFunctionalGroupsSequence = [shared]
    frames = [_frame(session, shot, image) for shot, image in zip(shots, pixels, strict=True)]
    close_enhanced(dataset, session, shots, frames, pixels)
    return dataset


def _block(dataset: Dataset, creator: str, number: int) -> PrivateBlock:
    """The private block of a creator, at the number that XA scanners give it."""
    dataset.add_new(0x00210000 | number, "LO", creator)
    return dataset.private_block(0x0021, creator)


def _series_group(shared: Dataset, session: Session, series: Series, words: str) -> None:
    inner = Dataset()
    write_series_elements(inner, session, series, words)
    outer = _block(shared, SERIES_GROUP, 0x10)
    outer.add_new(0xFE, "SQ", Items([inner]))


def write_series_elements(dataset: Dataset, session: Session, series: Series, words: str) -> None:
    """`SIEMENS MR SDS 01`: the patient, the protocol and the device of a series."""
    patient, visit = session.patient, session.visit
    block = _block(dataset, SERIES_GROUP, 0x10)
    block.add_new(0x01, "IS", str(round(patient.weight_kg)))
    block.add_new(0x06, "LO", "void")
    block.add_new(0x0F, "DS", ["27.9", "23.3", "38.1"])
    block.add_new(0x10, "IS", "65010000")
    block.add_new(0x19, "OB", _even(protocol_text(session, series, words).encode("latin-1")))
    block.add_new(0x22, "SH", "SIEMENS")
    block.add_new(
        0x2B, "ST", f"1;HFS;{patient.weight_kg:.0f};{patient.birth_date};{patient.sex};0;2;{visit.serial}"
    )
    block.add_new(0x38, "DS", "613.066")
    block.add_new(0x3D, "CS", "2D")
    block.add_new(0x53, "CS", "U")
    block.add_new(0x5C, "CS", "CT")
    block.add_new(0x60, "DT", f"{visit.date}103140.751377")


def _even(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)


def _frame(session: Session, shot: Shot, pixels: Any) -> Dataset:
    series = shot.series
    high = int(np.percentile(pixels, 99.5))
    macro = series.view not in WITHOUT_VELOCITY_GROUP
    group = frame_groups(
        shot, inversion_ms(shot), _scaling(shot), (high // 2, max(1, high)), velocity_macro=macro
    )
    _write_names(group.MRImageFrameTypeSequence[0], shot)
    inner = Dataset()
    write_image_elements(inner, session, shot)
    outer = _block(group, IMAGE_GROUP, 0x11)
    outer.add_new(0xFE, "SQ", Items([inner]))
    return group


def _write_names(dataset: Dataset, shot: Shot) -> None:
    block = _block(dataset, IMAGE_GROUP, 0x11)
    block.add_new(0x77, "LO", siemens_sequence(shot.series, shot.step.b_value))
    block.add_new(0x78, "CS", "DIS2D")


def write_image_elements(dataset: Dataset, session: Session, shot: Shot) -> None:
    """`SIEMENS MR SDI 02`: timing, flow encoding and geometry of one image."""
    series, step = shot.series, shot.step
    block = _block(dataset, IMAGE_GROUP, 0x11)
    after = (shot.moment - session.visit.start).total_seconds()
    block.add_new(0x03, "DS", "4742.5")
    block.add_new(0x04, "DS", number(after))
    block.add_new(0x06, "LO", f"X_1_{shot.phase + 1}_1_1_1_{shot.slice_index + 1}_1_1_1_1_1_331")
    if step.component == "P":
        block.add_new(0x29, "DS", f"{series.venc_cm_s:.1f}")
        block.add_new(0x2A, "IS", "4")
    block.add_new(0x42, "IS", "2000")
    block.add_new(0x4F, "LO", "BO1-3;SP1-4")
    block.add_new(0x58, "SH", f"{shot.plane.pixels * 8 // 10}*{shot.plane.pixels}")
    block.add_new(0x5B, "FD", [float(v) for v in shot.plane.position])
    block.add_new(0x71, "UT", f"{session.visit.station};{session.patient.patient_id}")
    block.add_new(0x75, "CS", image_type("siemens", series.kind, step.component))
    block.add_new(0x76, "LO", ["ChannelMixing:ND=true_CMM=1_CDM=1", "CC:SoS"])
    block.add_new(0x88, "DS", number(float(shot.plane.center @ shot.plane.normal)))


def start_series(session: Session, series: Series) -> Dataset:
    """`siemens-xa-classic`: the header of a series as XA scanners export it to archives without Enhanced MR."""
    dataset = standard_series(session, series)
    dataset.Manufacturer, dataset.ManufacturerModelName = MANUFACTURER, MODEL
    dataset.SoftwareVersions = SOFTWARE
    source = item(
        ReferencedSOPClassUID=ENHANCED_MR,
        ReferencedSOPInstanceUID=session.uids.uid(700_000 + series.number),
        ReferencedFrameNumber=1,
    )
    dataset.ConversionSourceAttributesSequence = [source]
    write_series_elements(dataset, session, series, str(dataset.ProtocolName))
    _block(dataset, REVISION_GROUP, 0x12).add_new(0x01, "LO", "ACQUISITION")
    return dataset


def write_shot(dataset: Dataset, session: Session, shot: Shot) -> None:
    """`siemens-xa-classic`: write what changes from image to image."""
    write_standard(dataset, session, shot)
    if shot.step.b_value is not None:
        dataset.add_new(0x00189087, "FD", shot.step.b_value)
    write_image_elements(dataset, session, shot)
    _write_names(dataset, shot)


def _scaling(shot: Shot) -> tuple[float, float, str]:
    if shot.step.component == "P":
        return 2.0, -4096.0, "US"
    return (0.1, 0.0, "MS") if shot.series.kind in ("t2_map", "t2star_map") else (1.0, 0.0, "US")
