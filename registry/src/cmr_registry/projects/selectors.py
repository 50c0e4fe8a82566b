"""Reads of the projects room. Ballots are center data: the open scope decides whose ballots there are.

Two reads open a scope of their own, because they count over centers whoever asks, and name none: `boards_of` and
`ballot_outcome`, which only services and jobs of releases may use.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Max, Min, Q, QuerySet, Value, When

from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, projects_for
from cmr_registry.accounts.roles import Role
from cmr_registry.centers.states import CenterState
from cmr_registry.exams.models import Examination
from cmr_registry.exams.selectors import exam_list
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.ballot_states import OPEN, BallotChoice, BallotState
from cmr_registry.projects.errors import BallotsOpenError
from cmr_registry.projects.models import Ballot, Project, ProjectMembership, StandingInstruction
from cmr_registry.projects.states import PUBLIC, ProjectState

OPEN_VALUES = [state.value for state in OPEN]
GIVES = (BallotChoice.IN.value, BallotChoice.WITHOUT_IMAGES.value)


@dataclass(frozen=True, slots=True)
class BallotOutcome:
    """What the centers decided.

    Attributes:
        in_full: centers whose data may be used with their images.
        without_images: centers whose data may be used without images.
        out: centers that said no, said nothing, or withdrew.
        digest: SHA-256 over the canonical JSON list of [center, choice], sorted by center.
    """

    in_full: frozenset[uuid.UUID]
    without_images: frozenset[uuid.UUID]
    out: frozenset[uuid.UUID]
    digest: str


@dataclass(frozen=True, slots=True)
class Board:
    """How a round stands, without saying who (R41).

    Attributes:
        n: centers that were asked.
        n_answered: of them, those that answered, in person or by a standing instruction.
        n_in: of them, those that are in; None while centers may still answer.
        n_without_images: of those that are in, those without images; None while centers may still answer.
        last_deadline: when the last center's time is up; None where nobody was asked.
    """

    n: int
    n_answered: int
    n_in: int | None
    n_without_images: int | None
    last_deadline: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class PublicProject:
    """What everybody may know of an approved project; `variables` are the dictionary items it asks for."""

    id: uuid.UUID
    title: str
    principal_investigator: str
    lead_institution: str
    lay_summary: str
    status: ProjectState
    approved_at: datetime.datetime | None
    citation: str
    variables: frozenset[str] = frozenset()


def project_roles_of(account: Account) -> dict[uuid.UUID, frozenset[Role]]:
    """The running roles of `account` per project id."""
    rows = ProjectMembership.objects.filter(account=account, ended_at=None).values_list("project_id", "role")
    roles: dict[uuid.UUID, set[Role]] = defaultdict(set)
    for project, role in rows:
        roles[project].add(Role(role))
    return {project: frozenset(held) for project, held in roles.items()}


def projects_of(principal: Principal) -> QuerySet[Project]:
    """The projects in which `principal` works, newest step first."""
    mine = projects_for(principal, Permission.USE_RELEASES)
    return _projects().filter(pk__in=mine)


def projects_all(state: str = "") -> QuerySet[Project]:
    """All projects, newest step first, or those in one state."""
    return _projects().filter(state=state) if state else _projects()


def project_members(project: Project) -> QuerySet[ProjectMembership]:
    """Who works in a project today, the principal investigator first."""
    running = project.memberships.filter(ended_at=None).select_related("account")
    leads = Case(When(role=Role.PROJECT_PI.value, then=Value(0)), default=Value(1))
    return running.order_by(leads, "account__display_name", "pk")


def projects_public() -> list[PublicProject]:
    """Every project that was approved and not withdrawn, by title."""
    rows = Project.objects.filter(state__in=[state.value for state in PUBLIC]).select_related("pi")
    return [
        PublicProject(
            id=row.pk,
            title=row.title,
            principal_investigator=row.pi.display_name,
            lead_institution=row.lead_institution,
            lay_summary=row.lay_summary,
            status=ProjectState(row.state),
            approved_at=row.approved_at,
            citation=row.citation,
            variables=frozenset(row.data_needs.get("items") or ()),
        )
        for row in rows.order_by("title", "pk")
    ]


def boards_of(projects: Iterable[Project]) -> dict[uuid.UUID, Board]:
    """How the round of each project stands, in one query; a project whose ballots never opened is absent."""
    ids = [project.pk for project in projects]
    gives = Q(state=BallotState.LOCKED.value, choice__in=GIVES) & ~Q(
        center__state=CenterState.WITHDRAWN.value
    )
    with center_scope(ALL_CENTERS):
        rows = (
            Ballot.objects.filter(project__in=ids)
            .order_by()
            .values("project_id")
            .annotate(
                n=Count("pk"),
                n_open=Count("pk", filter=Q(state__in=OPEN_VALUES)),
                n_answered=Count("pk", filter=~Q(choice="")),
                n_in=Count("pk", filter=gives),
                n_without=Count("pk", filter=gives & Q(choice=BallotChoice.WITHOUT_IMAGES.value)),
                last_deadline=Max("deadline"),
            )
        )
        return {row["project_id"]: _board(dict(row)) for row in rows}


def ballot_outcome(project: Project) -> BallotOutcome:
    """What the centers decided, counted anew: whoever withdrew since the lock is out.

    Raises:
        BallotsOpenError: ballots were not opened, or a center may still answer.
    """
    with center_scope(ALL_CENTERS):
        rows = list(Ballot.objects.filter(project=project).select_related("center"))
    if not rows or any(row.state in OPEN_VALUES for row in rows):
        raise BallotsOpenError("Centers may still answer; there is no outcome yet.")
    choices = {row.center_id: _effective(row) for row in rows}
    pairs = sorted([str(center), choice.value] for center, choice in choices.items())

    def those(wanted: BallotChoice) -> frozenset[uuid.UUID]:
        return frozenset(center for center, choice in choices.items() if choice is wanted)

    return BallotOutcome(
        in_full=those(BallotChoice.IN),
        without_images=those(BallotChoice.WITHOUT_IMAGES),
        out=those(BallotChoice.OUT),
        digest=sha256_hex(canonical_json(pairs)),
    )


def ballot_list() -> QuerySet[Ballot]:
    """Ballots of the open scope: those that wait for an answer first, the nearest deadline on top."""
    ballots = Ballot.objects.select_related("project__pi", "center")
    waits = Case(
        When(state=BallotState.PENDING.value, then=Value(0)),
        When(state=BallotState.ANSWERED.value, then=Value(1)),
        default=Value(2),
    )
    return ballots.order_by(waits, "deadline", "pk")


def ballot_find(pk: uuid.UUID) -> Ballot | None:
    """The ballot with this id in the open scope."""
    return ballot_list().select_related("answered_by").filter(pk=pk).first()


def ballots_of(project: Project) -> QuerySet[Ballot]:
    """The ballots of a project in the open scope, by center."""
    return Ballot.objects.filter(project=project).select_related("center").order_by("center__name", "pk")


def ballot_exams(ballot: Ballot, ids: Iterable[uuid.UUID]) -> list[Examination]:
    """These exams of the ballot's center, in the order of `ids`; one query, nothing of another center."""
    order = {pk: place for place, pk in enumerate(ids)}
    rows = exam_list().filter(center_id=ballot.center_id, pk__in=list(order))
    return sorted(rows, key=lambda row: order[row.pk])


