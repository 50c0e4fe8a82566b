"""The answer key: every planted identifier stands in the bytes, at its place, and no place is forgotten."""

import json

import pydicom
import pytest

from cmr_testkit.vendors import VENDORS

EPOCH = "epoch"


def at_path(dataset, path):
    """The element at a path like `(0040,0275)[0].(0040,1001)`."""
    for step in path.split("."):
        tag = int(step[1:5] + step[6:10], 16)
        element = dataset.file_meta[tag] if tag >> 16 == 2 else dataset[tag]
        if step.endswith("]"):
            dataset = element.value[int(step[step.index("[") + 1 : -1])]
    return element


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_planted_identifier_is_in_the_bytes_of_its_files(cmr_exam, vendor):
    exam = cmr_exam(vendor=vendor)
    contents = {file.relative_to(exam.root).as_posix(): file.read_bytes() for file in exam.files}

    for row in exam.planted:
        value = row["value"].encode("latin-1")
        if row["kind"] == EPOCH:
            value = int(row["value"]).to_bytes(4, "little")
        places = list(contents.values()) if row["where"] == "all" else [contents[row["where"]]]
        assert all(value in content for content in places), row


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_planted_identifier_is_at_its_path(cmr_exam, vendor):
    exam = cmr_exam(vendor=vendor)
    files = {file.relative_to(exam.root).as_posix(): pydicom.dcmread(file) for file in exam.files}

    for row in exam.planted:
        dataset = next(iter(files.values())) if row["where"] == "all" else files[row["where"]]
        held = at_path(dataset, row["path"]).value
        text = held.decode("latin-1") if isinstance(held, bytes) else str(held)
        assert row["value"] in text, row


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_tiny_exam_plants_in_at_least_sixty_kinds_of_places(cmr_exam, vendor):
    exam = cmr_exam(vendor=vendor)

    assert len({row["path"] for row in exam.planted}) >= 60
    assert {row["kind"] for row in exam.planted} >= {
        "name", "id", "date", "uid", "address", "phone", "institution", "device",
    }  # fmt: skip


def test_identifiers_hide_in_private_elements_and_nested_sequences(cmr_exam):
    siemens = {row["path"] for row in cmr_exam().planted}
    ge = {(row["path"], row["kind"]) for row in cmr_exam(vendor="ge").planted}

    assert {"(0029,1010)", "(0029,1020)", "(0008,1072)[0].(0040,1101)[0].(0008,0104)"} <= siemens
    assert {("(0009,1027)", "epoch"), ("(0009,1002)", "device"), ("(0043,1061)", "uid")} <= ge


def test_philips_hides_a_person_in_its_presentation_state(cmr_exam):
    paths = {(row["path"], row["kind"]) for row in cmr_exam(vendor="philips").planted}

    assert {("(2001,1100)[0].(0070,0084)", "name"), ("(2001,10c8)", "name"), ("(2005,110b)", "id")} <= paths


def test_xa_hides_the_birth_date_and_the_protocol_in_functional_groups(cmr_exam):
    planted = {(row["path"], row["kind"]) for row in cmr_exam(vendor="siemens-xa").planted}
    group = "(5200,9229)[0].(0021,10fe)[0]."

    assert {(f"{group}(0021,102b)", "date"), (f"{group}(0021,1019)", "name")} <= planted
    assert ("(5200,9230)[0].(0021,11fe)[0].(0021,1171)", "id") in planted


def test_the_key_is_written_as_json(cmr_exam):
    exam = cmr_exam()

    assert json.loads(exam.planted_path.read_text()) == exam.planted
    assert set(exam.planted[0]) == {"value", "kind", "path", "where"}


def test_planted_values_are_long_enough_to_search_for(cmr_exam):
    assert min(len(row["value"]) for row in cmr_exam().planted) >= 7


def test_no_name_of_patient_or_staff_is_missing_from_the_key(cmr_exam):
    exam = cmr_exam()
    planted = {row["value"] for row in exam.planted}

    assert {exam.patient_name, exam.patient_id, exam.accession_number, exam.study_instance_uid} <= planted
    assert set(exam.visit.people.values()) <= planted
