"""Every write of the centers room: centers, memberships, agreements and the keys of connectors."""

import datetime
import secrets

from django.utils import timezone

from cmr_exchange.reasons import Reason, reason
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.services import audited, event_record
from cmr_registry.centers.errors import TransitionError
from cmr_registry.centers.models import Center, CenterMembership, ConnectorKey, ParticipationAgreement
from cmr_registry.centers.selectors import agreement_in_force, key_digest
from cmr_registry.centers.states import ALLOWED, MAY_UPLOAD, CenterState

KEY_PREFIX = "cmrk_"
SEEN_AGAIN = datetime.timedelta(minutes=1)


@audited
def center_create(
    *,
    code: str,
    name: str,
    city: str,
    country: str,
    by: Principal,
    time_zone: str = "UTC",
    state: CenterState = CenterState.INVITED,
    place: tuple[float, float] | None = None,
) -> Center:
    """Enter a center; `state` other than invited is for centers that joined before this software.

    Args:
        code: short name, which stands in every delivery.
        name: as the public reads it.
        city: where it is.
        country: ISO 3166-1 alpha-2.
        by: who enters it.
        time_zone: IANA name; deadlines end at 23:59 there.
        state: where it stands on the way to contribution.
        place: degrees north and east of its city, for the public map.
    """
    north, east = place or (None, None)
    center = Center(
        code=code,
        name=name,
        city=city,
        country=country,
        time_zone=time_zone,
        state=state,
        latitude=north,
        longitude=east,
    )
    center.full_clean()
    center.save()
    event_record(actor=by.actor, action="center.create", center=center.pk, target=f"center:{center.pk}")
    return center


@audited
def center_move(*, center: Center, to: CenterState, by: Principal) -> Center:
    """Move a center on to another state.

    Raises:
        TransitionError: the table of states does not allow it.
    """
    locked = Center.objects.select_for_update().get(pk=center.pk)
    if to not in ALLOWED[CenterState(locked.state)]:
        raise TransitionError(f"A center that is {locked.state} cannot become {to}.")
    locked.state, locked.state_since = to, timezone.now()
    locked.save(update_fields=["state", "state_since"])
    detail = {"from": center.state, "to": to.value}
    event_record(
        actor=by.actor, action="center.move", center=center.pk, target=f"center:{center.pk}", detail=detail
    )
    return locked


@audited
def membership_add(*, center: Center, account: Account, role: Role, by: Principal) -> CenterMembership:
    """Give `account` a role at `center`; giving it twice changes nothing."""
    membership, made = CenterMembership.objects.get_or_create(
        center=center, account=account, role=role.value, ended_at=None
    )
    if made:
        detail = {"role": role.value, "account": str(account.pk)}
        _record(by, "membership.add", center, f"membership:{membership.pk}", detail)
    return membership


@audited
def membership_end(*, membership: CenterMembership, by: Principal) -> CenterMembership:
    """End a role; the row stays as history."""
    if membership.ended_at is None:
        membership.ended_at = timezone.now()
        membership.save(update_fields=["ended_at"])
        detail = {"role": membership.role, "account": str(membership.account_id)}
        _record(by, "membership.end", membership.center, f"membership:{membership.pk}", detail)
    return membership


@audited
def agreement_record(
    *,
    center: Center,
    text_version: str,
    effective_on: datetime.date,
    by: Principal,
    expires_on: datetime.date | None = None,
    allows_images: bool = True,
    allows_download: bool = True,
    signed_file_sha256: str = "",
) -> ParticipationAgreement:
    """File a signed participation agreement; its terms count from `effective_on` to `expires_on`, both included."""
    agreement = ParticipationAgreement.objects.create(
        center=center,
        text_version=text_version,
        effective_on=effective_on,
        expires_on=expires_on,
        allows_images=allows_images,
        allows_download=allows_download,
        signed_file_sha256=signed_file_sha256,
    )
    _record(by, "agreement.record", center, f"agreement:{agreement.pk}", {"text_version": text_version})
    return agreement


@audited
def connector_key_issue(*, center: Center, name: str, by: Principal) -> tuple[ConnectorKey, str]:
    """Issue a key to a machine of the center.

    Returns:
        The row, and the key itself (`cmrk_` and 43 characters, 256 random bits), which nobody can read again.
    """
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ConnectorKey.objects.create(center=center, name=name, digest=key_digest(secret))
    _record(by, "connector_key.issue", center, f"connector_key:{key.pk}")
    return key, secret


@audited
def connector_key_revoke(*, key: ConnectorKey, by: Principal) -> ConnectorKey:
    """Revoke a key at once; revoking twice changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        _record(by, "connector_key.revoke", key.center, f"connector_key:{key.pk}")
    return key


def connector_key_seen(*, key: ConnectorKey) -> None:
    """Note that a key was used, at most once a minute: pages show how old a center's last contact is (L9).

    No audit event: what was done with the key leaves its own.
    """
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > SEEN_AGAIN:
        ConnectorKey.objects.filter(pk=key.pk).update(last_used_at=now)


def may_upload(center: Center, *, images: bool = True, on: datetime.date | None = None) -> Reason | None:
    """None where the agreement lets the center upload today, otherwise the reason why not (F13).

    Args:
        center: who wants to upload.
        images: the upload carries images; an agreement may cover reports alone.
        on: the day, UTC; None means today.
    """
    agreement = agreement_in_force(center, on or timezone.now().date())
    covered = agreement is not None and (agreement.allows_images or not images)
    if covered and CenterState(center.state) in MAY_UPLOAD:
        return None
    return reason("no_agreement")


def _record(
    by: Principal, action: str, center: Center, target: str, detail: dict[str, str] | None = None
) -> None:
    event_record(actor=by.actor, action=action, center=center.pk, target=target, detail=detail)
