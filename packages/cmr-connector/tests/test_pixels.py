"""Text that is burned into images: looked for in a locked process, held for a person, decided at the desk."""

import io
import json
import subprocess
import sys

import pydicom
import pytest

from cmr_connector.doctor import examine
from cmr_connector.errors import PixelChildError, StoreError, TransitionError
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.overview import needs_attention, overview, overview_lines
from cmr_connector.pixels import child, lock
from cmr_connector.pixels.decisions import choices_for, decide
from cmr_connector.pixels.looker import Looker, is_installed
from cmr_connector.pixels.looks import Choice, LookState
from cmr_connector.states import ExamState, InstanceState
from cmr_testkit.burned.files import burn_files

DEVICE = {"manufacturer": "SIEMENS", "model": "Aera", "rows": "64", "columns": "64"}
TEXT = {
    "kind": "text",
    "meaning": "unknown",
    "box": [2, 3, 9, 30],
    "size": [64, 64],
    "text": "Quist Anna",
    "sureness": 0.97,
    "crop": "iVBORw0KGgo=",
}


class Scripted:
    """Stands for the child process: finds what it is told in the series whose first image is told."""

    def __init__(self) -> None:
        self.findings: dict[bytes, list[dict]] = {}
        self.native, self.device, self.seen, self.fail = True, DEVICE, True, 0
        self.asked: list[list[str]] = []

    def look(self, files, sizes, known):
        data = list(files)
        assert [len(one) for one in data] == sizes
        self.asked.append(known)
        if self.fail:
            self.fail -= 1
            raise PixelChildError("The process that looks at pixels ended.")
        return {
            "seen": self.seen,
            "native": self.native,
            "device": self.device,
            "positions": 1,
            "frames": len(data),
            "findings": self.findings.get(data[0], []),
        }

    def close(self) -> None:
        pass


@pytest.fixture
def scripted(monkeypatch):
    looker = Scripted()
    monkeypatch.setattr("cmr_connector.workplace.Looker", lambda seconds: looker)
    return looker


@pytest.fixture
def looking(make_workplace, scripted):
    return make_workplace(pixels={"enabled": True})


@pytest.fixture
def marked(scripted, cmr_exam):
    """An exam whose second series shows text; its images."""
    exam = cmr_exam()
    series = [path for path in exam.files if path.parent.name == "SE000002"]
    scripted.findings[series[0].read_bytes()] = [TEXT]
    return exam, series


def held_look(workplace):
    [(exam_id, series)] = workplace.store.looks.held()
    return workplace.store.looks.get(exam_id, series)


def reason_counts(workplace, exam_id):
    return workplace.store.ledger.reasons(exam_id)


def codes(data):
    return [item.CodeValue for item in data.DeidentificationMethodCodeSequence]


def test_a_series_that_shows_text_waits_while_the_rest_of_the_exam_leaves(looking, registry, marked, deliver):
    exam, series = marked
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    [row] = looking.store.exams.listed()
    assert row.state is ExamState.DELIVERED
    assert len(registry.stored()) == len(exam.files) - len(series)
    assert reason_counts(looking, row.id) == {"burned_in_text": len(series)}
    look = held_look(looking)
    assert (look.state, look.findings, look.n_frames) == (LookState.HELD, [TEXT], len(series))


def test_what_passed_says_that_its_pixels_were_looked_at(looking, registry, marked, deliver, tmp_path):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    for name in registry.stored():
        data = pydicom.dcmread(registry.folder / name)
        assert data.BurnedInAnnotation == "NO"
        assert "113101" in codes(data)


def test_what_was_not_looked_at_does_not_claim_it(workplace, registry, cmr_exam, deliver):
    take_all(workplace, cmr_exam().root, Source.COMMAND)
    deliver(workplace)
    for name in registry.stored():
        data = pydicom.dcmread(registry.folder / name)
        assert "BurnedInAnnotation" not in data
        assert "113101" not in codes(data)


