"""The pages: what waits first, every exam and instance with its reason, reports, refused files."""

import csv
import io

from cmr_connector.desk import contact, selectors
from cmr_connector.desk.contact import ContactWatch, last_contact, look
from cmr_connector.intake import Source
from cmr_connector.report_intake import NamedReport
from cmr_connector.report_rows import IncomingReport
from cmr_connector.states import ExamState
from cmr_exchange.manifest import ValueSource
from cmr_exchange.reasons import reason


def test_the_overview_of_an_empty_connector_says_that_nothing_waits(person):
    shown = person.get("/").text
    assert "Nothing waits for you." in shown
    assert "never" in shown


def test_the_overview_names_what_waits_and_who_can_mend_it(person, no_heart, workplace):
    workplace.intake.take(b"no image" * 40, Source.FOLDER)
    workplace.reports.take(NamedReport("ACC1", "", (("lv_ef_pct", "55"),)), ValueSource.REPORT_CSV)
    workplace.reports.take(NamedReport("", "", (("lv_ef_pct", "55"),)), ValueSource.REPORT_CSV)
    shown = person.get("/part").text
    assert f"Exam {no_heart.id} is held:" in shown
    assert reason("not_a_heart").how in shown
    assert "file was</strong>" in shown.replace(" refused today.", "</strong>")
    assert "/reports?state=waiting" in shown
    assert "/reports?state=rejected" in shown
    assert "Nothing waits" not in shown


def test_the_overview_counts_what_was_delivered_today(person, delivered):
    shown = person.get("/").text
    assert "<dt>exams delivered today</dt><dd>1</dd>" in shown
    assert f"<dt>images delivered today</dt><dd>{delivered.n_instances}</dd>" in shown


def test_the_overview_says_why_sending_fails(person, workplace, cmr_exam, deliver, registry):
    exam = cmr_exam()
    workplace.intake.take(exam.root / exam.files[0], Source.SCP)
    registry.fail_next = 1
    deliver(workplace, rounds=2)
    shown = person.get("/").text
    assert "Sending does not succeed at present:" in shown
    assert "answer 503" in shown
    assert 'action="/retry"' in shown


def test_contact_is_told_with_its_age_and_its_failure(person, workplace, registry):
    client = workplace.client()
    assert look(workplace.store, client).problem == ""
    assert "The last look at the registry failed" not in person.get("/").text
    registry.fail_next = 1
    found = look(workplace.store, client)
    client.close()
    assert "cannot be reached (answer 503)" in found.problem
    assert found.answered_at is not None
    assert "cannot be reached (answer 503)" in person.get("/").text


def test_a_refused_key_is_told_apart_from_a_silent_registry(make_workplace, home, registry):
    (home / "registry.key").write_text("another-key\n")
    workplace = make_workplace()
    client = workplace.client()
    found = look(workplace.store, client)
    client.close()
    assert "refuses" in found.problem
    assert found.answered_at is None


def test_contact_is_looked_for_again_and_again(workplace, registry, monkeypatch):
    monkeypatch.setattr(contact, "EVERY_S", 0.01)
    looks = []
    watch = ContactWatch(workplace, also=lambda: looks.append(1))
    watch.start()
    while len(looks) < 3:
        pass
    watch.stop()
    assert last_contact(workplace.store).answered_at is not None


def test_a_missing_registry_key_is_said_on_the_overview(make_workplace, home):
    (home / "registry.key").unlink()
    workplace = make_workplace()
    watch = ContactWatch(workplace, also=lambda: None)
    watch.start()
    watch.stop()
    assert "registry.api_key_file" in last_contact(workplace.store).problem


def test_exams_are_listed_and_filtered(person, delivered, no_heart):
    shown = person.get("/exams").text
    assert delivered.pseudonym in shown
    assert no_heart.pseudonym in shown
    held = person.get("/exams?state=held").text
    assert no_heart.pseudonym in held
    assert delivered.pseudonym not in held
    for text in (str(delivered.id), delivered.pseudonym[:9].lower(), delivered.subject):
        found = person.get("/exams", params={"q": text}).text
        assert delivered.pseudonym in found
        assert no_heart.pseudonym not in found
    assert "No exam fits" in person.get("/exams", params={"q": "%"}).text


