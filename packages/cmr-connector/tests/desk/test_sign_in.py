"""Signing in: the first account by setup code, sessions that end, guesses that are braked."""

import stat

import pytest

from cmr_connector.desk import sessions
from cmr_connector.desk.accounts import SETUP_FILE
from cmr_connector.desk.app import build
from cmr_connector.desk.visits import COOKIE

NAME, PASSWORD = "jane.doe", "seven quiet green boats"


@pytest.fixture
def code_file(workplace):
    return workplace.config.data_dir / SETUP_FILE


def set_up(browser, code, password=PASSWORD, again=None):
    browser.get("/setup")
    fields = {"code": code, "name": NAME, "password": password, "again": again or password}
    return browser.post("/setup", fields)


def test_the_first_person_makes_an_account_with_the_code_of_the_machine(stranger, code_file, desk, log_lines):
    assert stranger.get("/sign-in").headers["location"] == "/setup"
    assert stat.S_IMODE(code_file.stat().st_mode) == 0o600
    code = code_file.read_text().strip()
    assert set_up(stranger, code).headers["location"] == "/"
    assert "What waits for a person" in stranger.get("/").text
    assert not code_file.exists()
    assert stranger.get("/setup").headers["location"] == "/sign-in"
    assert any(line["event"] == "desk_setup_waits" for line in log_lines())
    assert code not in str(log_lines())


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"code": "0" * 24}, "This is not the setup code."),
        ({"code": ""}, "This is not the setup code."),
        ({"password": "short"}, "at least 15 characters"),
        ({"password": "aaaaaaaaaaaaaaaaaaaa"}, "not your name"),
        ({"password": "xx jane.doe and a boat"}, "not your name"),
        ({"name": "<b>"}, "A name has 2 to 60 letters"),
        ({"again": "another sentence here"}, "The two passwords differ."),
    ],
)
def test_the_setup_refuses_what_does_not_fit(stranger, code_file, desk, given, sentence):
    stranger.get("/setup")
    fields = {
        "code": code_file.read_text().strip(),
        "name": NAME,
        "password": PASSWORD,
        "again": PASSWORD,
    } | given
    if "password" in given:
        fields["again"] = given["password"]
    answer = stranger.post("/setup", fields)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert not desk.accounts.any()


def test_a_used_code_makes_no_second_account(stranger, code_file, desk, app):
    code = code_file.read_text().strip()
    set_up(stranger, code)
    stranger.cookies.clear()
    stranger.get("/sign-in")
    assert stranger.post("/setup", {"code": code, "name": "john.roe"}).status_code == 400
    assert desk.accounts.find("john.roe") is None


def test_when_the_last_account_is_gone_a_new_code_waits(stranger, code_file, desk):
    desk.accounts.remove(desk.accounts.add(NAME, PASSWORD))
    code_file.unlink()
    stranger.get("/setup")
    assert set_up(stranger, code_file.read_text()).status_code == 303


def test_a_later_start_with_accounts_writes_no_code(person, workplace, code_file):
    build(workplace)
    assert not code_file.exists()


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(desk, stranger, log_lines):
    desk.accounts.add(NAME, PASSWORD)
    answers = []
    for name in (NAME, "nobody.here"):
        stranger.get("/sign-in")
        answers.append(stranger.post("/sign-in", {"name": name, "password": "wrong and wrong again"}))
    assert [answer.status_code for answer in answers] == [403, 403]
    assert COOKIE not in stranger.cookies
    first, second = (a.text.replace(NAME, "X").replace("nobody.here", "X") for a in answers)
    assert first == second
    assert NAME not in str(log_lines())


