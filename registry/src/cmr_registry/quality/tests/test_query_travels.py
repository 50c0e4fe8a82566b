"""A question travels from a check of the registry to the center desk, and a correction travels back and closes it.

Registry and connector are the real ones, in one process: the connector's HTTP goes to the server's own handlers.
"""

import datetime
import hashlib

import httpx
import pytest
from django.test import Client

from cmr_connector.config import from_document
from cmr_connector.config_template import initialize
from cmr_connector.crosswalk import Patient, SourceStudy
from cmr_connector.manifests import SOFTWARE
from cmr_connector.registry_client import RegistryClient
from cmr_connector.states import ExamState, StatementState
from cmr_connector.workplace import open_workplace
from cmr_exchange.manifest import Contents, DeliveryManifest, ReportValue, ValueSource
from cmr_exchange.queries import QueryAnswer, QueryState
from cmr_exchange.versions import EXCHANGE_VERSION
from cmr_registry.intake import tasks as intake_tasks
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality import tasks as quality_tasks
from cmr_registry.quality.models import Census, DataQuery

pytestmark = pytest.mark.django_db
SUBJECT, EXAM, NAME = "ABCDEFGHIJKLMNOP2", "QRSTUVWXYZABCDEF3", "DOE^JANE"
WRONG = {"lv_edv_ml": 150.0, "lv_esv_ml": 60.0, "lv_ef_pct": 20.0}


class ToDjango(httpx.BaseTransport):
    """Carries requests to Django; after each the registry's workers have done their work."""

    def __init__(self):
        self.client, self.bodies = Client(), []

    def handle_request(self, request):
        body = request.read()
        self.bodies.append(body)
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        answer = self.client.generic(
            request.method,
            request.url.raw_path.decode(),
            body,
            headers.get("content-type", "application/json"),
            headers=headers,
        )
        while intake_tasks.work_once():
            pass
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


@pytest.fixture
def wire():
    return ToDjango()


@pytest.fixture
def hospital(tmp_path, riverside, key_riverside, wire):
    """A connector of Riverside and its connection to the registry."""
    folder = tmp_path / "hospital"
    initialize(folder, "riverside", "http://testserver")
    document = {
        "center": {"code": "riverside"},
        "registry": {"url": "http://testserver"},
        "scp": {"enabled": False},
        "pixels": {"enabled": False},
    }
    workplace = open_workplace(from_document(document, folder))
    client = RegistryClient("http://testserver", key_riverside, transport=wire)
    yield workplace, client
    client.close()
    workplace.close()


def deliver(hospital, values):
    """State the next version of the exam with these values and let the registry accept it."""
    workplace, client = hospital
    store, version = workplace.store, 1
    with store.transaction():
        patient = Patient("PAT-1", "", NAME, "19610504")
        study = SourceStudy("1.2.3", "ACC-1", "20200317")
        number = store.exams.find_or_add(EXAM, patient, study, 0.0)
        store.crosswalk.subject_put(SUBJECT, patient)
        store.exams.identify(number, SUBJECT, patient, study)
        version = store.exams.get(number).version + 1
        manifest = DeliveryManifest(
            exchange_version=EXCHANGE_VERSION,
            center="riverside",
            subject=SUBJECT,
            exam=EXAM,
            version=version,
            contents=Contents.REPORT_ONLY,
            day=0,
            exam_year=2020,
            profile="p",
            profile_digest=hashlib.sha256(b"p").hexdigest(),
            dictionary_version="2.1",
            key_id="k-1",
            software=SOFTWARE,
            values={name: ReportValue(ValueSource.DESK, value) for name, value in values.items()},
        )
        store.outbox.add(number, manifest, f"content {version}")
        for state in (ExamState.ARRIVING, ExamState.PREPARING, ExamState.QUEUED):
            if store.exams.get(number).state is not state:
                store.exams.move(number, state)
    sent = workplace.sender(client).step()
    assert sent.receipt is not None, sent.cause
    return version


def check():
    """Let the registry's worker look at what is due."""
    with center_scope(ALL_CENTERS):
        while quality_tasks.work_once():
            pass
        return list(DataQuery.objects.filter(item="lv_ef_pct"))


def test_a_correction_at_the_hospital_closes_what_a_check_asked(hospital, wire, riverside):
    workplace, client = hospital
    deliver(hospital, WRONG)
    [query] = check()
    assert (query.rule, query.state, query.asked_by) == ("ef-from-volumes", "open", "check")

    workplace.queries.fetch(client)
    row = next(one for one in workplace.store.data_queries.waiting() if one.document.item == "lv_ef_pct")
    assert workplace.store.crosswalk.entry(row.exam_id).patient.name == NAME

    version = deliver(hospital, WRONG | {"lv_ef_pct": 60.0})
    assert workplace.queries.answer_corrections() >= 1
    sender = workplace.statement_sender(client)
    sent = list(iter(sender.step, None))
    assert {one.state for one in sent} == {StatementState.ACCEPTED}

    [closed] = check()
    assert (closed.state, closed.closed_by) == ("closed", "check")
    with center_scope(ALL_CENTERS):
        steps = [(entry.author, entry.step, entry.version) for entry in closed.entries.order_by("number")]
    assert ("connector", "answered", version) in steps
    assert steps[-1][:2] == ("check", "closed")

    workplace.queries.fetch(client)
    last = next(one for one in workplace.store.data_queries.of_exam(EXAM) if one.number == row.number)
    assert last.document.state is QueryState.CLOSED
    crossed = b"".join(wire.bodies)
    assert NAME.encode() not in crossed
    assert b"PAT-1" not in crossed


def test_a_value_that_is_right_waits_for_the_registry_and_counts_travel_too(hospital, riverside):
    workplace, client = hospital
    deliver(hospital, WRONG)
    check()
    workplace.queries.fetch(client)
    row = next(one for one in workplace.store.data_queries.waiting() if one.document.item == "lv_ef_pct")
    workplace.queries.answer(row, QueryAnswer.VALUE_IS_RIGHT, "jane.doe")
    assert workplace.census.state(datetime.date(2020, 4, 2)) == 1
    assert {one.state for one in iter(workplace.statement_sender(client).step, None)} == {
        StatementState.ACCEPTED
    }
    [query] = check()
    assert (query.state, query.answer) == ("answered", "value_is_right")
    with center_scope(ALL_CENTERS):
        [stated] = Census.objects.filter(month="2020-03")
    assert (stated.n_hospital, stated.n_eligible, stated.n_delivered, stated.source) == (1, 1, 1, "ledger")
