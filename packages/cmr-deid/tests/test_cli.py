import dataclasses
import json
import os

import pytest

from cmr_deid import cli
from cmr_deid.cli import main
from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import CenterKey

SECRETS = ("Fnordvexil", "MRN-0042177", "20210304", "1.3.12.2.1107")


@pytest.fixture
def key_file(tmp_path):
    assert main(["keygen", str(tmp_path / "center.key")]) == 0
    return tmp_path / "center.key"


@pytest.fixture
def tree(tmp_path, mr):
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.dcm").write_bytes(mr())
    (folder / "b.dcm").write_bytes(mr(SOPInstanceUID="1.3.12.2.1107.9"))
    (folder / "capture.dcm").write_bytes(mr(SOPClassUID="1.2.840.10008.5.1.4.1.1.7"))
    (folder / "nobody.dcm").write_bytes(mr(PatientID=""))
    (folder / "empty").write_bytes(b"")
    (folder / "notes.txt").write_text("a note about Fnordvexil")
    (folder / "link.dcm").symlink_to(folder / "b.dcm")
    return folder


def run(tmp_path, key_file, tree, *more):
    report = tmp_path / "report.jsonl"
    out = tmp_path / "out"
    code = main(["run", "--key-file", str(key_file), "--report", str(report), *more, str(tree), str(out)])
    return code, [json.loads(line) for line in report.read_text().splitlines()], out, report


def test_keygen_writes_a_key_that_only_its_owner_reads_and_never_overwrites(key_file, capsys):
    assert CenterKey.from_text(key_file.read_text()).key_id.startswith("k-")
    assert os.stat(key_file).st_mode & 0o777 == 0o600
    before = key_file.read_bytes()
    capsys.readouterr()
    assert main(["keygen", str(key_file)]) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert key_file.read_bytes() == before


def test_run_de_identifies_a_tree_and_reports_every_file(tmp_path, key_file, tree, capsys):
    code, lines, out, report = run(tmp_path, key_file, tree)
    assert code == 1
    assert {line["source"]: (line["outcome"], line["reasons"]) for line in lines} == {
        "b.dcm": ("deidentified", []),
        "deep/a.dcm": ("deidentified", []),
        "capture.dcm": ("rejected", ["secondary_capture"]),
        "nobody.dcm": ("held", ["no_patient_id"]),
        "empty": ("rejected", ["zero_length"]),
        "notes.txt": ("rejected", ["not_dicom"]),
    }
    written = sorted(p.relative_to(out).as_posix() for p in out.rglob("*.dcm"))
    assert written == sorted(line["output"] for line in lines if line["output"])
    shown = report.read_text() + "".join(capsys.readouterr()) + " ".join(written)
    assert not [secret for secret in SECRETS if secret in shown]


def test_run_says_zero_when_everything_went_well_and_twice_gives_the_same(tmp_path, key_file, mr):
    one = tmp_path / "one.dcm"
    one.write_bytes(mr())
    code, lines, out, _ = run(tmp_path, key_file, one)
    assert (code, lines[0]["source"]) == (0, "one.dcm")
    first = {p: p.read_bytes() for p in out.rglob("*.dcm")}
    assert run(tmp_path, key_file, one)[0] == 0
    assert {p: p.read_bytes() for p in out.rglob("*.dcm")} == first


def test_names_of_files_may_be_replaced_by_numbers(tmp_path, key_file, tree):
    _, lines, _, report = run(tmp_path, key_file, tree, "--number-sources")
    assert [line["source"] for line in lines] == [str(n) for n in range(1, 7)]
    assert 'dcm"' not in "".join(line["source"] for line in lines)
    assert "deep" not in report.read_text()


def test_a_leak_holds_the_file(tmp_path, key_file, tree, monkeypatch):
    monkeypatch.setattr(cli, "search", lambda data, removed: [0])
    _, lines, out, _ = run(tmp_path, key_file, tree)
    assert {tuple(line["reasons"]) for line in lines if line["outcome"] == "held"} >= {("source_value_left",)}
    assert not list(out.rglob("*.dcm"))


def test_other_pixels_hold_the_file(tmp_path, key_file, mr, monkeypatch):
    deidentify = Engine.deidentify

    def spoiling(self, data):
        result = deidentify(self, data)
        return dataclasses.replace(result, data=result.data[:-2] + b"\x01\x00")

    monkeypatch.setattr(Engine, "deidentify", spoiling)
    one = tmp_path / "one.dcm"
    one.write_bytes(mr())
    code, lines, out, _ = run(tmp_path, key_file, one)
    assert (code, lines[0]["reasons"]) == (1, ["pixels_changed"])
    assert not list(out.rglob("*.dcm"))


