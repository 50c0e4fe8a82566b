"""Siemens classic (syngo MR E11): one cine slice per series, CSA headers, RepetitionTime = temporal resolution.

`siemens-csa1` is an older scanner (syngo MR A30) whose CSA headers have the layout before SV10.
"""

from pydicom.dataset import Dataset
from pydicom.uid import UID

from cmr_testkit.complete import MOSAIC_TIMES_MS
from cmr_testkit.headers import clock, identified, number, place, spoken, stamp
from cmr_testkit.protocol import Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.siemens_protocol import image_csa, series_csa, series_inversion_ms
from cmr_testkit.technique import TECHNIQUES, image_type, put_technique, siemens_sequence
from cmr_testkit.words import series_words

OLD = "siemens-csa1"


def start_series(session: Session, series: Series) -> Dataset:
    """A header with everything that is the same in all images of a series."""
    dataset = standard_series(session, series)
    _private(dataset, session, series)
    return dataset


def standard_series(session: Session, series: Series) -> Dataset:
    """The standard attributes of a series, without private groups."""
    dataset = identified(session.patient, session.visit, session.uids)
    dataset.SeriesInstanceUID = session.uids.series(series.number)
    dataset.SeriesNumber = dataset.AcquisitionNumber = series.number
    words = series_words(series, "siemens", center_words=session.center_words)
    if series.kind == "localizer":
        dataset.SeriesDescription = f"{words} {spoken(session.visit.people['scheduler'])}"
    else:
        dataset.SeriesDescription = words
    dataset.ProtocolName = words
    dataset.ImageType = image_type("siemens", series.kind, "P" if series.role == "phase" else "M")
    if series.tiles:
        dataset.ImageType = [*dataset.ImageType, "MOSAIC"]
    dataset.BodyPartExamined = "HEART"
    dataset.Manufacturer = "SIEMENS"
    old = session.vendor == OLD
    dataset.ManufacturerModelName = "Sonata" if old else "Aera"
    dataset.SoftwareVersions = "syngo MR A30 4VA30A" if old else "syngo MR E11"
    dataset.MagneticFieldStrength = "1.5"
    dataset.ImagingFrequency = "63.683"
    put_technique(dataset, series.kind)
    dataset.TransmitCoilName = "Body"
    dataset.PixelBandwidth = "930"
    dataset.PercentSampling, dataset.PercentPhaseFieldOfView = "80", "81.25"
    dataset.InPlanePhaseEncodingDirection, dataset.VariableFlipAngleFlag = "ROW", "N"
    if series.spacing and len(series.planes) > 1:
        dataset.SpacingBetweenSlices = number(series.spacing)
    _sequence(dataset, session, series)
    return dataset


def _sequence(dataset: Dataset, session: Session, series: Series) -> None:
    technique = TECHNIQUES[series.kind]
    dataset.ScanningSequence = list(technique.echo)
    variant = ["SK", "SP", "MP", "OSP"] if technique.inverted else ["SK", "SP", "OSP"]
    dataset.SequenceVariant = variant
    dataset.EchoTime, dataset.FlipAngle = number(technique.te_ms), number(technique.flip_deg)
    dataset.SequenceName = siemens_sequence(series)
    dataset.RepetitionTime = number(technique.tr_ms or session.rr_ms)
    options = (["IR"] if technique.inverted else []) + (["CG"] if technique.gated else ["PFP"])
    dataset.ScanOptions = [*options, "RETRO"] if series.phases > 1 else options
    inversion = series_inversion_ms(series)
    if inversion is not None:
        dataset.InversionTime = number(inversion)
    if technique.agent:
        dataset.ContrastBolusAgent, dataset.ContrastBolusVolume = "Gadobutrol", "12"
    if series.phases > 1:
        dataset.CardiacNumberOfImages = series.phases
        dataset.BeatRejectionFlag = "N"


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
    if series.role == "phase":
        block.add_new(0x14, "SH", f"v{series.venc_cm_s:.0f}_through")
    block.add_new(0x16, "LO", "/".join(dataset.ImageType[2:]))
    block.add_new(0x17, "SH", f"SL {series.planes[0].thickness:.1f}")
    block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0x09, "LO", session.visit.date)
    block.add_new(0x18, "CS", "MR")
    block.add_new(0x19, "LO", session.visit.date)
    block.add_new(0x20, "OB", series_csa(session, series, str(dataset.ProtocolName), csa_version(session)))
    block = dataset.private_block(0x0029, "SIEMENS MEDCOM HEADER2", create=True)
    block.add_new(0x60, "LO", "com")


