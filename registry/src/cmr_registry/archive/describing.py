"""What rows say about a study and its series: QIDO-RS attributes and recognition, from the indexed headers."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cmr_imaging.headers import InstanceHeader, with_facts
from cmr_imaging.recognition import Recognition, recognize_exam
from cmr_registry.archive.headers import DicomJson
from cmr_registry.archive.index import IndexedInstance

STUDY_TYPES = {
    "00080020": "DA",
    "00080030": "TM",
    "00080050": "SH",
    "00080090": "PN",
    "00100030": "DA",
    "00100040": "CS",
    "00200010": "SH",
}
"""Return attributes of PS3.18 table 10.6.3-3 that stand in the answer even where no header has a value."""
STUDY_EXTRAS = ("00080201", "00081030")
"""Timezone offset and Study Description: in the answer where the header has them."""
SERIES_ATTRIBUTES = (
    "00080021",
    "00080031",
    "00080060",
    "00080201",
    "0008103E",
    "00180015",
    "00181030",
    "00200011",
    "00400244",
    "00400245",
    "00400275",
)
"""Return attributes of PS3.18 table 10.6.3-4 that are copied from a header, with those that viewers show."""


def study_attributes(
    *,
    metadata: DicomJson,
    study_uid: str,
    pseudonym: str,
    modalities: Iterable[str],
    n_series: int,
    n_instances: int,
) -> DicomJson:
    """Study-level DICOM JSON for QIDO-RS.

    Args:
        metadata: header of any instance of the study.
        study_uid: Study Instance UID.
        pseudonym: the subject's; it stands as name and id.
        modalities: of its series.
        n_series: Number of Study Related Series.
        n_instances: Number of Study Related Instances.
    """
    attributes = {tag: {"vr": vr} for tag, vr in STUDY_TYPES.items()}
    attributes |= {tag: metadata[tag] for tag in (*STUDY_TYPES, *STUDY_EXTRAS) if tag in metadata}
    return attributes | {
        "00080056": _element("CS", "ONLINE"),
        "00080061": _element("CS", *sorted(set(modalities))),
        "00100010": _element("PN", {"Alphabetic": pseudonym}),
        "00100020": _element("LO", pseudonym),
        "0020000D": _element("UI", study_uid),
        "00201206": _element("IS", n_series),
        "00201208": _element("IS", n_instances),
    }


def series_attributes(*, metadata: DicomJson, series_uid: str, n_instances: int) -> DicomJson:
    """Series-level DICOM JSON for QIDO-RS.

    Args:
        metadata: header of any instance of the series.
        series_uid: Series Instance UID.
        n_instances: Number of Series Related Instances.
    """
    return {tag: metadata[tag] for tag in SERIES_ATTRIBUTES if tag in metadata} | {
        "00080060": _element("CS", modality_of(metadata)),
        "0020000E": _element("UI", series_uid),
        "00201209": _element("IS", n_instances),
    }


def modality_of(metadata: DicomJson) -> str:
    """Modality (0008,0060); `OT` where the header has none."""
    return text_of(metadata, "00080060", 16) or "OT"


def text_of(metadata: DicomJson, tag: str, longest: int) -> str:
    """First value of an element as text, cut to `longest` characters; empty where there is none."""
    values = metadata.get(tag, {}).get("Value") or [""]
    return str(values[0] if values[0] is not None else "")[:longest]


def exam_recognized(
    series: Mapping[str, Sequence[IndexedInstance]], facts: Mapping[str, Mapping[str, Any]]
) -> dict[str, Recognition]:
    """Recognize all series of an exam, each in the light of the others (F4).

    Args:
        series: instances by Series Instance UID.
        facts: acquisition facts by Series Instance UID; they fill what a standard header does not say.
    """
    exam = [_headers(instances, facts.get(uid, {})) for uid, instances in series.items()]
    return dict(zip(series, recognize_exam(exam), strict=True))


def votes_document(recognition: Recognition) -> dict[str, Any]:
    """Every layer's vote as JSON."""
    votes = [
        {
            name: str(value) if isinstance(value, str) else value
            for name, value in dataclasses.asdict(vote).items()
        }
        for vote in recognition.votes
    ]
    return {"votes": votes}


def _headers(instances: Sequence[IndexedInstance], facts: Mapping[str, Any]) -> tuple[InstanceHeader, ...]:
    headers = tuple(header for instance in instances for header in instance.headers)
    return with_facts(headers, facts.get("venc_cm_s"), facts.get("inversion_time_ms"))


def _element(vr: str, *values: Any) -> dict[str, Any]:
    return {"vr": vr, "Value": list(values)}