def test_guessing_one_name_is_braked_even_with_the_right_password(desk, stranger):
    desk.accounts.add(NAME, PASSWORD)
    stranger.get("/sign-in")
    for _ in range(5):
        assert stranger.post("/sign-in", {"name": NAME, "password": "a guess"}).status_code == 403
    answer = stranger.post("/sign-in", {"name": NAME, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Too many attempts" in answer.text


def test_guessing_many_names_from_one_address_is_braked(desk, stranger):
    desk.accounts.add(NAME, PASSWORD)
    stranger.get("/sign-in")
    codes = [
        stranger.post("/sign-in", {"name": f"n{n}", "password": "a guess"}).status_code for n in range(31)
    ]
    assert codes == [403] * 30 + [429]


def test_the_brake_lets_go_after_its_window(monkeypatch):
    now = 0.0
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now)
    attempts = sessions.Attempts(1, 60.0)
    attempts.failed("jane")
    assert not attempts.allows("jane")
    now = 61.0
    assert attempts.allows("jane")


def test_the_cookie_is_host_only_and_closed_to_scripts(desk, stranger):
    desk.accounts.add(NAME, PASSWORD)
    written = stranger.sign_in().headers.get_list("set-cookie")
    cookie = next(line for line in written if line.startswith(f"{COOKIE}="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Domain" not in cookie
    assert "Max-Age" not in cookie


def test_the_cookie_is_secure_where_the_page_came_by_tls(desk, stranger):
    desk.accounts.add(NAME, PASSWORD)
    stranger.base = "https://127.0.0.1:8765"
    written = stranger.sign_in().headers.get_list("set-cookie")
    [cookie] = [line for line in written if line.startswith(f"{COOKIE}=")]
    assert "Secure" in cookie


def test_a_token_is_stored_only_as_a_hash(person, workplace):
    token = person.cookies[COOKIE]
    files = list(workplace.config.data_dir.glob("connector.sqlite*"))
    assert files
    assert all(token.encode() not in path.read_bytes() for path in files)


def test_sign_out_ends_the_session_on_the_server(person):
    token = person.cookies[COOKIE]
    assert person.post("/sign-out").headers["location"] == "/sign-in"
    person.cookies.set(COOKIE, token)
    assert person.get("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize("limit", ["IDLE_S", "ABSOLUTE_S"])
def test_a_session_ends_after_its_time(person, monkeypatch, limit):
    monkeypatch.setattr(sessions, limit, -1.0)
    assert person.get("/").headers["location"] == "/sign-in"


def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(person, desk, monkeypatch):
    start = sessions.time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: start + sessions.IDLE_S - 5)
    assert person.get("/part").status_code == 200
    monkeypatch.setattr(sessions.time, "time", lambda: start + sessions.IDLE_S + 5)
    assert person.get("/part").status_code == 401


def test_what_a_person_does_keeps_the_session_alive(person, monkeypatch):
    start = sessions.time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: start + sessions.IDLE_S - 5)
    assert person.get("/").status_code == 200
    monkeypatch.setattr(sessions.time, "time", lambda: start + sessions.IDLE_S + 5)
    assert person.get("/").status_code == 200


def change(browser, old, password, again=None):
    browser.get("/account")
    return browser.post("/account", {"old": old, "password": password, "again": again or password})


def test_another_password_ends_all_other_sessions(person, desk, app):
    elsewhere = type(person)(app)
    elsewhere.sign_in()
    assert change(person, PASSWORD, "another sentence of words").status_code == 303
    assert person.get("/").status_code == 200
    assert elsewhere.get("/").headers["location"] == "/sign-in"
    assert desk.accounts.check(NAME, PASSWORD) is None


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("wrong", "another sentence of words", None), (PASSWORD, "short", None), (PASSWORD, "x" * 20, "y" * 20)],
)
def test_a_password_is_not_changed_when_something_does_not_fit(person, desk, old, new, again):
    assert change(person, old, new, again).status_code == 400
    assert desk.accounts.check(NAME, PASSWORD) is not None


def test_guessing_the_present_password_is_braked(person):
    codes = [change(person, "a guess", "another sentence of words").status_code for _ in range(6)]
    assert codes == [400] * 5 + [429]
