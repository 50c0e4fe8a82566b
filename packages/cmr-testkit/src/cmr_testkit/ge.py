"""GE (SIGNA, DV26): the whole stack in one series, FIESTA names, HeartRate, GEMS private groups."""

import calendar

from pydicom.dataset import Dataset
from pydicom.uid import UID

from cmr_testkit.headers import clock, identified, number, place, spoken, stamp
from cmr_testkit.protocol import INVERSION_TIME_MS, Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.technique import GE_NAMES, STIR_INVERSION_MS, TECHNIQUES, image_type, put_technique
from cmr_testkit.words import series_words

BALANCED = ("cine", "localizer", "t1_raw", "t1_map", "ti_scout")
MAGNITUDE, THROUGH_PLANE = 8, 4
"""Vas collapse flag (0043,xx30) of magnitude and of velocity along the third axis."""

B_OFFSET = 1_000_000_000
"""GE adds it to the b-value in (0043,xx39)."""


def start_series(session: Session, series: Series) -> Dataset:
    """A header with everything that is the same in all images of a series."""
    dataset = identified(session.patient, session.visit, session.uids)
    dataset.SeriesInstanceUID = session.uids.series(series.number)
    dataset.SeriesNumber = series.number
    dataset.AcquisitionNumber = 1
    words = series_words(series, "ge", center_words=session.center_words)
    if series.kind == "localizer":
        words_shown = f"{words} {spoken(session.visit.people['scheduler'])}"
    else:
        words_shown = f"{words} TI {INVERSION_TIME_MS}" if series.kind in ("lge", "psir") else words
    dataset.SeriesDescription = words_shown
    dataset.ProtocolName = "CARDIAC FUNCTION VIABILITY"
    dataset.ImageType = image_type("ge", series.kind)
    dataset.Manufacturer = "GE MEDICAL SYSTEMS"
    dataset.ManufacturerModelName = "Signa HDxt"
    dataset.SoftwareVersions = ["24", "LX", "MR Software release:HD16.0_V02_1131.a"]
    dataset.MagneticFieldStrength = "1.5"
    dataset.ImagingFrequency = "63.892071"
    put_technique(dataset, series.kind)
    dataset.ReceiveCoilName = "8CARDIAC"
    dataset.PixelBandwidth = "976.562"
    dataset.PercentSampling, dataset.PercentPhaseFieldOfView = "100", "90"
    dataset.InPlanePhaseEncodingDirection, dataset.VariableFlipAngleFlag = "ROW", "N"
    dataset.ImagesInAcquisition = series.count
    dataset.SpacingBetweenSlices = number(series.spacing or 0.0)
    _sequence(dataset, session, series)
    _private(dataset, session, series)
    return dataset


def _sequence(dataset: Dataset, session: Session, series: Series) -> None:
    technique, balanced = TECHNIQUES[series.kind], series.kind in BALANCED
    dataset.RepetitionTime, dataset.EchoTime, dataset.FlipAngle = "3.821", "1.676", "45"
    if not balanced:
        dataset.RepetitionTime = number(technique.tr_ms or session.rr_ms)
        dataset.EchoTime, dataset.FlipAngle = number(technique.te_ms), number(technique.flip_deg)
    dataset.ScanningSequence = list(technique.echo)
    dataset.SequenceVariant = ["SS"] if balanced else ["SS", "SP"]
    options = ["FAST_GEMS", *(["CG"] if technique.gated else []), "SEQ_GEMS"]
    dataset.ScanOptions = [*options, "IR_GEMS"] if technique.inverted else options
    dataset.InversionTime = "0"
    if series.kind in ("lge", "psir"):
        dataset.InversionTime = str(INVERSION_TIME_MS)
        dataset.RepetitionTime, dataset.EchoTime, dataset.FlipAngle = "6.212", "2.908", "20"
    elif series.kind == "stir":
        dataset.InversionTime = number(STIR_INVERSION_MS)
    if technique.agent:
        dataset.ContrastBolusAgent, dataset.ContrastBolusVolume = "Gadobutrol", "12"
        dataset.ContrastBolusStartTime = clock(session.injected)
    if series.phases > 1:
        dataset.CardiacNumberOfImages = series.phases
        dataset.TriggerWindow = 10


