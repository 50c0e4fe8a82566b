"""Shadow mode: the whole chain over a sample, nothing sent, nothing kept but counts, and leaks are found."""

import dataclasses
import io
import json
import os
import random
import shutil
import signal
import zipfile
from collections import Counter

import pydicom
import pytest

from cmr_connector.cli import main
from cmr_connector.config import from_document
from cmr_connector.errors import SettingsError, WorkerBusyError
from cmr_connector.intake import Source
from cmr_connector.pipeline import Pipeline
from cmr_connector.privacy import canaries, shadow
from cmr_connector.privacy.canaries import PLACES, plant_and_search
from cmr_connector.privacy.lines import result_lines, verdict
from cmr_connector.privacy.own_values import KINDS, OwnValues
from cmr_connector.privacy.result import ShadowResult, read_result
from cmr_connector.privacy.sampling import Members, Sample
from cmr_connector.privacy.scratch import scratch_of, sweep_scratch
from cmr_connector.privacy.shadow import last_result, members_of_spool, run_shadow
from cmr_connector.privacy.tag_labels import label_of
from cmr_deid.explain import Row
from cmr_deid.verify import inspect
from cmr_testkit import odd


def silent(*_):
    pass


@pytest.fixture
def config(home):
    document = {
        "center": {"code": "center-a"},
        "registry": {"url": "http://127.0.0.1:1"},
        "pixels": {"enabled": False},
        "desk": {"enabled": False},
    }
    return from_document(document, home)


@pytest.fixture
def exams(tmp_path, cmr_exam, few):
    """A folder of the hospital: two exams, and files that are no image."""
    folder = tmp_path / "hospital"
    folder.mkdir()
    made = [few(cmr_exam(seed=seed), 4) for seed in (1, 2)]
    for exam in made:
        shutil.copytree(exam.root, folder / f"exam-{exam.seed}")
    odd.text_file(folder / "note.txt")
    odd.zero_length(folder / "empty")
    return folder, made


def run(config, path, n=5, seed=1, progress=silent):
    return run_shadow(config, Sample(Members(path), n, seed, progress), progress)


def outgoing(engine, exam):
    sources = [(exam.root / name).read_bytes() for name in exam.files]
    return [(source, engine.deidentify(source).data) for source in sources]


def test_it_takes_the_whole_chain_and_keeps_nothing_but_counts(config, exams, registry):
    folder, made = exams
    result = run(config, folder)
    assert (result.exams_found, result.n_exams) == (2, 2)
    assert result.exams == {"would leave whole": 2}
    assert result.instances == result.deidentified == sum(len(exam.files) for exam in made)
    assert result.no_image == {"not_dicom": 1, "zero_length": 1}
    assert result.is_synthetic
    assert not result.text_search
    assert registry.received_bytes == 0
    left = sorted(path.name for path in config.data_dir.rglob("*") if path.is_file())
    assert left == ["last.json", "run.lock"]


def test_no_identifier_of_the_sample_is_found_or_written_down(config, exams):
    folder, made = exams
    result = run(config, folder)
    assert result.n_found == 0
    assert result.n_searched > 100
    assert result.n_planted == len(PLACES) * result.series
    written = (config.data_dir / "shadow" / "last.json").read_text() + "\n".join(result_lines(result))
    for exam in made:
        patient = exam.patient
        for value in (*patient.name.split("^"), patient.patient_id, patient.other_id, exam.accession_number):
            assert value not in written
        assert exam.study_instance_uid not in written


def test_the_counts_tell_what_happened_to_each_attribute(config, exams):
    result = run(config, exams[0])
    n = result.instances
    assert result.tags["(0010,0010) PatientName"] == {"replaced": n}
    assert result.tags["(0008,0080) InstitutionName"] == {"removed": n}
    assert result.tags["(0008,0020) StudyDate"] == {"shifted": n}
    assert result.tags["(0028,0010) Rows"] == {"kept": n}
    assert any("SIEMENS CSA HEADER" in label and "xx" in label for label in result.tags)
    assert result.actions()["removed"] > result.instances


def test_the_same_seed_takes_the_same_exams(exams):
    folder, _ = exams
    first, again = (Sample(Members(folder), 1, 7, silent) for _ in range(2))
    assert first.chosen() == again.chosen()
    assert first.n_found == 2
    assert len({tuple(Sample(Members(folder), 1, seed, silent).chosen()) for seed in range(8)}) == 2


