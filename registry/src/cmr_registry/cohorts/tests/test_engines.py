"""Both engines have one meaning: 2,000 random questions to 100 random snapshots."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmr_registry.cohorts.engine import select
from cmr_registry.cohorts.frame import Frame
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.reference import PlainSnapshot, reference_select
from cmr_registry.cohorts.spreading import TABLES, spread
from cmr_registry.cohorts.tests.random_cohorts import (
    CENTERS,
    ITEMS,
    documents,
    random_snapshot,
    write_tables,
)

CENTER_NAMES = {center: code for code, center in CENTERS.items()}


def compare(query, frame, snapshot, subjects_out=(), centers_out=()):
    """Ask both; returns the fast answer."""
    out = {"center_ids": CENTERS, "subjects_out": subjects_out, "centers_out": centers_out}
    fast = select(query, frame, **out)
    counts, exams = reference_select(query, snapshot, **out)
    assert [(step.subjects, step.exams) for step in fast.steps] == counts, query.to_document()
    assert [row.exam for row in fast.rows] == exams, query.to_document()
    return fast


@pytest.mark.uncovered
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), asked=st.lists(documents(), min_size=20, max_size=20), out=st.booleans())
def test_both_engines_answer_random_questions_alike(tmp_path_factory, seed, asked, out):
    snapshot = random_snapshot(seed)
    frame = Frame(write_tables(tmp_path_factory.mktemp("snapshot"), snapshot))
    subjects = sorted({row["subject"] for row in snapshot.exams})
    hidden = random.Random(seed).sample(subjects, len(subjects) // 4) if out else []
    centers_out = [CENTERS["gamma"]] if out else []
    for document in asked:
        query = CohortQuery.from_document(document)
        assert CohortQuery.from_document(query.to_document()) == query
        assert query.sentence()
        compare(query, frame, snapshot, hidden, centers_out)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), document=documents())
def test_every_table_of_a_breakdown_counts_the_chosen_persons(tmp_path_factory, seed, document):
    snapshot = random_snapshot(seed)
    frame = Frame(write_tables(tmp_path_factory.mktemp("snapshot"), snapshot))
    selection = compare(CohortQuery.from_document(document), frame, snapshot)
    persons = {row.subject for row in selection.rows}
    reports = {row["exam"]: row for row in snapshot.measurements}
    kinds = {(row["exam"], row["kind"]) for row in snapshot.series}
    found = spread(selection, list(TABLES), ITEMS, CENTER_NAMES)
    for table in found.tables:
        total = sum(cell.subjects for cell in table.cells)
        assert total == len(persons) if table.is_partition else total >= len(persons)
        kind, _, name = table.by.partition(":")
        if kind == "known" and name in ITEMS:
            known = {row.subject for row in selection.rows if reports.get(row.exam, {}).get(name) is not None}
            assert table.cells[0].subjects == len(known)
        if kind == "series":
            assert table.cells[0].subjects == len(
                {row.subject for row in selection.rows if (row.exam, name) in kinds}
            )
    cells = {table.by: {cell.key: cell.subjects for cell in table.cells} for table in found.tables}
    for code in ("M", "F"):
        of_sex = {row.subject for row in selection.rows if reports.get(row.exam, {}).get("sex") == code}
        assert cells["sex"][code] == len(of_sex)
    for code, center in CENTERS.items():
        at_center = {row.subject for row in selection.rows if row.center == center}
        assert cells["center"].get(center, 0) == len(at_center), code
    adults = {
        row.subject
        for row in selection.rows
        if 40 <= (reports.get(row.exam, {}).get("age_at_exam_years") or 0) < 50
    }
    assert cells["age_band"]["40"] == len(adults)


def test_an_empty_snapshot_answers_with_nobody(tmp_path):
    snapshot = PlainSnapshot(exams=())
    frame = Frame(write_tables(tmp_path, snapshot))
    query = CohortQuery.from_document(
        {"version": 1, "steps": [{"where": {"item": "lv_ef_pct", "op": "known"}}]}
    )
    selection = compare(query, frame, snapshot)
    assert selection.n_subjects == 0
    assert spread(selection, list(TABLES), (), CENTER_NAMES).median_follow_up_days is None


def test_equal_sets_of_persons_have_equal_fingerprints_and_others_have_not(tmp_path):
    snapshot = random_snapshot(11)
    frame = Frame(write_tables(tmp_path, snapshot))

    def asked(where, index="first"):
        document = {"version": 1, "index": index, "steps": [{"where": where}]}
        return select(CohortQuery.from_document(document), frame, center_ids=CENTERS)

    at_least = asked({"item": "lv_ef_pct", "op": ">=", "value": 55})
    reworded = asked(
        {
            "any": [
                {"item": "lv_ef_pct", "op": "=", "value": 55},
                {"item": "lv_ef_pct", "op": ">", "value": 55},
            ]
        },
        "last",
    )
    others = asked({"item": "lv_ef_pct", "op": "<", "value": 55})
    assert at_least.n_subjects
    assert at_least.fingerprint == reworded.fingerprint
    assert at_least.subjects_mask() == reworded.subjects_mask()
    assert at_least.fingerprint != others.fingerprint


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM read_csv('/etc/passwd')", "INSTALL httpfs", "SET threads = 8"]
)
def test_the_engine_opens_no_file_but_those_of_the_snapshot(tmp_path, statement):
    frame = Frame(write_tables(tmp_path, random_snapshot(3)))
    with pytest.raises(Exception, match=r"(?i)permission|disabled|locked|allow"):
        frame._numpy(statement)
