"""A cohort as documents: strict, deterministic, and nothing that the dictionary refuses."""

import json

import pytest

from cmr_deid.identities import check_pseudonym
from cmr_dictionary import load
from cmr_dictionary.checks import check_values, is_rejected
from cmr_exchange.followup import FollowUpDocument
from cmr_exchange.manifest import Contents, DeliveryManifest
from cmr_testkit.cli import main
from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.documents import follow_up_documents, manifests
from cmr_testkit.cohort.writing import write_cohort

FIXED_NAMES = [
    "sex",
    "age_at_exam_years",
    "height_cm",
    "weight_kg",
    "lv_edv_ml",
    "lv_esv_ml",
    "lv_ef_reported_pct",
    "lv_mass_g",
    "wm_rest_all_normal",
    "wm_stress_all_normal",
    "lge_performed",
    "lge_present",
    "lge_interpretation",
    "hx_htn",
    "hx_dm",
    "hx_hld",
    "hx_smoking",
    "hx_prior_mi",
    "hx_prior_pci",
    "hx_prior_cabg",
    "hx_af",
    "nyha",
    "indication_primary",
    "final_diagnosis",
    "gbca_given",
    "gbca_agent",
    "field_strength_t",
    "scanner_vendor",
    "iq_global",
    "race",
    "cpt_code",
    "q_waves",
    "qrs_ms",
]
STEMS = ("wm_rest_", "wm_stress_", "lge_aha_", "lge_pattern_", "perf_rest_", "perf_stress_")


@pytest.fixture(scope="module")
def cohort():
    return make_cohort(400, seed=11)


@pytest.fixture(scope="module")
def papers(cohort):
    return list(manifests(cohort)), list(follow_up_documents(cohort))


def test_every_document_reads_back_strictly(papers):
    for manifest in papers[0]:
        assert DeliveryManifest.from_document(json.loads(manifest.canonical_bytes())) == manifest
    for document in papers[1]:
        assert FollowUpDocument.from_document(json.loads(document.canonical_bytes())) == document


def test_the_dictionary_refuses_no_value(papers):
    for manifest in papers[0]:
        plain = {name: value.value for name, value in manifest.values.items() if value.missing is None}
        assert not is_rejected(check_values(plain))
    for document in papers[1]:
        for event in document.events:
            assert not is_rejected(check_values({name: v.value for name, v in event.values.items()}))


def test_every_name_of_a_fixed_item_is_written(papers):
    written = {name for manifest in papers[0] for name in manifest.values}

    wanted = [*FIXED_NAMES, *(f"{stem}{i:02d}" for stem in STEMS for i in range(1, 18))]
    assert [name for name in wanted if name in load().items and name not in written] == []


def test_pseudonyms_are_valid_and_exams_of_a_subject_share_one(cohort, papers):
    subjects = {manifest.subject for manifest in papers[0]}

    assert all(check_pseudonym(m.subject) and check_pseudonym(m.exam) for m in papers[0])
    assert len(subjects) == cohort.people.subjects
    assert len({manifest.exam for manifest in papers[0]}) == cohort.exams.rows


def test_exams_are_reports_alone_and_the_first_is_day_zero(papers):
    first = {}
    for manifest in papers[0]:
        first.setdefault(manifest.subject, manifest.day)

    assert {manifest.contents for manifest in papers[0]} == {Contents.REPORT_ONLY}
    assert set(first.values()) == {0}


def test_a_report_with_normal_wall_motion_states_it_in_one_entry(papers):
    normal = [m for m in papers[0] if (v := m.values.get("wm_rest_all_normal")) and v.value == 1]

    assert normal
    assert not any("wm_rest_01" in manifest.values for manifest in normal)


def test_missing_values_are_stated(papers):
    stated = [m.values["sex"].missing for m in papers[0] if m.values["sex"].missing is not None]

    assert stated
    assert len(stated) < 0.15 * len(papers[0])


def test_some_subjects_have_no_follow_up_document_and_some_no_vital_status(cohort, papers):
    assert 0 < len(papers[1]) < cohort.people.subjects
    assert any(not document.vital_status for document in papers[1])


def test_the_command_writes_the_same_bytes_every_time(tmp_path, capsys):
    for name in ("a", "b"):
        assert main(["cohort", str(tmp_path / name), "--subjects", "60", "--seed", "3", "--tables"]) == 0
    said = capsys.readouterr().out

    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) == 12
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
    assert said.startswith("SYNTHETIC cohort, 3 centers, seed 3\n60 subjects with ")


def test_the_command_refuses_a_cohort_that_is_too_small(tmp_path, capsys):
    assert main(["cohort", str(tmp_path), "--subjects", "5"]) == 2
    assert "A cohort has 30 to" in capsys.readouterr().err


def test_the_folder_says_that_it_is_synthetic_and_what_is_planted(cohort, tmp_path):
    write_cohort(cohort, tmp_path, documents=False)
    truth = json.loads((tmp_path / "truth.json").read_text())
    centers = json.loads((tmp_path / "centers.json").read_text())
    chosen = {tuple(row["centers"]): row["adjusted"] for row in truth["expected_hazard_ratio"]}

    assert (tmp_path / "README.txt").read_text().startswith("SYNTHETIC")
    assert truth["label"].startswith("SYNTHETIC")
    assert centers["label"].startswith("SYNTHETIC")
    assert [row["code"] for row in centers["centers"]] == ["northbridge", "seehafen", "kauri"]
    assert chosen["northbridge",] == pytest.approx(1.9)
    assert chosen["northbridge", "seehafen"] < 1.7
    assert set(truth["survival"]["overall"]) == {"1_years", "5_years", "10_years"}


def test_many_centers_state_what_leaving_each_out_would_give(tmp_path):
    write_cohort(make_cohort(600, 1, centers=5), tmp_path, documents=False)
    truth = json.loads((tmp_path / "truth.json").read_text())

    assert sorted(len(row["centers"]) for row in truth["expected_hazard_ratio"]) == [4, 4, 4, 4, 4, 5]
