"""A small registry that keeps its side of the contract for real, and a connector put together in a temp folder.

The registry is a Starlette application behind uvicorn: it stores on disk, checks hashes and the verifier's
findings, signs receipts with Ed25519, and can be told to fail in the ways that networks and servers fail.
"""

import base64
import dataclasses
import hashlib
import itertools
import json
import shutil
import threading
import time
import uuid
from pathlib import Path

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cmr_connector import log
from cmr_connector.config import from_document
from cmr_connector.config_template import initialize
from cmr_connector.crosswalk import Patient, SourceStudy
from cmr_connector.manifests import settle_dating
from cmr_connector.states import DeliveryState, ExamState
from cmr_connector.workplace import open_workplace
from cmr_deid.verify import inspect
from cmr_exchange.canonical import sha256_hex
from cmr_exchange.census import Census
from cmr_exchange.errors import ExchangeError
from cmr_exchange.followup import FollowUpDocument
from cmr_exchange.manifest import Contents, DeliveryManifest
from cmr_exchange.queries import DataQueryDocument, QueryAnswerDocument, QueryPage
from cmr_exchange.reasons import reason
from cmr_exchange.receipt import Receipt
from cmr_exchange.withdrawal import Withdrawal

API_KEY = "test-key-of-center-a"


class Address:
    """One listening server for all tests of a process: each test's registry answers behind it in its turn."""

    def __init__(self) -> None:
        self.app = Response("no registry", 503)
        quiet = {"log_level": "error", "lifespan": "off", "interface": "asgi3"}
        config = uvicorn.Config(self._answer, host="127.0.0.1", port=0, **quiet)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    async def _answer(self, scope, receive, send):
        await self.app(scope, receive, send)

    def start(self) -> None:
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"