def test_an_archive_is_gone_through_without_unpacking(config, exams, tmp_path):
    folder, _ = exams
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for found in sorted(folder.rglob("*")):
            if found.is_file():
                file.write(found, found.relative_to(folder))
        file.writestr("lying.bin", bytes(2**22))
    result = run(config, path)
    assert result.exams == {"would leave whole": 2}
    assert result.no_image["not_dicom"] + result.no_image["too_large"] == 2


def test_without_a_path_it_takes_what_lies_in_the_spool(config, make_workplace, cmr_exam, few):
    workplace = make_workplace(pixels={"enabled": False})
    exam = few(cmr_exam(), 3)
    for path in exam.files:
        workplace.intake.take(exam.root / path, Source.SCP)
    sample = Sample(members_of_spool(workplace), 5, 1, silent)
    result = run_shadow(config, sample, silent)
    assert result.deidentified == len(exam.files)
    [row] = workplace.store.exams.listed()
    assert row.state == "arriving"


def test_an_interrupted_run_goes_on_where_it_stopped(config, exams, monkeypatch):
    class CutError(Exception):
        pass

    def cut(step, done, _of):
        if step == "shadow" and done == 1:
            raise CutError

    with pytest.raises(CutError):
        run(config, exams[0], progress=cut)
    assert not (config.data_dir / "shadow" / "scratch").exists()
    seen = []
    whole = run(config, exams[0], progress=lambda step, done, of: seen.append((step, done, of)))
    assert [pair for pair in seen if pair[0] == "shadow"] == [("shadow", 1, 2), ("shadow", 2, 2)]
    assert not (config.data_dir / "shadow" / "partial.json").exists()
    fresh = run(config, exams[0])
    assert dataclasses.replace(whole, made_at="") == dataclasses.replace(fresh, made_at="")


def test_one_shadow_run_at_a_time(config, exams):
    with scratch_of(config.data_dir), pytest.raises(WorkerBusyError, match="Another shadow run"):
        run(config, exams[0])


def test_what_a_killed_run_left_is_swept_away_and_one_at_work_is_not(config):
    sweep_scratch(config.data_dir)
    assert not (config.data_dir / "shadow").exists()
    with scratch_of(config.data_dir) as scratch:
        (scratch / "image").write_bytes(b"x")
        sweep_scratch(config.data_dir)
        assert (scratch / "image").exists()
    scratch.mkdir()
    (scratch / "image").write_bytes(b"x")
    sweep_scratch(config.data_dir)
    assert not scratch.exists()


def test_another_choice_begins_anew(config, exams):
    class CutError(Exception):
        pass

    def cut(step, done, _of):
        if step == "shadow" and done == 1:
            raise CutError

    with pytest.raises(CutError):
        run(config, exams[0], progress=cut)
    assert run(config, exams[0], seed=2).n_exams == 2
    with pytest.raises(CutError):
        run(config, exams[0], progress=cut)
    (config.data_dir / "shadow" / "partial.json").write_text("{")
    assert run(config, exams[0]).n_exams == 2


def test_what_is_held_is_counted_with_its_reason(config, tmp_path):
    odd.two_patients_in_one_series(tmp_path / "two")
    result = run(config, tmp_path / "two")
    assert result.exams == {"held": 1}
    assert set(result.stopped) == {"two_patients"}
    assert result.deidentified == 0
    assert not result.is_synthetic
    assert "nothing to search" in verdict(result)


def test_an_exam_that_leaves_in_part_is_told_apart(config, exams, tmp_path):
    folder, made = exams
    folder = tmp_path / "part"
    shutil.copytree(made[0].root, folder)
    dataset = pydicom.dcmread(next(path for path in folder.iterdir() if path.is_file()))
    dataset.SOPInstanceUID = "1.2.3.4.5"
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5"
    dataset.BurnedInAnnotation = "YES"
    dataset.save_as(folder / "burned.dcm")
    result = run(config, folder)
    assert result.exams == {"would leave in part": 1}
    assert result.stopped.total() == 1


def test_an_empty_folder_is_no_sample(config, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match="no exam"):
        run(config, tmp_path / "empty")


def test_one_exam_that_breaks_the_software_does_not_hide_the_others(config, exams, monkeypatch, log_lines):
    prepare, broken = Pipeline.prepare, []

    def once(self, exam, progress=None):
        if not broken:
            broken.append(exam.id)
            raise RuntimeError("Doe^Jane")
        return prepare(self, exam, progress)

    monkeypatch.setattr(Pipeline, "prepare", once)
    result = run(config, exams[0])
    assert result.exams == {shadow.FAILED: 1, "would leave whole": 1}
    assert "Doe" not in json.dumps(log_lines())


