"""A client of the application without a network, and a coded exam that went through STOW-RS and acceptance."""

import hashlib
from dataclasses import dataclass

import httpx
import pytest
from asgiref.sync import async_to_sync, sync_to_async

from cmr_deid.engine import Deidentified, Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.archive.models import ImagingStudy
from cmr_registry.config.principal import principal_of_scope
from cmr_registry.dicomweb.app import build
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.services import delivery_close
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

JOB = Principal(actor="job:tests", registry_roles=frozenset({Role.STEWARD}))
BOUNDARY = "test-boundary"
STOW_TYPE = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'


class MainThread:
    """Runs blocking calls in the test's own thread, so that they share its transaction."""

    async def run(self, call):
        return await sync_to_async(call, thread_sensitive=True)()


class Client:
    """Asks the application with a key or a session cookie."""

    def __init__(self, app, headers):
        self.app, self.headers = app, headers

    def request(self, method, path, **options):
        options["headers"] = self.headers | options.pop("headers", {})
        return async_to_sync(self._request)(method, path, options)

    async def _request(self, method, path, options):
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **options)

    def get(self, path, accept="", **params):
        headers = {"Accept": accept} if accept else {}
        return self.request("GET", path, params=params, headers=headers)

    def store(self, *parts, study="", **headers):
        path = f"/dicom-web/studies/{study}" if study else "/dicom-web/studies"
        return self.request(
            "POST", path, content=stow_body(*parts), headers={"Content-Type": STOW_TYPE} | headers
        )


def stow_body(*parts):
    framed = [
        f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode() + part + b"\r\n" for part in parts
    ]
    return b"".join(framed) + f"--{BOUNDARY}--\r\n".encode()


def multipart_of(response):
    """[(Content-Type, body)] of a multipart answer, read by the rules and not by the writer's code."""
    boundary = response.headers["content-type"].split("boundary=")[1].split(";")[0].strip('"').encode()
    pieces = response.content.split(b"--" + boundary)
    assert pieces[-1] in (b"--\r\n", b"--")
    found = []
    for piece in pieces[1:-1]:
        head, _, body = piece.partition(b"\r\n\r\n")
        names = dict(line.split(b": ", 1) for line in head.strip().split(b"\r\n"))
        assert body.endswith(b"\r\n")
        assert len(body) - 2 == int(names[b"Content-Length"])
        found.append((names[b"Content-Type"].decode(), body[:-2]))
    return found


@dataclass
class Coded:
    """A coded exam: its de-identified instances by SOP Instance UID."""

    instances: dict[str, Deidentified]

    @property
    def study(self):
        return next(iter(self.instances.values())).study_instance_uid

    @property
    def files(self):
        return [one.data for one in self.instances.values()]

    def series(self):
        found = {}
        for one in self.instances.values():
            found.setdefault(one.series_instance_uid, []).append(one)
        return found


def coded_exam(files, seed=b"dicomweb"):
    engine = Engine(Identities(new_key(hashlib.sha256(seed).digest())))
    done = [engine.deidentify(path.read_bytes()) for path in files]
    return Coded({one.sop_instance_uid: one for one in done})


@pytest.fixture(scope="session")
def coded(cmr_exam):
    """A tiny coded exam of Riverside."""
    return coded_exam(cmr_exam(vendor="siemens", size="tiny", seed=1).files)


@pytest.fixture
def app():
    return build(principal_of_scope, workers=MainThread())


@pytest.fixture
def as_key(app):
    """`as_key(secret)`: a client with a connector key."""
    return lambda secret: Client(app, {"Authorization": f"Bearer {secret}"})


@pytest.fixture
def riverside_client(as_key, key_riverside):
    return as_key(key_riverside)


@pytest.fixture
def lakeside_client(as_key, key_lakeside):
    return as_key(key_lakeside)


@pytest.fixture
def nobody_client(app):
    return Client(app, {})


@pytest.fixture
def accept_all():
    """Close and accept everything that was delivered, as the worker does."""

    def accept():
        with center_scope(ALL_CENTERS):
            for delivery in Delivery.objects.filter(state="open"):
                delivery_close(delivery=delivery, by=JOB)
            for delivery in Delivery.objects.filter(state="complete"):
                assert delivery_accept(delivery=delivery).state == "accepted"

    return accept


@pytest.fixture
def study(riverside_client, coded, accept_all):
    """The tiny exam, stored through STOW-RS and accepted, of Riverside."""
    assert riverside_client.store(*coded.files).status_code == 200
    accept_all()
    with center_scope(ALL_CENTERS):
        return ImagingStudy.objects.select_related("subject").get(study_instance_uid=coded.study)
