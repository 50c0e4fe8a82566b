"""The servers of the journeys: a registry, a hospital and browsers, all real, each stopped at the end."""

import contextlib
import os
import subprocess
import uuid

import httpx
import psycopg
import pytest

from demo.processes import running
from demo.servers import Hospital, Registry


def pytest_collection_modifyitems(items):
    """Everything in this folder is a journey; journeys of one file share one worker and its servers."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.xdist_group(f"journey-{item.path.stem}"))


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
    server = Registry(tmp_path_factory.mktemp("registry"), settings=own_database())
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
        command = ["/usr/bin/storescu", "-aet", calling, "-aec", called, "-nh", "127.0.0.1", str(port)]
        environment = dict(os.environ, TCP_NODELAY="1")
        return subprocess.run(
            [*command, *map(str, paths)], capture_output=True, text=True, env=environment, check=False
        )

    return send
