"""What every vendor writes alike: the patient, the visit, the hospital, the plane and the pixels of an image.

The header is as identified as real ones are: names, numbers, addresses and dates stand at the top level, in
nested sequences and in free text. `cmr_testkit.planted` finds them again by value.
"""

import datetime as dt

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from cmr_testkit.identity import Patient, Visit
from cmr_testkit.space import Plane
from cmr_testkit.uids import IMPLEMENTATION_NAME, IMPLEMENTATION_UID, MR_IMAGE_STORAGE, UidSource

DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"
DETACHED_PATIENT = "1.2.840.10008.3.1.2.1.1"
PERFORMED_STEP = "1.2.840.10008.3.1.2.3.3"
STUDY_WORDS = "MRI CARDIAC W WO CONTRAST"


def item(**values: object) -> Dataset:
    """A sequence item with these attributes by keyword."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def file_meta(ae_title: str) -> FileMetaDataset:
    """File meta information with fixed implementation identifiers, so that equal exams are equal bytes."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = UID(MR_IMAGE_STORAGE)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_NAME
    meta.SourceApplicationEntityTitle = ae_title
    return meta


def identified(patient: Patient, visit: Visit, uids: UidSource) -> Dataset:
    """A new header with everything that is the same in all images of the exam."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = MR_IMAGE_STORAGE
    dataset.Modality = "MR"
    dataset.StudyInstanceUID = uids.study
    dataset.FrameOfReferenceUID = uids.frame_of_reference
    dataset.PositionReferenceIndicator = ""
    dataset.PatientPosition = "HFS"
    _patient(dataset, patient, visit)
    _visit(dataset, visit)
    _order(dataset, patient, visit, uids)
    _history(dataset, patient, visit, uids)
    dataset.file_meta = file_meta(visit.ae_title)
    return dataset


def _patient(dataset: Dataset, patient: Patient, visit: Visit) -> None:
    people = visit.people
    age = int(visit.date[:4]) - int(patient.birth_date[:4]) - (visit.date[4:] < patient.birth_date[4:])
    values = {
        "PatientName": patient.name,
        "PatientID": patient.patient_id,
        "IssuerOfPatientID": patient.issuer,
        "PatientBirthDate": patient.birth_date,
        "PatientSex": patient.sex,
        "PatientAge": f"{age:03d}Y",
        "PatientSize": f"{patient.height_cm / 100:.3f}",
        "PatientWeight": f"{patient.weight_kg:.1f}",
        "OtherPatientIDs": patient.other_id,
        "OtherPatientNames": people["other"],
        "PatientBirthName": people["birth"],
        "PatientMotherBirthName": people["mother"],
        "PatientAddress": patient.address,
        "PatientTelephoneNumbers": patient.phone,
        "MedicalRecordLocator": f"LOC{patient.patient_id}",
        "Occupation": "Bell founder",
        "EthnicGroup": "",
        "AdditionalPatientHistory": f"Chest pain, seen by Dr {spoken(people['referring'])}",
        "PatientComments": patient.comment,
        "OtherPatientIDsSequence": [
            item(PatientID=patient.other_id, IssuerOfPatientID=patient.issuer, TypeOfPatientID="TEXT")
        ],
    }
    for keyword, value in values.items():
        setattr(dataset, keyword, value)


def _visit(dataset: Dataset, visit: Visit) -> None:
    people = visit.people
    values = {
        "StudyDate": visit.date,
        "StudyTime": clock(visit.start),
        "AccessionNumber": visit.accession_number,
        "StudyID": visit.study_id,
        "StudyDescription": STUDY_WORDS,
        "InstitutionName": visit.institution,
        "InstitutionAddress": visit.institution_address,
        "InstitutionalDepartmentName": visit.department,
        "StationName": visit.station,
        "DeviceSerialNumber": visit.serial,
        "ReferringPhysicianName": people["referring"],
        "PhysiciansOfRecord": people["record"],
        "PerformingPhysicianName": people["performing"],
        "NameOfPhysiciansReadingStudy": people["reading"],
        "OperatorsName": people["operator"],
        "ConsultingPhysicianName": people["consulting"],
        "RequestingPhysician": people["requesting"],
        "RequestingService": visit.department,
        "AdmissionID": visit.admission_id,
        "CurrentPatientLocation": visit.ward,
        "DateOfLastCalibration": visit.date,
        "StudyComments": f"Call {spoken(people['contact'])} after the scan",
        "ImageComments": f"Scanned by {spoken(people['operator'])}",
    }
    for keyword, value in values.items():
        setattr(dataset, keyword, value)


def _order(dataset: Dataset, patient: Patient, visit: Visit, uids: UidSource) -> None:
    people = visit.people
    step = item(
        RequestedProcedureDescription=STUDY_WORDS,
        RequestedProcedureID=visit.procedure_id,
        ScheduledProcedureStepDescription="CARDIAC FUNCTION AND VIABILITY",
        ScheduledProcedureStepID=visit.step_id,
        AccessionNumber=visit.accession_number,
        ReasonForTheRequestedProcedure=f"Requested for {spoken(patient.name)}",
    )
    dataset.RequestAttributesSequence = Sequence([step])
    dataset.RequestedProcedureDescription = STUDY_WORDS
    dataset.RequestedProcedureID = visit.procedure_id
    dataset.PerformedProcedureStepID = visit.performed_id
    dataset.PerformedProcedureStepDescription = f"{STUDY_WORDS} {visit.performed_id}"
    dataset.PerformedProcedureStepStartDate = visit.date
    dataset.PerformedProcedureStepStartTime = clock(visit.start)
    dataset.PerformedStationAETitle = visit.ae_title
    dataset.PerformedStationName = visit.station
    dataset.PerformedLocation = visit.ward[:16]
    dataset.OrderEnteredBy = people["entered"]
    dataset.ScheduledPerformingPhysicianName = people["scheduler"]
    dataset.ReferencedStudySequence = [_reference(DETACHED_STUDY, uids.reference(1))]
    dataset.ReferencedPerformedProcedureStepSequence = [_reference(PERFORMED_STEP, uids.reference(2))]
    dataset.ReferencedPatientSequence = [_reference(DETACHED_PATIENT, uids.reference(3))]
    dataset.ReferencedImageSequence = [_reference(MR_IMAGE_STORAGE, uids.reference(4 + i)) for i in range(3)]


def _history(dataset: Dataset, patient: Patient, visit: Visit, uids: UidSource) -> None:
    people = visit.people
    code = item(CodeValue="OPQX7", CodingSchemeDesignator="99LOCAL", CodeMeaning=spoken(people["operator"]))
    dataset.OperatorIdentificationSequence = [
        item(
            PersonIdentificationCodeSequence=[code],
            InstitutionName=visit.institution,
            PersonTelephoneNumbers=patient.phone,
        )
    ]
    purpose = item(CodeValue="109103", CodingSchemeDesignator="DCM", CodeMeaning="Modifying Equipment")
    dataset.ContributingEquipmentSequence = [
        item(
            PurposeOfReferenceCodeSequence=[purpose],
            Manufacturer="Archive Works",
            InstitutionName=visit.institution,
            StationName=visit.station,
            DeviceSerialNumber=visit.serial,
            ContactDisplayName=people["contact"].replace("^", " "),
            OperatorsName=people["contact"],
            ContributionDateTime=f"{visit.date}{clock(visit.start)}",
        )
    ]
    before = item(PatientName=people["verifier"], PatientID=patient.other_id)
    dataset.OriginalAttributesSequence = [
        item(
            ModifiedAttributesSequence=[before],
            AttributeModificationDateTime=f"{visit.date}{clock(visit.start)}",
            ModifyingSystem=visit.ae_title,
            SourceOfPreviousValues=visit.institution,
            ReasonForTheAttributeModification="COERCE",
        )
    ]


def _reference(sop_class: str, uid: str) -> Dataset:
    return item(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=uid)


def place(dataset: Dataset, plane: Plane) -> None:
    """Write position, orientation and size of the plane and the form of its pixels."""
    dataset.ImagePositionPatient = [number(v) for v in plane.position]
    dataset.ImageOrientationPatient = [number(v) for v in (*plane.row, *plane.column)]
    dataset.SliceLocation = number(float(plane.center @ plane.normal))
    dataset.SliceThickness = number(plane.thickness)
    dataset.PixelSpacing = [number(plane.spacing)] * 2
    dataset.Rows = dataset.Columns = plane.pixels
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0


def stamp(dataset: Dataset, moment: dt.datetime, series_start: dt.datetime) -> None:
    """Write dates and times of series, acquisition and content."""
    day = moment.strftime("%Y%m%d")
    dataset.InstanceCreationDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = day
    dataset.SeriesTime = clock(series_start)
    dataset.InstanceCreationTime = dataset.AcquisitionTime = dataset.ContentTime = clock(moment)


def clock(moment: dt.datetime) -> str:
    """DICOM TM with milliseconds."""
    return moment.strftime("%H%M%S.") + f"{moment.microsecond // 1000:03d}000"


def number(value: float) -> str:
    """DICOM DS of at most 16 characters."""
    return f"{value:.7g}"


def spoken(name: str) -> str:
    """`Family^Given` as a person writes it in a comment."""
    family, _, given = name.partition("^")
    return f"{given} {family}"