def test_the_child_is_told_what_names_the_patient(looking, scripted, cmr_exam):
    exam = cmr_exam()
    take_all(looking, exam.root, Source.COMMAND)
    looking.pipeline.step()
    known = scripted.asked[0]
    assert exam.patient_id in known
    assert set(exam.patient_name.split("^")) <= set(known)
    birth = exam.patient.birth_date
    assert birth[6:] + birth[4:6] + birth[:4] in known


def test_nothing_that_was_read_stands_in_the_database_in_the_clear(looking, marked):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    looking.pipeline.step()
    decide(looking.store, looking.files, held_look(looking), Choice.PASS, "jane.doe")
    for path in looking.config.data_dir.glob("connector.sqlite*"):
        assert b"Quist" not in path.read_bytes()


def test_technical_text_passes_when_a_person_says_so_and_is_not_asked_again(
    looking, registry, marked, deliver
):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    look = held_look(looking)
    decide(looking.store, looking.files, look, Choice.PASS, "jane.doe")
    deliver(looking)
    [row] = looking.store.exams.listed()
    assert (row.state, row.version, row.n_problems) == (ExamState.DELIVERED, 2, 0)
    assert len(registry.stored()) == len(exam.files)
    [decision] = looking.store.looks.decisions(look.exam_id, look.series_hash)
    assert (decision.choice, decision.account) == (Choice.PASS, "jane.doe")
    assert "crop" not in decision.findings[0]
    assert looking.store.looks.held() == []


@pytest.mark.parametrize("change", [{"text": "Marchetti"}, {"box": [40, 3, 9, 30]}, {"kind": "line"}])
def test_other_text_or_another_place_is_asked_again_after_a_pass(
    looking, scripted, registry, marked, deliver, change
):
    exam, series = marked
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    scripted.findings[series[0].read_bytes()] = [TEXT | change]
    decide(looking.store, looking.files, held_look(looking), Choice.PASS, "jane.doe")
    deliver(looking)
    assert held_look(looking).findings == [TEXT | change]
    assert len(registry.stored()) == len(exam.files) - len(series)


def test_a_blanked_region_is_black_in_what_leaves_and_learned_for_the_device(
    looking, scripted, registry, marked, deliver
):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    before = set(registry.stored())
    decide(looking.store, looking.files, held_look(looking), Choice.BLANK, "jane.doe")
    deliver(looking)
    for name in set(registry.stored()) - before:
        pixels = pydicom.dcmread(registry.folder / name).pixel_array
        assert not pixels[:14, :36].any()
        assert pixels[14:, 36:].any()
    [mask] = looking.store.looks.masks()
    assert (mask.device, mask.rectangle) == (DEVICE, (0, 0, 14, 36))
    assert looking.store.looks.masks({"model": "other"}) == []
    assert [row.n_problems for row in looking.store.exams.listed()] == [0]


def test_a_learned_region_covers_the_next_exam_of_the_device_without_a_person(
    looking, scripted, registry, marked, deliver, cmr_exam
):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    decide(looking.store, looking.files, held_look(looking), Choice.BLANK, "jane.doe")
    later = cmr_exam(seed=2)
    scripted.findings[later.files[0].read_bytes()] = [TEXT | {"text": "Sorel Erik"}]
    take_all(looking, later.root, Source.COMMAND)
    deliver(looking)
    assert looking.store.looks.held() == []
    assert len(registry.stored()) == len(exam.files) + len(later.files)


def test_text_beside_a_learned_region_is_asked(looking, scripted, marked, deliver, cmr_exam):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    decide(looking.store, looking.files, held_look(looking), Choice.BLANK, "jane.doe")
    later = cmr_exam(seed=2)
    scripted.findings[later.files[0].read_bytes()] = [TEXT | {"box": [2, 3, 9, 44]}]
    take_all(looking, later.root, Source.COMMAND)
    deliver(looking)
    assert held_look(looking).findings[0]["box"] == [2, 3, 9, 44]