def csa_version(session: Session) -> int:
    """Layout of the CSA headers: 1 before SV10, 2 since."""
    return 1 if session.vendor == OLD else 2


def write_shot(dataset: Dataset, session: Session, shot: Shot) -> None:
    """Write what changes from image to image into the header of its series."""
    write_standard(dataset, session, shot)
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER")
    if shot.step.b_value is not None:
        block.add_new(0x0C, "IS", f"{shot.step.b_value:.0f}")
        block.add_new(0x0D, "CS", "ISOTROPIC")
    if shot.series.tiles:
        block.add_new(0x0A, "US", len(shot.series.tiles))
        block.add_new(0x29, "FD", list(MOSAIC_TIMES_MS))
    block.add_new(0x15, "FD", [float(v) for v in shot.plane.center])
    block.add_new(0x16, "DS", number((shot.moment - session.visit.start).total_seconds()))
    block = dataset.private_block(0x0051, "SIEMENS MR HEADER")
    block.add_new(0x0D, "SH", f"SP {float(shot.plane.center @ shot.plane.normal):.1f}")
    block.add_new(0x0E, "SH", "Cor>Tra>Sag")
    csa = image_csa(session, shot, csa_version(session))
    dataset.private_block(0x0029, "SIEMENS CSA HEADER").add_new(0x10, "OB", csa)


def write_standard(dataset: Dataset, session: Session, shot: Shot) -> None:
    """Write the standard attributes that change from image to image."""
    place(dataset, shot.plane)
    stamp(dataset, shot.moment, shot.series_start)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(
        session.uids.instance(shot.index)
    )
    dataset.InstanceNumber = shot.number
    pixels = shot.plane.pixels
    dataset.AcquisitionMatrix = [0, pixels, pixels * 8 // 10, 0]
    dataset.NumberOfPhaseEncodingSteps = pixels * 8 // 10
    _timing(dataset, session, shot)
    _settings(dataset, shot)


def _timing(dataset: Dataset, session: Session, shot: Shot) -> None:
    technique = TECHNIQUES[shot.series.kind]
    if technique.gated and shot.series.kind != "localizer":
        dataset.TriggerTime = number(shot.trigger_ms)
        dataset.NominalInterval = shot.rr_ms
        dataset.LowRRValue, dataset.HighRRValue = round(shot.rr_ms * 0.94), round(shot.rr_ms * 1.06)
        dataset.IntervalsAcquired, dataset.IntervalsRejected = 9, 0
    if shot.series.phases > 1:
        dataset.RepetitionTime = number(shot.rr_ms / shot.series.phases)
    if technique.agent:
        dataset.ContrastBolusStartTime = clock(session.injected)


def _settings(dataset: Dataset, shot: Shot) -> None:
    step = shot.step
    if step.inversion_ms is not None:
        dataset.InversionTime = number(step.inversion_ms)
    if step.echo_ms is not None:
        dataset.EchoTime, dataset.EchoNumbers = number(step.echo_ms), shot.phase + 1
    if step.b_value is not None:
        dataset.SequenceName = siemens_sequence(shot.series, step.b_value)
    if step.component == "P":
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "-4096", "2", "US"
    elif shot.series.kind in ("t2_map", "t2star_map"):
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "0.1", "MS"
