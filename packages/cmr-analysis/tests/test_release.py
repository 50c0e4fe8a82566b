import json
import shutil

import pytest

import cmr_analysis
from cmr_analysis import ReleaseDamagedError, ReleaseUnreadableError
from cmr_analysis.describe import describe


def copy_of(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def test_it_opens_a_folder_in_one_line(release_folder):
    release = cmr_analysis.open(release_folder)
    assert release.manifest.release == "r-test-1"
    assert len(release.fingerprint) == 64
    assert len(release.table("subjects")) == 1_200
    assert release.flow[0].subjects == 1_200
    assert "lv_ef_pct" in set(release.codebook["item"])


def test_an_archive_is_the_same_release(release_folder, zip_of):
    archive, folder = cmr_analysis.open(zip_of(release_folder)), cmr_analysis.open(release_folder)
    assert archive.fingerprint == folder.fingerprint
    assert archive.table("exams").equals(folder.table("exams"))
    assert archive.image_paths("e00000") == ["images/s00000/e00000/x1/1.dcm"]


def test_a_folder_around_the_release_is_opened_too(release_folder):
    assert cmr_analysis.open(release_folder.parent).manifest.release == "r-test-1"


def test_a_table_that_is_changed_by_its_reader_stays_as_released(release_folder):
    release = cmr_analysis.open(release_folder)
    table = release.table("exams")
    table["day"] = 99
    assert set(release.table("exams")["day"]) == {0}


def test_flags_and_whole_numbers_keep_their_gaps(release_folder):
    people = cmr_analysis.open(release_folder).index_exams(["hx_htn", "wm_rest_all_normal"])
    assert str(people["wm_rest_all_normal"].dtype) == "boolean"
    assert set(people["hx_htn__missing"]) == {"not_reported"}


def test_it_refuses_a_changed_table(release_folder, tmp_path):
    folder = copy_of(release_folder, tmp_path)
    with (folder / "tables" / "exams.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ReleaseDamagedError, match=r"exams\.parquet was changed"):
        cmr_analysis.open(folder)


def test_it_refuses_a_missing_file(release_folder, tmp_path):
    folder = copy_of(release_folder, tmp_path)
    (folder / "flow.json").unlink()
    (folder / "codebook.csv").unlink()
    with pytest.raises(ReleaseDamagedError, match=r"codebook\.csv and 1 other file"):
        cmr_analysis.open(folder)


def test_it_refuses_a_file_that_was_added(release_folder, tmp_path):
    folder = copy_of(release_folder, tmp_path)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ReleaseDamagedError, match="Remove what was added"):
        cmr_analysis.open(folder)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("absent", "no such file"), ("text.txt", "neither a folder"), ("empty", "not a data release")],
)
def test_it_says_what_is_no_release(tmp_path, name, sentence):
    (tmp_path / "text.txt").write_text("hello")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReleaseUnreadableError, match=sentence):
        cmr_analysis.open(tmp_path / name)


@pytest.mark.parametrize("content", ["not JSON", json.dumps({"format": 99})])
def test_it_says_what_is_wrong_with_a_manifest(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ReleaseUnreadableError, match="cannot be read"):
        cmr_analysis.open(tmp_path)


def test_another_format_is_named(release_folder, tmp_path):
    folder = copy_of(release_folder, tmp_path)
    document = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(document | {"format": 2}))
    with pytest.raises(ReleaseUnreadableError, match="reads release format 1"):
        cmr_analysis.open(folder)


def test_what_the_release_lacks_is_named(release_folder):
    release = cmr_analysis.open(release_folder)
    with pytest.raises(KeyError, match="There is no table 'labs'"):
        release.table("labs")
    with pytest.raises(KeyError, match="does not hold qrs_ms"):
        release.index_exams(["qrs_ms"])


def test_the_description_counts_and_names_the_sources_of_deaths(release_folder):
    found = describe(cmr_analysis.open(release_folder))
    died = cmr_analysis.open(release_folder).table("followup")["died"].sum()
    assert found["death_sources"] == {"ndi": died}
    assert found["rows"]["subjects"] == 1_200
    assert found["images"] == 1
