"""Many images at once: fast, and each of them as safe as if it had come alone (N2, N3)."""

import os
import shutil
from pathlib import Path

import pydicom
import pytest

from cmr_connector.exam_gates import judge_heart
from cmr_connector.files import TOGETHER, Files, Keeping
from cmr_connector.folder import FolderSource
from cmr_connector.handover import take_all, take_members
from cmr_connector.intake import Outcome, Source
from cmr_connector.states import ExamState, InstanceState


@pytest.fixture
def cmr_exam(cmr_exam, few):
    return lambda **options: few(cmr_exam(**options), 5)


def plain_files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def disk(tmp_path):
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


def test_files_have_no_name_before_they_are_committed(disk):
    with Keeping() as keeping:
        for name in ("a", "b"):
            keeping.put(disk / "new" / name, name.encode())
        keeping.put(disk / "new" / "a", b"another")
        assert not (disk / "new" / "a").exists()
        keeping.commit()
    assert [path.read_bytes() for path in plain_files(disk)] == [b"a", b"b"]


def test_what_was_not_committed_leaves_no_trace(disk):
    with Keeping() as keeping:
        keeping.put(disk / "a", b"a")
    assert plain_files(disk) == []


def test_every_file_and_every_folder_of_them_is_synced_before_the_commit_returns(disk, monkeypatch):
    synced, sync = [], os.fsync

    def watched(descriptor):
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name.partition(".")[0])
        sync(descriptor)

    monkeypatch.setattr("os.fsync", watched)
    with Keeping() as keeping:
        keeping.put(disk / "ab" / "one", b"1")
        keeping.put(disk / "cd" / "two", b"2")
        keeping.commit()
    assert sorted(synced[:2]) == ["one", "two"]
    assert sorted(synced[2:]) == sorted(["ab", "cd", disk.name])


def test_a_sync_that_failed_is_not_tried_again(disk, monkeypatch):
    calls = []

    def broken(descriptor):
        calls.append(descriptor)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", broken)
    with Keeping() as keeping:
        keeping.put(disk / "a", b"a")
        with pytest.raises(OSError, match="Input/output"):
            keeping.commit()
        keeping.commit()
    assert len(calls) == 1
    assert plain_files(disk) == []


def test_a_disk_that_is_full_in_the_middle_of_a_file_costs_that_file_alone(disk, monkeypatch):
    write = os.write

    def full(descriptor, data):
        if bytes(data) == b"too much":
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:1])

    monkeypatch.setattr("os.write", full)
    with Keeping() as keeping:
        keeping.put(disk / "a", b"whole")
        with pytest.raises(OSError, match="No space"):
            keeping.put(disk / "b", b"too much")
        keeping.commit()
    assert [path.read_bytes() for path in plain_files(disk)] == [b"whole"]


def test_an_outgoing_file_of_a_try_that_was_killed_is_kept_and_its_folder_synced(disk, monkeypatch):
    files = Files(disk)
    with Keeping() as keeping:
        files.outgoing_put("f" * 64, b"out", keeping)
        keeping.commit()
    synced = []
    monkeypatch.setattr("cmr_connector.files._sync_folder", synced.append)
    with Keeping() as keeping:
        files.outgoing_put("f" * 64, b"out", keeping)
        keeping.commit()
    assert synced == [files.outgoing / "ff"]


def test_the_same_file_twice_in_one_hand_over_is_taken_once(workplace, cmr_exam, tmp_path):
    exam = cmr_exam()
    for name in ("a.dcm", "b.dcm"):
        (tmp_path / "drop").mkdir(exist_ok=True)
        shutil.copy(exam.files[0], tmp_path / "drop" / name)
    hand_over = take_all(workplace, tmp_path / "drop", Source.DESK)
    assert [file.taken.outcome for file in hand_over.files] == [Outcome.TAKEN, Outcome.AGAIN]
    [row] = workplace.store.ledger.of_exam(hand_over.exam_ids[0])
    assert row.times_received == 2
    assert [path.name for path in plain_files(workplace.files.spool)] == [row.spool]


def test_of_two_doors_with_the_same_image_the_faster_one_keeps_it(workplace, cmr_exam):
    image = cmr_exam().files[0]
    with workplace.intake.together(Source.FOLDER) as slow:
        slow.add(image)
        assert workplace.intake.take(image, Source.SCP).outcome is Outcome.TAKEN
        assert [taken.outcome for taken in slow.commit()] == [Outcome.AGAIN]
    assert len(plain_files(workplace.files.spool)) == 1


def test_an_image_that_was_refused_by_the_gates_and_comes_again_gets_a_new_chance(workplace, cmr_exam):
    image = cmr_exam().files[0]
    first = workplace.intake.take(image, Source.SCP)
    workplace.store.ledger.move(first.number, InstanceState.HELD, "two_patients")
    again = workplace.intake.take(image, Source.SCP)
    assert (again.outcome, again.number) == (Outcome.TAKEN, first.number)
    assert workplace.store.ledger.get(first.number).state is InstanceState.FOUND


