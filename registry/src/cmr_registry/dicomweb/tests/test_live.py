"""The application on a real server: chunked uploads, streams, threads; and OHIF in a real browser."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cmr_registry.dicomweb.tests.conftest import STOW_TYPE, coded_exam, multipart_of, stow_body
from cmr_registry.dicomweb.tests.live import REPOSITORY, Server
from tests.chromium import CHROMIUM, chromium

VIEWER = Path(os.environ.get("CMR_VIEWER_DIR") or REPOSITORY / "var/viewer")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of its own."""
    started = Server(tmp_path_factory.mktemp("server"), VIEWER)
    yield started.wait()
    started.stop()


@pytest.fixture(scope="module")
def exam(server, cmr_exam):
    """A small coded exam, uploaded in chunks and accepted."""
    coded = coded_exam(cmr_exam(vendor="ge", size="tiny", seed=3).files)
    body = stow_body(*coded.files)

    def pieces():
        for at in range(0, len(body), 40_000):
            yield body[at : at + 40_000]

    with server.client() as client:
        answer = client.post("/studies", content=pieces(), headers={"Content-Type": STOW_TYPE})
    assert answer.request.headers["transfer-encoding"] == "chunked"
    assert (answer.status_code, len(answer.json()["00081199"]["Value"])) == (200, len(coded.files))
    server.inside("accept")
    return coded


def test_a_chunked_upload_comes_back_as_a_stream(server, exam):
    with server.client() as client:
        answer = client.get(
            f"/studies/{exam.study}", headers={"Accept": 'multipart/related; type="application/dicom"'}
        )
        assert answer.headers["transfer-encoding"] == "chunked"
        assert sorted(body for _, body in multipart_of(answer)) == sorted(exam.files)
        assert client.head("/studies").status_code == 200


def test_requests_side_by_side_see_their_own_scope(server, exam):
    with server.client() as client:
        answers = [client.get(f"/studies/{exam.study}/series") for _ in range(20)]
    assert {answer.content for answer in answers} == {answers[0].content}


def _drawn(page, path):
    """Wait until a canvas of the viewer shows an image; its pixels."""
    canvas = page.locator(".cornerstone-canvas").first
    canvas.wait_for(state="visible", timeout=60_000)
    for _ in range(60):
        canvas.screenshot(path=path)
        pixels = np.asarray(Image.open(path).convert("L"))
        if pixels.std() > 8:
            break
        page.wait_for_timeout(500)
    return pixels


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Chromium is not installed")
@pytest.mark.skipif(not (VIEWER / "index.html").exists(), reason="the viewer was not fetched: make viewer")
def test_ohif_draws_a_frame_and_asks_nobody_else(server, exam, tmp_path):
    said, asked = [], []
    with chromium(draws=True) as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "session", "value": server.cast["session"], "url": server.url}])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{server.url}/viewer/viewer?StudyInstanceUIDs={exam.study}")
        pixels = _drawn(page, tmp_path / "canvas.png")
        page.screenshot(path=tmp_path / "viewer.png")
        page.goto(f"{server.url}/viewer/")
        page.get_by_text(next(iter(exam.instances.values())).subject).first.wait_for()
    assert pixels.std() > 8
    assert len(np.unique(pixels)) > 32
    assert said == []
    assert [url for url in asked if not url.startswith((server.url, "blob:", "data:"))] == []
    assert any("/frames/" in url for url in asked)
