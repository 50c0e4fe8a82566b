"""What a member of the committee may see and do with an application, and the sheets that count.

Everything here is read; `review_services` writes. Scores are hidden until one's own is in, and the chair, who does
not score, sees them when the quorum is reached (R36, L11).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cmr_registry.access.conflicts import ConflictKind, is_excluded
from cmr_registry.access.models import AccessApplication, ConflictDeclaration, ScoreSheet
from cmr_registry.access.people import Surroundings, committee_of, deciders, member_of
from cmr_registry.access.score_sheets import CURRENT, SHEETS, ScoreSheetForm
from cmr_registry.access.scoring import SheetResult, sheet_result
from cmr_registry.access.states import DECISIONS, ApplicationState
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member of the committee stands to an application.

    Attributes:
        account: the member.
        conflicts: computed and declared.
        declaration: the newest; None before the member declared.
        scores: holds a role that scores.
        acts: decides here: the chair, or a deputy where every chair is excluded.
        is_deputy: acts as a deputy.
    """

    account: Account
    conflicts: frozenset[ConflictKind]
    declaration: ConflictDeclaration | None
    scores: bool
    acts: bool
    is_deputy: bool

    @property
    def is_excluded(self) -> bool:
        """A conflict keeps the member out."""
        return is_excluded(self.conflicts)

    @property
    def may_read(self) -> bool:
        """Declared, and not kept out."""
        return self.declaration is not None and not self.is_excluded


@dataclass(frozen=True, slots=True)
class Review:
    """The review of an application in its current round.

    Attributes:
        form: the score sheet.
        reviewers: who may score, by name.
        excluded: members who may not, by name.
        at_centers: reviewers who work at a center whose data are asked; shown, not excluded.
        sheets: the newest sheet of each reviewer who gave one, by name.
        result: the arithmetic over them.
    """

    form: ScoreSheetForm
    reviewers: tuple[Account, ...]
    excluded: tuple[Account, ...]
    at_centers: tuple[Account, ...]
    sheets: tuple[ScoreSheet, ...]
    result: SheetResult

    def sheet_of(self, account: Account) -> ScoreSheet | None:
        """The sheet of a reviewer."""
        return next((sheet for sheet in self.sheets if sheet.reviewer_id == account.pk), None)


def standing_of(by: Principal, application: AccessApplication) -> Standing:
    """How the person who asks stands to an application that the committee has."""
    account = member_of(by)
    by_role = deciders()
    surroundings = Surroundings([application], [account, *_all(by_role)])
    return _standing(by, account, application, surroundings, by_role)


def standings_of(
    by: Principal, applications: Sequence[AccessApplication]
) -> list[tuple[AccessApplication, Standing]]:
    """The same for a page of applications, in a constant number of queries."""
    account = member_of(by)
    by_role = deciders()
    surroundings = Surroundings(applications, [account, *_all(by_role)])
    return [(one, _standing(by, account, one, surroundings, by_role)) for one in applications]


def review_of(application: AccessApplication) -> Review:
    """Reviewers, sheets and arithmetic of the current round."""
    form = SHEETS.get(application.sheet_version, CURRENT)
    committee = committee_of(form)
    surroundings = Surroundings([application], committee)
    conflicts = {one.pk: surroundings.conflicts(application, one) for one in committee}
    reviewers = tuple(one for one in committee if not is_excluded(conflicts[one.pk]))
    newest = _newest_sheets(application)
    sheets = tuple(newest[one.pk] for one in reviewers if one.pk in newest)
    return Review(
        form=form,
        reviewers=reviewers,
        excluded=tuple(one for one in committee if is_excluded(conflicts[one.pk])),
        at_centers=tuple(one for one in reviewers if ConflictKind.WORKS_AT_CENTER in conflicts[one.pk]),
        sheets=sheets,
        result=sheet_result(form, [sheet.scores for sheet in sheets], n_reviewers=len(reviewers)),
    )


def sees_scores(application: AccessApplication, standing: Standing, review: Review) -> bool:
    """May the member see what others gave?"""
    if not standing.may_read:
        return False
    if ApplicationState(application.state) in DECISIONS:
        return True
    if standing.scores:
        return review.sheet_of(standing.account) is not None
    return application.state == ApplicationState.SCORED


def decision_barred(application: AccessApplication, standing: Standing, review: Review) -> str:
    """Why the member cannot decide now; empty where he or she can."""
    if standing.is_excluded:
        return "A conflict of interest keeps you from this decision; a deputy acts."
    if not standing.acts:
        return "The chair decides; a deputy acts only where the chair is excluded."
    if application.state != ApplicationState.SCORED or not review.result.has_quorum:
        return f"A decision needs {review.form.quorum} scores in every category."
    if standing.declaration is None:
        return "Please declare your conflicts of interest first."
    return ""


def _standing(
    by: Principal,
    account: Account,
    application: AccessApplication,
    surroundings: Surroundings,
    by_role: dict[Role, list[Account]],
) -> Standing:
    conflicts = surroundings.conflicts(application, account)
    form = SHEETS.get(application.sheet_version, CURRENT)
    chairs = by_role[Role.CHAIR]
    chairs_out = all(is_excluded(surroundings.conflicts(application, chair)) for chair in chairs)
    is_chair = Role.CHAIR in by.registry_roles
    is_deputy = not is_chair and Role.DEPUTY_CHAIR in by.registry_roles and chairs_out
    return Standing(
        account=account,
        conflicts=conflicts,
        declaration=surroundings.declaration(application, account),
        scores=bool(form.scoring_roles & by.registry_roles),
        acts=(is_chair or is_deputy) and not is_excluded(conflicts),
        is_deputy=is_deputy,
    )


def _newest_sheets(application: AccessApplication) -> dict[object, ScoreSheet]:
    rows = ScoreSheet.objects.filter(application=application, round=application.round)
    return {row.reviewer_id: row for row in rows.select_related("reviewer").order_by("version")}


def _all(by_role: dict[Role, list[Account]]) -> list[Account]:
    return [account for accounts in by_role.values() for account in accounts]