class SmallRegistry:
    """The registry's side of the contract, for one center."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        folder.mkdir(parents=True, exist_ok=True)
        self.key = Ed25519PrivateKey.generate()
        self.key_name = "test-registry-1"
        self.deliveries: dict[str, dict] = {}
        self.manifests: dict[str, DeliveryManifest] = {}
        self.stow_requests = 0
        self.received_bytes = 0
        self.stored_writes: list[str] = []
        self.fail_next = 0
        self.stow_delay_s = 0.0
        self.refuse: dict[str, str] = {}
        self.conflict = False
        self.followed: dict[str, FollowUpDocument] = {}
        self.withdrawn: list[str] = []
        self.bodies: list[bytes] = []
        self.problem: dict | None = None
        self.asked: list[DataQueryDocument] = []
        self.answers: list[QueryAnswerDocument] = []
        self.census: list[Census] = []
        self.lock = threading.RLock()
        routes = [
            Route("/api/v1/deliveries", self.open, methods=["POST"]),
            Route("/api/v1/deliveries/{id}", self.show),
            Route("/api/v1/receipt-key", self.receipt_key),
            Route("/dicom-web/studies", self.stow, methods=["POST"]),
            Route("/api/v1/follow-up", self.follow_up, methods=["POST"]),
            Route("/api/v1/withdrawals", self.withdraw, methods=["POST"]),
            Route("/api/v1/queries", self.changes),
            Route("/api/v1/queries/{id}/answers", self.answer, methods=["POST"]),
            Route("/api/v1/census", self.count, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)

    def stored(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def accepted(self) -> list[DeliveryManifest]:
        ids = [name for name, delivery in self.deliveries.items() if delivery["state"] == "accepted"]
        return [self.manifests[name] for name in ids]

    async def open(self, request):
        if (problem := self._problem(request)) is not None:
            return problem
        try:
            manifest = DeliveryManifest.from_document(json.loads(await request.body()))
        except (ExchangeError, ValueError):
            return self._refusal(422, "malformed_manifest")
        name = str(uuid.uuid5(uuid.NAMESPACE_OID, manifest.digest()))
        with self.lock:
            known = name in self.deliveries
            if not known:
                self.manifests[name] = manifest
                self.deliveries[name] = {"id": name, "state": "open", "receipt": None, "problems": []}
            return JSONResponse(self._view(name), 200 if known else 201)

    async def show(self, request):
        if (problem := self._problem(request)) is not None:
            return problem
        name = request.path_params["id"]
        with self.lock:
            return (
                JSONResponse(self._view(name)) if name in self.deliveries else self._refusal(404, "unknown")
            )

    async def follow_up(self, request):
        body = await request.body()
        self.bodies.append(body)
        if (problem := self._problem(request) or self._told()) is not None:
            return problem
        document = FollowUpDocument.from_document(json.loads(body))
        known = self.followed.get(document.subject)
        if known is not None and known.version > document.version:
            return self._refusal(409, "older_version", stored_version=str(known.version))
        self.followed[document.subject] = document
        return JSONResponse({"digest": document.digest(), "version": document.version})

    async def withdraw(self, request):
        body = await request.body()
        self.bodies.append(body)
        if (problem := self._problem(request) or self._told()) is not None:
            return problem
        self.withdrawn.append(Withdrawal.from_document(json.loads(body)).subject)
        return JSONResponse({"subject": self.withdrawn[-1], "withdrawn": True})

    async def changes(self, request):
        """The cursor counts what was asked so far; two to a page."""
        if (problem := self._problem(request) or self._told()) is not None:
            return problem
        after = int(request.query_params["changed_after"])
        shown = self.asked[after : after + 2]
        cursor, more = after + len(shown), len(self.asked) > after + len(shown)
        return JSONResponse(QueryPage(1, "center-a", str(cursor), more, tuple(shown)).to_document())

    async def answer(self, request):
        body = await request.body()
        self.bodies.append(body)
        if (problem := self._problem(request) or self._told()) is not None:
            return problem
        self.answers.append(QueryAnswerDocument.from_document(json.loads(body)))
        return JSONResponse({"id": request.path_params["id"], "state": "answered", "turn": 1})

    async def count(self, request):
        body = await request.body()
        self.bodies.append(body)
        if (problem := self._problem(request) or self._told()) is not None:
            return problem
        self.census.append(Census.from_document(json.loads(body)))
        return JSONResponse({"month": self.census[-1].month})

    def _told(self):
        return None if self.problem is None else self._refusal(**self.problem)

    async def receipt_key(self, request):
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return JSONResponse({"registry_key": self.key_name, "public_key": base64.b64encode(raw).decode()})

    async def stow(self, request):
        body = await request.body()
        self.stow_requests += 1
        if (problem := self._problem(request)) is not None:
            return problem
        boundary = request.headers["content-type"].partition("boundary=")[2].encode()
        parts = [part.partition(b"\r\n\r\n")[2][:-2] for part in body.split(b"--" + boundary)[1:-1]]
        time.sleep(self.stow_delay_s)
        with self.lock:
            manifest = self.manifests[request.headers["cmr-delivery"]]
            expected = {entry.sop_instance_uid: entry for entry in manifest.instances()}
            referenced, failed = [], []
            for data in parts:
                uid, code = self._store(data, expected)
                item = {"00081155": {"vr": "UI", "Value": [uid]}}
                if code is None:
                    referenced.append(item)
                else:
                    status = {"00081197": {"vr": "US", "Value": [reason(code).dicom_status]}}
                    comment = {"vr": "LO", "Value": [f"{code}: {reason(code).sentence}"]}
                    failed.append(item | status | {"00000902": comment})
        answer = {}
        if referenced:
            answer["00081199"] = {"vr": "SQ", "Value": referenced}
        if failed:
            answer["00081198"] = {"vr": "SQ", "Value": failed}
        status = 200 if not failed else (202 if referenced else 409)
        return JSONResponse(answer, status, media_type="application/dicom+json")

    def _store(self, data, expected):
        self.received_bytes += len(data)
        inspection = inspect(data)
        uid = inspection.sop_instance_uid
        if inspection.findings:
            return uid, inspection.findings[0].reason_code
        if uid in self.refuse:
            return uid, self.refuse[uid]
        if uid not in expected:
            return uid, "not_in_manifest"
        if expected[uid].sha256 != hashlib.sha256(data).hexdigest():
            return uid, "hash_mismatch"
        path = self.folder / uid
        if not path.exists():
            path.write_bytes(data)
            self.stored_writes.append(uid)
        return uid, None

    def _view(self, name):
        delivery, manifest = self.deliveries[name], self.manifests[name]
        held = {path.name: path for path in self.folder.iterdir()}
        missing = [
            entry.sop_instance_uid
            for entry in manifest.instances()
            if entry.sop_instance_uid not in held
            or sha256_hex(held[entry.sop_instance_uid].read_bytes()) != entry.sha256
        ]
        if delivery["state"] == "open" and not missing:
            if self.conflict:
                delivery["state"] = "conflict"
                delivery["problems"] = [{"code": "same_uid_other_bytes", "about": "", "sentence": ""}]
            else:
                delivery["state"], delivery["receipt"] = "accepted", self._receipt(manifest)
        return delivery | {"missing": missing}

    def _receipt(self, manifest):
        instances = list(manifest.instances())
        receipt = Receipt(
            exchange_version=1,
            delivery=manifest.digest(),
            center=manifest.center,
            exam=manifest.exam,
            version=manifest.version,
            n_instances=len(instances),
            n_bytes=sum(entry.size for entry in instances),
            accepted_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            registry_key=self.key_name,
        )
        signature = base64.b64encode(self.key.sign(receipt.signed_bytes())).decode()
        return dataclasses.replace(receipt, signature=signature).to_document()

    def _problem(self, request):
        if self.fail_next > 0:
            self.fail_next -= 1
            return Response("busy", 503)
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            return self._refusal(401, "key_unknown")
        return None

    @staticmethod
    def _refusal(status, code, **more):
        problem = {"type": "about:blank", "title": code, "status": status, "code": code, **more}
        return JSONResponse(problem, status)


@pytest.fixture(scope="session")
def address():
    listening = Address()
    listening.start()
    yield listening
    listening.stop()


@pytest.fixture
def registry(tmp_path, address):
    small = SmallRegistry(tmp_path / "registry", address.url)
    silent, address.app = address.app, small.app
    yield small
    address.app = silent


@pytest.fixture(autouse=True)
def log_lines(tmp_path):
    path = tmp_path / "log.jsonl"
    with path.open("w") as file:
        log.to_stream(file)
        yield lambda: [json.loads(line) for line in path.read_text().splitlines()]
        log.to_stream(None)


@pytest.fixture
def home(tmp_path, registry):
    """A connector's folder: settings, center key, registry key."""
    folder = tmp_path / "connector"
    settings = initialize(folder, "center-a", registry.url)
    # looking at pixels has tests of its own
    before, _, after = settings.read_text("utf-8").partition("[pixels]")
    settings.write_text(f"{before}[pixels]{after.replace('enabled = true', 'enabled = false', 1)}", "utf-8")
    (folder / "registry.key").write_text(API_KEY + "\n")
    (folder / "registry.key").chmod(0o600)
    return folder


