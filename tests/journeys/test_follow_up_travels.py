"""What became of a patient travels from the center desk, where it has dates, to the registry, where it has days.

And back: the patient withdraws at the desk, and the registry shows nothing of the subject any more.
"""

import datetime
import re

import httpx
import pytest

from demo.processes import running, wait_until
from tests.journeys.identifiers import found_in, identifiers_of

CENTER = "northbridge"
NAME, PASSWORD = "jane.doe", "seven quiet green boats"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Person:
    """Somebody at the desk, without scripts."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, follow_redirects=True, timeout=30)
        self.token = ""

    def get(self, path: str) -> str:
        return self._seen(self._client.get(path))

    def post(self, path: str, **more) -> str:
        data = {"csrf": self.token} | more.pop("data", {})
        return self._seen(self._client.post(path, data=data, **more))

    def _seen(self, answer: httpx.Response) -> str:
        found = TOKEN.search(answer.text)
        self.token = found.group(1) if found else self.token
        return answer.text


@pytest.fixture(scope="module")
def exam(cmr_exam):
    """A tiny exam of an invented patient."""
    return cmr_exam(vendor="siemens", size="tiny", seed=71)


@pytest.fixture(scope="module")
def hospital(make_hospital, exam):
    """A running connector whose one exam the registry has accepted."""
    made = make_hospital(CENTER)
    made.desk_account(NAME, PASSWORD)
    with running(made.agent):
        made.agent.wait_ready(lambda: _answers(made.desk_url), 30)
        sent = made.send(exam.root)
        assert sent.returncode == 0, sent.stderr
        yield made


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/sign-in", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def person(hospital):
    """The coordinator at the desk."""
    at_desk = Person(hospital.desk_url)
    at_desk.get("/sign-in")
    at_desk.post("/sign-in", data={"name": NAME, "password": PASSWORD})
    return at_desk


@pytest.fixture(scope="module")
def page(person):
    """Address of the patient's page."""
    return re.search(r'href="(/follow-up/\d+)"', person.get("/follow-up")).group(1)


@pytest.fixture(scope="module")
def subject(hospital):
    """Pseudonym of the patient."""
    return hospital.rows("SELECT subject FROM exam")[0][0]


@pytest.fixture(scope="module")
def dates(person, page):
    """Origin, a day of death and an end of the window, as the hospital writes them."""
    origin = datetime.date.fromisoformat(
        re.search(r'name="from"[^>]*value="([^"]+)"', person.get(page)).group(1)
    )
    later = [origin + datetime.timedelta(days=n) for n in (0, 401, 1100)]
    assert later[-1] < datetime.date.today(), "the invented exam is old enough"
    return [day.isoformat() for day in later]


@pytest.fixture(scope="module")
def followed(person, page, subject, dates, exam, with_key):
    """A death by a table, a visit by the form; acknowledged by the registry."""
    origin, death, end = dates
    table = (
        "patient_id,source,from,through,died,death,cause,last_alive\n"
        f"{exam.patient_id},ndi,{origin},{end},yes,{death},sudden_cardiac,\n"
    )
    said = person.post("/follow-up/import", files={"table": ("t.csv", table.encode(), "text/csv")})
    assert "Taken." in said
    person.post(
        f"{page}/event", data={"event": "visit", "date": death[:7], "source": "chart", "fu_nyha": "2"}
    )
    client = with_key(CENTER)

    def stored():
        answer = client.get(f"/api/v1/follow-up/{subject}")
        return answer.status_code == 200 and answer.json()["document"]["events"]

    assert wait_until(stored, 60), person.get("/follow-up/sent")
    return client.get(f"/api/v1/follow-up/{subject}").json()


def test_the_registry_holds_days_codes_and_sources(followed, dates):
    origin, _, end = map(datetime.date.fromisoformat, dates)
    [status] = followed["document"]["vital_status"]
    assert status == {
        "source": "ndi",
        "from_day": 0,
        "through_day": (end - origin.replace(month=12, day=31)).days,
        "death_day": 401,
        "death_precision": "day",
        "cause": "sudden_cardiac",
    }
    assert (followed["end"], followed["days"], followed["rule"]) == ("died", 401, "default-1")
    [visit] = followed["document"]["events"]
    assert visit["values"] == {"fu_nyha": {"source": "desk", "value": "2"}}


def test_the_desk_shows_that_it_was_received(followed, person, page):
    assert wait_until(lambda: "received" in person.get(page), 30)


def test_people_of_the_center_see_the_timeline(followed, sign_in, subject):
    client = sign_in(f"coordinator@{CENTER}.example")
    listed = client.get("/follow-up/").text
    assert f'title="{subject}"' in listed
    address = re.search(r'href="(/follow-up/[0-9a-f-]{36}/)"', listed).group(1)
    assert "Died after 401 days, known from the national death index." in client.get(address).text


def test_nothing_behind_the_wall_names_the_patient_or_a_date(followed, registry, hospital, exam, dates):
    secrets = {exam.patient_id, exam.patient.name, *dates, *identifiers_of(exam.files)}
    secrets |= {day.replace("-", "") for day in dates}
    files = [path for path in registry.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in (*files, hospital.folder / "log" / "agent.log"):
        assert found_in(path.read_bytes(), secrets) == [], path.name


def test_dates_lie_sealed_at_the_hospital(followed, hospital, exam, dates):
    secrets = {exam.patient_id, exam.patient.name, *dates[1:]}
    for path in (hospital.folder / "data").glob("connector.sqlite*"):
        assert found_in(path.read_bytes(), secrets) == [], path.name


def test_after_a_withdrawal_at_the_desk_the_registry_shows_nothing(
    followed, person, page, subject, with_key, sign_in
):
    person.get(f"{page}/withdraw")
    person.post(f"{page}/withdraw", data={"checked": "yes"})
    client = with_key(CENTER)
    assert wait_until(lambda: client.get(f"/api/v1/follow-up/{subject}").status_code == 404, 60)
    reader = sign_in(f"coordinator@{CENTER}.example")
    assert subject not in reader.get("/follow-up/").text
    assert "No exam fits" in reader.get("/exams/").text
    assert client.get("/dicom-web/studies").json() in (None, [])
