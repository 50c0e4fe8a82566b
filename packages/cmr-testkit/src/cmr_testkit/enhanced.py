"""Enhanced MR images (PS3.3 A.36): one multi-frame instance per series, shared and per-frame functional groups.

What all vendors of Enhanced MR write alike; `siemens_xa` and `philips_enhanced` add their own groups.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.uid import UID

from cmr_testkit.headers import item, number, stamp
from cmr_testkit.protocol import Series
from cmr_testkit.shot import Session, Shot
from cmr_testkit.technique import TECHNIQUES, Technique

ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
CONTRASTS = {
    "flow": "FLOW_ENCODED", "dwi": "DIFFUSION", "perfusion": "PERFUSION", "stir": "STIR", "t1_raw": "T1",
    "t1_map": "T1", "t2_raw": "T2", "t2_map": "T2", "t2star_raw": "T2_STAR", "t2star_map": "T2_STAR", "lge": "T1",
    "psir": "T1", "ti_scout": "T1", "mra": "T1", "mip": "T1",
}  # fmt: skip
MAPS = {"t1_map": "T1", "t2_map": "T2", "t2star_map": "T2_STAR"}
BALANCED = ("cine", "localizer", "t1_raw", "t1_map", "t2_raw", "t2_map", "ti_scout", "lge", "psir")


def open_enhanced(dataset: Dataset, session: Session, series: Series) -> None:
    """Turn an identified header into an Enhanced MR one: what holds for all frames."""
    technique = TECHNIQUES[series.kind]
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID(ENHANCED_MR)
    dataset.SeriesInstanceUID = session.uids.series(series.number)
    dataset.SeriesNumber = series.number
    dataset.ImageType = frame_type(series, "M")
    dataset.AcquisitionNumber = series.number
    dataset.InstanceNumber = 1
    dataset.ContentQualification, dataset.ApplicableSafetyStandardAgency = "PRODUCT", "IEC"
    if is_original(series):
        _pulse_sequence(dataset, series, technique)
        _synchronization(dataset, session, series)
    _image_words(dataset, series, "M")
    dataset.PresentationLUTShape, dataset.LossyImageCompression = "IDENTITY", "00"
    dataset.BurnedInAnnotation = "NO"
    dataset.AcquisitionContextSequence = []
    if technique.agent:
        dataset.ContrastBolusAgentSequence = [_agent()]
    _dimensions(dataset, session)


def is_original(series: Series) -> bool:
    """Whether its frames are measured, not computed: only then do they say how."""
    return frame_type(series, "M")[0] == "ORIGINAL"


def is_gated(series: Series) -> bool:
    """Whether the heart triggers the frames."""
    return TECHNIQUES[series.kind].gated and series.kind != "localizer"


def _agent() -> Dataset:
    agent = _code("C-B03C2", "SRT", "Gadobutrol")
    agent.ContrastBolusAgentNumber, agent.ContrastBolusVolume = 1, "12"
    agent.ContrastBolusIngredientConcentration = "604.72"
    agent.ContrastBolusIngredientCodeSequence = [_code("C-17800", "SRT", "Gadolinium")]
    agent.ContrastBolusAdministrationRouteSequence = [_code("G-D101", "SNM3", "Intravenous route")]
    return agent


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def _pulse_sequence(dataset: Dataset, series: Series, technique: Technique) -> None:
    spin = "SE" in technique.echo
    values = {
        "EchoPulseSequence": "SPIN" if spin else "GRADIENT",
        "MultiPlanarExcitation": "NO",
        "PhaseContrast": "YES" if series.venc_cm_s else "NO",
        "TimeOfFlightContrast": "NO",
        "SteadyStatePulseSequence": "FREE_PRECESSION" if series.kind in BALANCED else "NONE",
        "EchoPlanarPulseSequence": "YES" if "EP" in technique.echo else "NO",
        "SaturationRecovery": "YES" if series.kind == "perfusion" else "NO",
        "SpectrallySelectedSuppression": "NONE",
        "OversamplingPhase": "NONE",
        "GeometryOfKSpaceTraversal": "RECTILINEAR",
        "SegmentedKSpaceTraversal": "PARTIAL",
        "RectilinearPhaseEncodeReordering": "LINEAR",
        "KSpaceFiltering": "NONE",
        "ResonantNucleus": "1H",
        "RespiratoryMotionCompensationTechnique": "BREATH_HOLD",
        "RespiratorySignalSource": "NONE",
    }
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.MRAcquisitionType = "3D" if technique.volume else "2D"
    if technique.volume:
        dataset.CoverageOfKSpace = "FULL"
    if series.venc_cm_s:
        along = [float(v) for v in series.planes[0].normal]
        dataset.VelocityEncodingAcquisitionSequence = [item(VelocityEncodingDirection=along)]
    dataset.AcquisitionDuration = 9.0
    dataset.NumberOfKSpaceTrajectories = 1
    if spin:
        dataset.MultipleSpinEcho = "YES" if series.kind == "stir" else "NO"


def _synchronization(dataset: Dataset, session: Session, series: Series) -> None:
    """Cardiac synchronization (PS3.3 C.7.6.18.1)."""
    if not is_gated(series):
        dataset.CardiacSynchronizationTechnique = "NONE"
        return
    dataset.CardiacSynchronizationTechnique = "RETROSPECTIVE" if series.phases > 1 else "PROSPECTIVE"
    dataset.CardiacSignalSource = "ECG"
    dataset.CardiacRRIntervalSpecified = float(session.rr_ms)
    dataset.CardiacBeatRejectionTechnique = "NONE"
    dataset.LowRRValue, dataset.HighRRValue = round(session.rr_ms * 0.9), round(session.rr_ms * 1.1)
    dataset.IntervalsAcquired, dataset.IntervalsRejected = 9, 0


def _image_words(dataset: Dataset, series: Series, component: str) -> None:
    dataset.PixelPresentation = "MONOCHROME"
    dataset.VolumetricProperties = "DISTORTED" if series.kind != "mip" else "SAMPLED"
    dataset.VolumeBasedCalculationTechnique = "MAX_IP" if series.kind == "mip" else "NONE"
    dataset.ComplexImageComponent = "PHASE" if component == "P" else "MAGNITUDE"
    dataset.AcquisitionContrast = CONTRASTS.get(series.kind, "T2" if series.kind == "cine" else "UNKNOWN")


def frame_type(series: Series, component: str) -> list[str]:
    """ImageType and FrameType: four values (PS3.3 C.8.13.3.1.1)."""
    if series.kind in MAPS:
        return ["DERIVED", "PRIMARY", f"{MAPS[series.kind]} MAP".replace("T2_STAR", "T2 STAR"), "NONE"]
    if series.kind == "mip":
        return ["DERIVED", "PRIMARY", "ANGIO", "MIP"]
    if series.kind == "psir":
        return ["ORIGINAL", "PRIMARY", "PSIR", "NONE"]
    if component == "P":
        return ["ORIGINAL", "PRIMARY", "VELOCITY", "NONE"]
    return ["ORIGINAL", "PRIMARY", "LOCALIZER" if series.kind == "localizer" else "M", "NONE"]


def _dimensions(dataset: Dataset, session: Session) -> None:
    uid = session.uids.reference(40)
    dataset.DimensionOrganizationSequence = [item(DimensionOrganizationUID=uid)]
    pointers = ("StackID", "InStackPositionNumber", "TemporalPositionIndex")
    content = tag_for_keyword("FrameContentSequence")
    dataset.DimensionIndexSequence = [
        item(
            DimensionOrganizationUID=uid,
            DimensionIndexPointer=tag_for_keyword(pointer),
            FunctionalGroupPointer=content,
        )
        for pointer in pointers
    ]


def shared_groups(series: Series) -> Dataset:
    """The functional groups that all frames share."""
    technique, plane = TECHNIQUES[series.kind], series.planes[0]
    group = Dataset()
    measures = item(SliceThickness=number(plane.thickness), PixelSpacing=[number(plane.spacing)] * 2)
    if series.spacing:
        measures.SpacingBetweenSlices = number(series.spacing)
    group.PixelMeasuresSequence = [measures]
    region = _code("T-32000", "SRT", "Heart")
    group.FrameAnatomySequence = [item(AnatomicRegionSequence=[region], FrameLaterality="U")]
    group.MRImagingModifierSequence = [
        item(MagnetizationTransfer="NONE", BloodSignalNulling="NO", Tagging="NONE", TransmitterFrequency=63.68,
             PixelBandwidth="930")
    ]  # fmt: skip
    group.MRReceiveCoilSequence = [
        item(ReceiveCoilName="Body_18", ReceiveCoilManufacturerName="NN", ReceiveCoilType="MULTICOIL",
             QuadratureReceiveCoil="NO",
             MultiCoilDefinitionSequence=[item(MultiCoilElementName="BO1", MultiCoilElementUsed="YES")])
    ]  # fmt: skip
    group.MRTransmitCoilSequence = [
        item(TransmitCoilName="Body", TransmitCoilManufacturerName="NN", TransmitCoilType="BODY")
    ]
    group.MRFOVGeometrySequence = [_field(plane.pixels)]
    group.MRTimingAndRelatedParametersSequence = [_timing(series, technique)]
    if technique.agent:
        use = item(
            ContrastBolusAgentNumber=1, ContrastBolusAgentAdministered="YES", ContrastBolusAgentDetected="YES"
        )
        group.ContrastBolusUsageSequence = [use]
    return group


def _field(pixels: int) -> Dataset:
    return item(
        InPlanePhaseEncodingDirection="ROW",
        MRAcquisitionFrequencyEncodingSteps=pixels,
        MRAcquisitionPhaseEncodingStepsInPlane=pixels * 8 // 10,
        PercentSampling="80",
        PercentPhaseFieldOfView="81.25",
    )


def _timing(series: Series, technique: Technique) -> Dataset:
    spin = "SE" in technique.echo
    return item(
        RepetitionTime=number(technique.tr_ms or 2000.0),
        FlipAngle=number(technique.flip_deg),
        EchoTrainLength=technique.train,
        RFEchoTrainLength=technique.train if spin else 0,
        GradientEchoTrainLength=0 if spin else technique.train,
        GradientOutputType="PER_NERVE_STIM",
        GradientOutput=0.5,
        OperatingModeSequence=[item(OperatingModeType="GRADIENT", OperatingMode="IEC_NORMAL")],
        SpecificAbsorptionRateSequence=[
            item(SpecificAbsorptionRateDefinition="IEC_WHOLE_BODY", SpecificAbsorptionRateValue=0.5)
        ],
    )


def frame_groups(
    shot: Shot, inversion_ms: float | None, scaling: tuple[float, float, str], window: tuple[int, int], *,
    velocity_macro: bool = True,
) -> Dataset:  # fmt: skip
    """The functional groups of one frame.

    Args:
        shot: the image.
        inversion_ms: inversion time, None without an inversion.
        scaling: rescale slope, intercept, type.
        window: center and width.
        velocity_macro: write the standard's velocity encoding; some scanners leave it out.
    """
    plane, step, series = shot.plane, shot.step, shot.series
    group = Dataset()
    group.FrameContentSequence = [_content(shot)]
    group.PlanePositionSequence = [item(ImagePositionPatient=[number(v) for v in plane.position])]
    cosines = [number(v) for v in (*plane.row, *plane.column)]
    group.PlaneOrientationSequence = [item(ImageOrientationPatient=cosines)]
    group.MREchoSequence = [item(EffectiveEchoTime=step.echo_ms or TECHNIQUES[series.kind].te_ms)]
    group.MRAveragesSequence = [item(NumberOfAverages="1")]
    words = item(FrameType=frame_type(series, step.component))
    _image_words(words, series, step.component)
    group.MRImageFrameTypeSequence = [words]
    group.MRModifierSequence = [_modifier(inversion_ms)]
    slope, intercept, unit = scaling
    group.PixelValueTransformationSequence = [
        item(RescaleIntercept=number(intercept), RescaleSlope=number(slope), RescaleType=unit)
    ]
    group.FrameVOILUTSequence = [item(WindowCenter=str(window[0]), WindowWidth=str(window[1]))]
    if is_original(series) and is_gated(series):
        delay, interval = round(shot.trigger_ms, 3), float(shot.rr_ms)
        group.CardiacSynchronizationSequence = [
            item(NominalCardiacTriggerDelayTime=delay, RRIntervalTimeNominal=interval)
        ]
    if series.venc_cm_s and velocity_macro:
        group.MRVelocityEncodingSequence = [_velocity(shot)]
    if step.b_value is not None:
        group.MRDiffusionSequence = [item(DiffusionBValue=step.b_value, DiffusionDirectionality="ISOTROPIC")]
    return group


def _content(shot: Shot) -> Dataset:
    when = shot.moment.strftime("%Y%m%d%H%M%S.%f")
    return item(
        FrameAcquisitionDateTime=when,
        FrameReferenceDateTime=when,
        FrameAcquisitionDuration=40.0,
        FrameAcquisitionNumber=1,
        StackID="1",
        InStackPositionNumber=shot.slice_index + 1,
        TemporalPositionIndex=shot.phase + 1,
        DimensionIndexValues=[1, shot.slice_index + 1, shot.phase + 1],
    )


def _modifier(inversion_ms: float | None) -> Dataset:
    modifier = item(
        InversionRecovery="NO" if inversion_ms is None else "YES",
        FlowCompensation="NONE",
        Spoiling="NONE",
        T2Preparation="NO",
        SpectrallySelectedExcitation="NONE",
        SpatialPresaturation="NONE",
        PartialFourier="NO",
        ParallelAcquisition="NO",
    )
    if inversion_ms is not None:
        modifier.add_new(0x00189079, "FD", inversion_ms)
    return modifier


def _velocity(shot: Shot) -> Dataset:
    venc = float(shot.series.venc_cm_s or 0)
    return item(
        VelocityEncodingDirection=[float(v) for v in shot.plane.normal],
        VelocityEncodingMinimumValue=-venc,
        VelocityEncodingMaximumValue=venc,
    )


def close_enhanced(
    dataset: Dataset,
    session: Session,
    shots: Sequence[Shot],
    frames: Iterable[Dataset],
    pixels: Sequence[Any],
) -> None:
    """Write what depends on all frames: times, UIDs, form of the pixels and the pixels."""
    first = shots[0]
    stamp(dataset, first.moment, first.series_start)
    del dataset.AcquisitionDate, dataset.AcquisitionTime  # of classic images only
    dataset.AcquisitionDateTime = first.moment.strftime("%Y%m%d%H%M%S.%f")
    uid = UID(session.uids.instance(first.index))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.PerFrameFunctionalGroupsSequence = list(frames)
    dataset.NumberOfFrames = len(shots)
    dataset.Rows = dataset.Columns = first.plane.pixels
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.add_new("PixelData", "OW", np.stack(pixels).astype("<u2").tobytes())
