"""The report: a CSV row and an HL7 message that say the same and say the truth."""

import csv
import json
import re

import hl7
import pytest

from cmr_dictionary import load, parse_value
from cmr_dictionary.checks import check_values
from cmr_testkit.exam import plan_exam
from cmr_testkit.report import LABELS, SEGMENT_ITEMS, UNITS


def row_of(exam):
    with exam.report_csv.open(newline="", encoding="latin-1") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1
    return rows[0]


def message_of(exam):
    return hl7.parse(exam.report_hl7.read_bytes().decode("latin-1"))


def values_of(message):
    found = {}
    for observation in message.segments("OBX"):
        name = str(observation[3][0][0])
        if name != "report_text":
            found[name] = str(observation[5][0][0] if observation[2] == hl7.parse else observation[5]).split(
                "^"
            )[0]
    return found


def test_the_row_carries_numbers_of_exam_and_patient(cmr_exam):
    exam = cmr_exam()
    row = row_of(exam)

    assert row["accession_number"] == exam.accession_number
    assert row["patient_id"] == exam.patient_id
    assert row["patient_name"] == exam.patient_name
    assert row["birth_date"].replace("-", "") == exam.patient.birth_date
    assert row["exam_date"].replace("-", "") == exam.visit.date


def test_the_row_says_the_truth(cmr_exam):
    exam = cmr_exam(infarct="rca")
    row = row_of(exam)

    for name in ("lv_edv_ml", "lv_esv_ml", "lv_mass_g", "rv_edv_ml", "rv_esv_ml"):
        assert float(row[name]) == pytest.approx(exam.truth[name], abs=0.05)
    assert float(row["lv_ef_reported_pct"]) == pytest.approx(exam.truth["lv_ef_pct"], abs=0.5)
    scarred = [i for i, name in enumerate(SEGMENT_ITEMS, start=1) if row[name] != "0"]
    assert scarred == exam.truth["infarct"]["segments"]
    assert (row["lge_present"], row["final_diagnosis"], row["lv_papillary"]) == ("1", "2", "1")


def test_a_report_without_infarct_says_so(cmr_exam):
    row = row_of(cmr_exam())

    assert (row["lge_performed"], row["lge_present"], row["lge_n_segments"]) == ("1", "0", "0")
    assert {row[name] for name in SEGMENT_ITEMS} == {"0"}


def test_the_message_is_a_result_of_this_exam(cmr_exam):
    exam = cmr_exam()
    message = message_of(exam)

    assert str(message.segment("MSH")[9]) == "ORU^R01^ORU_R01"
    assert str(message.segment("MSH")[12]) == "2.5"
    assert str(message["OBR.F3"]) == exam.accession_number
    assert str(message["ORC.F3"]) == exam.accession_number
    assert str(message["PID.F3.R1.C1"]) == exam.patient_id
    assert str(message.segment("PID")[5]) == exam.patient_name
    assert exam.report_hl7.read_bytes().endswith(b"\r")
    assert b"\n" not in exam.report_hl7.read_bytes()


def test_message_and_row_say_the_same(cmr_exam):
    exam = cmr_exam(infarct="lad")
    row = row_of(exam)
    values = values_of(message_of(exam))

    assert values == {name: row[name] for name in exam.report_values}


def test_numbers_have_units_and_codes_a_system(cmr_exam):
    for observation in message_of(cmr_exam()).segments("OBX"):
        kind, name = str(observation[2]), str(observation[3]).split("^")
        assert name[2] == "CMRREG"
        if kind == "CWE":
            assert str(observation[5]).endswith("^^CMRREG")
        if kind == "NM" and re.search(r"_(ml|g|pct|cm|kg|bpm|t)$", name[0]):
            assert str(observation[6]).endswith("^^UCUM")


def test_observations_are_numbered_from_one_without_a_gap(cmr_exam):
    numbers = [
        int(str(observation[1])) for observation in message_of(cmr_exam(infarct="lad")).segments("OBX")
    ]

    assert numbers == list(range(1, len(numbers) + 1))


def test_the_impression_names_people(cmr_exam):
    exam = cmr_exam()
    text = exam.report_hl7.read_bytes().decode("latin-1")
    family, given = exam.patient_name.split("^")

    assert f"Patient {given} {family}" in text
    assert exam.visit.institution in text


def bundle_of(exam):
    bundle = json.loads(exam.report_fhir.read_text(encoding="utf-8"))
    return [entry["resource"] for entry in bundle["entry"]]


def test_the_bundle_says_the_same_as_the_row(cmr_exam):
    exam = cmr_exam(vendor="philips", protocol="complete", infarct="lad")
    found = {}
    for resource in bundle_of(exam):
        if resource["resourceType"] == "Observation":
            quantity = resource.get("valueQuantity", {}).get("value")
            codes = resource.get("valueCodeableConcept", {}).get("coding", [{}])
            name = resource["code"]["coding"][0]["code"]
            found[name] = resource.get("valueString") or codes[0].get("code") or quantity

    row = row_of(exam)
    assert set(found) == set(exam.report_values)
    for name, value in found.items():
        assert value == row[name] or float(value) == float(row[name])


def test_every_reference_of_the_bundle_leads_to_a_resource_in_it(cmr_exam):
    resources = bundle_of(cmr_exam())
    names = {f"{one['resourceType']}/{one['id']}" for one in resources}
    text = json.dumps(resources)

    assert len(names) == len(resources)
    assert set(re.findall(r'"reference": "([^"]+)"', text)) <= names
    report = next(one for one in resources if one["resourceType"] == "DiagnosticReport")
    assert (report["status"], len(report["result"])) == ("final", len(resources) - 4)


def test_the_bundle_names_the_patient_and_the_study(cmr_exam):
    exam = cmr_exam()
    text = exam.report_fhir.read_text(encoding="utf-8")

    for value in (exam.patient_id, exam.accession_number, exam.study_instance_uid, exam.visit.institution):
        assert value in text


@pytest.mark.parametrize("infarct", ["none", "lad"])
def test_the_dictionary_accepts_a_complete_report(infarct):
    items = load().items
    values = plan_exam(vendor="ge", size="tiny", protocol="complete", infarct=infarct).report_values

    assert check_values({name: parse_value(items[name], text) for name, text in values.items()}) == ()
    assert {"ao_fwd_ml", "native_t1_ms", "perf_defect"} <= set(values)


@pytest.mark.parametrize("infarct", ["none", "lad", "rca", "lcx"])
@pytest.mark.parametrize("seed", range(5))
def test_the_dictionary_accepts_every_value_without_a_question(infarct, seed):
    values = plan_exam(vendor="siemens", size="tiny", seed=seed, infarct=infarct).report_values
    items = load().items

    assert check_values({name: parse_value(items[name], text) for name, text in values.items()}) == ()


def test_labels_and_units_are_those_of_the_dictionary():
    items = load().items

    assert {name: items[name].label for name in LABELS} == LABELS
    # the dictionary's "% LV mass" is a percentage in UCUM
    assert {name: items[name].unit.replace("% LV mass", "%") for name in UNITS} == UNITS
