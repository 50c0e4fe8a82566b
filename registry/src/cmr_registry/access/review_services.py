"""Every write of the committee: conflicts declared, sheets scored, applications decided (R36, R37)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from cmr_registry.access.conflicts import Declared
from cmr_registry.access.errors import ConflictedRejected, NotNowError, NotYoursError
from cmr_registry.access.models import AccessApplication, ConflictDeclaration, Decision, ScoreSheet
from cmr_registry.access.notices import notify
from cmr_registry.access.people import deciders, member_of
from cmr_registry.access.permissions import check_user_can_read, check_user_can_score
from cmr_registry.access.printing import printed_sheet
from cmr_registry.access.reviewing import Review, Standing, decision_barred, review_of, standing_of
from cmr_registry.access.states import DECISIONS, WITH_COMMITTEE, ApplicationState, require_step
from cmr_registry.access.steps import application_locked, application_step
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.projects.errors import ProjectError
from cmr_registry.projects.models import Project
from cmr_registry.projects.services import project_approve, project_decline

S = ApplicationState
APPROVALS = frozenset({S.APPROVED, S.APPROVED_WITH_CONDITIONS})
CONFIDENCES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Scores:
    """A reviewer's sheet.

    Attributes:
        points: category -> points, None where the reviewer cannot judge.
        comments: category -> comment.
        confidence: one of CONFIDENCES.
    """

    points: Mapping[str, int | None]
    comments: Mapping[str, str] = field(default_factory=dict)
    confidence: str = "medium"


@audited
def conflict_declare(
    *, application: AccessApplication, declared: Declared, by: Principal, note: str = ""
) -> ConflictDeclaration:
    """Declare conflicts of interest, before reading; a later declaration replaces it, and both are kept.

    Raises:
        NotNowError: the committee does not have the application.
    """
    row = application_locked(application)
    if S(row.state) not in WITH_COMMITTEE:
        raise NotNowError("The committee does not have this application.")
    made = ConflictDeclaration.objects.create(
        application=row,
        reviewer=member_of(by),
        financial=declared.financial,
        other=declared.other,
        works_at_center=declared.works_at_center,
        note=note.strip(),
        declared_at=timezone.now(),
    )
    _quorum_settle(row)
    detail = {"financial": declared.financial, "other": declared.other, "center": declared.works_at_center}
    _event(by, "conflict.declare", row, detail)
    return made


def score_submit(*, application: AccessApplication, scores: Scores, by: Principal) -> ScoreSheet:
    """Hand in a sheet, or a changed one; every version is kept.

    Raises:
        ConflictedRejected: a conflict of interest keeps the person out.
        NotNowError: not declared yet, not in review, or a category lacks points and a comment.
        NotYoursError: the person's role does not score.
    """
    try:
        return _score_submit(application, scores, by)
    except ConflictedRejected:
        _denied(by, "score.submit", application)
        raise


def decision_record(
    *,
    application: AccessApplication,
    choice: ApplicationState,
    reasons: str,
    by: Principal,
    conditions: str = "",
) -> Decision:
    """Decide about a scored application, with reasons; the project is approved, declined, or waits for a revision.

    Args:
        application: scored, with quorum.
        choice: one of `states.DECISIONS`.
        reasons: for the applicant.
        by: the chair, or a deputy where the chair is excluded.
        conditions: of an approval with conditions.

    Raises:
        ConflictedRejected: a conflict of interest keeps the person out.
        NotYoursError: another decides.
        NotNowError: no quorum, no reasons, or no conditions where they are announced.
    """
    try:
        return _decision_record(application, choice, reasons.strip(), conditions.strip(), by)
    except ConflictedRejected:
        _denied(by, "application.decide", application)
        raise


@audited
def _score_submit(application: AccessApplication, scores: Scores, by: Principal) -> ScoreSheet:
    row = application_locked(application)
    standing, review = standing_of(by, row), review_of(row)
    check_user_can_score(row, standing)
    _check_scores(review, scores)
    before = ScoreSheet.objects.filter(application=row, round=row.round, reviewer=standing.account)
    sheet = ScoreSheet.objects.create(
        application=row,
        reviewer=standing.account,
        round=row.round,
        version=before.count() + 1,
        sheet_version=review.form.version,
        scores={category.name: scores.points.get(category.name) for category in review.form.categories},
        comments={name: text.strip() for name, text in scores.comments.items()},
        confidence=scores.confidence,
        scored_at=timezone.now(),
    )
    _quorum_settle(row)
    _event(by, "score.submit", row, {"round": row.round, "version": sheet.version})
    return sheet


@audited
def _decision_record(
    application: AccessApplication, choice: ApplicationState, reasons: str, conditions: str, by: Principal
) -> Decision:
    row = application_locked(application)
    standing, review = standing_of(by, row), review_of(row)
    _check_decision(row, standing, review)
    if choice not in DECISIONS or not reasons:
        raise NotNowError("A decision needs one of the four choices and its reasons.")
    if choice is S.APPROVED_WITH_CONDITIONS and not conditions:
        raise NotNowError("Please write down the conditions.")
    decision = Decision.objects.create(
        application=row,
        round=row.round,
        choice=choice.value,
        reasons=reasons,
        conditions=conditions if choice is S.APPROVED_WITH_CONDITIONS else "",
        decided_by=standing.account,
        by_deputy=standing.is_deputy,
        sheet=printed_sheet(review.result),
        decided_at=timezone.now(),
    )
    role = "deputy chair" if standing.is_deputy else "committee chair"
    application_step(row, require_step(row.state, choice), role=role, note=reasons)
    _project_tell(row, decision, by)
    notify(row.applicant, "decided", "access:application", row.pk)
    _event(by, "application.decide", row, {"round": row.round, "by_deputy": standing.is_deputy})
    return decision


def _check_decision(row: AccessApplication, standing: Standing, review: Review) -> None:
    check_user_can_read(standing)
    barred = decision_barred(row, standing, review)
    if barred and not standing.acts:
        raise NotYoursError(barred)
    if barred:
        raise NotNowError(barred)


def _check_scores(review: Review, scores: Scores) -> None:
    for category in review.form.categories:
        points = scores.points.get(category.name)
        if points is None and not scores.comments.get(category.name, "").strip():
            raise NotNowError(f"{category.title}: give points, or say why you cannot judge.")
        if points is not None and points not in review.form.points:
            raise NotNowError(f"{category.title}: points are {review.form.lowest} to {review.form.highest}.")
    if scores.confidence not in CONFIDENCES:
        raise NotNowError("Please say how confident you are.")


def _quorum_settle(row: AccessApplication) -> None:
    """Move between in review and scored, as the sheets that count now say."""
    has_quorum = review_of(row).result.has_quorum
    if row.state == S.IN_REVIEW and has_quorum:
        application_step(row, require_step(row.state, S.SCORED), role="committee reviewer")
        for account in {one for accounts in deciders().values() for one in accounts}:
            notify(account, "scored", "access:review", row.pk)
    elif row.state == S.SCORED and not has_quorum:
        note = "A reviewer left, and the scores no longer suffice."
        application_step(row, require_step(row.state, S.IN_REVIEW), role="committee reviewer", note=note)


def _project_tell(row: AccessApplication, decision: Decision, by: Principal) -> None:
    """Tell the project; "revise and resubmit" leaves it proposed.

    Raises:
        NotNowError: the project has been withdrawn meanwhile.
    """
    project = Project.objects.get(applications=row)
    choice = S(decision.choice)
    try:
        if choice in APPROVALS:
            project_approve(project=project, by=by, conditions=decision.conditions)
        elif choice is S.DECLINED:
            project_decline(project=project, by=by)
    except ProjectError as refused:
        raise NotNowError(str(refused)) from refused


def _denied(by: Principal, action: str, application: AccessApplication) -> None:
    denial_record(actor=by.actor, action=action, target=f"application:{application.pk}")


def _event(by: Principal, action: str, row: AccessApplication, detail: dict[str, Any]) -> None:
    event_record(
        actor=by.actor, action=action, target=f"application:{row.pk}", detail={"state": row.state, **detail}
    )
