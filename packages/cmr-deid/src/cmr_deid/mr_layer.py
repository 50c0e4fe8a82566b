"""The MR layer of the profile: which attributes outside Table E.1-1 an MR image may keep, and why.

An attribute that stands neither here nor in Table E.1-1 has no rule and is removed (allow-list). Groups name
the purpose; the values still pass the grammar of their VR (grammar.py), text is cleaned (descriptors.py).
Sources: PS3.3 C.8.3 (MR Image), C.8.13 (Enhanced MR), C.7 (general modules).
"""

KEPT: dict[str, str] = {
    "identification of the object": """
        ImageType SOPClassUID Modality Manufacturer ManufacturerModelName SoftwareVersions
        InstanceNumber SeriesNumber AcquisitionNumber TemporalPositionIdentifier NumberOfTemporalPositions
        ImagesInAcquisition InConcatenationNumber InConcatenationTotalNumber ConcatenationFrameOffsetNumber
        ReferencedSOPClassUID ReferencedFrameNumber RelatedSeriesSequence ConversionSourceAttributesSequence
        ReferencedSeriesSequence PurposeOfReferenceCodeSequence ReferencedImageEvidenceSequence
        ContentQualification ComplexImageComponent AcquisitionContrast VolumetricProperties
        VolumeBasedCalculationTechnique PixelPresentation FrameType QualityControlImage
        NumberOfFrames LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod
        MultiFrameSourceSOPInstanceUID SourceImageEvidenceSequence ReferencedSOPSequence
        SOPInstanceUIDOfConcatenationSource""",
    "codes": """
        CodeValue CodingSchemeDesignator CodingSchemeVersion CodeMeaning MappingResource
        ContextIdentifier AnatomicRegionSequence AnatomicRegionModifierSequence
        PrimaryAnatomicStructureSequence MeasurementUnitsCodeSequence DerivationCodeSequence""",
    "geometry": """
        ImagePositionPatient ImageOrientationPatient SliceThickness SpacingBetweenSlices SliceLocation
        PixelSpacing Rows Columns PatientPosition PatientOrientation PositionReferenceIndicator
        ReconstructionDiameter AcquisitionMatrix InPlanePhaseEncodingDirection
        PercentPhaseFieldOfView PercentSampling StackID InStackPositionNumber PixelAspectRatio
        PixelMeasuresSequence PlanePositionSequence PlaneOrientationSequence FrameAnatomySequence
        FrameLaterality Laterality ImageLaterality BodyPartExamined AnatomicalOrientationType
        PatientOrientationCodeSequence PatientOrientationModifierCodeSequence
        PatientGantryRelationshipCodeSequence TablePosition PlanePositionVolumeSequence
        PlaneOrientationVolumeSequence GeometryOfKSpaceTraversal""",
    "timing and gating": """
        TriggerTime NominalInterval LowRRValue HighRRValue IntervalsAcquired IntervalsRejected HeartRate
        CardiacNumberOfImages TriggerWindow BeatRejectionFlag SkipBeats PVCRejection FrameTime
        TemporalResolution CardiacSynchronizationSequence CardiacSynchronizationTechnique
        CardiacSignalSource CardiacRRIntervalSpecified CardiacBeatRejectionTechnique
        NominalCardiacTriggerDelayTime ActualCardiacTriggerDelayTime NominalPercentageOfCardiacPhase
        CardiacCyclePosition RRIntervalTimeNominal RespiratorySynchronizationSequence
        RespiratoryMotionCompensationTechnique RespiratorySignalSource RespiratoryTriggerType
        RespiratoryTriggerDelayThreshold RespiratoryIntervalTime NominalRespiratoryTriggerDelayTime
        ActualRespiratoryTriggerDelayTime RespiratoryCyclePosition StartingRespiratoryAmplitude
        EndingRespiratoryAmplitude StartingRespiratoryPhase EndingRespiratoryPhase
        FrameAcquisitionDuration FrameAcquisitionNumber TemporalPositionIndex TemporalPositionTimeOffset
        TemporalPositionSequence CardiacFramingType NominalPercentageOfRespiratoryPhase SynchronizationTrigger
        AcquisitionTimeSynchronized""",
    "sequence": """
        ScanningSequence SequenceVariant ScanOptions MRAcquisitionType SequenceName PulseSequenceName
        AngioFlag RepetitionTime EchoTime InversionTime InversionTimes NumberOfAverages ImagingFrequency
        ImagedNucleus EchoNumbers MagneticFieldStrength NumberOfPhaseEncodingSteps EchoTrainLength
        PixelBandwidth FlipAngle VariableFlipAngleFlag SAR dBdt ReceiveCoilName TransmitCoilName
        EffectiveEchoTime EchoPulseSequence InversionRecovery FlowCompensation
        FlowCompensationDirection MultipleSpinEcho MultiPlanarExcitation PhaseContrast
        TimeOfFlightContrast Spoiling SteadyStatePulseSequence EchoPlanarPulseSequence Tagging
        TagAngleFirstAxis TagAngleSecondAxis TagSpacingFirstDimension TagSpacingSecondDimension
        TagThickness MagnetizationTransfer T2Preparation BloodSignalNulling SaturationRecovery
        SpectrallySelectedSuppression SpectrallySelectedExcitation SpatialPresaturation
        OversamplingPhase GradientEchoTrainLength RFEchoTrainLength SliceProgressionDirection
        KSpaceFiltering ParallelAcquisition ParallelAcquisitionTechnique
        ParallelReductionFactorInPlane ParallelReductionFactorOutOfPlane
        ParallelReductionFactorSecondInPlane ParallelReductionFactorInPlaneRetired PartialFourier
        PartialFourierDirection RectilinearPhaseEncodeReordering SegmentedKSpaceTraversal
        CoverageOfKSpace NumberOfKSpaceTrajectories WaterReferencedPhaseCorrection
        ResonantNucleus ApplicableSafetyStandardAgency OperatingModeSequence OperatingModeType OperatingMode
        SpecificAbsorptionRateDefinition SpecificAbsorptionRateSequence SpecificAbsorptionRateValue
        GradientOutput GradientOutputType AcquisitionDuration MRAcquisitionFrequencyEncodingSteps
        MRAcquisitionPhaseEncodingStepsInPlane MRAcquisitionPhaseEncodingStepsOutOfPlane
        FrequencyCorrection TransmitterFrequency BulkMotionCompensationTechnique
        BulkMotionSignalSource MRSpectroscopyAcquisitionType SpectralWidth ContentLabel""",
    "functional groups of MR": """
        SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence FrameContentSequence
        DimensionIndexSequence DimensionOrganizationSequence DimensionIndexValues
        DimensionIndexPointer FunctionalGroupPointer DimensionDescriptionLabel
        DimensionOrganizationType MRImageFrameTypeSequence MRTimingAndRelatedParametersSequence
        MRFOVGeometrySequence MREchoSequence MRModifierSequence MRImagingModifierSequence
        MRReceiveCoilSequence ReceiveCoilType QuadratureReceiveCoil ReceiveCoilManufacturerName
        TransmitCoilManufacturerName MultiCoilDefinitionSequence MultiCoilElementName
        MultiCoilElementUsed MultiCoilConfiguration MRTransmitCoilSequence TransmitCoilType
        MRAveragesSequence MRSpatialSaturationSequence SlabThickness SlabOrientation MidSlabPosition
        MRVelocityEncodingSequence VelocityEncodingDirection VelocityEncodingMinimumValue
        VelocityEncodingMaximumValue VelocityEncodingAcquisitionSequence MRDiffusionSequence
        DiffusionBValue DiffusionDirectionality DiffusionGradientDirectionSequence
        DiffusionGradientOrientation DiffusionAnisotropyType DiffusionBMatrixSequence
        DiffusionBValueXX DiffusionBValueXY DiffusionBValueXZ DiffusionBValueYY DiffusionBValueYZ
        DiffusionBValueZZ FrameVOILUTSequence PixelValueTransformationSequence
        RealWorldValueMappingSequence RealWorldValueFirstValueMapped RealWorldValueLastValueMapped
        DoubleFloatRealWorldValueFirstValueMapped DoubleFloatRealWorldValueLastValueMapped
        RealWorldValueIntercept RealWorldValueSlope LUTExplanation LUTLabel
        QuantityDefinitionSequence ValueType ConceptNameCodeSequence ConceptCodeSequence
        NumericValue FloatingPointValue RealWorldValueLUTData DerivationImageSequence
        UnassignedSharedConvertedAttributesSequence UnassignedPerFrameConvertedAttributesSequence
        ChemicalShiftReference ContrastBolusUsageSequence ContrastBolusAgentAdministered
        ContrastBolusAgentDetected ContrastBolusAgentPhase ContrastBolusAgentNumber""",
    "contrast": """
        ContrastBolusVolume ContrastBolusTotalDose ContrastBolusIngredientConcentration
        ContrastBolusIngredient ContrastFlowRate ContrastFlowDuration ContrastBolusRoute
        ContrastBolusAgentSequence ContrastBolusIngredientCodeSequence
        ContrastBolusAdministrationRouteSequence ContrastAdministrationProfileSequence""",
    "pixels": """
        SamplesPerPixel PhotometricInterpretation PlanarConfiguration BitsAllocated BitsStored HighBit
        PixelRepresentation SmallestImagePixelValue LargestImagePixelValue PixelPaddingValue
        PixelPaddingRangeLimit PixelData WindowCenter WindowWidth WindowCenterWidthExplanation
        VOILUTFunction RescaleIntercept RescaleSlope RescaleType PresentationLUTShape
        SmallestPixelValueInSeries LargestPixelValueInSeries""",
}