def test_a_full_disk_ends_the_run(config, exams, monkeypatch):
    def full(*_):
        raise OSError(28, "no space")

    monkeypatch.setattr(Pipeline, "prepare", full)
    with pytest.raises(OSError, match="no space"):
        run(config, exams[0])


def test_sources_that_would_leave_untouched_are_found_in_every_kind(workplace, cmr_exam, few):
    exam = few(cmr_exam(), 2)
    own = OwnValues()
    for source, _ in outgoing(workplace.engine, exam):
        own.add_source(source)
        own.add_outgoing(source)
    counts = own.counts()
    assert {kind for kind in KINDS if counts[kind].found} == set(KINDS)
    for kind in ("names of persons", "dates", "UIDs"):
        assert counts[kind].found == counts[kind].searched


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16-le", "utf-16-be"])
def test_one_value_is_found_in_other_encodings(workplace, cmr_exam, few, encoding):
    exam = few(cmr_exam(), 1)
    [(source, output)] = outgoing(workplace.engine, exam)
    for kind, value in (("numbers", exam.patient_id), ("UIDs", exam.study_instance_uid)):
        own = OwnValues()
        own.add_source(source)
        own.add_outgoing(output + b"\0\0" + value.encode(encoding) + b"\0\0")
        assert own.counts()[kind].found == 1


def test_a_value_in_the_manifest_is_found(workplace, cmr_exam, few):
    exam = few(cmr_exam(), 1)
    [(source, output)] = outgoing(workplace.engine, exam)
    own = OwnValues()
    own.add_source(source)
    own.add_outgoing(output)
    own.add_document({"series": [{"note": f"of {exam.patient_id}", "n": 12}]})
    assert own.counts()["numbers"].found == 1


def changed(source, **values):
    dataset = pydicom.dcmread(io.BytesIO(source))
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


def test_a_name_that_is_a_technique_word_is_counted_apart(workplace, cmr_exam):
    exam = cmr_exam()
    source = changed(
        (exam.root / exam.files[0]).read_bytes(), PatientName="Molli", SeriesDescription="molli sax"
    )
    own = OwnValues()
    own.add_source(source)
    own.add_outgoing(workplace.engine.deidentify(source).data)
    assert own.counts()["names of persons"].found == 0
    own.add_document("molli")
    names = own.counts()["names of persons"]
    assert (names.found, names.coincident) == (0, 1)


def test_short_values_are_passed_over_and_counted(workplace, cmr_exam):
    exam = cmr_exam()
    source = changed((exam.root / exam.files[0]).read_bytes(), PatientName="Li^Bo", StationName="----")
    own = OwnValues()
    own.add_source(source)
    own.add_outgoing(workplace.engine.deidentify(source).data)
    counts = own.counts()
    assert counts["names of persons"].passed_over >= 2
    assert counts["places"].passed_over == 1
    assert sum(one.found for one in counts.values()) == 0


def test_a_shifted_date_that_falls_on_another_true_date_is_no_leak(workplace, cmr_exam):
    exam = cmr_exam()
    source = (exam.root / exam.files[0]).read_bytes()
    result = workplace.engine.deidentify(source)
    shifted = str(pydicom.dcmread(io.BytesIO(result.data)).StudyDate)
    source = changed(source, PatientBirthDate=shifted)
    own = OwnValues()
    own.add_source(source)
    own.add_outgoing(workplace.engine.deidentify(source).data)
    assert own.counts()["dates"].found == 0


def test_an_outgoing_file_that_cannot_be_walked_is_searched_as_a_whole(workplace, cmr_exam):
    exam = cmr_exam()
    source = (exam.root / exam.files[0]).read_bytes()
    own = OwnValues()
    own.add_source(source)
    own.add_outgoing(b"\xff" * 200 + exam.patient_id.encode())
    assert own.counts()["numbers"].found == 1


class Careless:
    """An engine that lets everything out."""

    def deidentify(self, data):
        return dataclasses.make_dataclass("Out", ["data"])(data)


def test_every_planted_identifier_is_seen_where_an_engine_lets_it_out(cmr_exam, monkeypatch):
    exam = cmr_exam()
    source = (exam.root / exam.files[0]).read_bytes()
    clean = dataclasses.replace(inspect(source), findings=())
    monkeypatch.setattr(canaries, "inspect", lambda _data: clean)
    counts = plant_and_search(Careless(), source, random.Random(1))
    assert set(counts) == {place.name for place in PLACES}
    assert [place for place, count in counts.items() if not count.found] == []


