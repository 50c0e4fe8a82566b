"""What the connector reads from a source image: whose it is, which study, and when. Stays in the hospital."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from cmr_connector.crosswalk import Patient, SourceStudy
from cmr_deid.identities import canonical_uid
from cmr_deid.reading import Source
from cmr_deid.text import character_sets, decoded

FIRST_YEAR = 1980
_DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
_KEYWORDS = (
    *("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "PatientID", "IssuerOfPatientID"),
    *("PatientName", "PatientBirthDate", "AccessionNumber", "StudyDescription", *_DATES),
)


@dataclass(frozen=True, slots=True)
class SourceHeader:
    """Identity of one source image.

    Attributes:
        patient: as written; `patient.patient_id` is empty when the image names none.
        study: as written.
        series_instance_uid, sop_instance_uid: as written, without padding.
    """

    patient: Patient
    study: SourceStudy
    series_instance_uid: str
    sop_instance_uid: str

    @property
    def has_uids(self) -> bool:
        """Whether study, series and instance are all named."""
        return bool(self.study.study_instance_uid and self.series_instance_uid and self.sop_instance_uid)


Texts = Callable[[str], str]
"""Gives the value of an attribute of the data set by its keyword, without padding; empty when absent."""


def header_of(source: Source) -> SourceHeader:
    """The identity that a file states, as the engine reads it: by both, one patient is one subject."""
    return _header(texts_of(source))


def texts_of(source: Source) -> Texts:
    """The texts of a file that was read raw."""
    encodings = character_sets(source.data_set)
    return lambda keyword: decoded(source.data_set.get(tag_for_keyword(keyword) or 0), encodings)


def _header(text: Texts) -> SourceHeader:
    return SourceHeader(
        Patient(text("PatientID"), text("IssuerOfPatientID"), text("PatientName"), text("PatientBirthDate")),
        SourceStudy(
            canonical_uid(text("StudyInstanceUID")),
            text("AccessionNumber"),
            _best_date(text),
            text("StudyDescription"),
        ),
        canonical_uid(text("SeriesInstanceUID")),
        canonical_uid(text("SOPInstanceUID")),
    )


def header_of_damaged(data: bytes) -> SourceHeader | None:
    """What a refused file still says about its exam, so that the refusal stands beside its sisters; or None."""
    try:
        dataset = pydicom.dcmread(
            BytesIO(data), stop_before_pixels=True, specific_tags=list(_KEYWORDS), force=False
        )
        header = _header(lambda keyword: text_of(dataset, keyword))
    except Exception:
        # pydicom raises six classes of exception on damaged files
        return None
    return header if header.has_uids else None


def text_of(dataset: Dataset, keyword: str) -> str:
    """The value of a text attribute without padding; empty when it is absent, empty or of another kind."""
    try:
        value = dataset.get(keyword)
    except Exception:
        # a value that pydicom cannot convert counts as absent
        return ""
    return "" if value is None else str(value).strip(" \0\t\r\n")


def plausible_date(text: str, today: datetime.date) -> datetime.date | None:
    """A DICOM DA (PS3.5 6.2) between 1980 and tomorrow, else None: never guessed."""
    digits = text.replace(".", "")
    if len(digits) != 8 or not digits.isdecimal():
        return None
    try:
        date = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return date if date.year >= FIRST_YEAR and date <= today + datetime.timedelta(days=1) else None


def _best_date(text: Texts) -> str:
    """The study's date, or the first date of series, acquisition and content where it is unreadable."""
    today = datetime.datetime.now(datetime.UTC).date()
    written = [text(keyword) for keyword in _DATES]
    return next((date for date in written if plausible_date(date, today)), written[0])
