"""Who may judge: table-driven."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_registry.access.conflicts import (
    EXCLUDING,
    ConflictKind,
    Declared,
    Party,
    conflicts_of,
    is_excluded,
)
from cmr_registry.accounts.institutions import institution_key

ME, OTHER, CENTER = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
K = ConflictKind


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Duke University", "duke  university", True),
        ("The Ohio State University", "Ohio State University", True),
        ("University Hospital Zürich", "University Hospital Zurich", True),
        ("St. Mary's Hospital", "St Marys Hospital", True),
        ("Houston Methodist", "Houston-Methodist", True),
        ("Univ. of Leeds", "University of Leeds", True),
        ("Heart Centre", "Heart Center", True),
        ("Groß Hospital", "Gross Hospital", True),
        ("King's College & Hospital", "King’s College and Hospital", True),
        ("University of Washington", "Washington University", False),
        ("Duke University", "Duke Clinical Institute", False),
        ("", "", False),
        ("The", "of", False),
    ],
)
def test_institutions_compare_as_people_mean_them(one, other, same):
    found = conflicts_of(Party(ME, "a@x.org", (one,)), [Party(OTHER, "b@y.org", (other,))])
    assert (K.SAME_INSTITUTION in found) is same


CASES = [
    ("nothing in common", Party(ME, "a@x.org", ("Ash",)), [Party(OTHER, "b@y.org", ("Birch",))], None, set()),
    ("the applicant", Party(ME, "a@x.org"), [Party(ME, "b@y.org")], None, {K.IS_APPLICANT}),
    (
        "a co-investigator by e-mail",
        Party(ME, "Ash@X.org"),
        [Party(OTHER, "b@y.org"), Party(None, " ash@x.org ")],
        None,
        {K.IS_APPLICANT},
    ),
    ("no e-mail on either side", Party(ME, ""), [Party(None, "")], None, set()),
    (
        "a colleague of a co-investigator",
        Party(ME, "a@x.org", ("Ash", "Riverside")),
        [Party(OTHER, "b@y.org", ("Birch",)), Party(None, "c@z.org", ("riverside",))],
        None,
        {K.SAME_INSTITUTION},
    ),
    (
        "a financial interest",
        Party(ME, "a@x.org"),
        [Party(OTHER, "b@y.org")],
        Declared(financial=True),
        {K.FINANCIAL},
    ),
    ("another reason", Party(ME, "a@x.org"), [Party(OTHER, "b@y.org")], Declared(other=True), {K.OTHER}),
    (
        "works at a center, computed",
        Party(ME, "a@x.org", centers=frozenset({CENTER})),
        [Party(OTHER, "b@y.org")],
        None,
        {K.WORKS_AT_CENTER},
    ),
    (
        "works at a center, declared",
        Party(ME, "a@x.org"),
        [Party(OTHER, "b@y.org")],
        Declared(works_at_center=True),
        {K.WORKS_AT_CENTER},
    ),
    (
        "declared that there is nothing",
        Party(ME, "a@x.org"),
        [Party(OTHER, "b@y.org")],
        Declared(),
        set(),
    ),
]


@pytest.mark.parametrize(
    ("reviewer", "applicants", "declared", "expected"),
    [case[1:] for case in CASES],
    ids=[c[0] for c in CASES],
)
def test_what_connects_a_reviewer_with_an_application(reviewer, applicants, declared, expected):
    found = conflicts_of(reviewer, applicants, centers_asked=[CENTER], declared=declared)
    assert found == expected
    assert is_excluded(found) is bool(expected - {K.WORKS_AT_CENTER})


def test_every_kind_excludes_but_working_at_a_center():
    assert set(K) - EXCLUDING == {K.WORKS_AT_CENTER}


@given(st.text(max_size=40))
def test_a_key_of_a_key_is_the_key(name):
    assert institution_key(institution_key(name)) == institution_key(name)
