import pytest

from cmr_registry.intake.states import ALLOWED, SETTLED, DeliveryState, require_step


@pytest.mark.parametrize("now", DeliveryState)
@pytest.mark.parametrize("to", DeliveryState)
def test_only_steps_of_the_table_are_taken(now, to):
    if to in ALLOWED[now]:
        assert require_step(now.value, to) is to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            require_step(now.value, to)


def test_what_is_settled_stays():
    assert {state for state, follow in ALLOWED.items() if not follow} == SETTLED
