"""Siemens classic (syngo MR E11): one cine slice per series, CSA headers, RepetitionTime = temporal resolution."""

from pydicom.dataset import Dataset
from pydicom.uid import UID

from cmr_testkit.csa import csa_header, phoenix_protocol
from cmr_testkit.headers import clock, identified, number, place, spoken, stamp
from cmr_testkit.protocol import INVERSION_TIME_MS, Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.words import series_words

IMAGE_TYPES = {
    "cine": ["ORIGINAL", "PRIMARY", "M", "RETRO", "NORM", "DIS2D"],
    "lge": ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"],
    "psir": ["ORIGINAL", "PRIMARY", "M", "PSIR", "NORM", "DIS2D"],
    "localizer": ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"],
}
SPLIT_SERIES = True
HAS_PSIR = True


def start_series(session: Session, series: Series) -> Dataset:
    """A header with everything that is the same in all images of a series."""
    dataset = identified(session.patient, session.visit, session.uids)
    dataset.SeriesInstanceUID = session.uids.series(series.number)
    dataset.SeriesNumber = dataset.AcquisitionNumber = series.number
    words = series_words(series, "siemens", center_words=session.center_words)
    if series.kind == "localizer":
        dataset.SeriesDescription = f"{words} {spoken(session.visit.people['scheduler'])}"
    else:
        dataset.SeriesDescription = words
    dataset.ProtocolName = words
    dataset.ImageType = IMAGE_TYPES[series.kind]
    dataset.BodyPartExamined = "HEART"
    dataset.Manufacturer = "SIEMENS"
    dataset.ManufacturerModelName = "Aera"
    dataset.SoftwareVersions = "syngo MR E11"
    dataset.MagneticFieldStrength = "1.5"
    dataset.ImagingFrequency = "63.683"
    dataset.ImagedNucleus = "1H"
    dataset.MRAcquisitionType = "2D"
    dataset.AngioFlag = "N"
    dataset.NumberOfAverages = "1"
    dataset.EchoTrainLength = dataset.EchoNumbers = 1
    dataset.TransmitCoilName = "Body"
    dataset.PixelBandwidth = "930"
    dataset.PercentSampling, dataset.PercentPhaseFieldOfView = "80", "81.25"
    dataset.InPlanePhaseEncodingDirection, dataset.VariableFlipAngleFlag = "ROW", "N"
    if series.spacing and len(series.planes) > 1:
        dataset.SpacingBetweenSlices = number(series.spacing)
    _sequence(dataset, session, series)
    _private(dataset, session, series)
    return dataset


def _sequence(dataset: Dataset, session: Session, series: Series) -> None:
    if series.kind in ("cine", "localizer"):
        dataset.ScanningSequence, dataset.SequenceVariant = "GR", ["SK", "SP", "OSP"]
        dataset.EchoTime, dataset.FlipAngle = "1.12", "60"
    else:
        dataset.ScanningSequence, dataset.SequenceVariant = ["GR", "IR"], ["SK", "SP", "MP", "OSP"]
        dataset.EchoTime, dataset.FlipAngle = "1.18", "55"
        dataset.InversionTime = str(INVERSION_TIME_MS)
        dataset.RepetitionTime = str(session.rr_ms)
        dataset.ContrastBolusAgent, dataset.ContrastBolusVolume = "Gadobutrol", "12"
    if series.kind == "cine":
        dataset.ScanOptions = ["CG", "RETRO"]
        dataset.SequenceName = f"*tfi2d1_{max(12, series.phases)}"
        dataset.CardiacNumberOfImages = series.phases
        dataset.BeatRejectionFlag = "N"
    elif series.kind == "localizer":
        dataset.ScanOptions, dataset.SequenceName, dataset.RepetitionTime = "CG", "*tfi2d1_176", "387.4"
    else:
        dataset.ScanOptions, dataset.SequenceName = ["IR", "CG"], "*tfi2d1_57"


def _private(dataset: Dataset, session: Session, series: Series) -> None:
    pixels, field = series.planes[0].pixels, round(series.planes[0].pixels * series.planes[0].spacing)
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0x09, "LO", "1.0")
    block.add_new(0x0F, "SH", "Fast")
    block.add_new(0x11, "SH", "No")
    block.add_new(0x12, "SL", [0, 0, -1454])
    block.add_new(0x14, "IS", ["0", "0", "-52"])
    block.add_new(0x17, "DS", "1")
    block.add_new(0x18, "IS", "2100")
    block = dataset.private_block(0x0051, "SIEMENS MR HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0x09, "LO", "1.0")
    block.add_new(0x0B, "LO", f"{pixels * 8 // 10}p*{pixels}")
    block.add_new(0x0C, "SH", f"FoV {field}*{field}")
    block.add_new(0x0F, "LO", "C:BO1,2;SP2-4")
    block.add_new(0x11, "LO", "p2")
    block.add_new(0x13, "SH", "+LPH")
    block.add_new(0x16, "LO", "/".join(IMAGE_TYPES[series.kind][2:]))
    block.add_new(0x17, "SH", f"SL {series.planes[0].thickness:.1f}")
    block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0x09, "LO", session.visit.date)
    block.add_new(0x18, "CS", "MR")
    block.add_new(0x19, "LO", session.visit.date)
    block.add_new(0x20, "OB", _series_csa(dataset, session))
    block = dataset.private_block(0x0029, "SIEMENS MEDCOM HEADER2", create=True)
    block.add_new(0x60, "LO", "com")


