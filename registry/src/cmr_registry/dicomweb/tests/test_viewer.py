"""The viewer's files come from our own server, behind the door of the images."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(settings, tmp_path):
    """A prepared viewer in a folder of its own, beside a file that nobody may have."""
    folder = tmp_path / "viewer"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>viewer</title>")
    (folder / "app.bundle.0123456789abcdef.js").write_text("run()")
    (folder / "app.bundle.0123456789abcdef.js.gz").write_bytes(b"packed")
    (folder / ".prepared").write_text("stamp")
    (tmp_path / "secret.js").write_text("secret")
    settings.VIEWER_DIR = folder
    return folder


@pytest.fixture
def browser(client, signed_in, coordinator_riverside):
    return signed_in(client, coordinator_riverside)


@pytest.mark.parametrize("path", ["", "viewer", "viewer/segmentation", "index.html"])
def test_every_address_that_ohif_makes_up_is_its_start_page(browser, viewer, path):
    answer = browser.get(f"/viewer/{path}")
    assert (answer.status_code, answer.content) == (200, b"<title>viewer</title>")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"


def test_the_page_may_load_from_its_own_server_only(browser, viewer):
    answer = browser.get("/viewer/")
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' blob: data:"
    assert "'unsafe-inline'" not in policy["script-src"]
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Embedder-Policy"] == "require-corp"


def test_a_file_named_by_its_hash_is_kept_and_packed(browser, viewer):
    path = "/viewer/app.bundle.0123456789abcdef.js"
    plain = browser.get(path)
    assert (plain.content, plain["Content-Type"]) == (b"run()", "text/javascript")
    assert "immutable" in plain["Cache-Control"]
    packed = browser.get(path, headers={"Accept-Encoding": "gzip"})
    assert (packed.content, packed["Content-Encoding"]) == (b"packed", "gzip")
    assert browser.get(path, headers={"If-None-Match": plain["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "path", ["missing.js", "../secret.js", "%2e%2e/secret.js", "assets/../../secret.js", "%00.js"]
)
def test_what_is_not_the_viewers_is_absent(browser, viewer, path):
    answer = browser.get(f"/viewer/{path}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content


@pytest.mark.parametrize("path", [".prepared", "app.bundle.0123456789abcdef.js.gz"])
def test_files_of_no_known_kind_are_not_handed_out(browser, viewer, path):
    assert browser.get(f"/viewer/{path}").content == b"<title>viewer</title>"


def test_it_is_absent_where_it_was_not_fetched(browser, settings, tmp_path):
    settings.VIEWER_DIR = tmp_path / "nothing"
    assert browser.get("/viewer/").status_code == 404


def test_nobody_is_sent_to_sign_in_and_outsiders_are_refused(client, signed_in, outsider, viewer):
    answer = client.get("/viewer/")
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")
    assert signed_in(client, outsider).get("/viewer/app.bundle.0123456789abcdef.js").status_code == 403


def test_it_is_only_read(browser, viewer):
    assert browser.post("/viewer/").status_code == 405
