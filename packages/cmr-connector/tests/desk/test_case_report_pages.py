"""The case report at the desk: worklist, form, draft, save, paper reports and the center profile."""

import datetime
import re
from html import unescape

import pytest

from cmr_connector.desk.acts import Act
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.report_intake import NamedReport
from cmr_connector.states import ReportState
from cmr_dictionary.case_report import minimum_items
from cmr_exchange.manifest import ValueSource


@pytest.fixture
def cmr_exam(cmr_exam, few):
    return lambda **options: few(cmr_exam(**options), 5)


@pytest.fixture
def habits(workplace):
    for name, value in (("lv_method", "1"), ("lv_papillary", "2")):
        entry = {"value": value, "source": "center_profile"}
        workplace.store.profile.add(name, entry, datetime.date(1990, 1, 1), "jane.doe")


def text_of(answer):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def fields_of(page):
    """What a browser would send back of a form as it stands, without its script."""
    form = re.search(r"<form [^>]*data-case-report.*?</form>", page, re.DOTALL)[0]
    found = [
        (re.search(r'name="([^"]+)"', tag)[1], unescape(re.search(r'value="([^"]*)"', tag)[1]))
        for tag in re.findall(r"<input [^>]*>", form)
        if "checkbox" not in tag or " checked" in tag
    ]
    for name, select in re.findall(r'<select[^>]* name="([^"]+)"(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', select)
        found.append((name, chosen[1] if chosen else ""))
    return dict(found)


@pytest.fixture
def form(person):
    """`form(address, **typed)`: the fields of the form there, with what is typed into it."""

    def opened(address, **typed):
        fields = fields_of(person.get(address).text)
        return fields | {f"v-{name}": text for name, text in typed.items()}

    return opened


def test_the_worklist_leads_from_the_overview_to_the_form(person, delivered, desk, cmr_exam, workplace):
    assert "1 exam has no case report yet." in text_of(person.get("/"))
    listed = person.get("/reports/to-enter")
    exam = cmr_exam()
    assert f'href="/exams/{delivered.id}/report"' in listed.text
    assert exam.accession_number in listed.text
    assert exam.patient.patient_id in listed.text
    asked = workplace.store.counts.of_exams([delivered.id])[delivered.id]
    assert asked[0] <= len(minimum_items())
    assert f"{asked[1]} of {asked[0]}" in text_of(listed)
    assert desk.acts.listed(Act.SAW_TO_ENTER)


def test_the_form_shows_whose_exam_it_is_and_what_is_known_already(person, delivered, desk, cmr_exam, habits):
    page = person.get(f"/exams/{delivered.id}/report")
    patient = cmr_exam().patient
    for words in (patient.name, patient.patient_id, "Stays inside the hospital", "from the image header"):
        assert words in text_of(page)
    fields = fields_of(page.text)
    assert fields["v-sex"]
    assert (fields["v-lv_method"], fields["v-lv_papillary"]) == ("1", "2")
    assert "style=" not in page.text
    assert 'name="v-local_mrn"' not in page.text
    [line] = desk.acts.listed(Act.SAW_CASE_REPORT)
    assert (line.account, line.exam) == ("jane.doe", str(delivered.id))


def test_a_save_makes_the_next_version_with_the_right_sources(
    person, delivered, form, deliver, registry, workplace, desk, habits
):
    address = f"/exams/{delivered.id}/report"
    fields = form(address, lv_edv_ml="150", lv_esv_ml="60", rhythm="missing:not_reported")
    saved = person.post(address, fields)
    assert saved.headers["location"] == f"{address}/saved"
    assert "Version 1 is saved." in text_of(person.get(f"{address}/saved"))
    assert len(registry.accepted()) == 1, "nothing leaves before the pipeline has made a version of it"
    deliver(workplace)
    values = registry.accepted()[1].values
    assert values["lv_edv_ml"].source is ValueSource.DESK
    assert values["lv_method"].source is ValueSource.CENTER_PROFILE
    assert values["sex"].source is ValueSource.DICOM
    assert values["rhythm"].missing == "not_reported"
    assert desk.acts.listed(Act.SAVED_CASE_REPORT)
    assert "no case report yet" not in person.get("/").text
    shown = text_of(person.get(f"/exams/{delivered.id}"))
    for words in (
        "still to type by hand",
        "150 mL typed by a person",
        "missing: not reported",
        "center profile",
    ):
        assert words in shown
    assert "short form not complete (1)" in text_of(person.get("/reports/to-enter?show=open"))


