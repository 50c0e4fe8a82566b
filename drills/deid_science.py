"""Which values of an image science needs (D2), and whether they are the same after de-identification.

Listed apart from the engine's own science survival report, from deid-security.md section 2, PS3.3 C.7 and C.8 and
the safe private attributes of PS3.15 Table E.3.10-1; compared byte by byte. `MUST_KEEP` is geometry, timing, gating,
VENC, b-values, scaling and rescale.
"""

import io
import warnings
from collections.abc import Iterator

import pydicom
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from cmr_deid.resolution import FREQUENCIES, coarser
from cmr_deid.standard.table_e3_10_1 import ROWS

_MUST_KEEP = """
ImagePositionPatient ImageOrientationPatient PixelSpacing SliceThickness SpacingBetweenSlices SliceLocation Rows Columns
PatientPosition AcquisitionMatrix ReconstructionDiameter PercentSampling PercentPhaseFieldOfView
InPlanePhaseEncodingDirection NumberOfFrames StackID InStackPositionNumber DimensionIndexValues TablePosition
RepetitionTime EchoTime InversionTime EffectiveEchoTime TriggerTime NominalInterval LowRRValue HighRRValue
IntervalsAcquired IntervalsRejected HeartRate CardiacNumberOfImages TriggerWindow TemporalResolution
NominalCardiacTriggerDelayTime ActualCardiacTriggerDelayTime RRIntervalTimeNominal TemporalPositionIdentifier
NumberOfTemporalPositions TemporalPositionIndex TemporalPositionTimeOffset CardiacSynchronizationTechnique
AcquisitionTime ContentTime SeriesTime StudyTime ContrastBolusStartTime InversionTimes
VelocityEncodingDirection VelocityEncodingMinimumValue VelocityEncodingMaximumValue
DiffusionBValue DiffusionGradientOrientation DiffusionDirectionality
RescaleSlope RescaleIntercept RescaleType RealWorldValueSlope RealWorldValueIntercept WindowCenter WindowWidth
FrameAcquisitionDuration
"""
_FURTHER = """
ImageType FrameType SOPClassUID Modality Manufacturer ManufacturerModelName SoftwareVersions ScanningSequence
SequenceVariant ScanOptions MRAcquisitionType SequenceName PulseSequenceName AngioFlag NumberOfAverages
ImagingFrequency ImagedNucleus EchoNumbers EchoNumber MagneticFieldStrength NumberOfPhaseEncodingSteps EchoTrainLength
PixelBandwidth FlipAngle VariableFlipAngleFlag SAR dBdt ReceiveCoilName TransmitCoilName SeriesNumber AcquisitionNumber
InstanceNumber SamplesPerPixel PhotometricInterpretation BitsAllocated BitsStored HighBit PixelRepresentation
SmallestImagePixelValue LargestImagePixelValue PixelPaddingValue LossyImageCompression ContrastBolusVolume
ContrastBolusAgent BeatRejectionFlag PatientSex ImagesInAcquisition InversionRecovery Spoiling
FlowCompensation T2Preparation PhaseContrast SaturationRecovery SteadyStatePulseSequence EchoPulseSequence
MultipleSpinEcho MultiPlanarExcitation TimeOfFlightContrast EchoPlanarPulseSequence SpectrallySelectedSuppression
OversamplingPhase GeometryOfKSpaceTraversal SegmentedKSpaceTraversal RectilinearPhaseEncodeReordering KSpaceFiltering
ResonantNucleus RespiratoryMotionCompensationTechnique ApplicableSafetyStandardAgency AcquisitionDuration
CardiacSignalSource PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique ComplexImageComponent
AcquisitionContrast MagnetizationTransfer BloodSignalNulling Tagging TransmitterFrequency ReceiveCoilType
QuadratureReceiveCoil TransmitCoilType MRAcquisitionFrequencyEncodingSteps MRAcquisitionPhaseEncodingStepsInPlane
RFEchoTrainLength GradientEchoTrainLength GradientOutputType GradientOutput OperatingModeType OperatingMode
SpecificAbsorptionRateDefinition SpecificAbsorptionRateValue FrameAcquisitionNumber DimensionIndexPointer
FunctionalGroupPointer SpatialPresaturation PartialFourier ParallelAcquisition SpectrallySelectedExcitation
PresentationLUTShape ContentQualification FrameLaterality
"""