def test_a_copy_that_is_stopped_is_counted_as_stopped(cmr_exam, workplace):
    exam = cmr_exam()
    source = (exam.root / exam.files[0]).read_bytes()
    assert {c.stopped for c in plant_and_search(Careless(), source, random.Random(1)).values()} == {1}
    capture = changed(source, ConversionType="WSD")
    counts = plant_and_search(workplace.engine, capture, random.Random(1))
    assert {(c.planted, c.stopped, c.found) for c in counts.values()} == {(1, 1, 0)}


def test_a_source_that_cannot_be_copied_is_left_out(workplace):
    assert plant_and_search(workplace.engine, b"no image", random.Random(1)) == {}


def test_names_of_private_blocks_are_shown_from_public_tables_only():
    rows = [
        Row("", "", "x", None, "removed", "", creator=creator, place=place)
        for creator, place in (
            ("SIEMENS CSA HEADER", (0x00291010,)),
            ("DOE^JANE", (0x00291010,)),
            ("DOE^JANE", (0x00290010,)),
            ("", (0x00400275, 0, 0x00401001)),
        )
    ]
    assert [label_of(row) for row in rows] == [
        "(0029,xx10) SIEMENS CSA HEADER",
        "(0029,xx10) private block",
        "(0029,00xx) private creator private block",
        "(0040,0275) RequestAttributesSequence / (0040,1001) RequestedProcedureID",
    ]


def test_a_result_survives_the_disk(config, exams):
    result = run(config, exams[0])
    assert last_result(config) == result
    assert ShadowResult.from_document(json.loads(json.dumps(result.to_document()))) == result


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"version": 0}', '{"version": 1, "exams": 3}'])
def test_a_damaged_result_is_refused(tmp_path, text):
    (tmp_path / "last.json").write_text(text)
    with pytest.raises(SettingsError):
        read_result(tmp_path / "last.json")


def test_there_is_no_last_result_before_the_first_run(config):
    assert last_result(config) is None


@pytest.fixture
def command(home, capsys):
    path = home / "connector.toml"
    path.write_text(path.read_text() + "\n" if "[pixels]" in path.read_text() else path.read_text())
    text = path.read_text()
    if "[pixels]" in text:
        head, _, tail = text.partition("[pixels]")
        text = head + "[pixels]" + tail.replace("enabled = true", "enabled = false", 1)
    else:
        text += "\n[pixels]\nenabled = false\n"
    path.write_text(text)

    def call(*words):
        code = main(["--config", str(path), *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_command_prints_counts_and_exits_zero(command, exams):
    code, out, _ = command("shadow", exams[0], "--sample", 1)
    assert code == 0
    assert "exams        1 of 2, seed 1: 1 would leave whole" in out
    assert "No identifier was found" in out
    assert "not installed or switched off" in out
    code, out, _ = command("shadow", exams[0], "--json")
    assert json.loads(out)["deidentified"] == 8


def test_the_command_exits_one_where_an_identifier_would_leave(command, exams, monkeypatch):
    monkeypatch.setattr(canaries, "_is_in", lambda *_: True)
    code, out, _ = command("shadow", exams[0], "--sample", 1)
    assert code == 1
    assert "FOUND: patient's name" in out
    assert "do not send before this is mended" in out


def test_a_run_that_is_ended_from_outside_takes_its_images_away(command, config, exams, monkeypatch):
    def ended(self, exam, progress=None):
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Pipeline, "prepare", ended)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit):
        command("shadow", exams[0])
    assert not (config.data_dir / "shadow" / "scratch").exists()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("words", [("--sample", "0"), ("/nowhere/at/all",), ()])
def test_a_sample_of_nothing_is_a_wrong_usage(command, words):
    assert command("shadow", *words)[0] == 2


def test_lines_name_reasons_and_coincidences():
    result = ShadowResult(deidentified=1, stopped=Counter(two_patients=2), no_image=Counter(not_dicom=1))
    result.source["names of persons"] = OwnValues().counts()["names of persons"]
    result.source["names of persons"].coincident = 3
    lines = "\n".join(result_lines(result))
    assert "2 stay here" in lines
    assert "1 other file(s)" in lines
    assert "3 equal a technique word" in lines