def test_a_series_that_is_left_out_stays_here_and_its_files_are_forgotten(looking, registry, marked, deliver):
    exam, series = marked
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    look = held_look(looking)
    decide(looking.store, looking.files, look, Choice.LEAVE_OUT, "jane.doe")
    deliver(looking)
    counts = looking.store.ledger.counts(look.exam_id)
    assert counts[InstanceState.REJECTED] == len(series)
    assert list(looking.files.spool.iterdir()) == []
    take_all(looking, exam.root, Source.COMMAND)
    deliver(looking)
    assert looking.store.ledger.counts(look.exam_id)[InstanceState.REJECTED] == len(series)
    assert len(registry.stored()) == len(exam.files) - len(series)


def test_an_exam_of_which_every_series_is_left_out_stays_here(looking, scripted, cmr_exam, deliver):
    exam = cmr_exam()
    [first] = [path for path in exam.files if path.parent.name == "SE000002"][:1]
    scripted.findings[first.read_bytes()] = [TEXT]
    looking.intake.take(first, Source.SCP)
    deliver(looking)
    [row] = looking.store.exams.listed()
    assert (row.state, row.reason) == (ExamState.HELD, "burned_in_text")
    decide(looking.store, looking.files, held_look(looking), Choice.LEAVE_OUT, "jane.doe")
    deliver(looking)
    assert looking.store.exams.get(row.id).state is ExamState.REJECTED


def test_late_images_of_a_held_series_wait_with_it(looking, scripted, marked, deliver):
    _, series = marked
    for path in series[:-1]:
        looking.intake.take(path, Source.SCP)
    deliver(looking)
    looking.intake.take(series[-1], Source.SCP)
    deliver(looking)
    look = held_look(looking)
    assert look.n_frames == len(series)
    assert looking.store.ledger.counts(look.exam_id)[InstanceState.HELD] == len(series)


def test_a_region_learned_meanwhile_frees_what_waited_when_the_exam_is_prepared_again(
    looking, scripted, registry, marked, deliver
):
    _, series = marked
    for path in series[:-1]:
        looking.intake.take(path, Source.SCP)
    deliver(looking)
    look = held_look(looking)
    looking.store.looks.mask_add(DEVICE, (0, 0, 20, 40), looking.store.looks.decide(look, Choice.BLANK, "a"))
    looking.intake.take(series[-1], Source.SCP)
    deliver(looking)
    assert looking.store.looks.held() == []
    assert len(registry.stored()) == len(series)


def test_crops_are_forgotten_once_a_person_has_decided(looking, marked):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    looking.pipeline.step()
    look = held_look(looking)
    decide(looking.store, looking.files, look, Choice.LEAVE_OUT, "jane.doe")
    after = looking.store.looks.get(look.exam_id, look.series_hash)
    assert after.state is LookState.LEFT_OUT
    assert "crop" in look.findings[0]
    assert "crop" not in after.findings[0]
    with pytest.raises(StoreError, match="never looked at"):
        looking.store.looks.settle(look.exam_id, "other", Choice.PASS)


def test_what_names_the_patient_can_be_blanked_or_left_out_but_never_passes(looking, scripted, marked):
    exam, series = marked
    scripted.findings[series[0].read_bytes()] = [
        TEXT,
        TEXT | {"meaning": "identifies", "box": [30, 3, 9, 30]},
    ]
    take_all(looking, exam.root, Source.COMMAND)
    looking.pipeline.step()
    look = held_look(looking)
    assert choices_for(look) == [Choice.BLANK, Choice.LEAVE_OUT]
    with pytest.raises(TransitionError):
        decide(looking.store, looking.files, look, Choice.PASS, "jane.doe")


