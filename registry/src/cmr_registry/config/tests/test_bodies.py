"""Bodies on a real server: who may not send one is refused unread, and none lies on the disk in the clear."""

import contextlib
import http.client
import json
import os
import re
import time
from pathlib import Path

import httpx
import psutil
import pytest
from django.urls import reverse

from cmr_registry.config.bodies import LIMITS, SMALL
from cmr_registry.dicomweb.tests.live import Server
from cmr_registry.intake.api import MAX_MANIFEST
from cmr_registry.lib.documents import MAX_OPENINGS

UPLOAD, DELIVERIES = "/centers/upload/", "/api/v1/deliveries"
MARKER = b"PatientName=Doe^Jane "
PIECE = MARKER * 5_000
TOKEN = "t" * 32
FORM = b"multipart/form-data; boundary=cut"
PART = b'--cut\r\nContent-Disposition: form-data; name="archive"; filename="a.zip"\r\n\r\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of its own, with a folder of temporary files of its own."""
    temporary = tmp_path_factory.mktemp("temporary")
    started = Server(tmp_path_factory.mktemp("server"), temporary / "none", TMPDIR=str(temporary))
    started.temporary = temporary
    yield started.wait()
    started.stop()


@pytest.fixture
def cookies(server):
    return {"Cookie": f"session={server.cast['session']}; csrf={TOKEN}", "X-CSRFToken": TOKEN}


class Slow:
    """A request whose body is announced and sent piece by piece."""

    def __init__(self, server, path, length, **headers):
        self.line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.line.putrequest("POST", path)
        for name, value in ({"Content-Length": str(length)} | headers).items():
            self.line.putheader(name.replace("_", "-"), value)
        self.line.endheaders()

    def send(self, data):
        with contextlib.suppress(ConnectionError):
            self.line.send(data)

    def answer(self):
        return self.line.getresponse()


def temporary_files(server):
    """Content of every file in the server's folder of temporary files, named or not."""
    found = [path.read_bytes() for path in server.temporary.rglob("*") if path.is_file()]
    process = psutil.Process(server.process.pid)
    for one in (process, *process.children(recursive=True)):
        for link in Path(f"/proc/{one.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if os.readlink(link).startswith(str(server.temporary)):
                    found.append(link.read_bytes())
    return found


def await_spool(server, size):
    """The temporary files as soon as they hold so much."""
    for _ in range(100):
        found = temporary_files(server)
        if sum(map(len, found)) >= size:
            return found
        time.sleep(0.1)
    raise AssertionError("the body did not arrive")


def is_gone(server):
    """True as soon as the server let every temporary file go, which it does after it answered."""
    for _ in range(100):
        if not temporary_files(server):
            return True
        time.sleep(0.1)
    return False


def test_the_large_routes_are_those_of_the_pages():
    names = ("intake:upload", "intake:tables", "api-v1:open_delivery", "api-v1:bring_table")
    assert {path for _, path in LIMITS} == {reverse(name) for name in names}


@pytest.mark.parametrize(("path", "status"), [(UPLOAD, 302), (DELIVERIES, 401)])
def test_nobody_is_refused_before_the_body_is_read(server, path, status):
    request = Slow(server, path, 7 * 2**20, Content_Type="multipart/form-data; boundary=cut")
    request.send(PIECE)
    answer = request.answer()
    assert answer.status == status
    assert temporary_files(server) == []


def test_nobodys_small_forms_and_pages_take_no_more_than_a_mebibyte(server):
    for path in ("/accounts/login/", "/nowhere/", "/api/v1/nowhere", "/centers/upload"):
        request = Slow(server, path, SMALL + 1)
        assert request.answer().status == 413, path
    assert temporary_files(server) == []


def test_a_body_that_does_not_announce_itself_is_cut_as_well(server):
    def pieces():
        for _ in range(12):
            yield PIECE

    with contextlib.suppress(httpx.WriteError):
        answer = httpx.post(f"{server.url}/accounts/login/", content=pieces())
        assert answer.status_code == 413
        assert "larger than the registry takes" in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_an_upload_never_lies_on_the_disk_in_the_clear(server, cookies):
    page = httpx.get(f"{server.url}{UPLOAD}", headers=cookies).text
    center = re.search(r'name="center" value="([^"]+)"', page)[1]
    field = f'--cut\r\nContent-Disposition: form-data; name="center"\r\n\r\n{center}\r\n'
    body = field.encode() + PART + PIECE * 30 + b"\r\n--cut--\r\n"
    request = Slow(server, UPLOAD, len(body), Content_Type=FORM, **cookies)
    sent = 3 * 2**20
    request.send(body[:sent])
    kept = await_spool(server, 2 * 2**20)
    assert not any(MARKER in content for content in kept)
    request.send(body[sent:])
    answer = request.answer()
    assert answer.status == 422
    assert b"This file is not a ZIP archive" in answer.read()
    assert is_gone(server)


def test_a_manifest_stays_in_memory_and_has_a_limit(server):
    key = {"Authorization": f"Bearer {server.cast['key']}"}
    request = Slow(server, DELIVERIES, 4 * 2**20, Content_Type="application/json", **key)
    request.send(b" " * 2**21)
    time.sleep(0.3)
    assert temporary_files(server) == []
    request.send(b" " * 2**21)
    assert (request.answer().status, temporary_files(server)) == (422, [])
    refused = Slow(server, DELIVERIES, MAX_MANIFEST + 1, **key).answer()
    assert (refused.status, json.loads(refused.read())["code"]) == (413, "too_large")


@pytest.mark.parametrize("body", [b"[" + b"{}," * MAX_OPENINGS + b"{}]", b"[" * 20_000, b'{"a":' * 20_000])
def test_a_manifest_of_empty_parts_or_endless_nesting_is_malformed(server, body):
    key = {"Authorization": f"Bearer {server.cast['key']}"}
    answer = httpx.post(f"{server.url}{DELIVERIES}", content=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_document")


def test_a_key_uploads_nothing_at_the_page(server):
    request = Slow(server, UPLOAD, 2**22, Authorization=f"Bearer {server.cast['key']}")
    assert request.answer().status == 302


def test_who_may_not_deliver_gets_the_answer_of_the_door(server):
    answer = httpx.post(f"{server.url}{DELIVERIES}", content=PIECE, headers={"Authorization": "Bearer no"})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")


def test_the_database_and_other_files_of_the_server_hold_nothing_of_a_body(server):
    folder = Path(server.environment["CMR_DATA_DIR"])
    assert not any(MARKER in path.read_bytes() for path in folder.rglob("*") if path.is_file())
