import pytest

from cmr_registry.access import search_states, states
from cmr_registry.access.search_states import SearchState, require_search_step
from cmr_registry.access.states import DECISIONS, EDITABLE, OWNER, SETTLED, ApplicationState, require_step


@pytest.mark.parametrize("now", ApplicationState)
@pytest.mark.parametrize("to", ApplicationState)
def test_an_application_takes_only_steps_of_the_table(now, to):
    if to in states.ALLOWED[now]:
        assert require_step(now.value, to) is to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            require_step(now.value, to)


@pytest.mark.parametrize("now", SearchState)
@pytest.mark.parametrize("to", SearchState)
def test_a_search_takes_only_steps_of_the_table(now, to):
    if to in search_states.ALLOWED[now]:
        assert require_search_step(now.value, to) is to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            require_search_step(now.value, to)


@pytest.mark.parametrize(
    ("module", "first"), [(states, ApplicationState.DRAFT), (search_states, SearchState.DRAFT)]
)
def test_every_state_has_an_owner_and_a_way_to_it(module, first):
    reached, waiting = set(), [first]
    while waiting:
        state = waiting.pop()
        reached.add(state)
        waiting += module.ALLOWED[state] - reached
    assert reached == set(module.ALLOWED) == set(module.OWNER)
    assert all(module.OWNER.values())


def test_what_is_settled_stays():
    assert {state for state, follow in states.ALLOWED.items() if not follow} == SETTLED


def test_every_decision_follows_scores_and_no_other_state():
    assert states.ALLOWED[ApplicationState.SCORED] >= DECISIONS
    for state, follow in states.ALLOWED.items():
        assert state is ApplicationState.SCORED or not follow & DECISIONS


def test_whatever_the_researcher_owns_can_be_edited():
    assert {state for state, owner in OWNER.items() if owner == "researcher"} == EDITABLE
