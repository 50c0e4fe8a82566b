"""A cine plays at the rate at which the heart was filmed."""

import pytest

from cmr_imaging.headers import InstanceHeader
from cmr_registry.exams.cine import timing_of


def headers(interval=None):
    return [InstanceHeader(nominal_interval_ms=interval)] * 4


def test_trigger_times_give_the_duration_of_each_phase():
    timing = timing_of((0.0, 40.0, 90.0, 130.0), True, headers())
    assert timing.durations_ms == (40.0, 50.0, 40.0, 40.0)
    assert timing.source == "trigger times"


def test_the_last_phase_lasts_until_the_next_heartbeat_where_that_is_sensible():
    assert timing_of((0.0, 40.0, 80.0), True, headers(150.0)).durations_ms[-1] == 70.0
    assert timing_of((0.0, 40.0, 80.0), True, headers(900.0)).durations_ms[-1] == 40.0


def test_without_trigger_times_the_heartbeat_is_shared_out():
    timing = timing_of((0.0, 1.0, 2.0, 3.0), False, headers(1000.0))
    assert timing.durations_ms == (250.0,) * 4
    assert timing.source == "R-R interval"


def test_an_assumed_rate_says_so():
    timing = timing_of((0.0, 1.0), False, headers())
    assert timing.source == ""
    assert timing.words == "assumed, 25/s"


def test_one_phase_has_one_duration():
    assert len(timing_of((0.0,), True, headers()).durations_ms) == 1


@pytest.mark.parametrize("step", [0.001, 60_000.0])
def test_absurd_steps_are_clamped(step):
    assert 5.0 <= timing_of((0.0, step), True, headers()).durations_ms[0] <= 1000.0