def _tags(table: str) -> frozenset[int]:
    return frozenset(tag for tag in map(tag_for_keyword, table.split()) if tag is not None)


MUST_KEEP = _tags(_MUST_KEEP)
STANDARD = MUST_KEEP | _tags(_FURTHER)
_GE_KEPT = {("GEMS_ACQU_01", 0x0019, number) for number in (0xCB, 0xCC, 0xD7, 0xE2, 0x2F, 0x87, 0x88, 0x8D)}
_SCIENCE_VRS = ("FL", "FD", "DS", "IS", "SS", "US", "SL", "UL", "CS")


def _listed() -> set[tuple[str, int, int]]:
    """Numbers and code strings of Table E.3.10-1: `[creator]`, then group with element, VR and VM."""
    found, creator = set(), ""
    for line in ROWS.split("\n"):
        if line.startswith("["):
            creator = line[1:-1]
        elif line[7:9] in _SCIENCE_VRS:
            found.add((creator, int(line[:4], 16), int(line[4:6], 16)))
    return found


_EXAMINATION_SOURCE = ("Philips Imaging DD 001", 0x2001, 0x63)
PRIVATE = frozenset(_listed() | _GE_KEPT) - {_EXAMINATION_SOURCE}
_MUST_KEEP_PRIVATE = frozenset(
    {
        *_GE_KEPT,
        ("GEMS_PARM_01", 0x0043, 0x39),
        *(("SIEMENS MR HEADER", 0x0019, number) for number in (0x0C, 0x0D, 0x0E, 0x27)),
        *(
            ("Philips Imaging DD 001", 0x2001, n)
            for n in (0x03, 0x04, 0x07, 0x08, 0x0C, 0x0E, 0x0F, 0x10, 0x17, 0x1A)
        ),
        *(("Philips MR Imaging DD 001", 0x2005, number) for number in (0x0D, 0x0E)),
    }
)
Place = tuple[object, ...]
Science = dict[Place, tuple[bool, bytes]]


def science(data: bytes) -> Science:
    """Listed values of a Part-10 file by place: whether it must be kept, and its bytes without padding."""
    with warnings.catch_warnings():
        # unknown character sets are planted; texts are compared as bytes
        warnings.simplefilter("ignore")
        return dict(_walk(pydicom.dcmread(io.BytesIO(data)), ()))


def _walk(dataset: Dataset, above: Place) -> Iterator[tuple[Place, tuple[bool, bytes]]]:
    for tag in dataset._dict:
        if tag.is_private:
            name = (_creator(dataset, tag), tag.group, tag.element & 0xFF)
            if name in PRIVATE:
                yield (*above, *name), (name in _MUST_KEEP_PRIVATE, _bytes(dataset, tag))
        elif tag in STANDARD:
            yield (*above, int(tag)), (tag in MUST_KEEP, _bytes(dataset, tag))
        elif tag.group == 0x5200 or (above and dataset.get_item(tag).VR == "SQ"):
            for number, item in enumerate(dataset[tag].value):
                yield from _walk(item, (*above, int(tag), number))


def _bytes(dataset: Dataset, tag: BaseTag) -> bytes:
    element = dataset.get_item(tag)
    if not isinstance(element, RawDataElement):
        raise TypeError("an element of the corpus was converted before it was compared")
    value = element.value or b""
    if int(tag) in FREQUENCIES:
        # a magnet's frequency is kept to 1 kHz on purpose
        value = coarser(dictionary_VR(tag), value)
    return value.strip(b" \0")


def _creator(dataset: Dataset, tag: BaseTag) -> str:
    owner = BaseTag(tag.group << 16 | tag.element >> 8)
    return _bytes(dataset, owner).decode("latin-1") if tag.element > 0xFF and owner in dataset else ""
