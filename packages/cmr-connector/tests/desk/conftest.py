"""The desk of a connector that is put together in a temp folder, and a person who is signed in at it."""

import asyncio
import re
import zipfile

import httpx
import pydicom
import pytest

from cmr_connector.desk import passwords
from cmr_connector.desk.app import build
from cmr_connector.desk.visits import COOKIE
from cmr_connector.intake import Source
from cmr_testkit import odd

NAME, PASSWORD = "jane.doe", "seven quiet green boats"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Browser:
    """A person's browser without scripts: keeps cookies, sends the token of the page last seen."""

    def __init__(self, app, host="127.0.0.1:8765"):
        self.app = app
        self.base = f"http://{host}"
        self.cookies = httpx.Cookies()
        self.csrf = ""

    def request(self, method, path, **options):
        async def ask():
            transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(
                transport=transport, base_url=self.base, cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, **options)
                self.cookies = client.cookies
                return answer

        answer = asyncio.run(ask())
        found = TOKEN.search(answer.text) if "html" in answer.headers.get("content-type", "") else None
        if found:
            self.csrf = found.group(1)
        return answer

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, fields=None, **options):
        return self.request("POST", path, data={"csrf": self.csrf} | (fields or {}), **options)

    def sign_in(self, name=NAME, password=PASSWORD):
        self.get("/sign-in")
        answer = self.post("/sign-in", {"name": name, "password": password})
        if COOKIE in self.cookies:
            self.get("/")
        return answer

    def bring(self, drop, files):
        for label, data in files.items():
            headers = {"x-csrf-token": self.csrf, "x-file-name": label}
            answer = self.request("POST", f"/drop/{drop}/files", content=data, headers=headers)
            assert answer.status_code == 204, answer.text

    def drop(self, files):
        """Bring files by label and have them looked at. Returns the page's address."""
        name = self.post("/drop").json()["id"]
        self.bring(name, files)
        return self.post(f"/drop/{name}/look").json()["page"]


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """Tests sign in hundreds of times; test_passwords looks at the true cost."""
    monkeypatch.setattr(passwords, "_LOG2_N", 4)


@pytest.fixture
def app(workplace):
    built = build(workplace)
    yield built
    built.state.desk.drops.close()


@pytest.fixture
def desk(app):
    return app.state.desk


@pytest.fixture
def stranger(app):
    return Browser(app)


@pytest.fixture
def person(app, desk):
    desk.accounts.add(NAME, PASSWORD)
    browser = Browser(app)
    assert browser.sign_in().status_code == 303
    return browser


@pytest.fixture
def worked(desk):
    """Wait until the desk has done what it does in the background."""

    def wait():
        desk.drops._work.submit(lambda: None).result(timeout=60)

    return wait


@pytest.fixture
def mixed_zip(tmp_path, cmr_exam):
    """A CD export: a good exam, and bad files of several kinds beside it."""
    exam = cmr_exam()
    bad = tmp_path / "bad"
    odd.text_file(bad / "note.txt")
    odd.ct_image(bad / "ct.dcm")
    odd.brain_mr(bad / "brain.dcm")
    odd.secondary_capture(bad / "sc.dcm")
    odd.zero_length(bad / "empty.dcm")
    odd.truncated_file(bad / "truncated.dcm", seed=77)
    path = tmp_path / "cd.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in exam.files:
            file.write(exam.root / name, f"IMAGES/{name}")
        for name in sorted(bad.iterdir()):
            file.write(name, f"BAD/{name.name}")
        file.writestr("DICOMDIR", b"x" * 200)
    return path


@pytest.fixture
def app_of(make_workplace):
    """The desk of a connector with other settings."""
    built = []

    def make(**tables):
        built.append(build(make_workplace(**tables)))
        return built[-1]

    yield make
    for one in built:
        one.state.desk.drops.close()


@pytest.fixture
def make_person(request):
    """Another person, signed in at this or another desk."""

    def make(name, app=None):
        app = app or request.getfixturevalue("app")
        app.state.desk.accounts.add(name, PASSWORD)
        browser = Browser(app)
        assert browser.sign_in(name).status_code == 303
        return browser

    return make


@pytest.fixture
def delivered(workplace, cmr_exam, deliver, registry):
    """One delivered exam."""
    exam = cmr_exam()
    for path in exam.files:
        workplace.intake.take(exam.root / path, Source.SCP)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    return row


@pytest.fixture
def no_heart(workplace, cmr_exam, deliver, tmp_path):
    """An exam that says nothing of a heart, held."""
    exam = cmr_exam(seed=2)
    dataset = pydicom.dcmread(exam.root / exam.files[0])
    for keyword in ("SeriesDescription", "ProtocolName", "StudyDescription", "SequenceName"):
        if keyword in dataset:
            setattr(dataset, keyword, "survey")
    if "BodyPartExamined" in dataset:
        dataset.BodyPartExamined = "ABDOMEN"
    for keyword in (
        "TriggerTime",
        "NominalInterval",
        "CardiacNumberOfImages",
        "RequestedProcedureDescription",
        "PerformedProcedureStepDescription",
    ):
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.save_as(tmp_path / "belly.dcm")
    workplace.intake.take(tmp_path / "belly.dcm", Source.SCP)
    deliver(workplace)
    return next(row for row in workplace.store.exams.listed() if row.reason == "not_a_heart")


@pytest.fixture
def no_patient(workplace, cmr_exam, deliver, tmp_path):
    """An exam whose images name no patient, held."""
    exam = cmr_exam(seed=3)
    dataset = pydicom.dcmread(exam.root / exam.files[0])
    dataset.PatientID = ""
    dataset.save_as(tmp_path / "nobody.dcm")
    workplace.intake.take(tmp_path / "nobody.dcm", Source.SCP)
    deliver(workplace)
    return next(row for row in workplace.store.exams.listed() if row.reason == "no_patient_id")
