"""Writes of one center: its answer to a ballot, its standing instruction, its withdrawal after the lock (R39-R42).

Only who may answer ballots at that very center may write here; a refused call leaves one `denied` event.
"""

import datetime

from django.utils import timezone

from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.centers.models import Center
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.lib.scope import center_scope
from cmr_registry.projects.ballot_states import OPEN, BallotChoice, BallotState, require_step
from cmr_registry.projects.deadlines import next_reminder
from cmr_registry.projects.errors import BallotLockedError, BallotNotInError
from cmr_registry.projects.models import Ballot, StandingInstruction
from cmr_registry.projects.notices import withdrawal_send

WHO_ANSWERS = "Only the center's PI or ballot delegate may do this."


def ballot_answer(
    *,
    ballot: Ballot,
    choice: BallotChoice,
    by: Principal,
    reason: str = "",
    wants_coauthorship: bool | None = None,
) -> Ballot:
    """Answer a ballot for its center, or change the answer; it counts over the center's standing instruction.

    Args:
        ballot: the center's ballot.
        choice: in, in without images, or out.
        by: who answers.
        reason: optional; the steward reads it, the researcher does not.
        wants_coauthorship: whether the center takes the co-author places that it is offered; None leaves it open.

    Raises:
        NotAllowedRejected: `by` may not answer for this center.
        BallotLockedError: the deadline has passed.
    """
    _require_voice(by, ballot.center, "ballot.answer", f"ballot:{ballot.pk}")
    with center_scope({ballot.center_id}):
        return _answer(ballot, choice, by, reason, wants_coauthorship)


def ballot_withdraw(*, ballot: Ballot, by: Principal, reason: str = "") -> Ballot:
    """Withdraw a center's data from a project after the lock: a release is rebuilt without them (R40).

    Raises:
        NotAllowedRejected: `by` may not answer for this center.
        BallotNotInError: the ballot is not locked, or the center is not in.
    """
    _require_voice(by, ballot.center, "ballot.withdraw", f"ballot:{ballot.pk}")
    with center_scope({ballot.center_id}):
        return _withdraw(ballot, by, reason)


def standing_set(*, center: Center, choice: BallotChoice, by: Principal) -> StandingInstruction:
    """State how the center answers every ballot that nobody answers in person, open ones and those to come.

    Raises:
        NotAllowedRejected: `by` may not answer for this center.
    """
    _require_voice(by, center, "standing.set", f"center:{center.pk}")
    with center_scope({center.pk}):
        return _standing_set(center, choice, by)


def standing_revoke(*, center: Center, by: Principal) -> None:
    """Revoke the standing instruction; open ballots that it answered wait for a person again.

    Raises:
        NotAllowedRejected: `by` may not answer for this center.
    """
    _require_voice(by, center, "standing.revoke", f"center:{center.pk}")
    with center_scope({center.pk}):
        _standing_revoke(center, by)


def standing_apply(ballot: Ballot, standing: StandingInstruction | None, now: datetime.datetime) -> None:
    """Let the instruction in force, or none, be the answer of a ballot that nobody answered in person; unsaved."""
    to = BallotState.PENDING if standing is None else BallotState.ANSWERED
    if ballot.state != to or standing is not None:
        ballot.state = require_step(ballot.state, to)
    ballot.choice = "" if standing is None else standing.choice
    ballot.is_standing = standing is not None
    ballot.answered_at = None if standing is None else now
    zone = ballot.center.time_zone
    ballot.next_reminder_at = next_reminder(ballot.deadline, zone, now) if standing is None else None


