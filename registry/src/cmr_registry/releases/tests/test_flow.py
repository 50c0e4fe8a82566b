"""The researcher's flow never prints a difference of 1 to 10, and no step of its own for the centers' decisions."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cmr_exchange.release import FlowStep
from cmr_registry.releases.flow import AFTER_CENTERS, LONGEST_LABEL, SMALLEST, researchers_flow


@st.composite
def flows(draw):
    n_steps = draw(st.integers(1, 7))
    subjects, exams, steps = 4_000, 5_000, []
    for number in range(n_steps + 1):
        steps.append(FlowStep(f"step {number}", subjects, exams))
        gone = draw(st.integers(0, min(subjects, 40)))
        subjects -= gone
        exams -= min(gone + draw(st.integers(0, 20)), exams - subjects) if exams > subjects else 0
    return steps[:-1], steps[-1]


@given(flows())
def test_every_printed_difference_is_none_or_at_least_eleven(given_flow):
    cohort, released = given_flow
    flow = researchers_flow(cohort, released)
    for before, after in itertools.pairwise(flow):
        for difference in (before.subjects - after.subjects, before.exams - after.exams):
            assert difference == 0 or difference >= SMALLEST
    assert (flow[-1].subjects, flow[-1].exams) == (released.subjects, released.exams)


@given(flows())
def test_what_centers_decided_has_no_step_of_its_own(given_flow):
    cohort, released = given_flow
    flow = researchers_flow(cohort, released)
    assert flow[-1].label.endswith(AFTER_CENTERS)
    if len(cohort) > 1:
        assert cohort[-1].label in flow[-1].label
        assert all(cohort[-1].label not in step.label for step in flow[:-1])


@given(flows())
def test_no_step_gets_lost_in_words(given_flow):
    cohort, released = given_flow
    words = "; ".join(step.label for step in researchers_flow(cohort, released))
    wanted = [step.label for step in cohort] if len(cohort) > 1 else []
    assert all(label in words for label in wanted)


def test_large_steps_stand_by_themselves():
    cohort = [FlowStep("all", 500, 600), FlowStep("adults", 400, 480), FlowStep("normal", 300, 350)]
    flow = researchers_flow(cohort, FlowStep("released", 200, 230))
    assert [(step.label, step.subjects) for step in flow] == [
        ("all", 500),
        ("adults", 400),
        (f"normal; {AFTER_CENTERS}", 200),
    ]


def test_a_small_step_is_merged_with_the_next():
    cohort = [FlowStep("all", 500, 600), FlowStep("adults", 495, 590), FlowStep("normal", 300, 350)]
    flow = researchers_flow(cohort, FlowStep("released", 200, 230))
    assert [step.label for step in flow] == ["all", f"adults; normal; {AFTER_CENTERS}"]


def test_a_small_difference_at_the_end_takes_the_steps_before_with_it():
    cohort = [FlowStep("all", 205, 240), FlowStep("normal", 202, 236)]
    (only,) = researchers_flow(cohort, FlowStep("released", 200, 230))
    assert only == FlowStep(f"all; normal; {AFTER_CENTERS}", 200, 230)


@given(flows())
def test_the_effect_of_centers_is_never_told_alone(given_flow):
    cohort, released = given_flow
    flow = researchers_flow(cohort, released)
    if len(flow) > 1:
        assert flow[-2].subjects - cohort[-1].subjects >= SMALLEST


def test_a_question_that_leaves_out_nobody_does_not_lay_the_centers_open():
    cohort = [FlowStep("all", 500, 600), FlowStep("adults", 300, 350), FlowStep("known", 300, 350)]
    flow = researchers_flow(cohort, FlowStep("released", 200, 230))
    assert [step.label for step in flow] == ["all", f"adults; known; {AFTER_CENTERS}"]


def test_few_exams_of_many_people_are_not_told_either():
    cohort = [FlowStep("all", 200, 233), FlowStep("normal", 200, 230)]
    assert len(researchers_flow(cohort, FlowStep("released", 200, 230))) == 1


def test_everybody_alone_is_not_printed():
    assert len(researchers_flow([FlowStep("all", 500, 600)], FlowStep("released", 10, 10))) == 1


def test_very_long_labels_are_cut():
    cohort = [FlowStep("a" * 300, 500, 600), FlowStep("b" * 300, 499, 599), FlowStep("c", 498, 598)]
    assert all(len(s.label) <= LONGEST_LABEL for s in researchers_flow(cohort, FlowStep("r", 400, 400)))