@pytest.mark.parametrize(("native", "device"), [(False, DEVICE), (True, {})])
def test_compressed_images_and_mixed_devices_cannot_be_blanked(looking, scripted, marked, native, device):
    exam, _ = marked
    scripted.native, scripted.device = native, device
    take_all(looking, exam.root, Source.COMMAND)
    looking.pipeline.step()
    look = held_look(looking)
    assert choices_for(look) == [Choice.PASS, Choice.LEAVE_OUT]
    if not device:
        with pytest.raises(StoreError, match="one device"):
            looking.store.looks.mask_add(device, (0, 0, 1, 1), 1)


def test_a_decision_counts_once(looking, marked):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    looking.pipeline.step()
    look = held_look(looking)
    decide(looking.store, looking.files, look, Choice.PASS, "jane.doe")
    with pytest.raises(TransitionError):
        decide(looking.store, looking.files, look, Choice.LEAVE_OUT, "john.roe")


@pytest.mark.parametrize("times", [1, 2])
def test_a_child_that_ends_once_is_asked_again_and_twice_holds_the_series(looking, scripted, cmr_exam, times):
    exam = cmr_exam()
    looking.intake.take(exam.files[0], Source.SCP)
    scripted.fail = times
    looking.pipeline.step()
    [row] = looking.store.exams.listed()
    expected = {1: (ExamState.QUEUED, None), 2: (ExamState.HELD, "unreadable")}
    assert (row.state, row.reason) == expected[times]


def test_images_that_cannot_be_decoded_are_held(looking, scripted, cmr_exam):
    scripted.seen = False
    looking.intake.take(cmr_exam().files[0], Source.SCP)
    looking.pipeline.step()
    [row] = looking.store.exams.listed()
    assert (row.state, row.reason) == (ExamState.HELD, "unreadable")


def test_status_and_doctor_say_whether_text_is_looked_for(looking, workplace, marked, monkeypatch):
    exam, _ = marked
    take_all(looking, exam.root, Source.COMMAND)
    looking.pipeline.step()
    document = overview(looking)
    assert document["pixels"] == {"looked_at": True, "series_held": 1}
    assert needs_attention(document)
    assert any("113101 Clean Pixel Data is claimed" in line for line in overview_lines(document))
    assert any(
        "113101 Clean Pixel Data is not claimed" in line for line in overview_lines(overview(workplace))
    )
    sentences = {check.name: check.sentence for check in examine(looking.config)}
    assert "waits at the desk" in sentences["text in pixels"]
    off = {check.name: check.sentence for check in examine(workplace.config)}
    assert "pixels.enabled is off" in off["text in pixels"]
    monkeypatch.setattr("cmr_connector.pixels.looker._NEEDED", ("no_such_package_here",))
    assert not is_installed()
    without = {check.name: check.sentence for check in examine(looking.config)}
    assert "not installed" in without["text in pixels"]


def test_the_real_child_finds_a_name_and_reads_clean_series_as_clean(tmp_path, cmr_exam):
    exam = cmr_exam()
    files = [path for path in exam.files if path.parent.name == "SE000002"][:2]
    burned = burn_files(files, tmp_path / "burned", ["Quist"], size=18)
    looker = Looker(120)
    try:
        answers = []
        for series in (files, burned):
            data = [path.read_bytes() for path in series]
            answers.append(looker.look(iter(data), [len(one) for one in data], ["Quist"]))
        broken = looker.look(iter([b"no image"]), [8], [])
    finally:
        looker.close()
    clean, shown = answers
    assert clean["findings"] == []
    assert (clean["seen"], clean["native"], clean["frames"]) == (True, True, 2)
    assert {one["meaning"] for one in shown["findings"]} == {"identifies"}
    assert not broken["seen"]
    assert looker.locked == (sys.platform == "linux")


