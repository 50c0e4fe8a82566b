"""What the pages of projects and ballots say: states in sentences, what is asked of the centers, clocks and steps."""

import datetime
from dataclasses import dataclass

from cmr_dictionary import load
from cmr_imaging.kinds import SeriesKind
from cmr_registry.projects.ballot_states import BallotChoice, BallotState
from cmr_registry.projects.models import Ballot, Project
from cmr_registry.projects.states import OWNER, TARGET_DAYS, ProjectState

DECISION_DAYS = 42
"""How long a decision should take from the proposal on (GLOBE-Reg; default, ours)."""

S = ProjectState
STATE_SENTENCES = {
    S.PROPOSED: "The application passed the administrative check; the committee reviews it.",
    S.APPROVED: "The committee approved the project; the steward opens the round of the centers.",
    S.CONSULTING: "Each center decides whether its data may be used. Silence counts as no.",
    S.AGREEMENTS: "The centers have decided; the data use agreement is being signed.",
    S.DATA_CUT: "The data release is being built by two people's consent.",
    S.ACTIVE: "The data release is published; the project works with it.",
    S.REPORTING: "The work is done; its results are being published.",
    S.CLOSED: "The project is closed and its access has ended.",
    S.DECLINED: "The committee declined the project; the reasons stand with the application.",
    S.WITHDRAWN: "The project was withdrawn.",
}
TONES = {S.ACTIVE: "ok", S.REPORTING: "ok", S.CLOSED: "ok", S.DECLINED: "bad", S.WITHDRAWN: "bad"}
WAY = (S.PROPOSED, S.APPROVED, S.CONSULTING, S.AGREEMENTS, S.DATA_CUT, S.ACTIVE, S.REPORTING, S.CLOSED)
STEP_WORDS = {
    S.PROPOSED: "Committee review",
    S.APPROVED: "Approval",
    S.CONSULTING: "The centers decide",
    S.AGREEMENTS: "Agreements",
    S.DATA_CUT: "Data release",
    S.ACTIVE: "Analysis",
    S.REPORTING: "Reporting",
    S.CLOSED: "Closed",
}

SHORT_CHOICES = {
    BallotChoice.IN: "in",
    BallotChoice.WITHOUT_IMAGES: "in without images",
    BallotChoice.OUT: "out",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a project has been in its state, beside how long it should be.

    Attributes:
        days: whole days in the state.
        target: days that it should last at most, None where it may last.
        is_late: it lasts longer than that.
    """

    days: int
    target: int | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a project's way.

    Attributes:
        text: what happens.
        owner: who moves it on.
        target: days that it should last at most, None where it may last.
        status: `done`, `now` or `to come`.
    """

    text: str
    owner: str
    target: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a project asks of the centers, in words.

    Attributes:
        images: images are asked for.
        kinds: kinds of series.
        items: label and name of each dictionary item, in the order of the dictionary.
        follow_up: outcomes are asked for.
        download: the project asks to download, not only to work inside.
    """

    images: bool
    kinds: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    follow_up: bool
    download: bool


def clock_of(project: Project, now: datetime.datetime) -> Clock:
    """The clock of the project's state."""
    days, target = (now - project.state_since).days, TARGET_DAYS[ProjectState(project.state)]
    return Clock(days, target, target is not None and days > target)


def steps_of(project: Project) -> list[Step]:
    """The way of a project with where it stands; none for one that left it."""
    if project.state not in WAY:
        return []
    here = WAY.index(ProjectState(project.state))
    is_over = project.state == S.CLOSED
    status = ["done" if i < here or is_over else "now" if i == here else "to come" for i in range(len(WAY))]
    return [
        Step(STEP_WORDS[state], OWNER[state], TARGET_DAYS[state], said)
        for state, said in zip(WAY, status, strict=True)
    ]


def asked_of(project: Project) -> Asked:
    """What the project asks of the centers; what the dictionary no longer knows keeps its name."""
    needs, items = project.data_needs, load().items
    wanted = list(needs.get("items", []))
    known = [(item.label, name) for name, item in items.items() if name in wanted]
    gone = [(name, name) for name in wanted if name not in items]
    return Asked(
        images=bool(needs.get("images")),
        kinds=tuple(_kind_words(kind) for kind in needs.get("kinds", [])),
        items=(*known, *gone),
        follow_up=bool(needs.get("follow_up")),
        download=bool(needs.get("download")),
    )


def choice_labels(project: Project) -> list[tuple[str, str]]:
    """The choices of a ballot with what each means for this project."""
    out = (BallotChoice.OUT.value, "Out: nothing of our center is used")
    if not project.data_needs.get("images"):
        return [(BallotChoice.IN.value, "In: our data may be used"), out]
    return [
        (BallotChoice.IN.value, "In: our data may be used, images included"),
        (BallotChoice.WITHOUT_IMAGES.value, "In without images: values and follow-up, but no image"),
        out,
    ]


def answer_words(ballot: Ballot) -> str:
    """How a ballot stands, in a few words."""
    if ballot.state == BallotState.WITHDRAWN:
        return f"withdrawn (was {ballot.choice})"
    if ballot.choice:
        return SHORT_CHOICES[BallotChoice(ballot.choice)]
    return "no answer yet" if ballot.state == BallotState.PENDING else "no answer: out"


def answer_tone(ballot: Ballot) -> str:
    """How that is drawn."""
    if ballot.state == BallotState.PENDING:
        return "warn"
    is_in = ballot.choice in (BallotChoice.IN, BallotChoice.WITHOUT_IMAGES)
    return "ok" if is_in and ballot.state != BallotState.WITHDRAWN else ""


def _kind_words(kind: str) -> str:
    return SeriesKind(kind).label if kind in {one.value for one in SeriesKind} else kind
