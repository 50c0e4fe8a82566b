"""The way of a study in headless Chromium: from a researcher's question to a data release and a survival curve.

A synthetic cohort of three centers as tables (about 1,100 exams; 3,000 in `make drill NAME=study`), twelve more exams
with images that traveled through the connectors. Center A (northbridge) says in, B (seehafen) in without images, C
(kauri) stays silent. Then B withdraws, a subject withdraws, and the answer changes as the plant predicts.
"""

import json
import os
import re
import subprocess
import sys
import zipfile

import pytest

import cmr_analysis
from cmr_testkit.exam import make_exam
from demo.processes import running, wait_until
from demo.research import STUDY_ITEMS, application_answers
from tests.journeys.people import (
    fill_section,
    follow,
    look,
    number_in,
    press,
    reload_until,
    study_result,
    text_of,
    truth_of,
    with_normal_motion,
)

SUBJECTS, SEED = (2_650, 5) if os.environ.get("CMR_STUDY") == "full" else (1_000, 6)
A, B, C = "northbridge", "seehafen", "kauri"
IMAGES_EACH = 4
RESEARCHER, STEWARD, OFFICER = (
    "researcher@hillcrest.example",
    "steward@registry.example",
    "officer@registry.example",
)
TITLE = "Small infarcts with normal contraction"


@pytest.fixture(scope="module")
def known():
    """What one step learned and a later one needs."""
    return {}


@pytest.fixture(scope="module")
def browse(open_page, registry):
    """`browse(email, path)`: that person's page, examined."""

    def open_it(email, path, width=1280):
        page = open_page(email, path, width)
        page.base = registry.url
        return look(page, path)

    return open_it


@pytest.fixture(scope="module")
def run_inside(registry):
    """`run_inside(module, *arguments)`: a program beside the registry, with its settings."""

    def run(*command):
        environment = dict(os.environ, **registry.environment)
        return subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture(scope="module")
def cohort(tmp_path_factory, run_inside):
    """The cohort of tables, delivered and accepted; its folder with the planted truth."""
    folder = tmp_path_factory.mktemp("cohort")
    command = [
        "cmr-testkit",
        "cohort",
        str(folder),
        "--subjects",
        str(SUBJECTS),
        "--seed",
        str(SEED),
    ]
    subprocess.run([os.path.join(os.path.dirname(sys.executable), command[0]), *command[1:]], check=True)
    done = run_inside("-m", "demo.cohort", str(folder))
    assert done.returncode == 0, done.stderr[-2_000:]
    return folder


@pytest.fixture(scope="module")
def pictured(make_hospital, sign_in, tmp_path_factory):
    """Twelve tiny exams with images and reports, sent by the three connectors and accepted."""
    folder = tmp_path_factory.mktemp("pictured")
    hospitals = {code: make_hospital(code) for code in (A, B, C)}
    with running(*(hospital.agent for hospital in hospitals.values())):
        for c, (code, hospital) in enumerate(hospitals.items(), start=1):
            for i in range(IMAGES_EACH):
                vendor = "siemens" if i % 2 else "ge"
                exam = make_exam(folder / f"{code}-{i}", vendor=vendor, size="tiny", seed=100 * c + i)
                with_normal_motion(exam.report_csv, hospital.folder / "reports" / f"{i}.csv")
                sent = hospital.send(exam.root)
                assert sent.returncode == 0, sent.stderr
        for code in hospitals:
            client = sign_in(f"coordinator@{code}.example")
            assert wait_until(lambda client=client: n_pictured(client) == IMAGES_EACH, 120), code


def n_pictured(client):
    """Exams with images and a report, by the coordinator's list: only these have a cine series."""
    return len(
        set(re.findall(r'href="(/exams/[0-9a-f-]{36}/)"', client.get("/exams/?report=with&kind=cine").text))
    )


def test_the_steward_freezes_a_snapshot_of_what_was_delivered(cohort, pictured, browse, known):
    page = browse(STEWARD, "/research/cohorts/")
    press(page, "Build a new snapshot")
    reload_until(page, "frozen")
    n_tables = len((cohort / "manifests.jsonl").read_text().splitlines())
    known["exams"] = n_tables + 3 * IMAGES_EACH
    assert n_tables > 1.1 * SUBJECTS


def test_the_researcher_builds_the_cohort_from_a_study_template_and_saves_it(browse, known):
    page = browse(RESEARCHER, "/research/cohorts/?template=small-infarcts")
    page.get_by_label("Died, or watched for at least").fill("")
    page.get_by_label("Sex", exact=True).check()
    page.get_by_role("button", name="Count", exact=True).last.click()
    page.locator(".cohort-sentence", has_not_text="watched for").wait_for()
    page.wait_for_load_state("networkidle")
    steps = page.locator("table").filter(has_text="From everybody to the cohort").locator("tbody tr")
    known["shown"] = [re.findall(r"about\s+([\d,]+)", row) for row in steps.all_inner_texts()]
    persons = [int(row[0].replace(",", "")) for row in known["shown"] if row]
    assert persons == sorted(persons, reverse=True)
    assert 0.35 * SUBJECTS < persons[-1] < persons[0]
    page.get_by_label("Name", exact=True).fill(TITLE)
    press(page, "Save")
    assert "Saved question, version 1" in text_of(page)
    page.get_by_role("link", name="Request a formal search").click()
    page.wait_for_load_state("networkidle")


