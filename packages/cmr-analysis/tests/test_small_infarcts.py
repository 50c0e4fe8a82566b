import shutil

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import cmr_analysis
from cmr_analysis import TooFewError
from cmr_analysis.cli import main
from cmr_analysis.studies.small_infarcts import analyze, run, study_group
from cmr_exchange.release import ReleaseKind


@pytest.fixture(scope="module")
def found(release_folder):
    return analyze(cmr_analysis.open(release_folder))


def test_the_flow_reconciles_from_step_to_step(release_folder, found):
    people, steps = study_group(cmr_analysis.open(release_folder))
    counts = [step.subjects for step in steps]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 1_200
    assert counts[1] == 1_080, "one in ten has an LVEF of 45 %"
    assert counts[-1] == len(people) == found.prevalence.of
    assert found.steps[-1].subjects + found.n_not_watched == len(people)


def test_who_was_seen_without_lge_has_no_infarct(found):
    assert 0 < found.prevalence.n < found.prevalence.of
    assert sum(share.n for share in found.by_center) == found.prevalence.n


def test_the_planted_hazard_ratio_lies_in_the_adjusted_interval(found):
    term = found.adjusted.term("has_infarct")
    assert term.lower < 2.0 < term.upper
    assert found.adjusted.n + found.adjusted.n_left_out == found.crude.n
    assert found.adjusted.n_left_out > 0, "sex is not known for all"


def test_the_report_carries_every_number_with_n_and_missing(release_folder, tmp_path):
    report = run(cmr_analysis.open(release_folder), tmp_path / "out").read_text()
    for word in (
        "fingerprint",
        "Number",
        "Left out",
        "missing",
        "not the authors",
        "Kaplan-Meier",
        "censoring rule",
    ):
        assert word.lower() in report.lower(), word
    assert "Synthetic data" not in report
    tables = {path.stem for path in (tmp_path / "out" / "tables").iterdir()}
    assert tables == {
        "flow", "prevalence", "characteristics", "survival", "hazard_ratios", "death_sources", "missing"
    }  # fmt: skip
    survival = pd.read_csv(tmp_path / "out" / "tables" / "survival.csv")
    assert {"At risk", "n", "Deaths"} <= set(survival.columns)
    for kind in ("png", "svg"):
        assert (tmp_path / "out" / "figures" / f"survival.{kind}").stat().st_size > 5_000


def test_a_synthetic_release_says_so_and_deaths_by_file_alone_raise_the_banner(make_release, plant, tmp_path):
    people = plant()
    folder = make_release(people, kind=ReleaseKind.SYNTHETIC, source=["dmf"] * len(people["age"]))
    report = run(cmr_analysis.open(folder), tmp_path / "out").read_text()
    assert "Synthetic data" in report
    assert "14.8 %" in report


def test_nobody_who_died_is_said(make_release, plant):
    people = plant(100)
    people["died"] = people["died"] & False
    with pytest.raises(TooFewError, match="nobody died"):
        analyze(cmr_analysis.open(make_release(people)))


def test_the_commands_do_what_the_contract_says(release_folder, tmp_path, capsys):
    assert main(["open", str(release_folder)]) == 0
    assert "as they were frozen" in capsys.readouterr().out
    assert main(["open", str(release_folder), "--json"]) == 0
    assert main(["describe", str(release_folder)]) == 0
    assert "Flow of n" in capsys.readouterr().out
    assert main(["describe", str(release_folder), "--json"]) == 0
    capsys.readouterr()
    assert main(["study", "small-infarcts", str(release_folder), "--out", str(tmp_path / "o")]) == 0
    assert (tmp_path / "o" / "report.html").exists()


def test_a_release_that_cannot_be_used_ends_with_2(tmp_path, capsys):
    assert main(["open", str(tmp_path / "absent")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_release_without_the_items_of_the_study_is_told_which(release_folder, tmp_path, capsys, reseal):

    folder = shutil.copytree(release_folder, tmp_path / "lean")
    path = folder / "tables" / "measurements.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["hx_dm"]), path)
    reseal(folder)
    assert main(["study", "small-infarcts", str(folder), "--out", str(tmp_path / "o")]) == 2
    assert "hx_dm" in capsys.readouterr().err


def test_a_band_of_the_oldest_has_a_hazard_of_its_own(make_release, plant):
    people = plant(3_000, seed=4)
    people["age"] = np.minimum(people["age"], 65)
    found = analyze(cmr_analysis.open(make_release(people, oldest=65)))
    assert [term.name for term in found.adjusted.terms][-1] == "is_oldest_band"
    term = found.adjusted.term("has_infarct")
    assert term.lower < 2.0 < term.upper
