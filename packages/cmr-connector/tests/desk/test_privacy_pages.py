"""The desk's page for the privacy officer: what was measured, the dossier, before and after of an exam."""

import pytest

from cmr_connector.desk import privacy_pages
from cmr_connector.desk.acts import Act
from cmr_connector.intake import Source
from cmr_connector.privacy.dossier import make
from cmr_connector.privacy.dossier.blocks import Document, Text
from cmr_connector.privacy.sampling import Members, Sample
from cmr_connector.privacy.shadow import run_shadow


def silent(*_):
    pass


@pytest.fixture
def few_images(cmr_exam, few):
    return few(cmr_exam(), 3)


@pytest.fixture
def measured(workplace, few_images):
    return run_shadow(workplace.config, Sample(Members(few_images.root), 2, 1, silent), silent)


@pytest.fixture
def make_workplace(make_workplace):
    """Without the search for text in pixels: it has tests of its own, and takes seconds."""
    return lambda **tables: make_workplace(**{"pixels": {"enabled": False}} | tables)


def test_before_the_first_run_the_page_says_how_to_make_one(person):
    shown = person.get("/privacy").text
    assert "No shadow run was made here yet" in shown
    assert "cmr-connector shadow PATH" in shown
    assert 'href="/privacy/dossier.pdf"' in shown
    assert 'aria-current="page">Privacy' in shown


def test_the_page_shows_the_last_run_and_names_nobody(person, measured, few_images):
    shown = person.get("/privacy").text
    assert "No identifier was found" in shown
    assert "on synthetic exams" in shown
    assert "Names of persons" in shown
    assert "Dates shifted" in shown
    assert few_images.patient_id not in shown
    assert "rules have changed" not in shown


def test_a_run_under_other_rules_is_called_old(person, measured, workplace, monkeypatch):
    path = workplace.config.data_dir / "shadow" / "last.json"
    path.write_text(path.read_text().replace(measured.digest, "0" * 64))
    assert "rules have changed" in person.get("/privacy").text


def test_a_damaged_result_is_said(person, workplace):
    folder = workplace.config.data_dir / "shadow"
    folder.mkdir()
    (folder / "last.json").write_text("{")
    shown = person.get("/privacy").text
    assert "cannot be read; run it again" in shown
    assert "No shadow run was made" not in shown


def test_the_dossier_is_downloaded_and_that_is_written_down(person, measured, desk, monkeypatch):
    one_page = Document("Privacy dossier", "", "", True, (Text("of one page"),))
    monkeypatch.setattr(make, "dossier", lambda _facts: one_page)
    pdf = person.get("/privacy/dossier.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-disposition"] == 'attachment; filename="privacy-dossier.pdf"'
    page = person.get("/privacy/dossier.html")
    assert "attachment" in page.headers["content-disposition"]
    assert "Privacy dossier" in page.text
    statement = person.get("/privacy/conformance.html")
    assert "Conformance statement" in statement.text
    assert "attachment" in statement.headers["content-disposition"]
    assert [act.act for act in desk.acts.listed(Act.TOOK_DOSSIER)] == [Act.TOOK_DOSSIER] * 2


def test_without_the_extra_only_the_page_is_offered(person, monkeypatch):
    monkeypatch.setattr(privacy_pages, "pdf_installed", lambda: False)
    shown = person.get("/privacy").text
    assert "dossier.pdf" not in shown
    assert "extra [pdf]" in shown
    assert person.get("/privacy/dossier.pdf").status_code == 404
    assert person.get("/privacy/dossier.exe").status_code == 404


def test_an_exam_whose_sources_lie_here_is_shown_before_and_after(person, workplace, few_images, desk):
    for path in few_images.files:
        workplace.intake.take(few_images.root / path, Source.SCP)
    [row] = workplace.store.exams.listed()
    address = f"/exams/{row.id}/before-after"
    assert address in person.get("/privacy").text
    assert address in person.get(f"/exams/{row.id}").text
    shown = person.get(address).text
    assert few_images.patient.name in shown
    assert "Patient data." in shown
    assert "Stays inside the hospital" in shown
    assert "data:image/png;base64," in shown
    [act] = desk.acts.listed(Act.SAW_BEFORE_AFTER)
    assert act.exam == str(row.id)


def test_an_exam_that_was_delivered_leads_to_the_drop_zone(person, delivered):
    assert "before-after" not in person.get(f"/exams/{delivered.id}").text
    shown = person.get(f"/exams/{delivered.id}/before-after").text
    assert "keeps no source" in shown
    assert 'href="/drop"' in shown


def test_an_exam_of_which_nothing_leaves_says_why(person, no_patient):
    shown = person.get(f"/exams/{no_patient.id}/before-after").text
    assert "None of them may leave" in shown
    assert "patient" in shown


def test_strangers_see_none_of_it(stranger):
    for path in ("/privacy", "/privacy/dossier.pdf", "/exams/1/before-after"):
        assert stranger.get(path).status_code in (303, 401)
