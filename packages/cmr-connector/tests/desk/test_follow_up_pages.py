"""Follow-up at the desk: worklist, patient, table, withdrawal; nothing about a patient stands in an address or log."""

import re

import pytest

from cmr_connector.desk.acts import Act
from cmr_connector.states import StatementState

ALIVE = {
    "source": "chart",
    "from": "2020-01-01",
    "through": "2022-05-04",
    "died": "no",
    "last_alive": "2022-05-04",
}
TABLE = (
    "patient_id,source,from,through,died,death,cause,last_alive\n"
    "MRN-4711,ndi,2020-01-01,2023-12-31,yes,2021-03,,\n"
)


@pytest.fixture
def patient(workplace, admit):
    """Exam number and subject of a patient."""
    return admit(workplace, "MRN-4711", name="ZZCANARY^JANE")


@pytest.fixture
def at(person, patient):
    """`at(path, **fields)`: post to the patient's page."""
    person.get(f"/follow-up/{patient[0]}")
    return lambda path, **fields: person.post(f"/follow-up/{patient[0]}/{path}", fields)


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def bring(person, text, **fields):
    person.get("/follow-up/import")
    data = text if isinstance(text, bytes) else text.encode()
    files = {"table": ("people.csv", data, "text/csv")}
    return person.request("POST", "/follow-up/import", data={"csrf": person.csrf} | fields, files=files)


def test_an_empty_worklist_says_what_to_wait_for(person):
    assert "No exam has been accepted yet" in person.get("/follow-up").text
    assert "Nobody is due" in person.get("/follow-up?show=due").text


def test_the_worklist_shows_who_is_due_and_leaves_a_line(person, patient, desk):
    shown = person.get("/follow-up").text
    for words in ("MRN-4711", patient[1], "due (1)", "nothing sent", "Stays inside the hospital"):
        assert words in shown
    assert "ZZCANARY" not in shown, "a worklist needs no names"
    assert desk.acts.listed(Act.SAW_WORKLIST)[0].account == "jane.doe"


def test_the_worklist_has_pages(person, workplace, admit):
    for n in range(60):
        admit(workplace, f"MANY-{n}")
    assert "Page 1 of 2" in person.get("/follow-up?show=due").text
    assert person.get("/follow-up?page=2").text.count('href="/follow-up/') > 10


def test_a_patient_is_found_by_number_without_a_trace_of_it(person, patient, desk, log_lines):
    found = person.post("/follow-up", {"text": " MRN-4711 "})
    assert f'href="/follow-up/{patient[0]}"' in found.text
    assert "No patient with this number" in person.post("/follow-up", {"text": "NO-SUCH"}).text
    assert "No patient with this number" in person.post("/follow-up", {"text": ""}).text
    assert "NO-SUCH" not in str(log_lines()) + str(desk.acts.listed())
    assert "MRN-4711" not in str(log_lines()) + str(desk.acts.listed())


def test_what_is_entered_is_shown_with_what_crosses_and_its_way(
    at, person, patient, desk, workplace, send_statements
):
    page = f"/follow-up/{patient[0]}"
    assert at("status", **ALIVE).headers["location"] == page
    assert at("event", event="visit", date="2020-07", source="chart", fu_nyha="2").status_code == 303
    shown = text_of(person.get(page))
    for words in (
        "ZZCANARY^JANE",
        "2020-01-01 to 2022-05-04",
        "window 0 to 854, alive on 854",
        "version 2",
        "queued",
    ):
        assert words in shown
    assert "Censored alive after 854 days" in shown
    assert "exact to the month" in shown
    send_statements(workplace)
    assert "received" in person.get(page).text
    assert "1 source, 1 event" in text_of(person.get("/follow-up/sent"))
    lines = desk.acts.listed(Act.FOLLOWED_UP)
    assert [(line.account, line.subject) for line in lines] == [("jane.doe", patient[1])] * 2


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("status", ALIVE | {"through": "2019-01-01"}, "ends before it begins"),
        ("status", ALIVE | {"source": ""}, "The source is one of"),
        ("event", {"event": "visit", "date": "soon", "source": "chart"}, "A date is written"),
        ("event", {"event": "stroke", "date": "2021", "source": "chart", "fu_nyha": "2"}, "not asked"),
    ],
)
def test_a_mistake_is_explained_and_what_was_typed_stays_in_the_form(
    at, workplace, patient, path, fields, sentence
):
    answer = at(path, **fields)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert workplace.store.statements.of_subject(patient[1]) == []
    if "through" in fields:
        assert 'value="2019-01-01"' in answer.text or fields["through"] != "2019-01-01"


