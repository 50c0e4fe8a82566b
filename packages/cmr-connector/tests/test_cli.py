"""The commands of the contract: what they print and how they exit."""

import json
import re
import shutil
import stat

import pytest

from cmr_connector.cli import main
from cmr_connector.config import load
from cmr_connector.doctor import examine
from cmr_connector.steps import Steps
from cmr_connector.workplace import open_workplace, worker_lock
from cmr_testkit import odd


@pytest.fixture
def cmr_exam(cmr_exam, few):
    return lambda **options: few(cmr_exam(**options), 5)


@pytest.fixture
def run(home, capsys):
    """Run a command and return exit code, output and errors."""

    def call(*words):
        code = main(["--config", str(home / "connector.toml"), *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_init_makes_a_folder_that_works(tmp_path, capsys):
    folder = tmp_path / "new"
    assert main(["init", "--center", "center-b", "--registry", "https://r.example", str(folder)]) == 0
    assert load(folder / "connector.toml").center.code == "center-b"
    assert main(["init", "--center", "center-b", "--registry", "https://r.example", str(folder)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_config_show_prints_what_is_in_force(run, registry):
    code, out, _ = run("config", "show")
    assert code == 0
    assert json.loads(out)["registry"]["url"] == registry.url


def test_a_wrong_setting_exits_two_and_names_it(home, run):
    path = home / "connector.toml"
    path.write_text(path.read_text().replace("port = 11112", 'port = "dicom"'))
    code, _, err = run("status")
    assert (code, err) == (2, "scp.port: expected a whole number.\n")


@pytest.mark.parametrize("words", [(), ("dance",), ("send",)])
def test_wrong_usage_exits_two(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    assert caught.value.code == 2


def test_send_prints_the_receipt_and_the_second_time_the_same(run, cmr_exam, registry):
    exam = cmr_exam()
    code, out, _ = run("send", exam.root)
    assert code == 0
    assert f"files: {len(exam.files)} taken" in out
    assert "delivered  version 1" in out
    receipt = out[out.index("receipt of") :]
    code, out, _ = run("send", exam.root)
    assert code == 0
    assert out[out.index("receipt of") :] == receipt


def test_send_exits_one_and_names_the_files_that_stay(run, cmr_exam, tmp_path, registry):
    exam = cmr_exam()
    folder = tmp_path / "mixed"
    shutil.copytree(exam.root, folder)
    odd.text_file(folder / "note.txt")
    code, out, _ = run("send", "--json", folder)
    document = json.loads(out)
    assert code == 1
    assert document["problems"] == [{"file": "note.txt", "reason": "not_dicom"}]
    assert document["exams"][0]["receipt"]["n_instances"] == len(exam.files)
    assert run("send", folder)[2].startswith("  note.txt: The file is not a DICOM image.")


def test_send_exits_one_while_the_registry_cannot_be_reached(run, cmr_exam, registry):
    registry.fail_next = 99
    code, out, _ = run("send", cmr_exam().root)
    assert code == 1
    assert "queued" in out
    code, out, _ = run("status")
    assert code == 1
    assert "waits to be sent, last attempt: answer 503" in out


@pytest.mark.parametrize("words", [("send", "/nowhere/at/all"), ("preview", "/nowhere/at/all")])
def test_a_path_that_is_not_there_exits_two(run, words):
    assert run(*words)[0] == 2


def test_send_leaves_the_work_to_a_running_agent(home, run, cmr_exam, registry, monkeypatch):
    monkeypatch.setattr("cmr_connector.cli._WAIT_FOR_AGENT_S", 0.0)
    with worker_lock(load(home / "connector.toml")):
        code, out, _ = run("send", cmr_exam().root)
    assert code == 1
    assert "arriving" in out
    assert registry.stored() == {}


def test_preview_shows_before_and_after_and_keeps_nothing(run, cmr_exam, home, tmp_path, registry):
    exam = cmr_exam()
    folder = tmp_path / "mixed"
    shutil.copytree(exam.root, folder)
    odd.ct_image(folder / "ct.dcm")
    odd.text_file(folder / "note.txt")
    odd.zero_length(folder / "empty")
    code, out, _ = run("preview", folder)
    assert code == 1
    assert f"{len(exam.files) + 3} files, {len(exam.files)} would leave" in out
    assert "stays here: ct.dcm: The image is not from magnetic resonance." in out
    assert exam.patient_id in out
    document = json.loads(run("preview", "--json", exam.root)[1])
    rows = {row["path"]: row for row in document["series"][0]["attributes"]}
    assert rows["(0010,0020) PatientID"]["before"] == exam.patient_id
    assert rows["(0010,0020) PatientID"]["after"] not in ("", exam.patient_id)
    assert registry.received_bytes == 0
    assert open_and_count(home) == 0


def test_preview_writes_a_page_for_the_person_who_asked(run, cmr_exam, tmp_path, registry):
    exam = cmr_exam()
    page = tmp_path / "sides.html"
    code, out, _ = run("preview", exam.root, "--html", page)
    assert code == 0
    assert exam.patient_id not in out
    shown = page.read_text()
    assert page.stat().st_mode & 0o777 == 0o600
    assert "Patient data." in shown
    assert exam.patient.name in shown
    assert "private: SIEMENS CSA HEADER" in shown
    assert "The picture leaves as it is." in shown
    assert not re.search(r"https?://|<script|<link", shown)
    assert registry.received_bytes == 0


def open_and_count(home):
    workplace = open_workplace(load(home / "connector.toml"))
    exams = workplace.store.exams.listed()
    workplace.close()
    return len(exams)


def test_lookup_goes_both_ways(run, cmr_exam, registry):
    exam = cmr_exam()
    run("send", exam.root)
    [entry] = json.loads(run("lookup", "--json", "--accession", exam.accession_number)[1])
    assert entry["patient_id"] == exam.patient_id
    [same] = json.loads(run("lookup", "--json", entry["exam"])[1])
    assert same == entry
    assert exam.study_instance_uid in run("lookup", "--patient-id", exam.patient_id)[1]
    assert run("lookup", "AAAAAAAAAAAAAAAAA")[0] == 1
    assert run("lookup")[0] == 2


def test_status_says_what_waits_for_whom(run, tmp_path, registry):
    odd.two_patients_in_one_series(tmp_path / "two")
    run("send", tmp_path / "two")
    code, out, _ = run("status")
    assert code == 1
    assert "center coordinator: Separate the patients in the PACS" in out
    document = json.loads(run("status", "--json")[1])
    assert document["exams"]["held"] == 1
    assert document["attention"][0]["reason"]["code"] == "two_patients"


def test_status_of_a_fresh_connector_is_well(run):
    code, out, _ = run("status")
    assert code == 0
    assert "none yet" in out


def findings(home, **changes):
    config = load(home / "connector.toml")
    return {check.name: check for check in examine(config)}


def test_doctor_finds_a_good_connector_well(home, registry):
    path = home / "connector.toml"
    path.write_text(path.read_text().replace("allowed_ae = []", 'allowed_ae = ["PACS"]'))
    found = findings(home)
    assert [name for name, check in found.items() if not check.is_well and name != "disk space"] == []
    assert found["registry"].sentence == "It answers and accepts the key."
    assert found["clock"].is_well


def test_doctor_names_what_is_wrong(home, registry, run, monkeypatch):
    (home / "center.key").chmod(0o644)
    (home / "registry.key").write_text("another")
    path = home / "connector.toml"
    text = path.read_text().replace('opt_out_file = ""', 'opt_out_file = "nowhere"')
    path.write_text(text.replace('watch = ""', 'watch = "nowhere"'))
    found = findings(home)
    bad = {name for name, check in found.items() if not check.is_well}
    assert {"center key", "registry", "opt-out list", "watched folder", "DICOM senders"} <= bad
    code, out, _ = run("doctor")
    assert code == 1
    assert "MEND  registry: It refuses the key: answer 401 (key_unknown)." in out
    assert {row["name"] for row in json.loads(run("doctor", "--json")[1])} >= bad


def test_doctor_tells_a_registry_that_is_away_from_a_missing_key(home, registry):
    registry.fail_next = 1
    assert "cannot be reached" in findings(home)["registry"].sentence
    (home / "registry.key").unlink()
    assert "registry" not in findings(home)


def test_key_files_are_made_private(home):
    assert stat.S_IMODE((home / "center.key").stat().st_mode) == 0o600


def test_progress_is_shown_on_a_terminal_and_nowhere_else(capsys):
    with Steps(enabled=True) as steps:
        steps.report("find", 1, 0)
        steps.report("shadow", 1, 2)
    told = capsys.readouterr().err
    assert "finding exams" in told
    assert "looking at exams" in told
    with Steps(enabled=False) as steps:
        steps.report("take", 1, 0)
    assert capsys.readouterr().err == ""