def test_a_save_that_changes_nothing_makes_no_version(person, delivered, form, workplace):
    address = f"/exams/{delivered.id}/report"
    person.post(address, form(address))
    assert workplace.store.case_reports.current(delivered.id).version == 0
    assert "Nothing was entered." in text_of(person.get(f"{address}/saved"))


def test_a_refused_value_saves_nothing_and_stays_in_the_form(person, delivered, form, workplace):
    address = f"/exams/{delivered.id}/report"
    answer = person.post(address, form(address, lv_edv_ml="much", lv_esv_ml="60"))
    assert answer.status_code == 422
    assert "Nothing was saved." in text_of(answer)
    assert (fields_of(answer.text)["v-lv_edv_ml"], fields_of(answer.text)["v-lv_esv_ml"]) == ("much", "60")
    assert workplace.store.case_reports.current(delivered.id).version == 0


def test_free_text_and_items_that_stay_are_not_taken_from_a_form(
    person, delivered, form, workplace, deliver, registry
):
    address = f"/exams/{delivered.id}/report"
    planted = {
        "local_mrn": "4711",
        "report_text": "Jane",
        "referring_question": "Jane",
        "birth_date": "1961-05-04",
    }
    assert person.post(address, form(address, lv_mass_g="100", **planted)).status_code == 303
    deliver(workplace)
    assert set(workplace.store.case_reports.current(delivered.id).entries) == {"lv_mass_g"}
    assert b"Jane" not in registry.accepted()[1].canonical_bytes()
    refused = person.post(address, form(address, lv_software="by Jane Doe"))
    assert refused.status_code == 422


def test_what_the_images_show_is_held_against_the_report(person, delivered, form, workplace):
    assert "cine" in workplace.store.headers.kinds(delivered.id)
    address = f"/exams/{delivered.id}/report"
    told = person.post(f"{address}/look", form(address, t2_myo_ms="48")).json()
    assert "t2_myo_ms" in told["questions"], "no T2 map is among the images"


def test_what_is_typed_is_kept_as_a_draft_of_this_person_alone(
    person, delivered, form, workplace, make_person
):
    address = f"/exams/{delivered.id}/report"
    told = person.post(f"{address}/look", form(address, lv_edv_ml="150", lv_esv_ml="60")).json()
    assert told["derived"]["lv_ef_pct"] == "60 %"
    assert told["kept"].startswith("Draft kept at ")
    page = person.get(address)
    assert "Some entries are not saved yet." in text_of(page)
    assert fields_of(page.text)["v-lv_edv_ml"] == "150"
    other = make_person("john.doe")
    assert fields_of(other.get(address).text)["v-lv_edv_ml"] == ""
    assert workplace.store.case_reports.current(delivered.id).version == 0
    person.get(address)
    assert person.post(f"{address}/discard").headers["location"] == address
    assert fields_of(person.get(address).text)["v-lv_edv_ml"] == ""


def test_a_draft_holds_only_what_was_changed(person, delivered, form, workplace):
    address = f"/exams/{delivered.id}/report"
    person.post(f"{address}/look", form(address, lv_edv_ml="150"))
    assert {field[2:] for field, _ in workplace.store.case_reports.draft(delivered.id, "jane.doe").pairs} == {
        "lv_edv_ml"
    }
    person.post(f"{address}/look", form(address, lv_edv_ml=""))
    assert workplace.store.case_reports.draft(delivered.id, "jane.doe") is None