def test_the_search_is_requested_approved_and_certified(browse, known):
    page = browse(RESEARCHER, "/research/policy/")
    press(page, "I have read and accept version 1")
    look(page, "/research/searches/new/")
    page.locator("main [name=title]").fill(TITLE)
    page.locator("main [name=institution]").fill("Hillcrest University")
    page.locator("main [name=purpose]").fill("Is the question feasible?")
    page.locator("main [name=lay_summary]").fill("How common are small heart attacks that nobody noticed?")
    page.locator("main [name=items]").fill(" ".join(STUDY_ITEMS))
    press(page, "Save")
    press(page, "Submit")
    steward = browse(STEWARD, "/steward/searches/")
    follow(steward, TITLE)
    press(steward, "Approve the search")
    reload_until(page, "ertificate SC-")
    page.get_by_role("link", name=re.compile("ertificate")).first.click()
    page.wait_for_load_state("networkidle")
    certificate = text_of(page)
    known["certificate"] = page.url
    assert "SHA-256" in certificate
    pdf = page.context.request.get(page.url.rstrip("/") + ".pdf")
    assert pdf.body().startswith(b"%PDF-")
    document = page.context.request.get(page.url.rstrip("/") + ".json").json()
    known["certificate_document"] = document


def test_the_researcher_applies_and_the_steward_passes_the_application_on(browse, registry, known):
    page = browse(RESEARCHER, "/research/applications/")
    page.locator("main [name=title]").fill(TITLE)
    press(page, "Begin")
    answers = application_answers(TITLE, "Hillcrest University", "Rowan Hillcrest", "")
    for letter, given in answers.items():
        page.get_by_role("link", name=re.compile(f"^{letter} ")).first.click()
        page.wait_for_load_state("networkidle")
        certificate = page.locator("main select[name=certificate]")
        if certificate.count():
            certificate.select_option(index=1)
        fill_section(
            page, {name: value for name, value in given.items() if name != "certificate" and value != []}
        )
        press(page, "Save")
        page.goto(page.url.split("sections/")[0])
    press(page, "Submit")
    steward = browse(STEWARD, "/steward/applications/")
    follow(steward, TITLE)
    press(steward, "Complete: hand it to the committee")


def test_the_committee_scores_and_keeps_who_has_a_conflict_out(browse, known):
    for email in ("ash@committee.example", "birch@committee.example"):
        page = browse(email, "/committee/")
        follow(page, TITLE)
        press(page, "Declare and go on")
        known["review"] = page.url
        page.get_by_role("link", name="Score it").click()
        page.wait_for_load_state("networkidle")
        for select in page.locator("fieldset select").all():
            select.select_option("8")
        press(page, "Hand in your sheet")
    assert "2 of" in text_of(page)
    kept_out = browse("cedar@committee.example", "/committee/")
    answer = kept_out.goto(known["review"])
    assert answer.status == 403 or "onflict" in text_of(kept_out)
    assert "sheets are in" not in text_of(kept_out)
    chair = browse("chair@committee.example", "/committee/")
    chair.goto(known["review"])
    press(chair, "Declare and go on")
    chair.locator("main [name=choice]").select_option("approved")
    chair.locator("main [name=reasons]").fill("A clear question that the registry can answer.")
    press(chair, "Record the decision")
    assert "approved" in text_of(chair)


def test_each_center_sees_its_own_count_and_answers_for_its_own_data(browse, cohort, run_inside, known):
    eligible = {}
    for code, choice in ((A, "in"), (B, "in without images"), (C, None)):
        page = browse(f"pi@{code}.example", "/centers/ballots/")
        follow(page, TITLE)
        eligible[code] = text_of(page)
        known[f"ballot of {code}"] = page.url.removeprefix(page.base)
        if choice:
            page.locator(f"main [name=choice][value='{choice}']").check()
            press(page, "Answer")
    assert len(set(eligible.values())) == 3
    deadline_passes(run_inside)
    steward = browse(STEWARD, "/steward/projects/")
    follow(steward, TITLE)
    reload_until(steward, "agreements")
    known["steward project"] = steward.url
    steward.locator("main [name=to]").select_option("data cut")
    press(steward, "Move on")


