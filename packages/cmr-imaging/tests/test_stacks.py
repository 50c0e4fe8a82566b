import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_imaging.errors import NoStackError
from cmr_imaging.headers import InstanceHeader
from cmr_imaging.metrics import metrics_of
from cmr_imaging.stacks import stack_of, stacks_of, thickness_of


def test_the_sunnybrook_stack_has_ten_positions_of_twenty_phases(sunnybrook):
    stack = stack_of(sunnybrook)
    assert len(stack.positions) == 10
    assert len(stack.phases) == 20
    assert stack.timed
    assert stack.regular
    assert stack.spacing_mm == pytest.approx(8.0, abs=0.01)
    assert stack.gap_mm == pytest.approx(0.0, abs=0.01)
    assert stack.repeats == stack.left_out == ()
    assert all(index is not None for row in stack.grid for index in row)


def test_the_metrics_of_real_cines_agree_with_their_headers(sunnybrook, siemens_sax):
    ge, siemens = metrics_of(sunnybrook), metrics_of(siemens_sax)
    assert ge.temporal_resolution_ms == 46
    assert ge.rr_coverage == pytest.approx(1.0, abs=0.01)
    assert siemens.temporal_resolution_ms == pytest.approx(31.04, abs=0.01)
    assert siemens.rr_coverage == pytest.approx(1.0, abs=0.01)
    assert (siemens.n_positions, siemens.n_phases, siemens.spacing_mm, siemens.gap_mm) == (1, 25, None, None)
    assert siemens.thickness_mm == 6


@given(data=st.data())
def test_the_grid_holds_every_image_once_in_any_order(cine, data):
    slices, phases = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 6))
    headers = data.draw(st.permutations(cine(slices=slices, phases=phases)))
    dropped = data.draw(st.integers(0, len(headers) - 1))
    headers = headers[dropped:]
    stack = stack_of(headers)
    inside = [index for row in stack.grid for index in row if index is not None]
    assert sorted([*inside, *stack.repeats, *stack.left_out]) == list(range(len(headers)))
    for row, position in zip(stack.grid, stack.positions, strict=True):
        members = [headers[i] for i in row if i is not None]
        assert [m.trigger_time_ms for m in members] == sorted(m.trigger_time_ms for m in members)
        assert len({m.position for m in members}) == 1
        assert position == pytest.approx(
            sum(a * b for a, b in zip(members[0].position, stack.normal, strict=True))
        )
    assert stack.positions == tuple(sorted(stack.positions))


def test_parallel_series_of_one_slice_form_one_stack(cine):
    series = [cine(slices=1, start=10.0 * k, series_instance_uid=f"1.2.{k}") for k in range(6)]
    stack = stack_of([header for one in series for header in one])
    assert len(stack.positions) == 6
    assert stack.spacing_mm == pytest.approx(10.0)
    assert stack.gap_mm == pytest.approx(2.0)


def test_a_slice_that_is_too_far_makes_the_stack_irregular(cine):
    stack = stack_of([*cine(slices=4), *cine(slices=1, start=41.0)])
    assert not stack.regular


def test_of_a_repeated_breath_hold_the_later_acquisition_is_kept(cine):
    first = cine(acquisition_number=1, acquisition_time_s=100.0)
    again = [
        dataclasses.replace(
            h, sop_instance_uid=f"{h.sop_instance_uid}.9", trigger_time_ms=h.trigger_time_ms * 1.1
        )
        for h in cine(acquisition_number=2, acquisition_time_s=160.0)
    ]
    headers = [*again, *first]
    stack = stack_of(headers)
    assert {headers[i].acquisition_number for i in stack.grid[0]} == {2}
    assert stack.repeats == tuple(range(20, 40))
    assert len(stack.phases) == 20


def test_images_of_equal_phase_without_acquisition_numbers_are_repeats_too(cine):
    first, again = cine(acquisition_time_s=100.0), cine(acquisition_time_s=160.0)
    stack = stack_of([*first, *again])
    assert stack.grid == (tuple(range(20, 40)),)
    assert stack.repeats == tuple(range(20))


def test_phases_that_were_acquired_one_by_one_belong_together(cine):
    headers = [dataclasses.replace(h, acquisition_number=n) for n, h in enumerate(cine(phases=12))]
    assert len(stack_of(headers).phases) == 12


def test_a_first_pass_repeats_one_delay_and_is_ordered_by_time(image):
    headers = [
        image(height=10.0 * s, trigger_time_ms=100.0 * s, acquisition_time_s=1000.0 + p, instance_number=p)
        for p in range(40)
        for s in range(3)
    ]
    stack = stack_of(headers[::-1])
    assert len(stack.positions) == 3
    assert len(stack.phases) == 40
    assert not stack.timed
    assert stack.repeats == ()
    assert stack.phases[:3] == (0.0, 1.0, 2.0)


def test_a_first_pass_with_trembling_delays_is_still_no_heartbeat(image):
    headers = [
        image(trigger_time_ms=100.0 + p, acquisition_time_s=1000.0 + p, instance_number=p) for p in range(40)
    ]
    assert not stack_of(headers).timed


def test_temporal_positions_order_images_without_trigger_times(image):
    headers = [image(temporal_position=position) for position in (3, 1, 2)]
    assert stack_of(headers).grid == ((1, 2, 0),)


def test_instance_numbers_order_images_without_any_time(image):
    headers = [image(instance_number=number) for number in (3, 1, 2)]
    stack = stack_of(headers)
    assert stack.grid == ((1, 2, 0),)
    assert metrics_of(headers).temporal_resolution_ms is None


def test_planes_and_components_make_stacks_of_their_own(cine, image):
    headers = [
        *cine(slices=2),
        *cine("4ch"),
        *cine(image_type=("ORIGINAL", "PRIMARY", "P")),
        InstanceHeader(),
    ]
    stacks = stacks_of(headers)
    assert [len(stack.grid) * len(stack.phases) for stack in stacks] == [40, 20, 20]
    assert stacks[0].left_out == tuple(range(40, 81))


def test_a_series_without_geometry_has_no_stack(image):
    assert stacks_of([InstanceHeader(), image(position=None)]) == ()
    with pytest.raises(NoStackError):
        stack_of([InstanceHeader()])


def test_a_missing_image_leaves_a_hole_at_the_end_of_its_row(cine):
    stack = stack_of(cine(slices=2, phases=4)[:-1])
    assert stack.grid[1][-1] is None


def test_a_single_image_has_neither_spacing_nor_timing(image):
    metrics = metrics_of([image(trigger_time_ms=10.0, slice_thickness_mm=None)])
    assert (metrics.n_positions, metrics.n_phases) == (1, 1)
    assert metrics.temporal_resolution_ms is None
    assert metrics.rr_coverage is None
    assert metrics.thickness_mm is None


def test_coverage_needs_an_interval(cine):
    metrics = metrics_of(cine(nominal_interval_ms=None))
    assert metrics.temporal_resolution_ms == 40
    assert metrics.rr_coverage is None


def test_a_prospective_cine_that_ends_early_covers_less_than_the_heartbeat(cine):
    assert metrics_of(cine(phases=18, nominal_interval_ms=900.0)).rr_coverage == pytest.approx(0.8)


def test_a_thickness_of_zero_is_unknown():
    assert thickness_of([InstanceHeader(slice_thickness_mm=0.0)]) is None