def test_a_report_that_came_meanwhile_is_not_overwritten(
    person, delivered, form, workplace, deliver, cmr_exam
):
    address = f"/exams/{delivered.id}/report"
    fields = form(address, lv_mass_g="100")
    report = NamedReport(cmr_exam().accession_number, "", (("lv_edv_ml", "148"),))
    workplace.reports.take(report, ValueSource.REPORT_CSV)
    deliver(workplace)
    answer = person.post(address, fields)
    assert answer.status_code == 422
    assert "changed meanwhile" in text_of(answer)
    again = fields_of(answer.text)
    assert again["v-lv_mass_g"] == "100"
    assert person.post(address, again | {"v-lv_edv_ml": "148"}).status_code == 303
    assert workplace.store.case_reports.current(delivered.id).entries.keys() == {"lv_mass_g"}


def test_an_own_entry_can_be_emptied_and_a_reported_one_not(person, delivered, form, workplace):
    address = f"/exams/{delivered.id}/report"
    assert person.post(address, form(address, lv_mass_g="100", lv_edv_ml="150")).status_code == 303
    assert person.post(address, form(address, lv_mass_g="")).status_code == 303
    assert workplace.store.case_reports.current(delivered.id).entries.keys() == {"lv_edv_ml"}
    assert person.post(address, form(address, sex="")).status_code == 422


def test_exams_that_cannot_be_entered_say_why(person, delivered, no_patient, workplace):
    answer = person.get(f"/exams/{no_patient.id}/report")
    assert (answer.status_code, "not prepared yet" in answer.text) == (409, True)
    assert person.get("/exams/999/report").status_code == 404
    workplace.follow_up.withdraw(delivered.subject)
    assert "withdrew" in person.get(f"/exams/{delivered.id}/report").text
    assert person.post(f"/exams/{delivered.id}/report", {"seen": ""}).status_code == 409
    assert f"/exams/{delivered.id}/report" not in person.get("/reports/to-enter").text


def test_a_save_needs_a_session_and_its_token(stranger, person, delivered):
    address = f"/exams/{delivered.id}/report"
    for path in (address, f"{address}/look", f"{address}/discard", "/reports/new", "/profile"):
        assert stranger.post(path).status_code == 401
        assert person.request("POST", path, data={"csrf": "x"}).status_code == 403


def test_a_known_accession_number_opens_the_form_of_its_exam(person, delivered, cmr_exam):
    exam = cmr_exam()
    person.get("/reports/new")
    opened = person.post("/reports/new", {"accession_number": f" {exam.accession_number} "})
    assert opened.headers["location"] == f"/exams/{delivered.id}/report"
    fields = {"accession_number": exam.accession_number, "patient_id": "SOMEBODY"}
    other = person.post("/reports/new", fields)
    assert (other.status_code, "of another patient" in other.text) == (400, True)
    assert person.post("/reports/new", {"accession_number": ""}).status_code == 400


def test_a_paper_report_waits_for_its_images_and_goes_with_them(
    person, form, workplace, cmr_exam, deliver, registry, desk, log_lines
):
    exam = cmr_exam()
    person.get("/reports/new")
    numbers = {"accession_number": exam.accession_number, "patient_id": exam.patient.patient_id}
    page = person.post("/reports/new", numbers).headers["location"]
    assert exam.accession_number not in page
    person.post(f"{page}/look", form(page, lv_edv_ml="150"))
    assert f"Report of accession number {exam.accession_number}" in text_of(person.get("/reports/new"))
    assert fields_of(person.get(page).text)["v-lv_edv_ml"] == "150"
    assert person.post(page, form(page, lv_esv_ml="60")).headers["location"] == "/reports?state=waiting"
    assert "entered at this desk" in text_of(person.get("/reports?state=waiting"))
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [manifest] = registry.accepted()
    assert manifest.values["lv_edv_ml"].source is ValueSource.DESK
    assert (manifest.values["lv_edv_ml"].value, manifest.values["lv_esv_ml"].value) == (150.0, 60.0)
    assert exam.accession_number not in str(log_lines()) + str(desk.acts.listed())
    assert person.get(page).status_code == 404