def deadline_passes(run_inside):
    """Thirty days go by: the one thing of this journey that nobody does in a browser."""
    code = (
        "from datetime import timedelta\n"
        "from django.utils import timezone\n"
        "from cmr_registry.lib.scope import ALL_CENTERS, center_scope\n"
        "from cmr_registry.projects.models import Ballot\n"
        "with center_scope(ALL_CENTERS):\n"
        "    Ballot.objects.update(deadline=timezone.now() - timedelta(minutes=1))\n"
    )
    done = run_inside("-m", "django", "shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr[-2_000:]


def build(browse, known, version):
    """Steward asks, the officer consents, the worker builds, the steward publishes."""
    steward = browse(STEWARD, "/steward/releases/")
    if version == 1:
        steward.locator("main select[name=project]").select_option(label=TITLE)
        press(steward, "Ask for a release")
    else:
        press(steward, "Build a new version without them")
    look(steward, "/steward/releases/")
    follow(steward, re.compile(rf"r-[0-9a-f]+-{version}"))
    officer = browse(OFFICER, steward.url.removeprefix(steward.base))
    press(officer, "Consent and build")
    reload_until(steward, "Publishing lets", 180)
    press(steward, "Publish")


def download(browse, folder, version):
    """The researcher downloads the newest release; its archive."""
    page = browse(RESEARCHER, "/research/releases/")
    follow(page, re.compile(rf"r-[0-9a-f]+-{version}"))
    with page.expect_download(timeout=120_000) as taken:
        page.get_by_role("button", name="Download the release").click()
    archive = folder / f"release-{version}.zip"
    taken.value.save_as(archive)
    return page, archive


def study(archive, out):
    command = os.path.join(os.path.dirname(sys.executable), "cmr-analysis")
    done = subprocess.run(
        [command, "study", "small-infarcts", str(archive), "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return study_result(out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("researcher")


def test_two_people_release_the_data_and_the_researcher_analyzes_them(browse, folder, cohort, known):
    build(browse, known, 1)
    page, known["first"] = download(browse, folder, 1)
    release = cmr_analysis.open(known["first"])
    ratios, flow = study(known["first"], folder / "study-1")
    adjusted = ratios["adjusted", "Small infarct (any ischemic LGE)"]
    assert float(adjusted["Lower 95 %"]) < truth_of(cohort, A, B) < float(adjusted["Upper 95 %"])
    known["ratio"] = float(adjusted["Hazard ratio"])
    n = len(release.table("exams").query("is_index"))
    shown = number_in(text_of(page), "people, counted within each center")
    assert release.flow[-1].subjects == n == flow[0][1] == shown
    assert known["exams"] == release.flow[0].exams
    images = {path.split("/")[1] for path in release.image_paths()}
    assert len(images) == IMAGES_EACH, "A gives its images, B keeps them, C is not in it"


def test_the_center_that_stayed_silent_is_nowhere_in_the_release(cohort, registry, known):
    rows = map(json.loads, (cohort / "manifests.jsonl").read_text().splitlines())
    names = {row[key] for row in rows if row["center"] == C for key in ("subject", "exam")}
    names |= {C, "Kauri", A, "Northbridge", B, "Seehafen"}
    with zipfile.ZipFile(known["first"]) as archive:
        for info in archive.infolist():
            data = info.filename.encode() + archive.read(info)
            found = [name for name in names if name.encode() in data or name.lower().encode() in data]
            assert not found, (info.filename, found[:3])


def test_what_the_certificate_promised_is_what_the_flow_shows(known):
    """Rounded to tens, hidden or merged: never another number (R31, R44)."""
    release = cmr_analysis.open(known["first"])
    everybody = release.flow[0].subjects
    shown = int(known["shown"][0][0].replace(",", ""))
    assert abs(shown - everybody) <= 10


def test_center_b_withdraws_a_subject_withdraws_and_the_answer_changes_as_planted(
    browse, folder, cohort, with_key, known
):
    page = browse(f"pi@{B}.example", known[f"ballot of {B}"])
    page.get_by_text("Withdraw", exact=False).first.scroll_into_view_if_needed()
    press(page, "Withdraw our data from this project")
    subject = next(
        row["subject"]
        for row in map(json.loads, (cohort / "manifests.jsonl").read_text().splitlines())
        if row["center"] == A
    )
    withdrawal = {"exchange_version": 1, "center": A, "subject": subject, "scope": "subject"}
    assert with_key(A).post("/api/v1/withdrawals", json=withdrawal).status_code in (200, 201, 204)
    look(page, "/follow-up/")
    build(browse, known, 2)
    _, second = download(browse, folder, 2)
    before, after = cmr_analysis.open(known["first"]), cmr_analysis.open(second)
    assert after.manifest.supersedes == before.manifest.release
    assert len(after.table("exams")["center"].unique()) == 1
    assert not set(before.table("subjects")["subject"]) & set(after.table("subjects")["subject"])
    ratios, _ = study(second, folder / "study-2")
    adjusted = ratios["adjusted", "Small infarct (any ischemic LGE)"]
    assert float(adjusted["Lower 95 %"]) < truth_of(cohort, A) < float(adjusted["Upper 95 %"])
    assert float(adjusted["Hazard ratio"]) > known["ratio"], (
        "B's infarcts do no harm; without B the ratio rises"
    )
