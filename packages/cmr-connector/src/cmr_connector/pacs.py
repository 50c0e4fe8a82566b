"""Asking the PACS which CMR studies it holds (C-FIND, PS3.4 C), to count them: nothing that it says is kept.

A day is asked at a time, since archives answer a few hundred studies at most.
"""

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE

from cmr_connector.config import PacsSettings
from cmr_connector.errors import PacsError

_FIND = UID("1.2.840.10008.5.1.4.1.2.2.1")
"""Study Root Query/Retrieve Information Model - FIND (PS3.4 C.6.2)."""
_PENDING = (0xFF00, 0xFF01)
_SUCCESS = 0x0000


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """One study that the PACS names; it lives only while it is counted.

    Attributes:
        study_instance_uid, patient_id: as the PACS has them.
    """

    study_instance_uid: str
    patient_id: str


def find_studies(settings: PacsSettings, calling: str, month: str) -> Iterator[FoundStudy]:
    """The CMR studies of a month, each once: of the modality, with one of the words or codes of the settings.

    Args:
        settings: where the PACS is and what a CMR study is called there.
        calling: our application entity title.
        month: `YYYY-MM`.

    Raises:
        PacsError: it cannot be reached, or refuses the question.
    """
    entity = AE(ae_title=calling)
    entity.add_requested_context(_FIND)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = settings.timeout_s
    association = entity.associate(settings.host, settings.port, ae_title=settings.ae_title)
    if not association.is_established:
        raise PacsError("The PACS does not accept the connector: check host, port and titles in [pacs].")
    seen: set[str] = set()
    try:
        for day in _days(month):
            for answer in _answers(association, _question(settings, day)):
                uid = str(answer.get("StudyInstanceUID", "")).strip()
                if uid and uid not in seen and _is_wanted(settings, answer):
                    seen.add(uid)
                    yield FoundStudy(uid, str(answer.get("PatientID", "")))
    finally:
        association.release()


def _answers(association: Any, question: Dataset) -> Iterator[Dataset]:
    for status, answer in association.send_c_find(question, _FIND):
        code = status.get("Status") if status else None
        if code is None:
            raise PacsError("The PACS ended the connection or took too long (pacs.timeout_s).")
        if code in _PENDING and answer is not None:
            yield answer
        elif code != _SUCCESS:
            raise PacsError(f"The PACS refuses to look for studies (status 0x{code:04X}).")


def _question(settings: PacsSettings, day: datetime.date) -> Dataset:
    question = Dataset()
    question.QueryRetrieveLevel = "STUDY"
    question.StudyDate = day.strftime("%Y%m%d")
    question.ModalitiesInStudy = settings.modality
    for keyword in ("StudyInstanceUID", "PatientID", "StudyDescription"):
        setattr(question, keyword, "")
    code = Dataset()
    code.CodeValue = ""
    question.ProcedureCodeSequence = [code]
    return question


def _is_wanted(settings: PacsSettings, answer: Dataset) -> bool:
    """An archive may answer more than it was asked, so that what it says is looked at again."""
    modalities = answer.get("ModalitiesInStudy") or [settings.modality]
    listed = [modalities] if isinstance(modalities, str) else list(modalities)
    if settings.modality not in listed:
        return False
    description = str(answer.get("StudyDescription") or "").casefold()
    codes = {str(item.get("CodeValue", "")) for item in answer.get("ProcedureCodeSequence") or []}
    return any(word.casefold() in description for word in settings.words) or bool(codes & set(settings.codes))


def _days(month: str) -> Iterator[datetime.date]:
    year, number = map(int, month.split("-"))
    for day in range(1, calendar.monthrange(year, number)[1] + 1):
        yield datetime.date(year, number, day)
