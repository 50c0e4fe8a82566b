"""Series that seem to show text: what a person sees of them at the desk, and what follows from the decision."""

import pytest

from cmr_connector.desk.acts import Act
from cmr_connector.desk.app import build
from cmr_connector.desk.pixel_pages import place_in_words
from cmr_connector.intake import Source
from cmr_connector.pixels.looks import Choice
from cmr_connector.states import ExamState

FINDING = {
    "kind": "text",
    "meaning": "unknown",
    "box": [2, 3, 9, 30],
    "size": [64, 64],
    "text": "Quist <b>Anna",
    "sureness": 0.97,
    "crop": "iVBORw0KGgo=",
}


class Scripted:
    def __init__(self):
        self.findings = [FINDING]
        self.native = True

    def look(self, files, sizes, known):
        data = list(files)
        device = {"manufacturer": "SIEMENS", "model": "Aera", "rows": "64", "columns": "64"}
        answer = {"seen": True, "native": self.native, "device": device, "positions": 1}
        return answer | {"frames": len(data), "findings": self.findings}

    def close(self):
        pass


@pytest.fixture
def scripted(monkeypatch):
    looker = Scripted()
    monkeypatch.setattr("cmr_connector.workplace.Looker", lambda seconds: looker)
    return looker


@pytest.fixture
def workplace(make_workplace, scripted):
    return make_workplace(pixels={"enabled": True})


@pytest.fixture
def app(workplace):
    built = build(workplace)
    yield built
    built.state.desk.drops.close()


@pytest.fixture
def held(workplace, cmr_exam):
    """An exam of one series that seems to show text."""
    exam = cmr_exam()
    for path in exam.files:
        if path.parent.name == "SE000002":
            workplace.intake.take(path, Source.SCP)
    workplace.pipeline.step()
    [row] = workplace.store.exams.listed()
    assert (row.state, row.reason) == (ExamState.HELD, "burned_in_text")
    return row


def decision(person, workplace, **fields):
    [(exam_id, series)] = workplace.store.looks.held()
    seen = workplace.store.looks.get(exam_id, series).at
    return person.post(f"/exams/{exam_id}/text/1", {"checked": "yes", "seen": seen} | fields)


def test_the_overview_and_the_exam_lead_to_what_waits(person, held):
    assert 'href="/text"' in person.get("/").text
    assert f'href="/exams/{held.id}/text"' in person.get("/text").text
    assert "Look at the text in 1 series" in person.get(f"/exams/{held.id}").text


def test_every_place_is_shown_with_its_crop_and_its_reading_escaped(person, held):
    shown = person.get(f"/exams/{held.id}/text").text
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in shown
    assert "Quist &lt;b&gt;Anna" in shown
    assert "Stays inside the hospital" in shown
    assert "Blank these regions" in shown
    assert "let it pass" in shown


def test_a_person_who_has_not_looked_decides_nothing(person, held, workplace):
    assert decision(person, workplace, choice="pass", checked="no").status_code == 400
    assert decision(person, workplace, choice="whatever").status_code == 400
    assert decision(person, workplace, choice="pass", seen="2020-01-01T00:00:00Z").status_code == 409
    assert workplace.store.exams.get(held.id).state is ExamState.HELD


@pytest.mark.parametrize(
    ("choice", "act", "state", "words"),
    [
        (Choice.PASS, Act.PASSED_TEXT, ExamState.DELIVERED, "let pass as technical"),
        (Choice.BLANK, Act.BLANKED_TEXT, ExamState.DELIVERED, "region blanked"),
        (Choice.LEAVE_OUT, Act.LEFT_OUT_TEXT, ExamState.REJECTED, "series left out"),
    ],
)
def test_each_decision_is_carried_out_and_written_down_with_its_person(
    person, held, workplace, deliver, desk, choice, act, state, words
):
    assert decision(person, workplace, choice=choice.value).status_code == 303
    deliver(workplace)
    assert workplace.store.exams.get(held.id).state is state
    [line] = desk.acts.listed(act)
    assert (line.account, line.subject, line.exam) == ("jane.doe", held.pseudonym, str(held.id))
    shown = person.get(f"/exams/{held.id}/text").text
    assert words in shown
    assert "jane.doe" in shown
    assert "No series waits for you." in person.get("/text").text


def test_what_names_the_patient_has_no_way_to_pass(person, workplace, scripted, cmr_exam):
    scripted.findings = [FINDING | {"meaning": "identifies"}, FINDING | {"kind": "field", "text": ""}]
    workplace.intake.take(cmr_exam().files[0], Source.SCP)
    workplace.pipeline.step()
    shown = person.get("/exams/1/text").text
    assert "known of this patient" in shown
    assert "drawn like a bar code" in shown
    assert "let it pass" not in shown
    assert decision(person, workplace, choice="pass").status_code == 400


def test_compressed_images_have_no_way_to_be_blanked(person, workplace, scripted, cmr_exam):
    scripted.native = False
    scripted.findings = [FINDING | {"kind": "line"}]
    workplace.intake.take(cmr_exam().files[0], Source.SCP)
    workplace.pipeline.step()
    shown = person.get("/exams/1/text").text
    assert "looks like a line of text" in shown
    assert "Blank these regions" not in shown
    assert "compressed" in shown


def test_a_decision_that_came_too_late_says_so(person, held, workplace, monkeypatch):
    monkeypatch.setattr("cmr_connector.pixels.decisions._AT_REST", ())
    monkeypatch.setattr("cmr_connector.pixels.decisions.choices_for", lambda look: [])
    answer = decision(person, workplace, choice="pass")
    assert answer.status_code == 409
    assert "moved on" in answer.text


def test_a_series_that_was_never_looked_at_has_no_page(person, held):
    assert person.post(f"/exams/{held.id}/text/9", {"choice": "pass"}).status_code == 404


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ([2, 3, 9, 12], "top left"),
        ([55, 50, 8, 12], "bottom right"),
        ([28, 26, 8, 12], "middle"),
        ([2, 26, 8, 12], "top"),
        ([28, 2, 8, 12], "left"),
    ],
)
def test_a_place_is_said_in_words(box, words):
    assert place_in_words(FINDING | {"box": box}) == words
