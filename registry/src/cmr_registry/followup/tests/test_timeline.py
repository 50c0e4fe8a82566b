"""The drawing holds every day inside its frame and says the same as the list."""

from hypothesis import given
from hypothesis import strategies as st

from cmr_exchange.followup import DeathCause, Precision, SourceClass, VitalStatus
from cmr_registry.followup.tests.factories import REPLACED_VALVE
from cmr_registry.followup.timeline import LEFT, RIGHT, moments, timeline

days = st.integers(-9_000, 9_000)
statuses = st.builds(
    lambda source, first, length: VitalStatus(source, first, first + length),
    st.sampled_from(SourceClass),
    days,
    st.integers(0, 4_000),
)


@given(st.lists(days, max_size=3), st.lists(statuses, max_size=4), st.booleans())
def test_every_point_lies_inside(exams, windows, with_event):
    events = [REPLACED_VALVE] if with_event else []
    drawn = timeline(exams, windows, events)
    listed = moments(exams, windows, events)
    assert (drawn is None) == (not listed)
    if drawn is None:
        return
    assert len(drawn.bars) == 1 + len(windows) + with_event
    for bar in drawn.bars:
        assert bar.width == 0 or (bar.x >= LEFT and bar.x + bar.width <= RIGHT + 2)
        assert all(LEFT <= mark.x <= RIGHT for mark in bar.marks)
        assert bar.y < drawn.height
    assert [moment.day for moment in listed] == sorted(moment.day for moment in listed)


def test_a_coarse_death_says_so():
    dead = VitalStatus(
        SourceClass.DMF, 0, 900, 300, Precision.YEAR, DeathCause.NON_CARDIOVASCULAR, last_alive_day=10
    )
    words = [moment.what for moment in moments([], [dead], [])]
    assert "died, non-cardiovascular cause, within the year" in words
    assert "last seen alive" in words