RETAINED_BY_OPTION: dict[str, str] = {
    "modified dates": """
        InstanceCreationDate InstanceCreationTime StudyDate SeriesDate AcquisitionDate ContentDate
        AcquisitionDateTime StudyTime SeriesTime AcquisitionTime ContentTime FrameAcquisitionDateTime
        FrameReferenceDateTime ContrastBolusStartTime ContrastBolusStopTime
        PerformedProcedureStepStartDate PerformedProcedureStepStartTime PerformedProcedureStepEndDate
        PerformedProcedureStepEndTime""",
    "descriptors": """
        StudyDescription SeriesDescription ProtocolName ContrastBolusAgent DerivationDescription
        ImageComments FrameComments PerformedProcedureStepDescription RequestedProcedureDescription
        RespiratoryMotionCompensationTechniqueDescription AcquisitionProtocolDescription""",
    "patient characteristics": "PatientSex PatientAge PatientSize PatientWeight",
}
"""Attributes of Table E.1-1 that an option keeps and that an MR image needs.

The others that an option would keep (device calibration dates, smoking status, free comments ...) are removed:
stricter than the options allow, and said so in the conformance statement.
"""

UIDS_REMAPPED = """
    SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID ReferencedSOPInstanceUID
    SynchronizationFrameOfReferenceUID ConcatenationUID DimensionOrganizationUID IrradiationEventUID
    AcquisitionUID ReferencedFrameOfReferenceUID SourceFrameOfReferenceUID"""