def _private(dataset: Dataset, session: Session, series: Series) -> None:
    visit = session.visit
    epoch = calendar.timegm(visit.start.timetuple())
    block = dataset.private_block(0x0009, "GEMS_IDEN_01", create=True)
    block.add_new(0x01, "LO", "GE_GENESIS_FF")
    block.add_new(0x02, "SH", f"S{visit.serial}QX")
    block.add_new(0x04, "SH", "SIGNA")
    block.add_new(0x27, "SL", epoch)
    block.add_new(0x30, "SH", f"SVC{visit.serial}")
    block.add_new(0x31, "SH", visit.station)
    block.add_new(0xE3, "UI", session.uids.reference(20))
    block.add_new(0xE9, "SL", epoch)
    block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x11, "SS", 0)
    block.add_new(0x1E, "DS", number(series.planes[0].pixels * series.planes[0].spacing))
    block.add_new(0x87, "DS", "0")
    block.add_new(0x9C, "LO", GE_NAMES[series.kind][0])
    block.add_new(0x9D, "DT", f"{visit.date}074512")
    block.add_new(0x9E, "LO", GE_NAMES[series.kind][1])
    block.add_new(0xCB, "SS", THROUGH_PLANE if series.venc_cm_s else 0)
    block.add_new(0xCC, "SS", round(10 * (series.venc_cm_s or 0)))
    block.add_new(0xD7, "SS", series.phases)
    block.add_new(0xE2, "DS", "1" if series.venc_cm_s else "0")
    block = dataset.private_block(0x0021, "GEMS_RELA_01", create=True)
    block.add_new(0x03, "SS", 1)
    block.add_new(0x37, "SS", 16)
    block = dataset.private_block(0x0025, "GEMS_SERS_01", create=True)
    block.add_new(0x07, "SL", series.count)
    block.add_new(0x14, "SL", 0)
    block.add_new(0x1A, "LO", f"CARDIAC {spoken(visit.people['performing'])}"[:64])
    block = dataset.private_block(0x0043, "GEMS_PARM_01", create=True)
    block.add_new(0x01, "SS", 6)
    block.add_new(0x2F, "SS", 0)
    block.add_new(0x39, "IS", ["0", "0", "0", "0"])
    block.add_new(0x61, "UI", session.uids.reference(21))
    block.add_new(0x62, "SH", visit.study_id)
    block.add_new(0x7D, "DS", ["1", "1", "1"])


def write_shot(dataset: Dataset, session: Session, shot: Shot) -> None:
    """Write what changes from image to image into the header of its series."""
    place(dataset, shot.plane)
    stamp(dataset, shot.moment, shot.series_start)
    uid = UID(session.uids.instance(shot.index))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.InstanceNumber = shot.number
    pixels = shot.plane.pixels
    dataset.AcquisitionMatrix = [0, pixels, pixels * 3 // 4, 0]
    dataset.ReconstructionDiameter = number(pixels * shot.plane.spacing)
    if shot.series.kind != "localizer" and TECHNIQUES[shot.series.kind].gated:
        dataset.TriggerTime = number(round(shot.trigger_ms))
        dataset.NominalInterval = shot.rr_ms
        dataset.HeartRate = round(60_000 / shot.rr_ms)
    _settings(dataset, shot)
    dataset.private_block(0x0043, "GEMS_PARM_01").add_new(0x98, "UI", uid)


def _settings(dataset: Dataset, shot: Shot) -> None:
    step, series = shot.step, shot.series
    parameters = dataset.private_block(0x0043, "GEMS_PARM_01")
    if step.inversion_ms is not None:
        dataset.InversionTime = number(step.inversion_ms)
    if step.echo_ms is not None:
        dataset.EchoTime, dataset.EchoNumbers = number(step.echo_ms), shot.phase + 1
    if step.b_value is not None:
        parameters.add_new(0x39, "IS", [f"{B_OFFSET + step.b_value:.0f}", "8", "0", "0"])
    if series.kind == "flow":
        dataset.ImageType = image_type("ge", "flow", step.component)
        velocity = step.component == "P"
        parameters.add_new(0x2F, "SS", 1 if velocity else 0)
        parameters.add_new(0x30, "SS", THROUGH_PLANE if velocity else MAGNITUDE)
        if velocity:
            dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit = 1, 16, 15
    elif series.kind in ("t2_map", "t2star_map"):
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "0.1", "MS"
