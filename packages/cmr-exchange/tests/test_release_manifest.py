"""The manifest of a release is read strictly and names every file by a path below the release's folder."""

import copy
import json

import pytest

from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.release import (
    RELEASE_FORMAT,
    TABLES,
    FlowStep,
    ReleaseFile,
    ReleaseKind,
    ReleaseManifest,
)

DIGEST = "ab" * 32
STATED = ReleaseManifest(
    format=RELEASE_FORMAT,
    kind=ReleaseKind.SYNTHETIC,
    release="r-7f3a-1",
    version=1,
    supersedes=None,
    title="Small infarcts",
    question="All exams with a known ejection fraction.",
    query_sha256=DIGEST,
    snapshot_sha256=DIGEST,
    ballot_sha256=DIGEST,
    dictionary_version="1.0",
    censoring_rule="default-1",
    built_on="2026-11-21",
    files=(ReleaseFile("tables/exams.csv", DIGEST, 120, 3), ReleaseFile("README.md", DIGEST, 10)),
)


@pytest.fixture
def document():
    return copy.deepcopy(STATED.to_document())


def test_what_is_written_is_read_back():
    assert ReleaseManifest.from_document(json.loads(STATED.canonical_bytes())) == STATED
    assert len(STATED.digest()) == 64


def test_a_band_of_the_oldest_is_stated(document):
    assert ReleaseManifest.from_document(document).oldest_age_years is None
    assert ReleaseManifest.from_document(document | {"oldest_age_years": 71}).oldest_age_years == 71
    with pytest.raises(MalformedDocumentError):
        ReleaseManifest.from_document(document | {"oldest_age_years": 0})


def test_a_later_release_names_the_one_it_replaces(document):
    later = ReleaseManifest.from_document(document | {"supersedes": "r-7f3a-1", "release": "r-7f3a-2"})
    assert later.supersedes == "r-7f3a-1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 99),
        ("kind", "leak"),
        ("release", "R 1"),
        ("version", 0),
        ("supersedes", "R 1"),
        ("title", "x" * 4_001),
        ("query_sha256", "x"),
        ("files", {}),
        ("owner", "x"),
    ],
)
def test_it_refuses_a_field_off_the_declared_form(document, field, value):
    with pytest.raises(MalformedDocumentError):
        ReleaseManifest.from_document(document | {field: value})


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret", "tables/../../x", "tables\\x"])
def test_it_refuses_a_file_outside_of_the_folder(document, path):
    document["files"][0]["path"] = path
    with pytest.raises(MalformedDocumentError, match="below the release's folder"):
        ReleaseManifest.from_document(document)


@pytest.mark.parametrize(("field", "value"), [("sha256", "x"), ("size", -1), ("rows", -1), ("mode", 7)])
def test_it_refuses_a_file_off_the_declared_form(field, value):
    with pytest.raises(MalformedDocumentError):
        ReleaseFile.from_document({"path": "a", "sha256": DIGEST, "size": 1} | {field: value}, "file")


def test_a_step_of_the_flow_is_read_strictly():
    step = {"label": "all exams", "subjects": 11, "exams": 12}
    assert FlowStep.from_document(step, "flow[0]") == FlowStep("all exams", 11, 12)
    for field, value in (("subjects", -1), ("label", 5), ("center", "x")):
        with pytest.raises(MalformedDocumentError):
            FlowStep.from_document(step | {field: value}, "flow[0]")


def test_no_table_has_a_column_for_a_date_or_name():
    assert not [
        column for columns in TABLES.values() for column in columns if "date" in column or "name" in column
    ]
