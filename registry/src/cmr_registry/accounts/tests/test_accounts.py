import uuid

import pytest
from django.core.exceptions import ValidationError

from cmr_registry.accounts.doors import door, enter, public_door
from cmr_registry.accounts.errors import NotAllowedRejected, SignInNeededRejected
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.permissions import OPENS_NO_CENTER_DATA, Permission
from cmr_registry.accounts.policy import NOBODY, Principal, can, holds, projects_for, scope_for
from cmr_registry.accounts.roles import CENTER_ROLES, PROJECT_ROLES, REGISTRY_ROLES, Role
from cmr_registry.accounts.services import account_create
from cmr_registry.audit.models import AuditEvent
from cmr_registry.lib.scope import ALL_CENTERS, NoCenterScopeError, current_scope

HERE, THERE = uuid.uuid4(), uuid.uuid4()
BY = Principal(actor="account:steward")


def at(center, role):
    return Principal(actor="account:1", center_roles={center: frozenset({role})})


@pytest.mark.parametrize("role", CENTER_ROLES)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_at_a_center_counts_there_only(role, permission):
    principal = at(HERE, role)
    assert can(principal, permission, HERE) is (permission in CENTER_ROLES[role])
    assert not can(principal, permission, THERE)
    assert not can(principal, permission)
    opened = can(principal, permission, HERE) and permission not in OPENS_NO_CENTER_DATA
    assert scope_for(principal, permission) == (frozenset({HERE}) if opened else frozenset())
    assert holds(principal, permission) is (permission in CENTER_ROLES[role])


@pytest.mark.parametrize("role", REGISTRY_ROLES)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_at_the_registry_counts_everywhere(role, permission):
    principal = Principal(actor="account:1", registry_roles=frozenset({role}))
    held = permission in REGISTRY_ROLES[role]
    assert can(principal, permission, HERE) is can(principal, permission) is held
    assert holds(principal, permission) is held
    opened = held and permission not in OPENS_NO_CENTER_DATA
    assert scope_for(principal, permission) == (ALL_CENTERS if opened else frozenset())


@pytest.mark.parametrize("role", PROJECT_ROLES)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_in_a_project_counts_in_that_project_only(role, permission):
    principal = Principal(actor="account:1", project_roles={HERE: frozenset({role})})
    held = permission in PROJECT_ROLES[role]
    assert can(principal, permission, project=HERE) is holds(principal, permission) is held
    assert not can(principal, permission, project=THERE)
    assert not can(principal, permission)
    assert not can(principal, permission, HERE)
    assert projects_for(principal, permission) == (frozenset({HERE}) if held else frozenset())
    assert scope_for(principal, permission) == frozenset()


def test_a_door_opens_the_scope_of_those_centers_and_closes_it():
    with enter(at(HERE, Role.COORDINATOR), Permission.SEE_EXAMS, at="test"):
        assert current_scope() == frozenset({HERE})
    with pytest.raises(NoCenterScopeError):
        current_scope()


def test_nobody_must_sign_in():
    with pytest.raises(SignInNeededRejected), enter(NOBODY, Permission.SEE_EXAMS, at="test"):
        pass


@pytest.mark.django_db
def test_a_refusal_leaves_one_denied_event():
    principal = at(HERE, Role.TRAINEE_READER)
    with pytest.raises(NotAllowedRejected), enter(principal, Permission.DELIVER, at="upload"):
        pass
    event = AuditEvent.objects.get()
    assert (event.actor, event.action, event.outcome, event.target) == (
        "account:1",
        "door.deliver",
        "denied",
        "upload",
    )


def test_views_carry_their_door():
    def view(request):
        return None

    assert door(Permission.DELIVER)(view).door.permission is Permission.DELIVER
    assert public_door("because of tests")(view).door.why_public == "because of tests"


@pytest.mark.django_db
def test_an_account_is_created_with_its_roles_and_an_event():
    account = account_create(
        email="  Ann@Example.org ",
        display_name="Ann",
        password="a long enough password 17",
        by=BY,
        registry_roles=(Role.STEWARD,),
    )
    assert account.email == "ann@example.org"
    assert account.check_password("a long enough password 17")
    assert [grant.role for grant in account.registry_role_grants.all()] == ["registry steward"]
    event = AuditEvent.objects.get()
    assert event.action == "account.create"
    assert "ann" not in str(event.detail).lower()
    assert Account.objects.get_by_natural_key("ANN@example.ORG") == account


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "password"), [("ann@example.org", "short"), ("no address", "a long enough password 17")]
)
def test_a_weak_password_or_no_address_creates_nothing(email, password):
    with pytest.raises(ValidationError):
        account_create(email=email, display_name="Ann", password=password, by=BY)
    assert not Account.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_one_account_per_address_in_any_case():
    account_create(email="a@example.org", display_name="A", password="a long enough password 17", by=BY)
    with pytest.raises(ValidationError):
        account_create(email="A@example.org", display_name="B", password="a long enough password 17", by=BY)