def test_a_waiting_paper_report_can_be_completed_but_not_emptied(person, form, workplace):
    def begin():
        person.get("/reports/new")
        return person.post("/reports/new", {"accession_number": "ACC-1"}).headers["location"]

    page = begin()
    person.post(page, form(page, lv_edv_ml="150"))
    page = begin()
    assert fields_of(person.get(page).text)["v-lv_edv_ml"] == "150"
    refused = person.post(page, form(page, lv_edv_ml=""))
    assert (refused.status_code, "cannot be emptied" in refused.text) == (422, True)
    assert person.post(page, form(page, lv_edv_ml="150")).status_code == 422, "nothing was entered"
    person.post(page, form(page, lv_edv_ml="150", lv_esv_ml="60"))
    assert [row.n_values for row in workplace.store.reports.listed(ReportState.WAITING)] == [1, 1]
    page = begin()
    assert person.post(f"{page}/discard").status_code == 303
    assert person.get(page).status_code == 404


def test_somebody_elses_paper_report_is_absent(person, make_person):
    person.get("/reports/new")
    page = person.post("/reports/new", {"accession_number": "ACC-1"}).headers["location"]
    assert make_person("john.doe").get(page).status_code == 404


def test_the_profile_is_entered_with_its_date_and_keeps_its_history(person, workplace, desk):
    assert "Nothing was entered yet." in text_of(person.get("/profile"))
    for value, day in (("1", "2015-01-01"), ("3", "2020-06-01"), ("no habit", "2100-01-01")):
        answer = person.post("/profile", {"item": "lv_papillary", "value": value, "valid_from": day})
        assert (answer.status_code, day) == (303 if day < "2100" else 400, day)
    page = text_of(person.get("/profile"))
    assert "Papillary mass only 2020-06-01" in page
    assert page.count("Included in blood pool (volume)") == 2, "in the list and in the history"
    assert [one.entry["value"] for one in workplace.store.profile.history(10)] == ["3", "1"]
    person.post("/profile", {"item": "lv_papillary", "value": "no habit", "valid_from": "2024-01-01"})
    assert workplace.store.profile.in_force(datetime.date(2024, 5, 1)) == {}
    assert "no such habit" in text_of(person.get("/profile"))
    assert desk.acts.listed(Act.CHANGED_PROFILE)[0].account == "jane.doe"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"item": "lv_method", "value": "1", "valid_from": "soon"}, "YYYY-MM-DD"),
        ({"item": "lv_method", "value": "", "valid_from": "2020-01-01"}, "Choose a value"),
        ({"item": "lv_method", "value": "77", "valid_from": "2020-01-01"}, "code or label"),
        ({"item": "t1_scheme", "value": "as Jane does", "valid_from": "2020-01-01"}, "technique"),
    ],
)
def test_a_habit_that_cannot_be_taken_is_explained(person, workplace, fields, sentence):
    person.get("/profile")
    answer = person.post("/profile", fields)
    assert (answer.status_code, sentence in text_of(answer)) == (400, True)
    assert workplace.store.profile.count() == 0
    assert person.post("/profile", fields | {"item": "local_mrn"}).status_code == 400


def test_the_reports_page_says_how_much_is_typed_by_hand(person, delivered, form):
    address = f"/exams/{delivered.id}/report"
    person.post(address, form(address, lv_edv_ml="150"))
    shown = text_of(person.get("/reports"))
    assert "What a person still types" in shown
    assert "No report 1" in shown
    assert "Imported table" not in shown, "a source that gives nothing has no column"