def _series_csa(dataset: Dataset, session: Session) -> bytes:
    patient, visit = session.patient, session.visit
    protocol = phoenix_protocol(
        [
            ("ulVersion", "51130001"),
            ("tSequenceFileName", '""%SiemensSeq%\\tfi""'),
            ("tProtocolName", f'""{dataset.ProtocolName}""'),
            ("tReferenceImage0", f'""{session.uids.reference(4)}""'),
            ("tPatientName", f'""{patient.name}""'),
            ("sProtConsistencyInfo.tSystemType", '""057""'),
            ("sProtConsistencyInfo.tInstitution", f'""{visit.institution}""'),
            ("sProtConsistencyInfo.flNominalB0", "1.494"),
            ("sPhysioImaging.lMethod1", "4"),
            ("sSliceArray.lSize", "1"),
        ]
    )
    return csa_header(
        [
            ("UsedPatientWeight", "IS", [str(round(patient.weight_kg))]),
            ("DeviceSerialNumber", "LO", [visit.serial]),
            ("PatientName", "LO", [patient.name]),
            ("OperatorName", "LO", [visit.people["operator"]]),
            ("Isocentered", "IS", ["1"]),
            ("CoilForGradient", "SH", ["AS"]),
            ("SequenceFileOwner", "SH", ["SIEMENS"]),
            ("tSequenceFileName", "LO", ["%SiemensSeq%\\tfi"]),
            ("MrProtocolVersion", "IS", ["51130001"]),
            ("MrPhoenixProtocol", "UN", [protocol]),
        ]
    )


def write_shot(dataset: Dataset, session: Session, shot: Shot) -> None:
    """Write what changes from image to image into the header of its series."""
    place(dataset, shot.plane)
    stamp(dataset, shot.moment, shot.series_start)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(
        session.uids.instance(shot.index)
    )
    dataset.InstanceNumber = shot.number
    pixels = shot.plane.pixels
    dataset.AcquisitionMatrix = [0, pixels, pixels * 8 // 10, 0]
    dataset.NumberOfPhaseEncodingSteps = pixels * 8 // 10
    if shot.series.kind != "localizer":
        dataset.TriggerTime = number(shot.trigger_ms)
        dataset.NominalInterval = shot.rr_ms
        dataset.LowRRValue, dataset.HighRRValue = round(shot.rr_ms * 0.94), round(shot.rr_ms * 1.06)
        dataset.IntervalsAcquired, dataset.IntervalsRejected = 9, 0
    if shot.series.kind == "cine":
        dataset.RepetitionTime = number(shot.rr_ms / shot.series.phases)
    elif shot.series.kind in ("lge", "psir"):
        dataset.ContrastBolusStartTime = clock(session.visit.start)
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER")
    block.add_new(0x15, "FD", [float(v) for v in shot.plane.center])
    block.add_new(0x16, "DS", number((shot.moment - session.visit.start).total_seconds()))
    block = dataset.private_block(0x0051, "SIEMENS MR HEADER")
    block.add_new(0x0D, "SH", f"SP {float(shot.plane.center @ shot.plane.normal):.1f}")
    block.add_new(0x0E, "SH", "Cor>Tra>Sag")
    dataset.private_block(0x0029, "SIEMENS CSA HEADER").add_new(0x10, "OB", _image_csa(session, shot))


def _image_csa(session: Session, shot: Shot) -> bytes:
    plane = shot.plane
    return csa_header(
        [
            ("EchoLinePosition", "IS", [str(plane.pixels // 2)]),
            ("ImagePositionPatient", "DS", [f"{v:.8f}" for v in plane.position]),
            ("ImageOrientationPatient", "DS", [f"{v:.8f}" for v in (*plane.row, *plane.column)]),
            ("SliceNormalVector", "FD", [f"{v:.8f}" for v in plane.normal]),
            ("ProtocolSliceNumber", "IS", [str(shot.slice_index)]),
            ("TriggerTime", "DS", [f"{shot.trigger_ms:.2f}"]),
            ("ICE_Dims", "LO", [f"X_1_{shot.phase + 1}_1_1_1_{shot.slice_index + 1}_1_1_1_1_1_106"]),
            ("TimeAfterStart", "DS", [f"{(shot.moment - session.visit.start).total_seconds():.3f}"]),
            ("ReferencedImageSequence", "UI", [session.uids.reference(4)]),
            ("PatientIdentifier", "LO", [session.patient.patient_id]),
        ]
    )
