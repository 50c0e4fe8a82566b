"""Every write of the accounts room."""

from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password

from cmr_registry.accounts.models import Account, RegistryRoleGrant
from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.services import audited, event_record


@audited
def account_create(
    *,
    email: str,
    display_name: str,
    password: str,
    by: Principal,
    registry_roles: Sequence[Role] = (),
    institution: str = "",
) -> Account:
    """Create an account, as an invitation or `createadmin` does.

    Args:
        email: sign-in name; one account per address in any letter case.
        display_name: as colleagues know the person.
        password: at least 15 characters, none of the common ones.
        by: who creates it.
        registry_roles: roles at the registry itself; roles at centers come from `centers.services`.
        institution: where the person works; conflicts of interest are found by it (R36).

    Raises:
        ValidationError: an address that is taken or none, or a weak password.
    """
    account = Account(
        email=email.strip().lower(), display_name=display_name.strip(), institution=institution.strip()
    )
    validate_password(password, account)
    account.set_password(password)
    account.full_clean()
    account.save()
    for role in registry_roles:
        RegistryRoleGrant.objects.create(account=account, role=role.value)
    detail = {"registry_roles": sorted(role.value for role in registry_roles)}
    event_record(actor=by.actor, action="account.create", target=f"account:{account.pk}", detail=detail)
    return account
