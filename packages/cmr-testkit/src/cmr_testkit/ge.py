"""GE (SIGNA, DV26): the whole stack in one series, FIESTA names, HeartRate, GEMS private groups."""

import calendar

from pydicom.dataset import Dataset
from pydicom.uid import UID

from cmr_testkit.headers import clock, identified, number, place, spoken, stamp
from cmr_testkit.protocol import INVERSION_TIME_MS, Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.words import series_words

SPLIT_SERIES = False
HAS_PSIR = False
PULSE_SEQUENCES = {"cine": "FIESTA", "lge": "IrP-FGRE", "localizer": "3-plane FIESTA"}


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
        words_shown = f"{words} TI {INVERSION_TIME_MS}" if series.kind == "lge" else words
    dataset.SeriesDescription = words_shown
    dataset.ProtocolName = "CARDIAC FUNCTION VIABILITY"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    dataset.Manufacturer = "GE MEDICAL SYSTEMS"
    dataset.ManufacturerModelName = "Signa HDxt"
    dataset.SoftwareVersions = ["24", "LX", "MR Software release:HD16.0_V02_1131.a"]
    dataset.MagneticFieldStrength = "1.5"
    dataset.ImagingFrequency = "63.892071"
    dataset.ImagedNucleus = "1H"
    dataset.MRAcquisitionType = "2D"
    dataset.AngioFlag = "N"
    dataset.NumberOfAverages = "1"
    dataset.EchoTrainLength = dataset.EchoNumbers = 1
    dataset.ReceiveCoilName = "8CARDIAC"
    dataset.PixelBandwidth = "976.562"
    dataset.PercentSampling, dataset.PercentPhaseFieldOfView = "100", "90"
    dataset.InPlanePhaseEncodingDirection, dataset.VariableFlipAngleFlag = "ROW", "N"
    dataset.ImagesInAcquisition = len(series.planes) * series.phases
    dataset.SpacingBetweenSlices = number(series.spacing or 0.0)
    _sequence(dataset, session, series)
    _private(dataset, session, series)
    return dataset


def _sequence(dataset: Dataset, session: Session, series: Series) -> None:
    dataset.RepetitionTime, dataset.EchoTime, dataset.FlipAngle = "3.821", "1.676", "45"
    dataset.InversionTime = "0"
    if series.kind == "lge":
        dataset.ScanningSequence, dataset.SequenceVariant = ["GR", "IR"], ["SS", "SP"]
        dataset.ScanOptions = ["FAST_GEMS", "CG", "SEQ_GEMS", "IR_GEMS"]
        dataset.InversionTime = str(INVERSION_TIME_MS)
        dataset.RepetitionTime, dataset.EchoTime, dataset.FlipAngle = "6.212", "2.908", "20"
        dataset.ContrastBolusAgent, dataset.ContrastBolusVolume = "Gadobutrol", "12"
        dataset.ContrastBolusStartTime = clock(session.visit.start)
    else:
        dataset.ScanningSequence, dataset.SequenceVariant = "GR", "SS"
        dataset.ScanOptions = ["FAST_GEMS", "CG", "SEQ_GEMS"]
    if series.kind == "cine":
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
    block.add_new(0x9C, "LO", PULSE_SEQUENCES[series.kind])
    block.add_new(0x9D, "DT", f"{visit.date}074512")
    block.add_new(0x9E, "LO", "fcine" if series.kind == "cine" else "fgre")
    block.add_new(0xCC, "SS", 0)
    block.add_new(0xD7, "SS", series.phases)
    block = dataset.private_block(0x0021, "GEMS_RELA_01", create=True)
    block.add_new(0x03, "SS", 1)
    block.add_new(0x37, "SS", 16)
    block = dataset.private_block(0x0025, "GEMS_SERS_01", create=True)
    block.add_new(0x07, "SL", len(series.planes) * series.phases)
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
    if shot.series.kind != "localizer":
        dataset.TriggerTime = number(round(shot.trigger_ms))
        dataset.NominalInterval = shot.rr_ms
        dataset.HeartRate = round(60_000 / shot.rr_ms)
    dataset.private_block(0x0043, "GEMS_PARM_01").add_new(0x98, "UI", uid)
