"""The sender against a registry that fails in all the ways it may."""

import base64
import dataclasses
import json
import time

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cmr_connector.errors import ReceiptError, RegistryError, RegistryUnreachableError
from cmr_connector.handover import newest_receipt, take_all
from cmr_connector.intake import Source
from cmr_connector.registry_client import ReceiptKey, RegistryClient, checked_receipt
from cmr_connector.sender import RECEIPT_KEY
from cmr_connector.states import DeliveryState, ExamState, InstanceState


@pytest.fixture
def cmr_exam(cmr_exam, few):
    return lambda **options: few(cmr_exam(**options), 12)


@pytest.fixture
def queued(workplace, cmr_exam):
    """An exam that is prepared and waits to be sent."""
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    workplace.pipeline.step()
    return exam


@pytest.fixture
def sender(workplace):
    client = workplace.client()
    yield workplace.sender(client)
    client.close()


def only_exam(workplace):
    [exam] = workplace.store.exams.listed()
    return exam


def test_a_busy_registry_is_tried_again_later_with_growing_waits(workplace, registry, queued, sender):
    waits = []
    for _ in range(4):
        registry.fail_next = 1
        workplace.store.outbox.retry_now()
        delivery = sender.step()
        waits.append(delivery.next_try - time.time())
        assert delivery.state is DeliveryState.QUEUED
        assert delivery.cause == "answer 503"
    assert delivery.attempts == 4
    assert waits[3] > 7 > waits[0]
    assert sender.step() is None
    workplace.store.outbox.retry_now()
    assert sender.step().state is DeliveryState.ACCEPTED


def test_a_registry_that_cannot_be_reached_keeps_the_exam_queued(workplace, registry, queued):
    client = RegistryClient("http://127.0.0.1:9", "key", 1.0)
    delivery = workplace.sender(client).step()
    client.close()
    assert (delivery.state, delivery.cause) == (DeliveryState.QUEUED, "no answer (ConnectError)")
    assert only_exam(workplace).state is ExamState.QUEUED


def test_a_wrong_key_is_said_and_nothing_is_lost(workplace, registry, queued):
    client = RegistryClient(registry.url, "wrong")
    delivery = workplace.sender(client).step()
    client.close()
    assert delivery.cause == "answer 401 (key_unknown)"
    assert registry.stored() == {}


def test_a_failure_in_the_middle_sends_only_the_rest(workplace, registry, queued, sender):
    sender.receipt_key()
    original = registry._store
    seen = []

    def failing(data, expected):
        seen.append(data)
        if len(seen) == 10:
            raise RuntimeError("the server dies here")
        return original(data, expected)

    registry._store = failing
    delivery = sender.step()
    assert delivery.state is DeliveryState.QUEUED
    already = len(registry.stored())
    assert 0 < already < len(queued.files)
    before = registry.received_bytes
    # the dying server also closes the connection, which the next request may or may not meet
    for _ in range(3):
        workplace.store.outbox.retry_now()
        delivery = sender.step() or delivery
    assert delivery.state is DeliveryState.ACCEPTED
    sizes = [len(data) for data in registry.stored().values()]
    assert registry.received_bytes - before < sum(sizes)
    assert len(registry.stored_writes) == len(set(registry.stored_writes)) == len(queued.files)


def test_an_instance_that_the_registry_refuses_is_held_and_the_others_arrive(
    workplace, registry, queued, sender
):
    victim = workplace.store.ledger.of_exam(1)[3].out_sop_uid
    registry.refuse[victim] = "identifying_value"
    assert sender.step().state is DeliveryState.REFUSED
    workplace.pipeline.step()
    assert sender.step().state is DeliveryState.ACCEPTED
    [manifest] = registry.accepted()
    assert manifest.version == 2
    assert len(list(manifest.instances())) == len(queued.files) - 1
    assert workplace.store.ledger.reasons(1) == {"identifying_value": 1}
    assert only_exam(workplace).state is ExamState.DELIVERED


def test_a_registry_without_room_is_tried_again(workplace, registry, queued, sender):
    uids = [row.out_sop_uid for row in workplace.store.ledger.of_exam(1)]
    registry.refuse = dict.fromkeys(uids, "out_of_storage")
    assert sender.step().state is DeliveryState.QUEUED
    registry.refuse = {}
    workplace.store.outbox.retry_now()
    assert sender.step().state is DeliveryState.ACCEPTED


def test_an_exam_in_conflict_waits_for_the_steward(workplace, registry, queued, sender):
    registry.conflict = True
    delivery = sender.step()
    exam = only_exam(workplace)
    assert (delivery.state, exam.state) == (DeliveryState.CONFLICT, ExamState.CONFLICT)
    assert exam.reason == "same_uid_other_bytes"
    assert sender.step() is None
    registry.conflict = False
    registry.deliveries[delivery.registry_id]["state"] = "open"
    workplace.store.outbox.retry_now()
    assert sender.step().state is DeliveryState.ACCEPTED
    assert only_exam(workplace).state is ExamState.DELIVERED


def test_a_receipt_of_another_key_is_not_believed(workplace, registry, queued, sender):
    sender.receipt_key()
    registry.key = Ed25519PrivateKey.generate()
    delivery = sender.step()
    assert (delivery.state, delivery.receipt) == (DeliveryState.QUEUED, None)
    assert "signature" in delivery.cause
    assert len(list(workplace.files.spool.iterdir())) == len(queued.files)


