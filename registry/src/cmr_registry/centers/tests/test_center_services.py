import datetime
import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from cmr_registry.accounts.policy import Principal
from cmr_registry.accounts.roles import Role
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.errors import TransitionError
from cmr_registry.centers.models import CenterMembership, ConnectorKey, ParticipationAgreement
from cmr_registry.centers.selectors import (
    center_roles_of,
    centers_contributing,
    connector_contacts,
    connector_key_find,
)
from cmr_registry.centers.services import (
    agreement_record,
    center_create,
    center_move,
    connector_key_issue,
    connector_key_revoke,
    connector_key_seen,
    may_upload,
    membership_add,
    membership_end,
)
from cmr_registry.centers.states import CenterState

pytestmark = pytest.mark.django_db
BY = Principal(actor="account:steward")


def actions(center):
    return list(AuditEvent.objects.filter(chain=str(center.pk)).values_list("action", flat=True))


def test_a_center_begins_invited_with_an_event_in_its_own_chain():
    center = center_create(code="hilltop", name="Hilltop", city="Hilltop", country="US", by=BY)
    assert center.state == CenterState.INVITED
    assert actions(center) == ["center.create"]


def test_a_center_code_is_a_slug(db):
    with pytest.raises(ValidationError):
        center_create(code="Hill top!", name="Hilltop", city="Hilltop", country="US", by=BY)


def test_a_center_moves_only_along_the_table(riverside):
    moved = center_move(center=riverside, to=CenterState.SUSPENDED, by=BY)
    assert moved.state == CenterState.SUSPENDED
    assert not centers_contributing().exists()
    with pytest.raises(TransitionError):
        center_move(center=riverside, to=CenterState.INVITED, by=BY)


def test_a_role_is_given_once_and_ends(riverside, outsider):
    first = membership_add(center=riverside, account=outsider, role=Role.COORDINATOR, by=BY)
    assert membership_add(center=riverside, account=outsider, role=Role.COORDINATOR, by=BY) == first
    assert center_roles_of(outsider) == {riverside.pk: frozenset({Role.COORDINATOR})}
    membership_end(membership=first, by=BY)
    membership_end(membership=first, by=BY)
    assert center_roles_of(outsider) == {}
    assert CenterMembership.objects.count() == 1
    assert actions(riverside).count("membership.add") == actions(riverside).count("membership.end") == 1


def test_a_key_is_shown_once_and_stored_as_its_hash(riverside):
    key, secret = connector_key_issue(center=riverside, name="agent", by=BY)
    assert secret.startswith("cmrk_")
    assert len(secret) == 48
    assert key.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert connector_key_find(secret) == key
    assert secret not in str(list(AuditEvent.objects.values()))


def test_a_revoked_key_opens_nothing(riverside):
    key, secret = connector_key_issue(center=riverside, name="agent", by=BY)
    connector_key_revoke(key=key, by=BY)
    connector_key_revoke(key=key, by=BY)
    assert connector_key_find(secret) is None
    assert actions(riverside).count("connector_key.revoke") == 1


def test_the_last_use_of_a_key_is_noted_once_a_minute(riverside, django_assert_num_queries):
    key, _ = connector_key_issue(center=riverside, name="agent", by=BY)
    connector_key_seen(key=key)
    key = ConnectorKey.objects.get()
    assert connector_contacts([riverside.pk]) == {riverside.pk: key.last_used_at}
    with django_assert_num_queries(0):
        connector_key_seen(key=key)


def test_an_active_center_under_an_agreement_may_upload(riverside):
    assert may_upload(riverside) is None


@pytest.mark.parametrize("state", [s for s in CenterState if s not in ("active", "test submission")])
def test_no_other_state_lets_a_center_upload(riverside, state):
    riverside.state = state
    assert may_upload(riverside).code == "no_agreement"


def test_the_agreement_counts_from_its_first_day_to_its_last(riverside):
    ParticipationAgreement.objects.all().delete()
    today = timezone.now().date()
    day = datetime.timedelta(days=1)
    agreement_record(center=riverside, text_version="2", effective_on=today, expires_on=today + day, by=BY)
    assert [may_upload(riverside, on=today + n * day) is None for n in (-1, 0, 1, 2)] == [
        False,
        True,
        True,
        False,
    ]


def test_an_agreement_on_reports_alone_bars_images(riverside):
    ParticipationAgreement.objects.update(allows_images=False)
    assert may_upload(riverside).code == "no_agreement"
    assert may_upload(riverside, images=False) is None