"""UIDs that an MR image uses; the other UIDs of Table E.1-1 are removed."""

VOCABULARY_CLEANED = """
    SequenceName PulseSequenceName LUTExplanation WindowCenterWidthExplanation
    DimensionDescriptionLabel BodyPartExamined ContentLabel LUTLabel
    ContrastBolusRoute ContrastBolusIngredient"""
"""Attributes outside Table E.1-1 whose text passes the vocabulary of technique words, word by word."""

RANGES: dict[float, str] = {
    1.01: "ImageOrientationPatient DiffusionGradientOrientation VelocityEncodingDirection SlabOrientation",
    100: "PixelSpacing",
    400: "HeartRate FlipAngle",
    10_000: """
        ImagePositionPatient SliceLocation SliceThickness SpacingBetweenSlices ReconstructionDiameter
        NumberOfAverages EchoTime NumberOfPhaseEncodingSteps EchoTrainLength EchoNumbers CardiacNumberOfImages
        PercentSampling PercentPhaseFieldOfView IntervalsAcquired IntervalsRejected SkipBeats TriggerWindow
        NumberOfTemporalPositions LowRRValue HighRRValue NominalInterval SAR dBdt
        MagneticFieldStrength ContrastBolusVolume ContrastBolusTotalDose ContrastFlowRate ContrastFlowDuration
        ContrastBolusIngredientConcentration LossyImageCompressionRatio""",
    99_999: """
        SeriesNumber AcquisitionNumber InstanceNumber TemporalPositionIdentifier RepetitionTime InversionTime
        TriggerTime FrameTime TemporalResolution PixelBandwidth ImagesInAcquisition NumberOfFrames""",
    500_000: "FrameAcquisitionDuration",
    1e9: "ImagingFrequency",
}
"""Largest amounts that measurements of an MR image can have, by attribute; others have the limit of their VR."""