def test_a_child_that_dies_says_so_and_a_new_one_is_started(monkeypatch):
    monkeypatch.setattr(
        "cmr_connector.pixels.looker._COMMAND",
        ("-c", "print('{\"ready\": true}', flush=True); input(); print('no json', flush=True)"),
    )
    looker = Looker(1)
    for _ in range(2):
        with pytest.raises(PixelChildError):
            looker.look(iter(()), [], [])
    looker.close()


def test_a_file_that_changed_while_it_waited_is_not_handed_over(monkeypatch):
    monkeypatch.setattr(
        "cmr_connector.pixels.looker._COMMAND", ("-c", "print('{\"ready\": true}', flush=True); input()")
    )
    with pytest.raises(PixelChildError, match="not as long"):
        Looker(1).look(iter([b"four"]), [5], [])


def test_a_child_that_does_not_start_or_does_not_read_says_so(monkeypatch):
    monkeypatch.setattr("cmr_connector.pixels.looker._COMMAND", ("-c", "raise SystemExit(3)"))
    with pytest.raises(PixelChildError):
        Looker(1).look(iter(()), [], [])
    monkeypatch.setattr(
        "cmr_connector.pixels.looker._COMMAND", ("-c", "print('{\"ready\": true}', flush=True)")
    )
    with pytest.raises(PixelChildError):
        Looker(1).look(iter([bytes(2**20)] * 4), [2**20] * 4, [])


class Pipes:
    def __init__(self, data: bytes = b"") -> None:
        self.buffer = io.BytesIO(data)


@pytest.fixture
def unlocked(monkeypatch):
    """The child's program in this process, with nothing given up and no models."""
    monkeypatch.setattr(child, "Reader", object)
    monkeypatch.setattr(child, "warm_up", lambda reader: None)
    monkeypatch.setattr(child, "limit", lambda seconds: None)
    monkeypatch.setattr(child, "give_up_system_calls", lambda: False)


def test_the_child_answers_each_request_and_reads_past_images_that_a_refusal_leaves(unlocked, monkeypatch):
    taken = []

    def look(files, known, reader):
        taken.append((next(iter(files)), known))
        return {"seen": False}

    requests = b""
    for name in ("one", "two"):
        request = {"known": [name], "sizes": [3, 5], "seconds": 9}
        requests += json.dumps(request).encode() + b"\n" + name.encode() + b"xxxxx"
    answers = Pipes()
    monkeypatch.setattr(child, "look", look)
    monkeypatch.setattr(sys, "stdin", Pipes(requests))
    monkeypatch.setattr(sys, "stdout", answers)
    child.main()
    lines = [json.loads(line) for line in answers.buffer.getvalue().splitlines()]
    assert lines == [{"ready": True, "locked": False}, {"seen": False}, {"seen": False}]
    assert taken == [(b"one", ["one"]), (b"two", ["two"])]


def test_a_machine_without_the_filter_says_so(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert not lock.give_up_system_calls()


LOCKED = """
import json, socket, subprocess
from cmr_connector.pixels.lock import give_up_system_calls, limit
limit(20)
tried = {}
locked = give_up_system_calls()
def attempt(name, act):
    try:
        act()
    except (OSError, MemoryError) as error:
        tried[name] = type(error).__name__
    else:
        tried[name] = "done"
attempt("file", lambda: open("/etc/hostname"))
attempt("network", lambda: socket.socket())
attempt("program", lambda: subprocess.run(["/bin/true"]))
attempt("memory", lambda: bytearray(8 << 30))
print(json.dumps({"locked": locked, "tried": tried}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux")
def test_a_locked_process_opens_no_file_no_socket_no_program_and_grows_no_further():
    command = [sys.executable, "-I", "-c", LOCKED]
    # without the environment: what measures coverage would want to open a file
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={})
    answer = json.loads(done.stdout)
    assert answer["locked"]
    assert answer["tried"] == {
        "file": "PermissionError",
        "network": "PermissionError",
        "program": "PermissionError",
        "memory": "MemoryError",
    }
