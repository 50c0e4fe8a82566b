"""Around every page: host names, headers, tokens, sign-in; errors that say nothing they should not."""

import pytest
from starlette.routing import Mount

from cmr_connector.config import DeskSettings
from cmr_connector.desk.app import routes
from cmr_connector.desk.frame import CSP, host_names, is_loopback
from cmr_connector.desk.server import make_server
from cmr_connector.errors import SettingsError

OPEN = {"/sign-in", "/setup"}


def addresses(method):
    """Every address of the desk that takes this method, with its names filled in."""
    found = []
    for route in routes():
        if not isinstance(route, Mount) and method in route.methods:
            path = route.path
            for name in ("number", "series", "version"):
                path = path.replace("{" + name + "}", "1")
            found.append(path.replace("{drop}", "0" * 32))
    return sorted(set(found))


PAGES = [path for path in addresses("GET") if path not in OPEN]
FILE_TO_KEEP = "/privacy/conformance.html"
ACTIONS = [path for path in addresses("POST") if path not in OPEN]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_shown_without_sign_in(desk, stranger, path):
    answer = stranger.get(path)
    if path.endswith("part"):
        assert answer.status_code == 401
        assert answer.content == b""
    else:
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in"


@pytest.mark.parametrize("path", ACTIONS)
def test_nothing_is_done_without_sign_in(desk, stranger, path):
    stranger.get("/setup")
    assert stranger.post(path).status_code == 401


@pytest.mark.parametrize("path", ACTIONS)
@pytest.mark.parametrize("token", ["", "another"])
def test_nothing_is_done_without_the_token_of_the_session(person, path, token):
    answer = person.post(path, {"csrf": token}, headers={"x-csrf-token": token})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ACTIONS)
def test_nothing_is_done_for_a_page_of_another_origin(person, path):
    headers = {"origin": "http://evil.example", "x-csrf-token": person.csrf}
    assert person.post(path, headers=headers).status_code == 403


@pytest.mark.parametrize("path", sorted(OPEN))
def test_a_form_before_sign_in_needs_its_own_token_too(stranger, path):
    stranger.get("/setup")
    assert stranger.post(path, {"csrf": "guessed"}).status_code == 403
    assert stranger.post(path, headers={"origin": "http://evil.example"}).status_code == 403


def test_the_own_origin_is_welcome(person):
    assert person.post("/retry", headers={"origin": "http://127.0.0.1:8765"}).status_code == 303


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "[::2]:80"]
)
def test_it_does_not_answer_under_a_name_that_it_does_not_know(app, host, stranger):
    answer = stranger.get("/sign-in", headers={"host": host})
    assert answer.status_code == 421
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
def test_it_answers_under_loopback_names(app, stranger, host):
    assert stranger.get("/setup", headers={"host": host}).status_code == 200


def test_it_answers_under_names_from_the_settings(app_of):
    from_settings = host_names(DeskSettings(host="0.0.0.0", names=["Desk.Hospital.example"]))
    assert from_settings == {"127.0.0.1", "localhost", "[::1]", "desk.hospital.example"}
    assert "[fd00::5]" in host_names(DeskSettings(host="fd00::5"))


@pytest.mark.parametrize("path", ["/sign-in", "/setup", "/nowhere", "/static/desk.css", "/"])
def test_every_answer_carries_the_strict_headers(stranger, path):
    headers = stranger.get(path).headers
    assert headers["content-security-policy"] == CSP
    assert "unsafe" not in CSP
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert ("no-store" in headers["cache-control"]) == (not path.startswith("/static"))


def test_a_file_to_keep_is_no_page_of_the_desk(person):
    assert person.get(FILE_TO_KEEP).headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("path", [*(path for path in PAGES if path != FILE_TO_KEEP), *sorted(OPEN)])
def test_no_page_holds_an_inline_style_or_script(person, path):
    shown = person.get(path).text
    assert " style=" not in shown
    assert "<style" not in shown
    assert shown.count("<script") == shown.count('<script type="module" src="/static/')


def test_an_error_shows_and_logs_no_text_of_it(person, desk, monkeypatch, log_lines):
    def fail(*_):
        raise ValueError("DOE^JANE 1960-01-01")

    monkeypatch.setattr(type(desk.workplace.store.exams), "counts", fail)
    answer = person.get("/exams")
    assert answer.status_code == 500
    assert "DOE" not in answer.text
    assert log_lines()[-1] | {"at": ""} == {
        "at": "",
        "event": "unexpected_error",
        "where": "desk",
        "error": "ValueError",
    }


@pytest.mark.parametrize(
    ("content", "type_", "status"),
    [
        (b"csrf=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"--x--", "multipart/form-data; boundary=x", 415),
        (b"a=%ff&csrf=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(60)), "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_form_that_is_none_is_refused(person, content, type_, status):
    assert (
        person.request("POST", "/retry", content=content, headers={"content-type": type_}).status_code
        == status
    )


@pytest.mark.parametrize(
    "path", ["/exams/0", "/exams/x", "/exams/99999999999999999999", "/exams/1/series/1", "/x"]
)
def test_what_does_not_exist_is_said_in_words(person, path):
    answer = person.get(path)
    assert answer.status_code == 404
    assert "There is no such page at this desk." in answer.text


def test_it_serves_no_names_over_the_network_without_tls(app):
    with pytest.raises(SettingsError, match="certificate_file"):
        make_server(app, DeskSettings(host="10.0.0.5"))
    assert make_server(app, DeskSettings(host="localhost")).config.port == 8765


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.9", True), ("::1", True), ("localhost", True), ("desk", False), ("", False)],
)
def test_it_knows_loopback(host, expected):
    assert is_loopback(host) is expected
