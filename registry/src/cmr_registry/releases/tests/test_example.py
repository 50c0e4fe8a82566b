"""Anybody may download a synthetic release; it opens like a real one and says what it is."""

import csv
import io
import zipfile

import pytest

from cmr_analysis.release import open_release
from cmr_exchange.release import TABLES, ReleaseKind
from cmr_registry.cohorts.conditions import TELLS_CENTER
from cmr_registry.cohorts.parquet import crossing_items
from cmr_registry.releases.example import example_archive, example_frozen


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("example") / "example.zip"
    path.write_bytes(example_archive())
    return open_release(path)


@pytest.mark.django_db
def test_it_downloads_without_sign_in(client):
    response = client.get("/research/releases/example")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert 'filename="synthetic-r-example-1.zip"' in response["Content-Disposition"]
    assert response.content == example_archive()


def test_it_says_everywhere_that_it_is_synthetic(opened):
    assert opened.manifest.kind is ReleaseKind.SYNTHETIC
    assert "SYNTHETIC" in opened.read("README.md").decode()
    assert "Synthetic" in opened.manifest.title


def test_its_tables_are_those_of_the_contract(opened):
    for name, columns in TABLES.items():
        table = opened.table(name)
        assert tuple(table.columns)[: len(columns)] == columns
        assert len(table) == next(
            one.rows for one in opened.manifest.files if one.path == f"tables/{name}.parquet"
        )


def test_its_tables_are_drawn_with_today_s_dictionary(opened):
    measured = set(opened.table("measurements").columns)
    wanted = {name for name, item in crossing_items().items() if item.form != "followup"} - TELLS_CENTER
    assert wanted <= measured, "draw the tables again (data/README.md)"


def test_csv_and_parquet_say_the_same(opened):
    for name in TABLES:
        rows = list(csv.DictReader(io.StringIO(opened.read(f"tables/{name}.csv").decode())))
        assert len(rows) == len(opened.table(name))
        assert list(rows[0]) == list(opened.table(name).columns)


def test_days_begin_with_zero_and_everybody_is_one_person_of_one_center(opened):
    exams = opened.table("exams")
    assert (exams.groupby("subject")["day"].min() == 0).all()
    assert exams["is_index"].all()
    assert not exams["has_images"].any()
    assert set(exams["center"]) == {"c1", "c2", "c3"}
    assert len(opened.table("subjects")) == exams["subject"].nunique()


def test_the_codebook_adds_up(opened):
    for row in opened.codebook.to_dict("records"):
        missing = sum(int(value) for name, value in row.items() if name.startswith("missing_"))
        assert int(row["n_known"]) + int(row["n_missing"]) == int(row["n_rows"])
        assert missing == int(row["n_missing"]), row["item"]


def test_old_ages_are_one_band(opened):
    oldest = example_frozen().summary["oldest_age_years"]
    ages = opened.table("measurements")["age_at_exam_years"].dropna()
    assert ages.max() == oldest < 90
    assert f"Ages are exact below {oldest} years" in opened.read("README.md").decode()


def test_the_same_tables_give_the_same_bytes(opened):
    names = zipfile.ZipFile(io.BytesIO(example_archive())).namelist()
    assert names[-1] == "manifest.json"
    assert opened.fingerprint == example_frozen().manifest.digest()