@audited
def _answer(
    ballot: Ballot, choice: BallotChoice, by: Principal, reason: str, wants_coauthorship: bool | None
) -> Ballot:
    row, now = _locked(ballot), timezone.now()
    if BallotState(row.state) not in OPEN or now > row.deadline:
        raise BallotLockedError("The deadline has passed; this ballot is locked.")
    detail: dict[str, object] = {
        "choice": choice.value,
        "before": row.choice,
        "was_standing": row.is_standing,
    }
    row.state, row.choice = require_step(row.state, BallotState.ANSWERED), choice.value
    row.reason, row.is_standing, row.next_reminder_at = reason.strip(), False, None
    row.answered_at, row.answered_by_id = now, by.account
    row.wants_coauthorship = wants_coauthorship if choice is not BallotChoice.OUT else None
    row.save()
    _event(by, "ballot.answer", row, detail)
    return row


@audited
def _withdraw(ballot: Ballot, by: Principal, reason: str) -> Ballot:
    row = _locked(ballot)
    if row.state != BallotState.LOCKED or row.choice not in (BallotChoice.IN, BallotChoice.WITHOUT_IMAGES):
        raise BallotNotInError("Only a center whose data are in after the lock can withdraw them.")
    row.state = require_step(row.state, BallotState.WITHDRAWN)
    row.withdrawn_at, row.withdrawal_reason = timezone.now(), reason.strip()
    row.save(update_fields=["state", "withdrawn_at", "withdrawal_reason"])
    stewards = Account.objects.filter(registry_role_grants__role=Role.STEWARD.value, is_active=True)
    withdrawal_send(row.project, stewards)
    _event(by, "ballot.withdraw", row, {"choice": row.choice})
    return row


@audited
def _standing_set(center: Center, choice: BallotChoice, by: Principal) -> StandingInstruction:
    transaction_lock(f"standing {center.pk}")
    now = timezone.now()
    _end_current(center, by, now)
    standing = StandingInstruction(center=center, choice=choice.value, set_at=now, set_by_id=by.account)
    standing.save()
    n_ballots = _reapply(center, standing, now)
    detail = {"choice": choice.value, "n_ballots": n_ballots}
    event_record(
        actor=by.actor,
        action="standing.set",
        center=center.pk,
        target=f"standing:{standing.pk}",
        detail=detail,
    )
    return standing


@audited
def _standing_revoke(center: Center, by: Principal) -> None:
    transaction_lock(f"standing {center.pk}")
    now = timezone.now()
    if not _end_current(center, by, now):
        return
    detail = {"n_ballots": _reapply(center, None, now)}
    target = f"center:{center.pk}"
    event_record(actor=by.actor, action="standing.revoke", center=center.pk, target=target, detail=detail)


def _end_current(center: Center, by: Principal, now: datetime.datetime) -> bool:
    current = StandingInstruction.objects.filter(center=center, revoked_at=None)
    return bool(current.update(revoked_at=now, revoked_by_id=by.account))


def _reapply(center: Center, standing: StandingInstruction | None, now: datetime.datetime) -> int:
    """Every open ballot of the center that no person answered follows the instruction now in force."""
    state = BallotState.PENDING.value
    pending = Ballot.objects.filter(center=center, state=state)
    standing_answers = Ballot.objects.filter(
        center=center, state=BallotState.ANSWERED.value, is_standing=True
    )
    open_ones = (pending | standing_answers).filter(deadline__gte=now).order_by("pk")
    rows = list(open_ones.select_for_update(of=("self",)).select_related("center"))
    for row in rows:
        standing_apply(row, standing, now)
        row.save()
    return len(rows)


def _locked(ballot: Ballot) -> Ballot:
    rows = Ballot.objects.select_for_update(of=("self",)).select_related("center", "project")
    return rows.get(pk=ballot.pk)


def _require_voice(by: Principal, center: Center, action: str, target: str) -> None:
    if not can(by, Permission.ANSWER_BALLOTS, center.pk):
        denial_record(actor=by.actor, action=action, center=center.pk, target=target)
        raise NotAllowedRejected(WHO_ANSWERS)


def _event(by: Principal, action: str, ballot: Ballot, detail: dict[str, object]) -> None:
    target = f"ballot:{ballot.pk}"
    event_record(actor=by.actor, action=action, center=ballot.center_id, target=target, detail=detail)
