"""The report of a synthetic exam as FHIR R4: a collection bundle with the same values as CSV and HL7 v2.

Patient, ServiceRequest, ImagingStudy, DiagnosticReport and one Observation per item (http://hl7.org/fhir/R4).
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cmr_testkit.headers import STUDY_WORDS, spoken
from cmr_testkit.identity import Patient, Visit
from cmr_testkit.report import LABELS, UNITS, impression, kind_of

DICTIONARY = "urn:cmr-registry:data-dictionary"
UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/v2-0074"
IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203"
BASE = "https://synthetic.invalid/fhir"
CPT = "http://www.ama-assn.org/go/cpt"
SYNTHETIC = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
UCUM_CODES = {"mL/min/1.73m2": "mL/min/{1.73_m2}"}

Resource = dict[str, Any]


def report_bundle(
    values: Mapping[str, str],
    truth: Mapping[str, Any],
    patient: Patient,
    visit: Visit,
    study_instance_uid: str,
) -> str:
    """The bundle as JSON text; every reference in it is to a resource in it."""
    observations = list(_observations(values, visit))
    report = _report(truth, patient, visit, [one["id"] for one in observations])
    resources = [_patient(patient), _request(visit), _study(visit, study_instance_uid), report, *observations]
    bundle = {
        "resourceType": "Bundle",
        "meta": {"tag": [SYNTHETIC]},
        "type": "collection",
        "timestamp": _signed(visit),
        "entry": [
            {"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one} for one in resources
        ],
    }
    return json.dumps(bundle, indent=1) + "\n"


def _patient(patient: Patient) -> Resource:
    family, _, given = patient.name.partition("^")
    identifiers = [
        _identifier("MR", patient.patient_id, patient.issuer),
        _identifier("PI", patient.other_id, patient.issuer),
    ]
    return {
        "resourceType": "Patient",
        "id": "patient",
        "identifier": identifiers,
        "name": [{"family": family, "given": [given]}],
        "telecom": [{"system": "phone", "value": patient.phone}],
        "gender": "female" if patient.sex == "F" else "male",
        "birthDate": _iso_day(patient.birth_date),
        "address": [{"text": patient.address}],
    }


def _identifier(kind: str, value: str, issuer: str) -> Resource:
    return {
        "type": {"coding": [{"system": IDENTIFIER_TYPE, "code": kind}]},
        "value": value,
        "assigner": {"display": issuer},
    }


def _request(visit: Visit) -> Resource:
    return {
        "resourceType": "ServiceRequest",
        "id": "request",
        "identifier": [
            {
                "type": {"coding": [{"system": IDENTIFIER_TYPE, "code": "ACSN"}]},
                "value": visit.accession_number,
            },
            {"type": {"coding": [{"system": IDENTIFIER_TYPE, "code": "PLAC"}]}, "value": visit.procedure_id},
        ],
        "status": "completed",
        "intent": "order",
        "subject": {"reference": "Patient/patient"},
        "requester": {"display": spoken(visit.people["referring"])},
    }


def _study(visit: Visit, study_instance_uid: str) -> Resource:
    return {
        "resourceType": "ImagingStudy",
        "id": "study",
        "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{study_instance_uid}"}],
        "status": "available",
        "modality": [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "MR"}],
        "subject": {"reference": "Patient/patient"},
        "started": _instant(visit.start),
    }


def _report(truth: Mapping[str, Any], patient: Patient, visit: Visit, observations: list[str]) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "id": "report",
        "basedOn": [{"reference": "ServiceRequest/request"}],
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "RAD"}]}],
        "code": {"coding": [{"system": CPT, "code": "75561"}], "text": STUDY_WORDS},
        "subject": {"reference": "Patient/patient"},
        "effectiveDateTime": _instant(visit.start),
        "issued": _signed(visit),
        "performer": [{"display": visit.institution}],
        "resultsInterpreter": [{"display": spoken(visit.people["reading"])}],
        "imagingStudy": [{"reference": "ImagingStudy/study"}],
        "result": [{"reference": f"Observation/{name}"} for name in observations],
        "conclusion": "\n".join(impression(truth, patient, visit)),
    }


def _observations(values: Mapping[str, str], visit: Visit) -> Iterator[Resource]:
    for name, value in values.items():
        label = LABELS.get(name, name.replace("_", " "))
        yield {
            "resourceType": "Observation",
            "id": name.replace("_", "-"),
            "status": "final",
            "category": [{"coding": [{"system": CATEGORY, "code": "RAD"}]}],
            "code": {"coding": [{"system": DICTIONARY, "code": name, "display": label}]},
            "subject": {"reference": "Patient/patient"},
            "effectiveDateTime": _instant(visit.start),
            **_value(name, value),
        }


def _value(name: str, value: str) -> Resource:
    kind = kind_of(name)
    if kind == "CWE":
        return {"valueCodeableConcept": {"coding": [{"system": f"{DICTIONARY}:{name}", "code": value}]}}
    if kind == "ST":
        return {"valueString": value}
    quantity: Resource = {"value": json.loads(value)}
    if name in UNITS:
        unit = UNITS[name]
        quantity |= {"unit": unit, "system": UCUM, "code": UCUM_CODES.get(unit, unit)}
    return {"valueQuantity": quantity}


def _iso_day(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _instant(moment: dt.datetime) -> str:
    return f"{moment.isoformat(timespec='seconds')}+00:00"


def _signed(visit: Visit) -> str:
    return _instant(visit.start + dt.timedelta(hours=5))
