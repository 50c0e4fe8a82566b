"""Philips classic MR (Achieva): whole stacks in one series, flow with magnitude and velocity in one series.

Numbers of science stand in `Philips Imaging DD 001` and `Philips MR Imaging DD 001/005`: velocity encoding,
phases, b-value, prepulse delay, and the scale slope and intercept without which stored values are not real
ones. `Philips Imaging DD 129` holds a presentation state with a person in it.
"""

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from cmr_testkit.headers import clock, identified, item, number, place, spoken, stamp
from cmr_testkit.protocol import INVERSION_TIME_MS, Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.technique import (
    PHILIPS_NAMES,
    STIR_INVERSION_MS,
    TECHNIQUES,
    Technique,
    image_type,
    put_technique,
)
from cmr_testkit.words import series_words

IMAGING, MR_IMAGING, MR_FIVE, STATES = (
    "Philips Imaging DD 001",
    "Philips MR Imaging DD 001",
    "Philips MR Imaging DD 005",
    "Philips Imaging DD 129",
)
BALANCED = ("cine", "localizer", "t1_raw")
SCALE_SLOPE = 0.0125
PRESENTATION_STATE = "1.2.840.10008.5.1.4.1.1.11.1"


def start_series(session: Session, series: Series) -> Dataset:
    """A header with everything that is the same in all images of a series."""
    dataset = identified(session.patient, session.visit, session.uids)
    dataset.SeriesInstanceUID = session.uids.series(series.number)
    dataset.SeriesNumber = 100 * series.number + 1
    dataset.AcquisitionNumber = series.number
    describe(dataset, session, series)
    dataset.ImageType = image_type("philips", series.kind)
    dataset.ImagingFrequency = "63.888"
    put_technique(dataset, series.kind)
    dataset.ReceiveCoilName = "SENSE-XL-Torso"
    dataset.TransmitCoilName = "B"
    dataset.PixelBandwidth = "1070"
    dataset.PercentSampling, dataset.PercentPhaseFieldOfView = "98", "90"
    dataset.InPlanePhaseEncodingDirection = "ROW"
    dataset.SpacingBetweenSlices = number(series.spacing or series.planes[0].thickness)
    _sequence(dataset, session, series)
    _private(dataset, session, series)
    return dataset


def describe(dataset: Dataset, session: Session, series: Series) -> None:
    """Write words, device and field: the same in classic and Enhanced images."""
    words = series_words(series, "philips", center_words=session.center_words)
    scheduler = spoken(session.visit.people["scheduler"])
    dataset.SeriesDescription = f"{words} {scheduler}" if series.kind == "localizer" else words
    dataset.ProtocolName = words
    dataset.BodyPartExamined = "HEART"
    dataset.Manufacturer = "Philips Medical Systems"
    dataset.ManufacturerModelName = "Achieva"
    dataset.SoftwareVersions = ["5.1.7", "5.1.7.2"]
    dataset.MagneticFieldStrength = "1.5"


def series_inversion_ms(series: Series) -> float | None:
    """The inversion time of a series; None where there is none or several."""
    if series.kind in ("lge", "psir"):
        return float(INVERSION_TIME_MS)
    return STIR_INVERSION_MS if series.kind == "stir" else None


def _sequence(dataset: Dataset, session: Session, series: Series) -> None:
    technique = TECHNIQUES[series.kind]
    dataset.ScanningSequence = list(technique.echo)
    dataset.SequenceVariant = ["SS"] if series.kind in BALANCED else ["SK", "SP"]
    dataset.ScanOptions = scan_options(technique)
    dataset.RepetitionTime = number(technique.tr_ms or session.rr_ms)
    dataset.EchoTime, dataset.FlipAngle = number(technique.te_ms), number(technique.flip_deg)
    inversion = series_inversion_ms(series)
    if inversion is not None:
        dataset.InversionTime = number(inversion)
    if technique.agent:
        dataset.ContrastBolusAgent = "Gadobutrol"
        dataset.ContrastBolusStartTime = clock(session.injected)
    if series.phases > 1:
        dataset.CardiacNumberOfImages = series.phases


def scan_options(technique: Technique) -> list[str]:
    """ScanOptions: gated, inversion."""
    return (["CG"] if technique.gated else ["FC"]) + (["IR"] if technique.inverted else [])


def _private(dataset: Dataset, session: Session, series: Series) -> None:
    imaging_block(dataset, session, series)
    _scaling_block(dataset)
    states_block(dataset, session)


def imaging_block(dataset: Dataset, session: Session, series: Series) -> None:
    """Philips Imaging DD 001 of a series."""
    technique, visit = TECHNIQUES[series.kind], session.visit
    block = dataset.private_block(0x2001, IMAGING, create=True)
    block.add_new(0x08, "IS", "1")
    block.add_new(0x09, "FL", series_inversion_ms(series) or 0.0)
    block.add_new(0x0A, "IS", "1")
    block.add_new(0x0C, "CS", "N")
    block.add_new(0x0E, "CS", "N")
    block.add_new(0x10, "CS", "TRIGGERED" if technique.gated else "NO")
    block.add_new(0x14, "SL", max(1, len([s for s in series.steps if s.echo_ms is not None])))
    block.add_new(0x16, "SS", 1 if series.venc_cm_s else 0)
    block.add_new(0x17, "SL", series.phases)
    block.add_new(0x18, "SL", len(series.planes))
    block.add_new(0x1A, "FL", [0.0, 0.0, float(series.venc_cm_s or 0)])
    block.add_new(0x1B, "FL", series_inversion_ms(series) or 0.0)
    block.add_new(0x1C, "CS", "INV" if technique.inverted else "NO")
    block.add_new(0x20, "LO", PHILIPS_NAMES[series.kind])
    block.add_new(0x60, "SL", 1)
    block.add_new(0x63, "CS", "ELSEWHERE")
    block.add_new(0x81, "IS", str(max((s.beat for s in series.steps), default=0) + 1))
    block.add_new(0xC8, "LO", f"CARDIAC {spoken(visit.people['performing'])}"[:64])


