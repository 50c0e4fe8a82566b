"""Counts with their denominators, the list in its order, and the documents for a snapshot in few queries."""

import pytest

from cmr_registry.followup.selectors import (
    FollowUpCounts,
    followup_counts,
    followup_documents,
    followup_of,
    subject_rows,
)
from cmr_registry.followup.services import followup_record
from cmr_registry.followup.tests.factories import ALIVE, DEAD, TORN, document_of
from cmr_registry.lib.scope import center_scope
from cmr_registry.subjects.models import Subject
from cmr_registry.subjects.services import subject_ensure, subject_withdraw

STATED = {"DEAD": DEAD, "LIVE": ALIVE, "TORN": TORN, "GONE": ()}


@pytest.fixture
def many(scope, riverside, principal_riverside, other_subject):
    """One subject of Riverside per kind of knowledge, one of whom nothing is stated, and one of Lakeside."""
    subjects = {}
    for name in (*STATED, "NONE"):
        pseudonym = (name * 5)[:16] + "2"
        subjects[name] = subject_ensure(center=riverside, pseudonym=pseudonym, actor="tests")
        if name in STATED:
            document = document_of(pseudonym, statuses=STATED[name])
            followup_record(principal=principal_riverside, document=document)
    return subjects


def names(rows, many):
    known = {subject.pk: name for name, subject in many.items()}
    return [known.get(row.pk, "LAKESIDE") for row in rows]


def test_every_count_has_its_denominator(many, riverside, django_assert_num_queries):
    with center_scope({riverside.pk}), django_assert_num_queries(1):
        found = followup_counts()
    assert found == FollowUpCounts(subjects=5, stated=4, known=3, died=2, conflicting=1)
    assert (found.not_watched, found.not_watched_percent) == (2, 40)


def test_where_there_is_nobody_no_share_is_told(scope):
    assert followup_counts().not_watched_percent is None


def test_contradictions_come_first_then_those_of_whom_nothing_is_stated(many, riverside):
    with center_scope({riverside.pk}):
        assert names(subject_rows(), many)[0] == "TORN"
        assert set(names(subject_rows(), many)) == {*STATED, "NONE"}
    everybody = names(subject_rows(), many)
    assert everybody[0] == "TORN"
    assert "LAKESIDE" in everybody


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("conflicts", {"TORN"}),
        ("died", {"DEAD", "TORN"}),
        ("known", {"DEAD", "LIVE", "TORN"}),
        ("not_watched", {"GONE", "NONE"}),
        ("without", {"NONE"}),
        ("nonsense", {*STATED, "NONE"}),
    ],
)
def test_a_filter_shows_what_it_says(many, riverside, show, expected):
    with center_scope({riverside.pk}):
        assert set(names(subject_rows(show=show), many)) == expected


def test_the_documents_of_a_snapshot_come_in_one_query(many, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = dict(followup_documents())
    assert set(found) == {many[name].pk for name in STATED}
    assert found[many["LIVE"].pk] == document_of(many["LIVE"].pseudonym).to_document()


def test_who_withdrew_is_in_no_count_list_or_snapshot(many, riverside, principal_riverside):
    subject_withdraw(subject=many["DEAD"], by=principal_riverside)
    with center_scope({riverside.pk}):
        assert followup_counts().died == 1
        assert "DEAD" not in names(subject_rows(), many)
    assert many["DEAD"].pk not in dict(followup_documents())
    assert followup_of(many["DEAD"]) is None
    assert Subject.everything.filter(pk=many["DEAD"].pk).exists()
