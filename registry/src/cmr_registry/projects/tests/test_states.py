"""The states of projects and ballots."""

import itertools

import pytest

from cmr_registry.projects import ballot_states, states
from cmr_registry.projects.ballot_states import BallotState
from cmr_registry.projects.panels import STATE_SENTENCES, WAY
from cmr_registry.projects.states import ProjectState


@pytest.mark.parametrize("module", [ballot_states, states])
def test_every_state_has_an_owner_and_is_reached_from_the_first(module):
    kind = type(next(iter(module.ALLOWED)))
    assert set(module.ALLOWED) == set(module.OWNER) == set(kind)
    reached, waiting = set(), [next(iter(kind))]
    while waiting:
        state = waiting.pop()
        reached.add(state)
        waiting += module.ALLOWED[state] - reached
    assert reached == set(kind)


@pytest.mark.parametrize("state", ProjectState)
@pytest.mark.parametrize("to", ProjectState)
def test_a_project_takes_the_steps_of_its_table_and_no_other(state, to):
    if to in states.ALLOWED[state]:
        assert states.require_step(state, to) is to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            states.require_step(state, to)


@pytest.mark.parametrize("state", BallotState)
@pytest.mark.parametrize("to", BallotState)
def test_a_ballot_takes_the_steps_of_its_table_and_no_other(state, to):
    if to in ballot_states.ALLOWED[state]:
        assert ballot_states.require_step(state, to) is to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            ballot_states.require_step(state, to)


@pytest.mark.parametrize("state", ProjectState)
def test_steps_by_hand_are_steps_of_the_table_and_never_skip_a_decision(state):
    assert states.BY_HAND[state] <= states.ALLOWED[state]
    assert not states.BY_HAND[state] & {
        ProjectState.APPROVED,
        ProjectState.DECLINED,
        ProjectState.CONSULTING,
        ProjectState.AGREEMENTS,
    }


def test_only_what_was_approved_is_public_or_holds_data():
    assert not {ProjectState.PROPOSED, ProjectState.DECLINED, ProjectState.WITHDRAWN} & states.PUBLIC
    assert states.MAY_HOLD_DATA <= states.PUBLIC


def test_every_state_is_said_in_a_sentence_and_the_way_is_walkable():
    assert set(STATE_SENTENCES) == set(states.TARGET_DAYS) == set(ProjectState)
    assert all(after in states.ALLOWED[before] for before, after in itertools.pairwise(WAY))