def test_the_desk_shows_the_shortened_window_and_says_why(at, person, patient):
    assert "cross shorter" not in text_of(person.get(f"/follow-up/{patient[0]}"))
    at("status", source="ndi", **{"from": "2010-01-01", "through": "2023-12-31"})
    shown = text_of(person.get(f"/follow-up/{patient[0]}"))
    assert "2010-01-01 to 2023-12-31" in shown
    assert "window 0 to 1095" in shown, "not to day 1460, which is the day of the index"
    assert shown.count("Windows cross shorter than they were entered") == 1
    at("status", source="dmf", **{"from": "2010-01-01", "through": "2020-06-30"})
    shown = text_of(person.get(f"/follow-up/{patient[0]}"))
    assert "Death Master File, 2010-01-01 to 2020-06-30: too short to be shortened; nothing of it" in shown


def test_a_window_that_ends_on_the_day_of_death_is_warned_of(at, person, patient):
    page = f"/follow-up/{patient[0]}"
    form = person.get(page).text
    assert 'name="through" type="date"' in form
    assert "Never the day of death itself" in form
    at("status", **ALIVE | {"through": "2022-05-04", "died": "yes", "death": "2022-05-04", "last_alive": ""})
    assert "the window ends on the day of death" in person.get(page).text
    at("status", **ALIVE | {"died": "yes", "death": "2022-06-07"})
    shown = person.get(page).text
    assert "the window ends on the day of death" not in shown
    assert 'name="through" type="date" max' in shown
    through = re.search(r'name="through"[^>]*value="([^"]*)"', shown).group(1)
    assert through == "", "the form fills no end of the window by itself"


def test_a_table_with_windows_that_end_on_the_day_of_death_is_taken_with_a_warning(person, patient):
    row = "MRN-4711,chart,2020-01-01,2021-03-04,yes,2021-03-04,,\n"
    shown = text_of(bring(person, TABLE.splitlines()[0] + "\n" + row))
    assert "1 window ends on the day of death: line 2." in shown
    assert "on the day of death:" not in text_of(bring(person, TABLE))


def test_an_entry_can_be_taken_back(at, person, workplace, patient):
    at("status", **ALIVE)
    assert at("take-back", key="chart 2020-01-01").status_code == 303
    assert workplace.store.follow_ups.get(patient[1]).statuses == ()
    assert "No source has been asked yet" in person.get(f"/follow-up/{patient[0]}").text


def test_a_refusal_shows_its_reason_and_a_way_on(at, person, workplace, patient, registry, send_statements):
    at("status", **ALIVE)
    registry.problem = {"status": 409, "code": "older_version", "stored_version": "8"}
    send_statements(workplace)
    assert "was refused by the registry" in person.get("/").text
    shown = person.get(f"/follow-up/{patient[0]}").text
    assert "The registry holds a newer version of this follow-up." in shown
    assert "Center coordinator: Compare" in shown
    registry.problem = None
    assert at("send-again").status_code == 303
    [row] = send_statements(workplace)
    assert (row.version, row.state) == (9, StatementState.ACCEPTED)


def test_a_registry_that_does_not_answer_is_said_on_the_overview(
    at, person, workplace, registry, send_statements
):
    at("status", **ALIVE)
    registry.fail_next = 1
    send_statements(workplace)
    assert "Follow-up cannot be sent at present" in person.get("/").text
    assert "1 attempt, last: answer 503" in text_of(person.get("/follow-up/sent"))
    person.post("/retry")
    assert [row.state for row in send_statements(workplace)] == [StatementState.ACCEPTED]


def test_a_patient_whose_first_exam_has_no_date_gets_a_sentence(person, workplace, admit):
    number, _ = admit(workplace, "MRN-8", study_date="")
    shown = person.get(f"/follow-up/{number}").text
    assert "no days can be counted" in shown
    assert person.post(f"/follow-up/{number}/status", ALIVE).status_code == 400
    assert person.post(f"/follow-up/{number}/take-back", {"key": "x"}).status_code == 409


def test_what_is_no_accepted_exam_is_absent(person, workplace, admit):
    number, _ = admit(workplace, "MRN-9", accepted=False)
    for path in (f"/follow-up/{number}", "/follow-up/999", "/follow-up/x", "/follow-up/999/withdraw"):
        assert person.get(path).status_code == 404
    assert person.post("/follow-up/999/withdraw", {"checked": "yes"}).status_code == 404


def test_a_table_is_taken_and_again_changes_nothing(person, patient, workplace, desk):
    taken = text_of(bring(person, TABLE))
    assert "Taken. 1 row of 1 patient; 1 document says something new" in taken
    assert "0 documents say something new" in text_of(bring(person, TABLE))
    assert desk.acts.listed(Act.IMPORTED_FOLLOW_UP)