def _scaling_block(dataset: Dataset) -> None:
    block = dataset.private_block(0x2005, MR_IMAGING, create=True)
    block.add_new(0x0D, "FL", 0.0)
    block.add_new(0x0E, "FL", SCALE_SLOPE)
    block.add_new(0x13, "CS", "UNKNOWN")
    block.add_new(0x1E, "SH", dataset.AccessionNumber)
    block.add_new(0x20, "SL", 0)
    block = dataset.private_block(0x2005, MR_FIVE, create=True)
    block.add_new(0x0B, "LO", f"{dataset.PatientID}.XX_0001.{dataset.StudyDate}"[:64])
    block.add_new(0x36, "UI", dataset.StudyInstanceUID)
    block.add_new(0x38, "LT", dataset.StudyComments)


def states_block(dataset: Dataset, session: Session) -> None:
    """Philips Imaging DD 129: a presentation state and a device, with people in them."""
    visit = session.visit
    block = dataset.private_block(0x2001, STATES, create=True)
    state = item(
        SOPClassUID=PRESENTATION_STATE,
        SOPInstanceUID=session.uids.reference(30),
        PresentationCreationDate=visit.date,
        PresentationCreationTime=clock(visit.start),
        ContentCreatorName=visit.people["operator"],
        ContentDescription=f"Window of {spoken(session.patient.name)}",
    )
    device = item(
        Manufacturer="Philips Medical Systems", DeviceSerialNumber=visit.serial, StationName=visit.station
    )
    block.add_new(0x00, "SQ", Sequence([state]))
    block.add_new(0x01, "SQ", Sequence([device]))


def write_shot(dataset: Dataset, session: Session, shot: Shot) -> None:
    """Write what changes from image to image into the header of its series."""
    step, series = shot.step, shot.series
    place(dataset, shot.plane)
    stamp(dataset, shot.moment, shot.series_start)
    uid = UID(session.uids.instance(shot.index))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.InstanceNumber = shot.number
    dataset.ImageType = image_type("philips", series.kind, step.component)
    dataset.TemporalPositionIdentifier = step.beat + 1
    dataset.NumberOfTemporalPositions = max((s.beat for s in series.every_step), default=0) + 1
    pixels = shot.plane.pixels
    dataset.AcquisitionMatrix = [0, pixels, pixels * 3 // 4, 0]
    dataset.ReconstructionDiameter = number(pixels * shot.plane.spacing)
    dataset.NumberOfPhaseEncodingSteps = pixels * 3 // 4
    if TECHNIQUES[series.kind].gated and series.kind != "localizer":
        dataset.TriggerTime = number(shot.trigger_ms)
        dataset.NominalInterval = shot.rr_ms
        dataset.HeartRate = round(60_000 / shot.rr_ms)
        dataset.LowRRValue, dataset.HighRRValue = round(shot.rr_ms * 0.9), round(shot.rr_ms * 1.1)
    _settings(dataset, shot)


def _settings(dataset: Dataset, shot: Shot) -> None:
    step, series = shot.step, shot.series
    block = dataset.private_block(0x2001, IMAGING)
    block.add_new(0x08, "IS", str(shot.phase % series.phases + 1))
    block.add_new(0x0A, "IS", str(shot.slice_index + 1))
    block.add_new(0x03, "FL", float(step.b_value or 0.0))
    if step.inversion_ms is not None:
        dataset.InversionTime = number(step.inversion_ms)
        block.add_new(0x09, "FL", step.inversion_ms)
    if step.echo_ms is not None:
        dataset.EchoTime, dataset.EchoNumbers = number(step.echo_ms), shot.phase + 1
    if step.b_value is not None:
        dataset.add_new(0x00189087, "FD", step.b_value)
        block.add_new(0x04, "CS", "I")
    slope, intercept, unit = rescale(series, step.component)
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = (
        number(slope),
        number(intercept),
        unit,
    )
    scaling = dataset.private_block(0x2005, MR_IMAGING)
    scaling.add_new(0x0D, "FL", 0.0 if intercept == 0 else -intercept / slope)
    scaling.add_new(0x0E, "FL", SCALE_SLOPE if step.component == "M" else 1 / slope)
    scaling.add_new(0x11, "CS", {"M": "M", "P": "P"}[step.component])


def rescale(series: Series, component: str) -> tuple[float, float, str]:
    """Slope, intercept and type from stored to displayed values; velocity in cm/s."""
    if component == "P" and series.venc_cm_s:
        return 2 * series.venc_cm_s / 4095, -series.venc_cm_s, "cm/s"
    if series.kind in ("t2_map", "t2star_map"):
        return 0.1, 0.0, "ms"
    return (1.0, 0.0, "ms") if series.kind == "t1_map" else (2.5, 0.0, "normalized")
