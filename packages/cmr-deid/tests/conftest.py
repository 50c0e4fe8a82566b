"""A small real-looking MR instance that tests bend to their need, and an engine of a fixed key."""

import io
import struct

import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence

from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_deid.reading import read_source

KEY = new_key(bytes(range(32)))
MR = "1.2.840.10008.5.1.4.1.1.4"
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
PLAIN = {
    "ImageType": ["ORIGINAL", "PRIMARY", "M", "RETRO"],
    "SOPClassUID": MR,
    "SOPInstanceUID": "1.3.12.2.1107.5.2.99.1.20210304.1",
    "StudyDate": "20210304",
    "ContentDate": "20210304",
    "AcquisitionDateTime": "20210304081500.250000",
    "StudyTime": "081500",
    "AccessionNumber": "ACC778812",
    "Modality": "MR",
    "Manufacturer": "SIEMENS",
    "InstitutionName": "Wexandra Clinic",
    "ReferringPhysicianName": "Plyxquor^Jorvin",
    "StationName": "AWP774411",
    "SeriesDescription": "cine_sax Fnordvexil",
    "ManufacturerModelName": "Aera",
    "PatientName": "Fnordvexil^Zebulonia",
    "PatientID": "MRN-0042177",
    "PatientBirthDate": "19440817",
    "PatientSex": "F",
    "PatientAge": "076Y",
    "PatientSize": "1.633",
    "PatientWeight": "71.3",
    "SliceThickness": "8",
    "RepetitionTime": "40.5",
    "EchoTime": "1.12",
    "TriggerTime": "120.5",
    "DeviceSerialNumber": "77441199",
    "StudyInstanceUID": "1.3.12.2.1107.5.2.99.1.20210304.2",
    "SeriesInstanceUID": "1.3.12.2.1107.5.2.99.1.20210304.3",
    "FrameOfReferenceUID": "1.3.12.2.1107.5.2.99.1.20210304.4",
    "ImagePositionPatient": [-10.5, 20.25, 3.125],
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "Rows": 4,
    "Columns": 6,
    "PixelSpacing": [1.25, 1.25],
    "BitsAllocated": 16,
    "BitsStored": 12,
    "HighBit": 11,
    "PixelRepresentation": 0,
}


def build(syntax=EXPLICIT, preamble=b"\0" * 128, tail=b"", edit=None, **values):
    """Part-10 bytes of a small MR image; None removes an attribute, `edit` gets the dataset."""
    dataset = Dataset()
    for keyword, value in {**PLAIN, **values}.items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.add(DataElement(0x7FE00010, "OW", struct.pack("<24H", *range(24))))
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", MR)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2")
    dataset.file_meta.TransferSyntaxUID = syntax
    if edit is not None:
        edit(dataset)
    dataset.preamble = preamble
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, implicit_vr=syntax == IMPLICIT, little_endian=True, enforce_file_format=True)
    return buffer.getvalue() + tail


@pytest.fixture(scope="session")
def mr():
    return build


@pytest.fixture(scope="session")
def identities():
    return Identities(KEY)


@pytest.fixture(scope="session")
def engine(identities):
    return Engine(identities)


@pytest.fixture(scope="session")
def out_of(engine):
    """De-identify a small MR image with these values and read the output."""

    def run(**values):
        return read_source(engine.deidentify(build(**values)).data)

    return run


@pytest.fixture(scope="session")
def raw_element():
    """Bytes of one explicit element."""

    def element(tag, vr, value, long=False):
        head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
        return head + (struct.pack("<HL", 0, len(value)) if long else struct.pack("<H", len(value))) + value

    return element


@pytest.fixture(scope="session")
def nested():
    """A pydicom sequence of items made from dictionaries."""

    def sequence(*items):
        made = []
        for item in items:
            dataset = Dataset()
            for keyword, value in item.items():
                setattr(dataset, keyword, value)
            made.append(dataset)
        return Sequence(made)

    return sequence


@pytest.fixture(scope="session")
def part_10():
    """The Part-10 bytes of a pydicom dataset that has its file meta information."""

    def written(dataset):
        buffer = io.BytesIO()
        dcmwrite(buffer, dataset, enforce_file_format=True)
        return buffer.getvalue()

    return written
