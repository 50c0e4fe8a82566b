"""Releases in the real layout for tests, with a planted truth; every row is synthetic."""

import hashlib
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cmr_exchange.release import MANIFEST_NAME, TABLES, ReleaseFile, ReleaseKind, ReleaseManifest

FLAGS = {"wm_rest_all_normal", "lge_performed"}


def planted(n=1_200, seed=1, hazard_ratio=2.0):
    """Columns of a cohort: small infarcts double the hazard of death, age confounds."""
    rng = np.random.default_rng(seed)
    age = np.clip(rng.normal(60, 10, n), 20, 89)
    infarct = rng.random(n) < 0.08 + 0.004 * np.clip(age - 50, 0, None)
    male = rng.random(n) < 0.55
    diabetes = rng.random(n) < 0.2
    center = rng.choice(["c1", "c2"], n)
    log_hazard = np.log(hazard_ratio) * infarct + 0.5 * (age - 60) / 10 + 0.3 * male + 0.4 * diabetes
    rate = 0.00004 * np.exp(log_hazard) * np.where(center == "c1", 1.0, 1.5)
    death = rng.exponential(1 / rate)
    end = rng.uniform(1_000, 4_500, n)
    return {
        "age": np.floor(age), "infarct": infarct, "male": male, "diabetes": diabetes, "center": center,
        "days": np.floor(np.minimum(death, end)).astype(int), "died": death <= end,
        "sex_known": rng.random(n) < 0.94,
    }  # fmt: skip


def write_release(folder, people=None, **changes):
    """Write a release folder; returns its path."""
    people = people or planted()
    n = len(people["age"])
    exams = [f"e{i:05d}" for i in range(n)]
    subjects = [f"s{i:05d}" for i in range(n)]
    measured = {
        "lv_ef_pct": [60.0 if i % 10 else 45.0 for i in range(n)],
        "lv_ef_reported_pct": [None] * n,
        "wm_rest_all_normal": [i % 7 != 0 for i in range(n)],
        "lge_performed": [i % 11 != 0 for i in range(n)],
        "lge_present": ["1" if x else "0" for x in people["infarct"]],
        "lge_n_ischemic_segments": [2.0 if x else None for x in people["infarct"]],
        "age_at_exam_years": people["age"].tolist(),
        "sex": [
            ("M" if m else "F") if k else None
            for m, k in zip(people["male"], people["sex_known"], strict=True)
        ],
        "hx_dm": people["diabetes"].tolist(),
        "hx_htn": [None] * n,
        "hx_hld": [False] * n,
        "hx_prior_mi": [False] * n,
    }
    tables = {
        "subjects": {"subject": subjects, "center": people["center"].tolist(), "n_exams": [1] * n},
        "exams": {
            "exam": exams, "subject": subjects, "center": people["center"].tolist(), "day": [0] * n,
            "exam_year": [2010] * n, "is_index": [True] * n, "has_images": [False] * n,
        },
        "series": {name: [] for name in TABLES["series"]},
        "measurements": {"exam": exams, "subject": subjects}
        | {
            name: column
            for item, values in measured.items()
            for name, column in (
                (item, values),
                (f"{item}__missing", ["not_reported" if v is None else None for v in values]),
            )
        },
        "events": {name: [] for name in TABLES["events"]},
        "followup": {
            "subject": subjects, "exam": exams, "time_zero_day": [0] * n, "follow_up_days": people["days"].tolist(),
            "died": people["died"].tolist(), "end": ["died" if d else "window_ended" for d in people["died"]],
            "source": changes.get("source", ["ndi"] * n), "cause": [None] * n, "rule": ["default-1"] * n,
            "is_conflicting": [False] * n,
        },
        "vital_status": {name: [] for name in TABLES["vital_status"]},
    }  # fmt: skip
    (folder / "tables").mkdir(parents=True)
    for name, columns in tables.items():
        pq.write_table(pa.table(columns, schema=_schema(columns)), folder / "tables" / f"{name}.parquet")
    (folder / "codebook.csv").write_text("item,label\nlv_ef_pct,LV ejection fraction\n")
    (folder / "flow.json").write_text(json.dumps([{"label": "All exams", "subjects": n, "exams": n}]))
    image = folder / "images" / "s00000" / "e00000" / "x1" / "1.dcm"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"not really DICOM, but bytes")
    seal(folder, kind=changes.get("kind", ReleaseKind.PROJECT), oldest=changes.get("oldest"))
    return folder


def _schema(columns):
    return pa.schema(
        [
            (name, pa.string()) if not any(v is not None for v in values) else (name, _type(values))
            for name, values in columns.items()
        ]
    )


def _type(values):
    kind = type(next((v for v in values if v is not None), ""))
    return {bool: pa.bool_(), int: pa.int32(), float: pa.float64(), str: pa.string()}[kind]


def seal(folder, kind=ReleaseKind.PROJECT, oldest=None):
    """Write the manifest over all files that stand in the folder."""
    files = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST_NAME):
        data = path.read_bytes()
        rows = pq.read_metadata(path).num_rows if path.suffix == ".parquet" else None
        name = path.relative_to(folder).as_posix()
        files.append(ReleaseFile(name, hashlib.sha256(data).hexdigest(), len(data), rows))
    manifest = ReleaseManifest(
        format=1, kind=kind, release="r-test-1", version=1, supersedes=None, title="A test",
        question="Everybody.", query_sha256="0" * 64, snapshot_sha256="1" * 64, ballot_sha256="2" * 64,
        dictionary_version="2.0", censoring_rule="default-1", built_on="2026-01-01", files=tuple(files),
        oldest_age_years=oldest,
    )  # fmt: skip
    (folder / MANIFEST_NAME).write_bytes(manifest.canonical_bytes())


def zipped(folder, path):
    """The same release as an archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())
    return path


@pytest.fixture(scope="session")
def release_folder(tmp_path_factory):
    """A release of 1,200 synthetic people; read only."""
    return write_release(tmp_path_factory.mktemp("release") / "r-test-1")


@pytest.fixture
def make_release(tmp_path):
    """`make_release(people, kind=..., source=...)`: a release folder of one's own."""
    return lambda people=None, **changes: write_release(tmp_path / "r-own", people, **changes)


@pytest.fixture
def plant():
    """`plant(n, seed, hazard_ratio)`: columns of a cohort with a planted hazard ratio."""
    return planted


@pytest.fixture
def reseal():
    """`reseal(folder)`: write the manifest anew over what stands there."""
    return seal


@pytest.fixture
def zip_of(tmp_path):
    """`zip_of(folder)`: the same release as an archive."""
    return lambda folder: zipped(folder, tmp_path / "release.zip")
