"""QIDO-RS: searches for studies, series and instances (PS3.18 10.6)."""

from collections.abc import Sequence

from starlette.responses import Response

from cmr_registry.dicomweb.answers import dicom_json
from cmr_registry.dicomweb.ask import Ask
from cmr_registry.dicomweb.dicom_json import Attributes, element, tag_of, values_of
from cmr_registry.dicomweb.matching import Query, query_of, selected
from cmr_registry.dicomweb.negotiation import DICOM_JSON, choose
from cmr_registry.dicomweb.selectors import (
    instances_found,
    series_found,
    series_get,
    series_of,
    studies_found,
    study_get,
)

JSON = "application/json"

STUDY_FIELDS = frozenset(
    map(
        tag_of,
        [
            "SpecificCharacterSet",
            "StudyDate",
            "StudyTime",
            "AccessionNumber",
            "InstanceAvailability",
            "ModalitiesInStudy",
            "ReferringPhysicianName",
            "TimezoneOffsetFromUTC",
            "RetrieveURL",
            "PatientName",
            "PatientID",
            "PatientBirthDate",
            "PatientSex",
            "StudyInstanceUID",
            "StudyID",
            "NumberOfStudyRelatedSeries",
            "NumberOfStudyRelatedInstances",
            "StudyDescription",
        ],
    )
)
"""Attributes of a study in an answer (PS3.18 table 10.6.3-3), with the description that lists show."""

SERIES_FIELDS = frozenset(
    map(
        tag_of,
        [
            "SpecificCharacterSet",
            "Modality",
            "TimezoneOffsetFromUTC",
            "SeriesDescription",
            "RetrieveURL",
            "SeriesInstanceUID",
            "SeriesNumber",
            "NumberOfSeriesRelatedInstances",
            "PerformedProcedureStepStartDate",
            "PerformedProcedureStepStartTime",
            "RequestAttributesSequence",
            "SeriesDate",
            "SeriesTime",
            "StudyInstanceUID",
            "InstanceAvailability",
        ],
    )
)
"""Attributes of a series (table 10.6.3-4)."""

INSTANCE_FIELDS = frozenset(
    map(
        tag_of,
        [
            "SpecificCharacterSet",
            "SOPClassUID",
            "SOPInstanceUID",
            "InstanceAvailability",
            "TimezoneOffsetFromUTC",
            "RetrieveURL",
            "InstanceNumber",
            "Rows",
            "Columns",
            "BitsAllocated",
            "NumberOfFrames",
            "StudyInstanceUID",
            "SeriesInstanceUID",
        ],
    )
)
"""Attributes of an instance (table 10.6.3-5)."""


def studies(ask: Ask) -> Response:
    """Search for studies."""
    choose(ask.accepts, (DICOM_JSON, JSON))
    query = query_of(ask.query)
    found, more = studies_found(query)
    return _answer(ask, found, STUDY_FIELDS, query, more)


def series(ask: Ask) -> Response:
    """Search for series, of one study or of all."""
    choose(ask.accepts, (DICOM_JSON, JSON))
    query = query_of(ask.query)
    study = study_get(ask.uid("study")) if ask.has("study") else None
    found, more = series_found(query, study)
    usual = SERIES_FIELDS if study else SERIES_FIELDS | STUDY_FIELDS
    return _answer(ask, found, usual, query, more)


def instances(ask: Ask) -> Response:
    """Search for instances of a study or of one series."""
    choose(ask.accepts, (DICOM_JSON, JSON))
    query = query_of(ask.query)
    if ask.has("series"):
        among = [series_get(ask.uid("study"), ask.uid("series"))]
    else:
        among = series_of(study_get(ask.uid("study")))
    found, more = instances_found(query, among)
    return _answer(ask, found, INSTANCE_FIELDS, query, more)


def _answer(
    ask: Ask, found: Sequence[Attributes], usual: frozenset[str], query: Query, more: bool
) -> Response:
    warnings = []
    if more:
        warnings.append("There are additional results that can be requested.")
    if query.fuzzy:
        warnings.append(
            "The fuzzymatching parameter is not supported. Only literal matching has been performed."
        )
    headers = {"Warning": ", ".join(f'299 {ask.root}: "{text}"' for text in warnings)} if warnings else {}
    shown = [selected(attributes | _address(ask, attributes, usual), usual, query) for attributes in found]
    return dicom_json(shown, headers=headers)


def _address(ask: Ask, attributes: Attributes, usual: frozenset[str]) -> Attributes:
    """Retrieve URL of the level that was searched."""
    levels = [("studies", "StudyInstanceUID")]
    levels += [("series", "SeriesInstanceUID")] if tag_of("SeriesInstanceUID") in usual else []
    levels += [("instances", "SOPInstanceUID")] if tag_of("SOPInstanceUID") in usual else []
    path = "".join(f"/{name}/{values_of(attributes, tag_of(keyword))[0]}" for name, keyword in levels)
    return element("RetrieveURL", ask.root + path)
