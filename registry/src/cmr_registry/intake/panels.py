"""What a delivery's page and an exam's page say about a delivery: its state and its problems in sentences (L4)."""

from dataclasses import dataclass

from cmr_registry.exams.models import Examination
from cmr_registry.exams.panels import Panel
from cmr_registry.intake.models import Delivery
from cmr_registry.intake.selectors import ShownProblem, deliveries_of_exam, delivery_problems
from cmr_registry.intake.states import DeliveryState

STATE_SENTENCES = {
    DeliveryState.OPEN: "Still arriving: not every image is here yet.",
    DeliveryState.COMPLETE: "Everything has arrived; the registry is putting it in its place.",
    DeliveryState.ACCEPTED: "Accepted: everything is durably stored and verified.",
    DeliveryState.CONFLICT: "In conflict with what is already stored; both are kept apart.",
    DeliveryState.REFUSED: "Refused as a whole; nothing of it became visible.",
}
STATE_WORDS = {
    DeliveryState.OPEN: "arriving",
    DeliveryState.COMPLETE: "being accepted",
    DeliveryState.ACCEPTED: "accepted",
    DeliveryState.CONFLICT: "in conflict",
    DeliveryState.REFUSED: "refused",
}
TONES = {DeliveryState.ACCEPTED: "ok", DeliveryState.CONFLICT: "warn", DeliveryState.REFUSED: "bad"}


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """The problems of a delivery that have one reason and one sentence.

    Attributes:
        problem: the first of them; its sentence, who mends it and how hold for all.
        about: instance UIDs (re-mapped) or dictionary items; empty where it is the whole delivery.
    """

    problem: ShownProblem
    about: tuple[str, ...]


def problem_groups(delivery: Delivery) -> list[ProblemGroup]:
    """The problems of a delivery, equal sentences together, in the order in which they were noted."""
    groups: dict[tuple[str, str], list[ShownProblem]] = {}
    for problem in delivery_problems(delivery):
        groups.setdefault((problem.code, problem.sentence), []).append(problem)
    return [
        ProblemGroup(problems[0], tuple(problem.about for problem in problems if problem.about))
        for problems in groups.values()
    ]


def exam_panel(examination: Examination) -> Panel | None:
    """The deliveries of an exam, newest first, with receipt and problems."""
    rows = deliveries_of_exam(examination.center_id, examination.pseudonym)
    deliveries = [(delivery, problem_groups(delivery)) for delivery in rows]
    if not deliveries:
        return None
    return Panel("Delivery", "intake/exam_panel.html", {"deliveries": deliveries})
