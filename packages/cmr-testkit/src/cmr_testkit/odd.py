"""What a connector meets beside CMR: files to be refused, each identified and deterministic. All synthetic."""

import datetime as dt
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from cmr_testkit.exam import exam_instances, plan_exam
from cmr_testkit.headers import identified, place, stamp
from cmr_testkit.identity import draw_patient
from cmr_testkit.shot import Session
from cmr_testkit.space import Plane

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
MEBIBYTE = 1024 * 1024


def ct_image(path: Path, *, seed: int = 1) -> Path:
    """A computed-tomography slice of the chest."""
    dataset = _image(seed, 701, np.array([0.0, 0.0, 0.0]))
    _as_class(dataset, CT_IMAGE_STORAGE, "CT")
    dataset.StudyDescription, dataset.SeriesDescription = "CT CHEST W CONTRAST", "CTA thorax 1.0 B30f"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.KVP, dataset.RescaleIntercept, dataset.RescaleSlope = "120", "-1024", "1"
    return _written(path, dataset)


def brain_mr(path: Path, *, seed: int = 1) -> Path:
    """A magnetic-resonance slice of the head."""
    dataset = _image(seed, 702, np.array([0.0, 0.0, 420.0]))
    dataset.StudyDescription, dataset.SeriesDescription = "MRI BRAIN WO CONTRAST", "t1_mprage_sag_p2_iso"
    dataset.ProtocolName, dataset.BodyPartExamined = "t1_mprage_sag_p2_iso", "BRAIN"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "NORM"]
    dataset.ScanningSequence, dataset.SequenceVariant = ["GR", "IR"], ["SK", "SP", "MP"]
    dataset.SequenceName, dataset.MRAcquisitionType, dataset.ScanOptions = "*tfl3d1_16ns", "3D", "IR"
    dataset.RepetitionTime, dataset.EchoTime, dataset.InversionTime = "2300", "2.98", "900"
    return _written(path, dataset)


def secondary_capture(path: Path, *, seed: int = 1) -> Path:
    """A screen capture of a result page of the same CMR study."""
    dataset = _image(seed, 703, np.array([0.0, 0.0, 0.0]))
    _as_class(dataset, SECONDARY_CAPTURE, "OT")
    dataset.ConversionType, dataset.SeriesDescription = "WSD", "Results LV function"
    dataset.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    dataset.BurnedInAnnotation = "YES"
    return _written(path, dataset)


def truncated_file(path: Path, *, seed: int = 1) -> Path:
    """A CMR image that ends in the middle of its pixels, as after a broken copy."""
    drawn = plan_exam(vendor="siemens", size="tiny", seed=seed)
    _, dataset = next(iter(exam_instances(drawn)))
    whole = _written(path, dataset).read_bytes()
    path.write_bytes(whole[: len(whole) - 4321])
    return path


def text_file(path: Path) -> Path:
    """A note that somebody left in the export folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Please send the heart scans of last week, thank you.\n", encoding="ascii")
    return path


def zero_length(path: Path) -> Path:
    """An empty file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return path


def zeros(path: Path, *, megabytes: int = 300) -> Path:
    """A file of zeros; sparse, so it takes no room on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(megabytes * MEBIBYTE)
    return path


def two_patients_in_one_series(folder: Path, *, vendor: str = "siemens", seed: int = 1) -> list[Path]:
    """A short-axis series whose last image carries the name and number of another patient."""
    drawn = plan_exam(vendor=vendor, size="tiny", seed=seed)
    wanted = next(one.number for one in drawn.series if one.view == "sax")
    other = draw_patient(seed + 90_001)
    files = []
    for relative, dataset in exam_instances(drawn):
        if dataset.SeriesNumber != wanted:
            continue
        series = drawn.series[wanted - 1]
        if dataset.InstanceNumber == len(series.planes) * series.phases:
            dataset.PatientName, dataset.PatientID = other.name, other.patient_id
            dataset.PatientBirthDate = other.birth_date
        files.append(_written(folder / Path(relative).name, dataset))
    return files


def _session(seed: int) -> Session:
    return plan_exam(vendor="siemens", size="tiny", seed=seed).session


def _image(seed: int, number: int, center: NDArray[np.float64]) -> Dataset:
    session = _session(seed)
    dataset = identified(session.patient, session.visit, session.uids)
    axes = np.eye(3)
    place(dataset, Plane(center, axes[0], axes[1], 64, 4.0, 5.0))
    moment = session.visit.start + dt.timedelta(minutes=number)
    stamp(dataset, moment, moment)
    # a study of its own: no PACS files a head or a CT under the CMR study
    dataset.StudyInstanceUID = session.uids.reference(number)
    dataset.SeriesInstanceUID = session.uids.series(number)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(session.uids.uid(number))
    dataset.SeriesNumber, dataset.InstanceNumber = 1, 1
    dataset.Manufacturer, dataset.ManufacturerModelName = "SIEMENS", "Aera"
    dataset.PixelData = _blob().tobytes()
    return dataset


def _blob() -> NDArray[np.uint16]:
    rows, columns = np.mgrid[:64, :64]
    inside = ((rows - 32) / 26) ** 2 + ((columns - 32) / 20) ** 2 < 1
    return np.where(inside, 600 + 3 * rows, 0).astype(np.uint16)


def _as_class(dataset: Dataset, sop_class: str, modality: str) -> None:
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID(sop_class)
    dataset.Modality = modality


def _written(path: Path, dataset: Dataset) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path
