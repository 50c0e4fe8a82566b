"""One exam from its source files to the registry's receipt."""

import json

from cmr_connector.handover import newest_receipt, take_all
from cmr_connector.intake import Outcome, Source
from cmr_connector.states import DeliveryState, ExamState, InstanceState
from cmr_exchange.manifest import Contents


def test_an_exam_arrives_whole_and_its_receipt_is_kept(workplace, registry, cmr_exam, deliver):
    exam = cmr_exam()
    taken = take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert row.state is ExamState.DELIVERED
    assert len(registry.stored()) == len(exam.files) == row.n_instances
    [manifest] = registry.accepted()
    assert (manifest.contents, manifest.day, manifest.version) == (Contents.IMAGES_ONLY, 0, 1)
    delivery = newest_receipt(workplace, row.id)
    assert delivery.state is DeliveryState.ACCEPTED
    assert delivery.receipt["delivery"] == manifest.digest()
    assert workplace.store.ledger.counts(row.id)[InstanceState.STORED] == len(exam.files)
    assert taken.outcomes() == {Outcome.TAKEN: len(exam.files)}


def test_files_are_forgotten_only_after_the_receipt(workplace, registry, cmr_exam, deliver):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    workplace.pipeline.step()
    registry.fail_next = 1
    deliver(workplace, rounds=1)
    assert len(list(workplace.files.spool.iterdir())) == len(exam.files)
    workplace.store.outbox.retry_now()
    deliver(workplace)
    assert list(workplace.files.spool.iterdir()) == []
    assert [path for path in workplace.files.outgoing.rglob("*") if path.is_file()] == []


def test_the_same_exam_again_changes_nothing(workplace, registry, cmr_exam, deliver):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    receipt, requests = newest_receipt(workplace, row.id).receipt, registry.stow_requests
    again = take_all(workplace, exam.root, Source.DESK)
    deliver(workplace)
    assert again.outcomes() == {Outcome.AGAIN: len(exam.files)}
    assert workplace.store.exams.get(row.id).version == 1
    assert newest_receipt(workplace, row.id).receipt == receipt
    assert registry.stow_requests == requests
    assert len(registry.accepted()) == 1


def test_late_images_make_a_new_version_with_all_instances(workplace, registry, cmr_exam, deliver):
    exam = cmr_exam()
    early, late = exam.files[:-2], exam.files[-2:]
    for path in early:
        workplace.intake.take(path, Source.FOLDER)
    deliver(workplace)
    written = len(registry.stored_writes)
    for path in late:
        workplace.intake.take(path, Source.FOLDER)
    deliver(workplace)
    first, second = registry.accepted()
    assert (first.version, second.version) == (1, 2)
    assert len(list(second.instances())) == len(exam.files)
    assert len(registry.stored_writes) - written == 2


def test_images_that_come_while_an_exam_waits_to_be_sent_follow_as_the_next_version(
    workplace, registry, cmr_exam, deliver
):
    exam = cmr_exam()
    for path in exam.files[:-1]:
        workplace.intake.take(path, Source.SCP)
    workplace.pipeline.step()
    workplace.intake.take(exam.files[-1], Source.SCP)
    deliver(workplace)
    assert [manifest.version for manifest in registry.accepted()] == [1, 2]
    assert workplace.store.exams.listed()[0].state is ExamState.DELIVERED


def test_no_identifier_reaches_registry_log_or_database(workplace, registry, cmr_exam, deliver, log_lines):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    canaries = {entry["value"] for entry in exam.planted if len(entry["value"]) > 5}
    canaries |= {exam.patient_id, exam.accession_number, exam.study_instance_uid}
    workplace.close()
    places = {
        "log": json.dumps(log_lines()).encode(),
        "manifest": registry.accepted()[0].canonical_bytes(),
        **{path.name: path.read_bytes() for path in workplace.config.data_dir.iterdir() if path.is_file()},
        **registry.stored(),
    }
    found = [
        (place, canary) for place, data in places.items() for canary in canaries if canary.encode() in data
    ]
    assert found == []
    assert canaries
