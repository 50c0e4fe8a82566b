"""Look-up: both ways, audited, never in an address, a log or a cache."""

import pydicom
import pytest

from cmr_connector.desk.acts import Act


@pytest.fixture
def shown_patient(cmr_exam):
    exam = cmr_exam()
    return exam.patient.name, exam.patient_id, exam.accession_number


def test_a_pseudonym_leads_to_patient_and_exam(person, delivered, shown_patient):
    for text in (delivered.pseudonym, delivered.subject.lower(), f" {delivered.pseudonym} "):
        shown = person.post("/look-up", {"kind": "pseudonym", "text": text})
        assert shown.headers["cache-control"] == "no-store"
        for value in shown_patient:
            assert value in shown.text
        assert f'href="/exams/{delivered.id}"' in shown.text
        assert "Stays inside the hospital" in shown.text


@pytest.mark.parametrize("kind", ["accession", "patient_id"])
def test_the_hospitals_numbers_lead_to_the_pseudonym(person, delivered, cmr_exam, kind):
    exam = cmr_exam()
    number = exam.accession_number if kind == "accession" else exam.patient_id
    shown = person.post("/look-up", {"kind": kind, "text": number}).text
    assert delivered.pseudonym in shown
    assert delivered.subject in shown


def test_every_look_up_leaves_a_line_without_what_was_typed(person, delivered, cmr_exam, desk, log_lines):
    exam = cmr_exam()
    person.post("/look-up", {"kind": "patient_id", "text": exam.patient_id})
    person.post("/look-up", {"kind": "accession", "text": "NO-SUCH-NUMBER"})
    nothing, found = desk.acts.listed(Act.LOOKED_UP, Act.LOOKED_UP_NOTHING)
    assert (found.account, found.act, found.subject) == ("jane.doe", Act.LOOKED_UP, delivered.pseudonym)
    assert (nothing.act, nothing.subject) == (Act.LOOKED_UP_NOTHING, None)
    shown = person.get("/look-up").text
    assert "looked up, nothing found" in shown
    for value in (exam.patient_id, exam.patient.name, "NO-SUCH-NUMBER"):
        assert value not in shown
        assert value not in str(log_lines())


@pytest.mark.parametrize("text", ["", "  ", "' OR 1=1 --", "<script>alert(1)</script>", "x" * 5000])
def test_what_is_unknown_is_said_and_never_echoed(person, delivered, text):
    answer = person.post("/look-up", {"kind": "pseudonym", "text": text})
    assert answer.status_code == 200
    assert "Nothing is known under this" in answer.text
    assert "<script>alert" not in answer.text


def test_an_unknown_kind_of_search_is_taken_for_a_pseudonym(person, delivered):
    shown = person.post("/look-up", {"kind": "name", "text": delivered.pseudonym}).text
    assert delivered.subject in shown


def test_a_hostile_patient_name_is_escaped(person, workplace, cmr_exam, tmp_path, deliver):
    path = hostile_exam(cmr_exam, tmp_path)
    workplace.intake.take(path, "folder")
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    shown = person.post("/look-up", {"kind": "pseudonym", "text": row.pseudonym}).text
    assert "<img src=x" not in shown
    assert "&lt;img src=x" in shown


def hostile_exam(cmr_exam, folder):
    exam = cmr_exam()
    dataset = pydicom.dcmread(exam.root / exam.files[0])
    dataset.PatientName = "<img src=x onerror=alert(1)>"
    path = folder / "hostile.dcm"
    dataset.save_as(path)
    return path
