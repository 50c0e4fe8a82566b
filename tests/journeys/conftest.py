"""The servers of the journeys: a registry, a hospital and browsers, all real, each stopped at the end."""

import contextlib
import os
import subprocess
import uuid
from pathlib import Path

import httpx
import psycopg
import pytest

from demo.processes import running
from demo.servers import Hospital, Registry
from tests.chromium import chromium


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Everything in this folder is a journey; the longest begins first, so that the other worker does the rest.

    `--dist loadfile` keeps a file on one worker with its servers. (The groups of pytest-xdist 3.8 are without
    effect under pytest 9.2, which does not read the node id that they change.)
    """
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)
    items.sort(key=lambda item: item.path.stem != "test_way_of_a_study")


def own_database() -> dict[str, str]:
    """A database of its own on the server that the suite runs beside; SQLite where there is none."""
    url = os.environ.get("CMR_DATABASE_URL", "")
    if not url.startswith("postgresql"):
        return {"CMR_DATABASE_URL": ""}
    name = f"journey_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return {"CMR_DATABASE_URL": url.rsplit("/", 1)[0] + "/" + name}


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A registry with web server, worker and the invented cast; `registry.credentials` tells accounts and keys."""
    viewer = str(Path("var/viewer").resolve())
    settings = {"CMR_VIEWER_DIR": viewer, **own_database()}
    server = Registry(tmp_path_factory.mktemp("registry"), settings=settings)
    server.prepare()
    server.credentials = server.enter_cast()
    with running(server.web, server.worker):
        server.wait_ready()
        yield server


@pytest.fixture(scope="module")
def make_hospital(registry, tmp_path_factory):
    """`make_hospital(center)`: the connector of a center of the cast, not yet running."""

    def make(center: str, **settings) -> Hospital:
        key = next(row["key"] for row in registry.credentials["connectors"] if row["center"] == center)
        quick = {"pipeline": {"quiet_seconds": 3.0}}
        for table, values in settings.items():
            quick.setdefault(table, {}).update(values)
        folder = tmp_path_factory.mktemp(center)
        return Hospital(folder, code=center, url=registry.url, key=key, settings=quick)

    return make


@pytest.fixture(scope="module")
def sign_in(registry):
    """`sign_in(email)`: an HTTP client with that person's session."""
    with contextlib.ExitStack() as stack:

        def enter(email: str) -> httpx.Client:
            password = next(a["password"] for a in registry.credentials["accounts"] if a["email"] == email)
            client = stack.enter_context(
                httpx.Client(base_url=registry.url, follow_redirects=True, timeout=60)
            )
            client.get("/accounts/login/")
            answer = client.post(
                "/accounts/login/",
                data={"login": email, "password": password, "csrfmiddlewaretoken": client.cookies["csrf"]},
                headers={"Referer": f"{registry.url}/accounts/login/"},
            )
            assert "/accounts/login" not in str(answer.url), "sign-in failed"
            return client

        yield enter


@pytest.fixture(scope="module")
def with_key(registry):
    """`with_key(center)`: an HTTP client that presents that center's connector key."""
    with contextlib.ExitStack() as stack:

        def enter(center: str) -> httpx.Client:
            key = next(row["key"] for row in registry.credentials["connectors"] if row["center"] == center)
            headers = {"Authorization": f"Bearer {key}"}
            return stack.enter_context(httpx.Client(base_url=registry.url, headers=headers, timeout=60))

        yield enter


@pytest.fixture(scope="session")
def storescu():
    """`storescu(port, paths, ...)`: DCMTK's storescu as the PACS; the result with output and exit code."""

    def send(port: int, paths, *, called: str = "CMRCONNECTOR", calling: str = "PACS"):
        command = ["/usr/bin/storescu", "-v", "-aet", calling, "-aec", called, "-nh", "127.0.0.1", str(port)]
        environment = dict(os.environ, TCP_NODELAY="1")
        return subprocess.run(
            [*command, *map(str, paths)], capture_output=True, text=True, env=environment, check=False
        )

    return send


@pytest.fixture(scope="module")
def open_page(registry, sign_in, request):
    """`open_page(email, path)`: that person's page in headless Chromium; collects console errors in `.said`."""
    with chromium(draws=getattr(request.module, "DRAWS", False)) as browser:

        def open_it(email: str, path: str, width: int = 1280):
            context = browser.new_context(viewport={"width": width, "height": 900})
            cookies = sign_in(email).cookies.items()
            context.add_cookies([{"name": k, "value": v, "url": registry.url} for k, v in cookies])
            page = context.new_page()
            page.said = []
            page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: page.said.append(str(error)))
            page.goto(registry.url + path)
            return page

        yield open_it
