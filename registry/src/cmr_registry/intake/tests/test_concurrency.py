"""Two senders at once: the same delivery, the same study, the same instance (N8)."""

import threading

import pytest
from django.db import connection

from cmr_registry.archive.models import Pack
from cmr_registry.archive.services import pack_listing
from cmr_registry.audit.selectors import chain_verify
from cmr_registry.intake.acceptance import delivery_accept
from cmr_registry.intake.models import Conflict, Delivery
from cmr_registry.intake.services import delivery_open, instances_store
from cmr_registry.intake.tasks import work_once
from cmr_registry.lib.scope import ALL_CENTERS, center_scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def at_once(*calls):
    """Run calls in threads that start together; returns their results, raises the first error."""
    gate, results, errors = threading.Barrier(len(calls)), [None] * len(calls), []

    def run(n, call):
        try:
            gate.wait(10)
            with center_scope(ALL_CENTERS):
                results[n] = call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]
    return results


@pytest.fixture
def store(principal_riverside):
    def of(delivery_id, files):
        return lambda: instances_store(
            principal=principal_riverside, delivery_id=delivery_id, instances=files
        )

    return of


def test_the_same_manifest_at_once_is_one_delivery(principal_riverside, coded):
    def call():
        return delivery_open(principal=principal_riverside, manifest=coded.manifest())

    first, second, third = at_once(call, call, call)
    assert first.pk == second.pk == third.pk


def test_halves_of_a_delivery_at_once_make_it_complete(principal_riverside, coded, store):
    with center_scope(ALL_CENTERS):
        delivery = delivery_open(principal=principal_riverside, manifest=coded.manifest())
        at_once(store(delivery.pk, coded.files[::2]), store(delivery.pk, coded.files[1::2]))
        delivery.refresh_from_db()
        assert (delivery.state, delivery.n_stored) == ("complete", len(coded.files))
        assert delivery_accept(delivery=delivery).state == "accepted"


def test_the_same_instances_at_once_are_stored_once(principal_riverside, coded, store):
    outcomes = at_once(*(store(None, coded.files) for _ in range(3)))
    with center_scope(ALL_CENTERS):
        assert Delivery.objects.count() == 1
        stored = [one.sop_instance_uid for pack in Pack.objects.all() for one in pack_listing(pack)]
    assert [len(outcome.stored) for outcome in outcomes] == [len(coded.files)] * 3
    assert sorted(stored) == sorted(one.sop_instance_uid for one in coded.instances)


def test_two_forms_of_one_instance_at_once_never_both_count(principal_riverside, coded, store):
    data = coded.files[0]
    changed = data[:-1] + bytes([data[-1] ^ 1])
    outcomes = at_once(store(None, [data]), store(None, [changed]))
    with center_scope(ALL_CENTERS):
        assert Conflict.objects.count() == 1
        assert Pack.objects.filter(is_apart=False).count() == 1
    assert sorted(len(outcome.stored) for outcome in outcomes) == [0, 1]


def test_many_workers_accept_each_delivery_once_and_the_chain_holds(principal_riverside, coded, store):
    with center_scope(ALL_CENTERS):
        delivery = delivery_open(principal=principal_riverside, manifest=coded.manifest())
        store(delivery.pk, coded.files)()
    at_once(work_once, work_once, work_once)
    with center_scope(ALL_CENTERS):
        delivery.refresh_from_db()
    assert delivery.state == "accepted"
    assert chain_verify() is None


def test_sending_again_while_the_worker_accepts_leaves_no_second_copy(principal_riverside, coded, store):
    with center_scope(ALL_CENTERS):
        delivery = delivery_open(principal=principal_riverside, manifest=coded.manifest())
        store(delivery.pk, coded.files)()
    at_once(work_once, *(store(delivery.pk, coded.files) for _ in range(3)))
    with center_scope(ALL_CENTERS):
        delivery.refresh_from_db()
        assert delivery.state == "accepted"
        assert not Pack.objects.exists()