@pytest.fixture
def make_workplace(home, registry):
    """Put a connector together; options are settings by table."""
    opened = []

    def make(**tables):
        document = {
            "center": {"code": "center-a"},
            "registry": {"url": registry.url, "batch_instances": 7},
            "scp": {"port": 0, "allowed_ae": ["PACS"]},
            "mllp": {"port": 0, "enabled": True},
            "desk": {"enabled": False},
            "folder": {"settle_s": 0.0, "poll_s": 0.05},
            "pipeline": {"quiet_seconds": 0.0},
            "pixels": {"enabled": False},
        }
        for name, settings in tables.items():
            document[name] = document.get(name, {}) | settings
        workplace = open_workplace(from_document(document, home))
        opened.append(workplace)
        return workplace

    yield make
    for workplace in opened:
        workplace.close()


@pytest.fixture
def few(tmp_path):
    """Only the first `n` images of an exam, where a whole one would prove no more."""

    def cut(exam, n=5):
        folder = tmp_path / f"few-{exam.vendor}-{exam.seed}"
        folder.mkdir(exist_ok=True)
        numbered = enumerate(exam.files[:n])
        files = tuple(Path(shutil.copy(path, folder / f"{i:03d}-{path.name}")) for i, path in numbered)
        return dataclasses.replace(exam, root=folder, files=files)

    return cut


@pytest.fixture
def workplace(make_workplace):
    return make_workplace()


@pytest.fixture
def deliver():
    """Prepare and send everything that has settled, as the agent's two workers do."""

    def run(workplace, rounds=20):
        client = workplace.client()
        try:
            sender = workplace.sender(client)
            for _ in range(rounds):
                busy = workplace.pipeline.step()
                busy = sender.step() or busy
                if busy is None:
                    return
        finally:
            client.close()

    return run


@pytest.fixture
def admit():
    """Enter a patient with one exam that the registry accepted; returns the exam's number and the subject."""
    numbers = itertools.count(1)

    def enter(workplace, patient_id, study_date="20200101", *, issuer="", name="", accepted=True):
        n, store = next(numbers), workplace.store
        names = [hashlib.sha256(f"{kind} {n} {patient_id}".encode()).digest() for kind in ("s", "e")]
        subject, exam = (base64.b32encode(one).decode()[:17] for one in names)
        patient = Patient(patient_id, issuer, name, "19610504")
        known = store.follow_ups.subjects_of_patient(patient_id)
        subject = known[0] if known and not issuer else subject
        study = SourceStudy(f"1.2.3.{n}", f"ACC{n}", study_date)
        with store.transaction():
            exam_id = store.exams.find_or_add(exam, patient, study, 0.0)
            store.crosswalk.subject_put(subject, patient)
            store.exams.identify(exam_id, subject, patient, study)
            dating = settle_dating(store.crosswalk, subject, study_date)
            store.exams.date(exam_id, dating)
            manifest = DeliveryManifest(
                1, "center-a", subject, exam, 1, Contents.REPORT_ONLY, dating.day, dating.exam_year,
                "p", "0" * 64, "1.0", "k", "tests",
            )  # fmt: skip
            delivery = store.outbox.add(exam_id, manifest, exam)
            for state in (ExamState.PREPARING, ExamState.QUEUED):
                store.exams.move(exam_id, state)
            if accepted:
                for step in (DeliveryState.SENDING, DeliveryState.ACCEPTED):
                    store.outbox.move(delivery, step)
                for state in (ExamState.SENDING, ExamState.DELIVERED):
                    store.exams.move(exam_id, state)
        return exam_id, subject

    return enter


@pytest.fixture
def send_statements():
    """Send every statement whose time has come; returns them as they stand afterwards."""

    def run(workplace):
        client = workplace.client()
        try:
            sender = workplace.statement_sender(client)
            return list(iter(sender.step, None))
        finally:
            client.close()

    return run