def test_a_receipt_of_another_delivery_is_not_believed(workplace, registry, queued, sender):
    original = registry._receipt
    registry._receipt = lambda manifest: original(dataclasses.replace(manifest, exam="B" * 17))
    delivery = sender.step()
    assert (delivery.state, delivery.cause) == (
        DeliveryState.QUEUED,
        "The receipt speaks of another delivery.",
    )


def test_the_receipt_key_is_pinned_at_the_first_contact(workplace, registry, sender):
    key = sender.receipt_key()
    registry.key = Ed25519PrivateKey.generate()
    assert sender.receipt_key() == key
    assert workplace.store.setting(RECEIPT_KEY)


@pytest.mark.parametrize("pinned", [base64.b64encode(bytes(32)).decode(), "not base64"])
def test_the_settings_may_pin_the_receipt_key(make_workplace, pinned):
    workplace = make_workplace(registry={"receipt_key": pinned})
    client = workplace.client()
    with pytest.raises(ReceiptError):
        workplace.sender(client).receipt_key()
    client.close()


def test_a_receipt_key_pinned_by_the_settings_is_accepted(make_workplace, workplace, sender):
    key = sender.receipt_key()
    workplace.close()
    other = make_workplace(registry={"receipt_key": key.public_key})
    client = other.client()
    assert other.sender(client).receipt_key() == key
    client.close()


def test_images_that_the_registry_lost_are_asked_for_again_from_the_pacs(
    workplace, registry, queued, sender, deliver
):
    sender.step()
    lost = next(iter(registry.folder.iterdir()))
    lost.unlink()
    report = {"lv_edv_ml": {"source": "desk", "value": 150}}
    workplace.store.exams.describe(1, report, "")
    workplace.store.exams.wake(1)
    deliver(workplace)
    assert workplace.store.ledger.reasons(1) == {"outgoing_cleared": 1}
    take_all(workplace, queued.root, Source.COMMAND)
    deliver(workplace)
    assert len(registry.stored()) == len(queued.files)
    assert workplace.store.ledger.counts(1)[InstanceState.STORED] == len(queued.files)
    assert newest_receipt(workplace, 1).version == only_exam(workplace).version


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>proxy</html>"),
        httpx.Response(200, json={"id": "x"}),
        httpx.Response(200, json=[]),
        httpx.Response(400, text="no"),
        httpx.Response(403, json={"code": "<b>not a code</b>"}),
    ],
)
def test_an_answer_that_is_not_of_the_contract_is_an_error(answer):
    client = RegistryClient("http://registry", "key", transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(RegistryError) as caught:
        client.open_delivery(b"{}")
    assert not isinstance(caught.value, RegistryUnreachableError)
    assert "<" not in str(caught.value)


def test_a_receipt_key_that_is_not_stated_is_an_error():
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    with pytest.raises(RegistryError):
        RegistryClient("http://registry", "key", transport=transport).receipt_key()


@pytest.mark.parametrize("document", [{}, {"exchange_version": 99}])
def test_a_malformed_receipt_is_not_believed(document):
    with pytest.raises(ReceiptError):
        checked_receipt(document, ReceiptKey("k", ""))


def test_batches_keep_their_limits(workplace, registry, queued, sender):
    sender.step()
    assert registry.stow_requests == -(-len(queued.files) // 7)


def test_what_was_being_sent_when_the_process_died_is_queued_again(workplace, queued, sender):
    workplace.store.outbox.claim()
    workplace.store.exams.move(1, ExamState.SENDING)
    assert sender.step() is None
    sender.recover()
    assert only_exam(workplace).state is ExamState.QUEUED
    assert sender.step().state is DeliveryState.ACCEPTED


def test_the_log_names_no_uid(workplace, queued, sender, log_lines):
    sender.step()
    text = json.dumps(log_lines())
    assert "delivery_accepted" in text
    assert "2.25." not in text
    assert "1.2.8" not in text


def test_an_unforeseen_failure_leaves_the_delivery_queued(workplace, registry, queued, sender, monkeypatch):
    def broken(row):
        raise PermissionError(queued.patient_name)

    monkeypatch.setattr(sender, "_outgoing", broken)
    with pytest.raises(PermissionError):
        sender.step()
    [delivery] = workplace.store.outbox.of_exam(1)
    assert (delivery.state, delivery.cause) == (DeliveryState.QUEUED, "PermissionError")
    assert only_exam(workplace).state is ExamState.QUEUED


def test_a_delivery_that_the_steward_refuses_is_held_with_its_reason(workplace, registry, queued, sender):
    registry.conflict = True
    delivery = sender.step()
    registry.deliveries[delivery.registry_id]["state"] = "refused"
    workplace.store.outbox.retry_now()
    assert sender.step().state is DeliveryState.REFUSED
    exam = only_exam(workplace)
    assert (exam.state, exam.reason) == (ExamState.HELD, "same_uid_other_bytes")


def test_other_bytes_under_a_stored_uid_are_left_to_the_steward(workplace, registry, queued, sender):
    victim = workplace.store.ledger.of_exam(1)[0].out_sop_uid
    registry.refuse[victim] = "same_uid_other_bytes"
    view = registry._view

    def in_conflict(name):
        if registry.stow_requests:
            registry.deliveries[name]["state"] = "conflict"
        return view(name)

    registry._view = in_conflict
    assert sender.step().state is DeliveryState.CONFLICT
    assert only_exam(workplace).state is ExamState.CONFLICT
    assert workplace.store.ledger.reasons(1) == {}