def test_what_came_before_a_broken_file_is_taken(workplace, cmr_exam, tmp_path):
    exam = cmr_exam()

    def members():
        from_disk = take_all.__globals__["members_of"]
        yield from from_disk(exam.root)
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        take_members(workplace, members(), Source.COMMAND)
    assert len(workplace.store.ledger.of_exam(1)) == len(exam.files)


def test_a_hand_over_larger_than_a_handful_is_told_file_by_file(workplace, tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(TOGETHER + 2):
        (folder / f"{number:03d}.txt").write_text("no image")
    told = []
    hand_over = take_all(workplace, folder, Source.COMMAND, lambda *step: told.append(step))
    assert [file.label for file in hand_over.files] == [f"{n:03d}.txt" for n in range(TOGETHER + 2)]
    assert told == [("take", n + 1, 0) for n in range(TOGETHER + 2)]
    assert len(workplace.store.ledger.refusals(batch=hand_over.batch)) == TOGETHER + 2


def test_a_watched_folder_larger_than_a_handful_is_taken_at_one_look(workplace, tmp_path):
    folder = tmp_path / "watched"
    folder.mkdir()
    for number in range(TOGETHER + 2):
        (folder / f"{number:03d}.txt").write_text("no image")
    source = FolderSource(workplace.store, workplace.intake, folder, 0.0)
    assert len(source.poll()) == TOGETHER + 2
    assert source.poll() == []


def test_a_watched_folder_on_a_full_disk_is_taken_at_the_next_look(
    workplace, cmr_exam, monkeypatch, log_lines
):
    exam = cmr_exam()
    source = FolderSource(workplace.store, workplace.intake, exam.root, 0.0)

    def full(*_):
        raise OSError(28, "No space left on device")

    for place in ("spool_put", None):
        if place:
            monkeypatch.setattr(workplace.files, place, full)
        else:
            monkeypatch.setattr("os.fsync", full)
        assert source.poll() == []
        monkeypatch.undo()
    assert {line["error"] for line in log_lines() if line["event"] == "unexpected_error"} == {"OSError"}
    assert [taken.outcome for taken in source.poll()] == [Outcome.TAKEN] * len(exam.files)


def test_bytes_that_break_the_reader_are_refused_with_a_reason(workplace, cmr_exam, monkeypatch):
    def broken(data):
        raise ZeroDivisionError

    monkeypatch.setattr("cmr_connector.intake.read_raw", broken)
    taken = workplace.intake.take(cmr_exam().files[0], Source.SCP)
    assert (taken.outcome, taken.reason.code) == (Outcome.REJECTED, "unreadable")


def series_of(exam, tmp_path, words):
    """One series of five images whose protocol names are `words`."""
    folder = tmp_path / "series"
    folder.mkdir()
    for number, (path, word) in enumerate(zip(exam.files, words, strict=True)):
        dataset = pydicom.dcmread(path)
        dataset.SeriesInstanceUID = "1.2.3.4"
        dataset.ProtocolName = dataset.SeriesDescription = word
        dataset.save_as(folder / f"{number}.dcm")
    return folder


@pytest.mark.parametrize("place", range(5))
def test_one_image_that_speaks_of_the_head_holds_its_series_wherever_it_stands(
    workplace, registry, cmr_exam, deliver, tmp_path, place
):
    words = ["cine sax"] * 5
    words[place] = "t1 mprage brain"
    take_all(workplace, series_of(cmr_exam(), tmp_path, words), Source.COMMAND)
    deliver(workplace)
    [row] = workplace.store.exams.listed()
    assert (row.state, workplace.store.ledger.reasons(row.id)) == (ExamState.HELD, {"head_coverage": 5})
    assert registry.stored() == {}


def test_no_exam_is_held_as_no_heart_before_many_of_its_images_were_looked_at(
    workplace, cmr_exam, tmp_path, monkeypatch
):
    folder = series_of(cmr_exam(), tmp_path, ["survey", "cine sax heart", "survey", "survey", "survey"])
    for path in plain_files(folder):
        dataset = pydicom.dcmread(path)
        for keyword in ("TriggerTime", "NominalInterval", "CardiacNumberOfImages", "BodyPartExamined"):
            dataset.pop(keyword, None)
        dataset.StudyDescription = ""
        dataset.save_as(path)
    take_all(workplace, folder, Source.COMMAND)
    rows = workplace.store.ledger.of_exam(1)
    outcome, verdict, _kinds = judge_heart(rows, workplace.files, "", released=False)
    assert "heart_words" in verdict.evidence
    assert outcome.good == rows