def test_long_lists_come_in_pages(person, delivered, no_heart, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE", 1)
    first, second = person.get("/exams").text, person.get("/exams?page=2").text
    assert "Page 1 of 2" in first
    assert (no_heart.pseudonym in first) != (no_heart.pseudonym in second)
    assert "No exam" in person.get("/exams?page=99").text
    series = person.get(f"/exams/{delivered.id}/series/1?page=1").text
    assert series.count('<ol class="way">') == 1


def test_the_ledger_shows_every_step_of_every_image(person, delivered, workplace):
    shown = person.get(f"/exams/{delivered.id}").text
    assert delivered.subject in shown
    summaries = selectors.Selectors(person.app.state.desk.selectors._db, workplace.store).series_of(
        delivered.id
    )
    assert sum(one.n for one in summaries) == delivered.n_instances
    for one in summaries:
        page = person.get(f"/exams/{delivered.id}/series/{one.number}").text
        assert page.count('<li class="done">stored') == one.n
    assert person.get(f"/exams/{delivered.id}/series/{len(summaries) + 1}").status_code == 404


def test_a_page_of_an_exam_names_no_patient(person, delivered, cmr_exam, workplace):
    exam = cmr_exam()
    for path in ("", "/part", "/series/1", "/receipts/1", "/problems.csv"):
        shown = person.get(f"/exams/{delivered.id}{path}").text
        for value in (exam.patient.name, exam.patient_id, exam.accession_number, exam.study_instance_uid):
            assert value not in shown


def test_an_image_that_stays_has_its_reason_and_who_can_mend_it(person, no_heart, workplace):
    why = reason("not_a_heart")
    for path in (f"/exams/{no_heart.id}", f"/exams/{no_heart.id}/series/1"):
        shown = person.get(path).text
        assert why.sentence in shown
        assert why.how in shown
    answer = person.get(f"/exams/{no_heart.id}/problems.csv")
    [row] = list(csv.DictReader(io.StringIO(answer.text)))
    assert (row["reason"], row["who_can_mend"]) == ("not_a_heart", why.mender.value)
    assert "attachment" in answer.headers["content-disposition"]


def test_the_receipt_is_shown_only_where_there_is_one(person, delivered, registry):
    shown = person.get(f"/exams/{delivered.id}/receipts/1").text
    [manifest] = registry.accepted()
    assert manifest.digest() in shown
    assert registry.key_name in shown
    assert person.get(f"/exams/{delivered.id}/receipts/2").status_code == 404


def test_reports_stand_by_state_with_the_reasons_of_their_columns(person, workplace):
    workplace.reports.take(
        NamedReport("ACC1", "", (("lv_ef_pct", "55"), ("lv_edv_ml", "large"), ("no_such_item", "1"))),
        ValueSource.REPORT_CSV,
    )
    workplace.reports.take(NamedReport("", "", (("lv_ef_pct", "55"),)), ValueSource.REPORT_HL7)
    waiting = person.get("/reports").text
    assert reason("report_unmatched").sentence in waiting
    assert "lv_edv_ml" in waiting
    assert "The dictionary has no such item." in waiting
    assert "no_such_item" not in waiting
    assert "large" not in waiting
    rejected = person.get("/reports?state=rejected").text
    assert reason("report_no_accession").sentence in rejected
    assert "No report is matched" in person.get("/reports?state=matched").text


def test_a_hostile_column_name_is_escaped(person, workplace):
    problem = {"item": "<script>alert(1)</script>", "code": "unknown_item", "sentence": "<b>No</b>"}
    workplace.store.reports.add(IncomingReport("report_csv", "hash", None, {}, [problem]))
    shown = person.get("/reports").text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<b>No" not in shown


def test_a_matched_report_leads_to_its_exam(person, workplace, cmr_exam, deliver, delivered):
    workplace.reports.take(
        NamedReport(cmr_exam().accession_number, "", (("lv_ef_pct", "55"),)), ValueSource.REPORT_CSV
    )
    deliver(workplace)
    assert f'href="/exams/{delivered.id}"' in person.get("/reports?state=matched").text
    assert workplace.store.exams.get(delivered.id).version == 2


def test_refused_files_have_number_reason_and_no_name(person, workplace, tmp_path):
    path = tmp_path / "DOE_JANE.txt"
    path.write_text("x" * 200)
    workplace.intake.take(path, Source.FOLDER)
    shown = person.get("/refused").text
    assert reason("not_dicom").sentence in shown
    assert "DOE_JANE" not in shown


def test_every_state_has_its_words(person):
    shown = person.get("/exams").text
    for state in ExamState:
        assert f'value="{state}"' in shown


def test_an_exam_shows_what_of_its_science_was_compared(person, delivered, workplace):
    shown = person.get(f"/exams/{delivered.id}").text
    assert "Science that survives" in shown
    assert f"Read again from {delivered.n_instances} images as they leave" in shown
    assert "Position and orientation" in shown
    assert "phases (" in shown
    assert "therefore held" not in shown
    [(_, first), *_] = workplace.store.ledger.survivals(delivered.id)
    spoiled = {**first.to_document(), "differences": ["(0018,1060) TriggerTime"], "beside": ["venc_cm_s"]}
    workplace.store.ledger.compared(1, spoiled)
    shown = person.get(f"/exams/{delivered.id}").text
    assert "Not the same, and therefore held: (0018,1060) TriggerTime (1 image)." in shown
    assert "Travels beside the images: velocity encoding (1 image)." in shown


def test_an_exam_of_which_nothing_was_compared_shows_no_such_table(person, no_heart):
    assert "Science that survives" not in person.get(f"/exams/{no_heart.id}").text
