import asyncio

import pytest
from asgiref.sync import async_to_sync

from cmr_registry.config.dispatch import application


def ask(path):
    """Status and media type that the ASGI application answers a GET with."""
    sent = []

    async def talk():
        waiting = asyncio.Queue()
        await waiting.put({"type": "http.request", "body": b"", "more_body": False})

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1),
        }
        await application(scope, waiting.get, send)

    async_to_sync(talk)()
    start = sent[0]
    return start["status"], {name.lower(): value for name, value in start["headers"]}[
        b"content-type"
    ].decode()


@pytest.mark.django_db
def test_dicomweb_and_pages_have_their_own_applications():
    assert ask("/healthz") == (200, "application/json")
    assert ask("/dicom-web/studies") == (401, "application/problem+json")
    assert ask("/dicom-webs") == (404, "text/html; charset=utf-8")


def test_the_server_may_start_and_stop_it():
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message["type"])

    async_to_sync(application)({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