def test_bad_rows_are_shown_by_line_and_nothing_is_taken(person, patient, workplace, log_lines):
    answer = bring(person, TABLE + "ZZ-UNKNOWN,ndi,2020-01-01,2023-12-31,,,,\n")
    shown = text_of(answer)
    assert answer.status_code == 422
    assert "Nothing was taken. 1 row has to be mended of 2 rows" in shown
    assert "3 No patient with this number has an exam that the registry accepted. center coordinator" in shown
    assert "ZZ-UNKNOWN" not in answer.text + str(log_lines())
    left = text_of(bring(person, TABLE + "ZZ-UNKNOWN,ndi,2020-01-01,2023-12-31,,,,\n", leave_out="yes"))
    assert "1 row of patients without an accepted exam here left out: line 3" in left


@pytest.mark.parametrize(
    ("table", "sentence"),
    [(b"", "Choose a table first"), (b"\xff\xfe", "UTF-8"), (b"name\nx\n", "patient_id")],
)
def test_what_is_no_table_is_explained(person, patient, table, sentence):
    answer = bring(person, table)
    assert answer.status_code == 400
    assert sentence in answer.text


def test_the_columns_are_documented_and_an_empty_table_can_be_had(person):
    shown = person.get("/follow-up/import").text
    for column in ("patient_id", "last_alive", "fu_nyha", "state_file", "myocardial_infarction"):
        assert column in shown
    for kind in ("status", "events"):
        table = person.get(f"/follow-up/import/{kind}.csv")
        assert table.headers["content-type"].startswith("text/csv")
        assert bring(person, table.content).status_code == 200
    assert person.get("/follow-up/import/else.csv").status_code == 404


def test_an_upload_needs_a_session_its_token_and_a_size(person, stranger, patient, monkeypatch):
    assert stranger.request("POST", "/follow-up/import", files={"table": b"x"}).status_code == 401
    answer = person.request("POST", "/follow-up/import", data={"csrf": "x"}, files={"table": b"x"})
    assert answer.status_code == 403
    broken = {"content-type": "multipart/form-data; boundary=b"}
    garbled = person.request("POST", "/follow-up/import", content=b"nonsense", headers=broken)
    assert garbled.status_code == 400
    monkeypatch.setattr("cmr_connector.desk.follow_up_pages.MAX_BYTES", -64 * 1024)
    assert bring(person, TABLE).status_code == 413


def test_a_table_never_touches_the_folder_of_temporary_files(person, patient, monkeypatch):
    def nowhere(*_args, **_options):
        raise AssertionError("a file was made")

    monkeypatch.setattr("tempfile.TemporaryFile", nowhere)
    big = TABLE.splitlines()[0] + "\n" + TABLE.splitlines()[1] + "\n" + ("," * 7 + "\n") * 250_000
    assert "Taken." in bring(person, big).text


def test_a_withdrawal_asks_first_and_then_stops_everything(
    at, person, patient, desk, workplace, registry, send_statements
):
    at("status", **ALIVE)
    assert "ZZCANARY^JANE" in person.get(f"/follow-up/{patient[0]}/withdraw").text
    refused = at("withdraw")
    assert (refused.status_code, "Say that the patient withdrew." in refused.text) == (400, True)
    assert at("withdraw", checked="yes").headers["location"] == "/follow-up/sent"
    send_statements(workplace)
    assert (registry.withdrawn, registry.followed) == ([patient[1]], {})
    assert person.get(f"/follow-up/{patient[0]}").status_code == 404
    assert "MRN-4711" not in person.get("/follow-up").text
    shown = text_of(person.get("/follow-up/sent"))
    assert "Withdrawal, version 1" in shown
    assert "the pseudonym" in shown
    [line] = desk.acts.listed(Act.WITHDREW)
    assert (line.account, line.subject) == ("jane.doe", patient[1])


def test_every_kind_of_event_has_a_form_with_its_own_items(at, person, patient):
    shown = person.get(f"/follow-up/{patient[0]}").text
    for id_ in (
        "visit-fu_nyha",
        "visit-fu_lvef_method",
        "stroke-stroke_type",
        "pci-revasc_reason",
        "cabg-date",
    ):
        assert f'id="{id_}"' in shown
    assert 'id="stroke-fu_nyha"' not in shown
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    assert "style=" not in shown


def test_a_hostile_name_is_escaped(person, workplace, admit):
    number, _ = admit(workplace, "<b>1</b>", name="<img src=x onerror=alert(1)>")
    assert "<img src=x" not in person.get(f"/follow-up/{number}").text
    assert "<b>1</b>" not in person.get("/follow-up").text