def test_an_empty_folder_is_worth_a_look(tmp_path, key_file, capsys):
    (tmp_path / "none").mkdir()
    assert run(tmp_path, key_file, tmp_path / "none")[0] == 1
    assert "no file" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"no key", b"\xff\xfe", b""])
def test_a_wrong_key_file_is_a_wrong_usage(tmp_path, tree, content, capsys):
    (tmp_path / "wrong").write_bytes(content)
    report = str(tmp_path / "r")
    assert main(["run", "--key-file", str(tmp_path / "wrong"), "--report", report, str(tree), "out"]) == 2
    assert "keygen" in capsys.readouterr().err


def test_missing_files_are_a_wrong_usage_without_their_names(tmp_path, key_file, capsys):
    gone = str(tmp_path / "Fnordvexil")
    out = str(tmp_path / "out")
    assert main(["run", "--key-file", gone, "--report", str(tmp_path / "r"), out, out]) == 2
    assert main(["run", "--key-file", str(key_file), "--report", str(tmp_path / "r"), gone, out]) == 2
    assert main(["verify", gone]) == 2
    assert main(["explain", gone]) == 2
    assert "Fnordvexil" not in capsys.readouterr().err


def plant(dataset):
    dataset.private_block(0x0029, "SIEMENS Zebulonia", create=True).add_new(1, "LO", "Fnordvexil")


def test_explain_says_what_would_happen_without_a_value(tmp_path, mr, capsys):
    (tmp_path / "a.dcm").write_bytes(mr(edit=plant))
    assert main(["explain", str(tmp_path / "a.dcm")]) == 0
    told = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert any(line.startswith("(0008,0080) InstitutionName DICOM PS3.15 Table E.1-1") for line in lines)
    assert any(
        line.startswith("(0029,1001) private attribute a manufacturer's own attribute") for line in lines
    )
    assert any(line.startswith("REMOVED (") for line in lines)
    assert not [secret for secret in (*SECRETS, "Zebulonia") if secret in told]


def test_explain_writes_a_page_for_the_owner_alone_without_a_value(tmp_path, mr, capsys):
    (tmp_path / "a.dcm").write_bytes(mr(edit=plant))
    page = tmp_path / "a.html"
    assert main(["explain", str(tmp_path / "a.dcm"), "--html", str(page)]) == 0
    assert os.stat(page).st_mode & 0o777 == 0o600
    shown = page.read_text()
    assert "InstitutionName" in shown
    assert not [secret for secret in (*SECRETS, "Zebulonia") if secret in shown]
    assert "Patient data" not in shown


def test_explain_shows_values_on_demand_with_the_true_pseudonym_and_a_warning(tmp_path, key_file, mr, capsys):
    (tmp_path / "a.dcm").write_bytes(mr(edit=plant))
    page = tmp_path / "a.html"
    asked = ["explain", str(tmp_path / "a.dcm"), "--values", "--key-file", str(key_file)]
    assert main([*asked, "--html", str(page)]) == 0
    assert main(asked) == 0
    text, shown = capsys.readouterr().out, page.read_text()
    engine = Engine(Identities(CenterKey.from_text(key_file.read_text())))
    subject = engine.deidentify(mr(edit=plant)).subject
    assert f"Fnordvexil^Zebulonia -> {subject}" in text
    assert subject in shown
    assert "Fnordvexil^Zebulonia" in shown
    assert "Patient data." in shown


def test_explain_of_no_image_says_why(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("hello")
    assert main(["explain", str(tmp_path / "a.txt")]) == 1
    assert "not a DICOM image" in capsys.readouterr().out


def test_verify_passes_outputs_and_blocks_sources(tmp_path, key_file, tree, capsys):
    _, _, out, _ = run(tmp_path, key_file, tree)
    capsys.readouterr()
    assert main(["verify", str(out)]) == 0
    assert "2 passed, 0 failed" in capsys.readouterr().out
    assert main(["verify", str(tree)]) == 1
    told = capsys.readouterr().out
    assert "b.dcm: not_marked" in told
    assert not [secret for secret in SECRETS if secret in told]


def test_a_wrong_command_is_a_wrong_usage(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["destroy"])
    assert caught.value.code == 2
    assert "destroy" in capsys.readouterr().err
