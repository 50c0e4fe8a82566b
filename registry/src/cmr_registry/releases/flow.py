"""The researcher's copy of the flow of n: steps merged until no printed difference tells of a few people.

Pure: numbers in, numbers out. Every difference between two printed steps, of persons and of exams, is 0 or at
least `SMALLEST`. What centers decided is never a step of its own, and never stands alone with steps of the question
that left out nobody or few: who is out must not be learned (contract, R40).
"""

from collections.abc import Sequence

from cmr_exchange.release import FlowStep

SMALLEST = 11
AFTER_CENTERS = "centers that take part, and nobody who withdrew"
LONGEST_LABEL = 400


def researchers_flow(cohort: Sequence[FlowStep], released: FlowStep) -> tuple[FlowStep, ...]:
    """The flow from everybody in the registry to the release, as the researcher may read it.

    Args:
        cohort: everybody, then who is left after each step of the question, over all centers.
        released: who is in the release.

    Returns:
        At least the last step, which is the release itself; merged steps carry the words of all of them.
    """
    last = cohort[-1].label if len(cohort) > 1 else ""
    words = _joined([*filter(None, [last]), AFTER_CENTERS])
    kept: list[FlowStep] = []
    waiting: list[str] = []
    for step in cohort[:-1] if len(cohort) > 1 else ():
        if not kept or _may_stand(kept[-1], step):
            kept.append(FlowStep(_joined([*waiting, step.label]), step.subjects, step.exams))
            waiting = []
        else:
            waiting.append(step.label)
    while kept and not (_may_stand(kept[-1], released) and _hides_centers(kept[-1], cohort[-1])):
        waiting.insert(0, kept.pop().label)
    return (*kept, FlowStep(_joined([*waiting, words]), released.subjects, released.exams))


def _may_stand(before: FlowStep, after: FlowStep) -> bool:
    """Whether both may be printed one after the other."""
    differences = (before.subjects - after.subjects, before.exams - after.exams)
    return all(difference == 0 or difference >= SMALLEST for difference in differences)


def _hides_centers(before: FlowStep, cohort: FlowStep) -> bool:
    """Whether the question itself left out enough people since `before` to hide what centers left out."""
    return before.subjects - cohort.subjects >= SMALLEST


def _joined(labels: Sequence[str]) -> str:
    text = "; ".join(label for label in labels if label)
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"
