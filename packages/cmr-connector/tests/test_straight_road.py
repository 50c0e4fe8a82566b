"""One exam from its source files to the registry's receipt."""

import json

import pytest

from cmr_connector.handover import newest_receipt, take_all
from cmr_connector.intake import Outcome, Source
from cmr_connector.states import DeliveryState, ExamState, InstanceState
from cmr_deid.leaks import search
from cmr_deid.verify import Finding, Inspection
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


def test_images_that_come_while_an_exam_is_prepared_are_not_forgotten(
    workplace, registry, cmr_exam, deliver, monkeypatch
):
    exam = cmr_exam()
    workplace.intake.take(exam.files[0], Source.SCP)
    conclude = workplace.pipeline._conclude

    def with_a_late_image(row, started):
        monkeypatch.undo()
        workplace.intake.take(exam.files[1], Source.SCP)
        return conclude(row, started)

    monkeypatch.setattr(workplace.pipeline, "_conclude", with_a_late_image)
    deliver(workplace)
    assert [len(list(manifest.instances())) for manifest in registry.accepted()] == [1, 2]


def test_a_full_disk_puts_the_exam_back_and_blames_no_image(workplace, registry, cmr_exam, monkeypatch):
    exam = cmr_exam()
    workplace.intake.take(exam.files[0], Source.SCP)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workplace.files, "outgoing_put", full)
    with pytest.raises(OSError, match="No space"):
        workplace.pipeline.step()
    [row] = workplace.store.exams.listed()
    assert (row.state, row.n_problems) == (ExamState.ARRIVING, 0)
    assert workplace.pipeline.step() is None
    monkeypatch.undo()
    workplace.store.exams.settle(row.id)
    assert workplace.pipeline.step().state is ExamState.QUEUED


def test_an_image_that_breaks_a_library_is_held_and_its_sisters_go(
    workplace, registry, cmr_exam, deliver, monkeypatch, log_lines
):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    seen = []

    def breaking(data, removed):
        seen.append(data)
        if len(seen) == 3:
            raise ZeroDivisionError(exam.patient_name)
        return search(data, removed)

    monkeypatch.setattr("cmr_connector.deidentifying.search", breaking)
    deliver(workplace)
    assert len(registry.stored()) == len(exam.files) - 1
    assert workplace.store.ledger.reasons(1) == {"unreadable": 1}
    assert exam.patient_name not in json.dumps(log_lines())


@pytest.mark.parametrize("leak", ["inspect", "search", "pixels_equal"])
def test_what_a_second_look_finds_stays_inside(workplace, registry, cmr_exam, deliver, monkeypatch, leak):
    exam = cmr_exam()
    take_all(workplace, exam.root, Source.COMMAND)
    spoiled = []

    def finding(data, *removed):
        spoiled.append(data)
        return {"inspect": Inspection((Finding("identifying_value", ""),)), "search": ["left"]}.get(
            leak, False
        )

    monkeypatch.setattr(f"cmr_connector.deidentifying.{leak}", finding)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    code = {"inspect": "identifying_value", "search": "source_value_left"}.get(leak, "pixels_changed")
    assert (row.state, row.reason) == (ExamState.HELD, code)
    assert len(spoiled) == len(exam.files)
    assert registry.received_bytes == 0
    assert [path for path in workplace.files.outgoing.rglob("*") if path.is_file()] == []