def standing_in_force() -> dict[uuid.UUID, StandingInstruction]:
    """The standing instruction of each center of the open scope that has one."""
    rows = StandingInstruction.objects.filter(revoked_at=None).select_related("center", "set_by")
    return {row.center_id: row for row in rows}


def ballots_waiting(
    centers: Iterable[uuid.UUID], now: datetime.datetime
) -> tuple[int, datetime.datetime | None]:
    """How many ballots of these centers nobody answered yet, and the nearest of their deadlines."""
    pending = Ballot.objects.filter(state=BallotState.PENDING.value, deadline__gte=now)
    figures = pending.filter(center__in=list(centers)).aggregate(n=Count("pk"), nearest=Min("deadline"))
    return figures["n"], figures["nearest"]


def reminders_due(now: datetime.datetime) -> QuerySet[Ballot]:
    """Ballots whose center is to be reminded, longest waiting first."""
    pending = Ballot.objects.filter(state=BallotState.PENDING.value, deadline__gte=now)
    running = pending.filter(project__state=ProjectState.CONSULTING.value)
    return running.filter(next_reminder_at__lte=now).order_by("next_reminder_at", "pk")


def projects_to_lock(now: datetime.datetime) -> QuerySet[Project]:
    """Projects with a ballot whose deadline has passed at its center."""
    late = Ballot.objects.filter(state__in=OPEN_VALUES, deadline__lt=now).values("project_id")
    running = Project.objects.filter(state=ProjectState.CONSULTING.value, pk__in=late)
    return running.order_by("state_since", "pk")


def _projects() -> QuerySet[Project]:
    return Project.objects.select_related("pi").order_by("-state_since", "pk")


def _effective(ballot: Ballot) -> BallotChoice:
    """Silence is out, and so is a ballot or a center that was withdrawn (R39, R40)."""
    is_gone = ballot.state == BallotState.WITHDRAWN or ballot.center.state == CenterState.WITHDRAWN
    return BallotChoice.OUT if is_gone or not ballot.choice else BallotChoice(ballot.choice)


def _board(row: dict[str, Any]) -> Board:
    is_open = bool(row["n_open"])
    return Board(
        n=row["n"],
        n_answered=row["n_answered"],
        n_in=None if is_open else row["n_in"],
        n_without_images=None if is_open else row["n_without"],
        last_deadline=row["last_deadline"],
    )
