"""What must not be found behind the wall: the identifying values of source files, collected from the files."""

import warnings

import pydicom
from pydicom.datadict import dictionary_VR
from pydicom.uid import UID_dictionary

IDENTIFYING = {
    "PatientName", "PatientID", "OtherPatientIDs", "StationName", "InstitutionName", "DeviceSerialNumber",
    "AccessionNumber", "ReferringPhysicianName", "OperatorsName", "PerformedProcedureStepID",
    "PerformedProcedureStepStartDate", "InstanceCreationDate",
}  # fmt: skip


def identifiers_of(paths) -> set[str]:
    """Original UIDs, dates, serials and names of the files, at least 6 characters long."""
    found: set[str] = set()
    with warnings.catch_warnings(action="ignore"):
        for path in paths:
            found |= _of_one(path)
    known_roots = {"1.2.840.10008.1.2.1", "1.2.826.0.1.3680043.9.1400.1", "2.16.124.113543.6006.99"}
    return {value.strip() for value in found if len(value.strip()) >= 6 and value.strip("0")} - known_roots


def _of_one(path) -> set[str]:
    found: set[str] = set()
    dataset = pydicom.dcmread(path, stop_before_pixels=True)
    for element in [*dataset.file_meta, *dataset.iterall()]:
        if element.VR == "UI":
            values = element.value if element.VM > 1 else [element.value]
            found |= {str(uid) for uid in values if uid and str(uid) not in UID_dictionary}
        elif element.VR in ("DA", "DT"):
            found.add(str(element.value))
        elif element.keyword in IDENTIFYING and dictionary_VR(element.keyword) in (
            "PN",
            "LO",
            "SH",
            "DA",
        ):
            found |= {str(value) for value in (element.value if element.VM > 1 else [element.value])}
    return found


def found_in(data: bytes, identifiers) -> list[str]:
    """Those identifiers that stand in the bytes, as UTF-8 or UTF-16."""
    return [
        value
        for value in identifiers
        if value.encode() in data or value.encode("utf-16-le") in data or value.encode("utf-16-be") in data
    ]
