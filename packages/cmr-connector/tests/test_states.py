"""The tables of states: every state has an owner and every transition is what the table says."""

import itertools

import pytest

from cmr_connector import states
from cmr_connector.errors import TransitionError

TABLES = [
    (states.ExamState, states.EXAM_OWNER, states.EXAM_TRANSITIONS),
    (states.InstanceState, states.INSTANCE_OWNER, states.INSTANCE_TRANSITIONS),
    (states.DeliveryState, states.DELIVERY_OWNER, states.DELIVERY_TRANSITIONS),
    (states.StatementState, states.STATEMENT_OWNER, states.STATEMENT_TRANSITIONS),
    (states.ReportState, states.REPORT_OWNER, states.REPORT_TRANSITIONS),
]
PAIRS = [(table, old, new) for kind, _, table in TABLES for old, new in itertools.product(kind, kind)]


@pytest.mark.parametrize(("kind", "owners", "table"), TABLES)
def test_every_state_has_an_owner_and_a_row(kind, owners, table):
    assert set(owners) == set(table) == set(kind)


@pytest.mark.parametrize(("table", "old", "new"), PAIRS)
def test_exactly_the_listed_transitions_are_allowed(table, old, new):
    if old == new or new in table[old]:
        states.require(table, old, new)
    else:
        with pytest.raises(TransitionError):
            states.require(table, old, new)


@pytest.mark.parametrize(("kind", "owners", "table"), TABLES)
def test_every_state_but_the_first_can_be_reached(kind, owners, table):
    reached = {next(iter(kind))}
    while new := set().union(*(table[state] for state in reached)) - reached:
        reached |= new
    assert reached == set(kind)


@pytest.mark.parametrize(("kind", "owners", "table"), TABLES)
def test_a_state_without_a_way_out_has_nobody_waiting_for_it(kind, owners, table):
    stuck = {state for state in kind if not table[state]}
    person_waits = {
        states.DeliveryState.REFUSED,
        states.ReportState.REJECTED,
        states.StatementState.REFUSED,
    }
    assert all(owners[state] is states.Owner.NOBODY for state in stuck - person_waits)
