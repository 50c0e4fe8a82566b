"""The table of states."""

import itertools

import pytest

from cmr_registry.releases.states import (
    ALLOWED,
    FROZEN,
    RUNNING,
    SEEN_BY_MEMBERS,
    TO_BUILD,
    ReleaseState,
    may_become,
)

S = ReleaseState


def test_a_release_goes_from_request_to_publication():
    way = [S.REQUESTED, S.CONSENTED, S.BUILDING, S.BUILT, S.PUBLISHED, S.SUPERSEDED]
    assert all(may_become(now.value, to) for now, to in itertools.pairwise(way))


@pytest.mark.parametrize(
    ("now", "to"), [(S.REQUESTED, S.BUILDING), (S.BUILDING, S.PUBLISHED), (S.REVOKED, S.PUBLISHED)]
)
def test_no_step_is_left_out(now, to):
    assert not may_become(now.value, to)


def test_what_is_revoked_stays_revoked():
    assert not ALLOWED[S.REVOKED]
    assert all(S.REVOKED in ALLOWED[state] for state in S if state not in (S.REVOKED, S.BUILDING))


def test_what_is_on_its_way_is_seen_by_nobody():
    assert not RUNNING & SEEN_BY_MEMBERS
    assert TO_BUILD < RUNNING
    assert SEEN_BY_MEMBERS < FROZEN
