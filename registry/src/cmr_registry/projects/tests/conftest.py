"""Who answers ballots, the clock, and a question that needs no snapshot."""

import types

import pytest

from cmr_registry.accounts.roles import Role
from cmr_registry.accounts.services import account_create
from cmr_registry.centers.services import membership_add
from cmr_registry.projects import eligible
from cmr_registry.projects.tests.factories import BY, SNAPSHOT, selection_of


@pytest.fixture
def person():
    """`person(name, center, role)`: an account with a role at a center."""

    def make(name, center=None, role=None):
        account = account_create(
            email=f"{name}@example.org",
            display_name=name.replace("-", " ").title(),
            password="a long enough password 17",
            by=BY,
        )
        if center:
            membership_add(center=center, account=account, role=role, by=BY)
        return account

    return make


@pytest.fixture
def delegate_lakeside(lakeside, person):
    """Answers ballots for Lakeside."""
    return person("delegate-lakeside", lakeside, Role.BALLOT_DELEGATE)


@pytest.fixture
def clock(monkeypatch):
    """`clock(moment)`: from now on it is `moment`."""

    def set_to(moment):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return set_to


@pytest.fixture
def no_snapshot(monkeypatch):
    """There is no snapshot yet."""
    monkeypatch.setattr(eligible, "snapshot_current", lambda: None)


@pytest.fixture
def selected(monkeypatch):
    """`selected(rows)`: the question selects these rows of (center, subject, exam), minus centers left out."""

    def answer(rows):
        def select(query, snapshot, leave_out):
            return selection_of([row for row in rows if str(row[0]) not in leave_out.centers])

        monkeypatch.setattr(eligible, "snapshot_current", lambda: types.SimpleNamespace(pk=SNAPSHOT))
        monkeypatch.setattr(eligible, "cohort_select", select)

    return answer
