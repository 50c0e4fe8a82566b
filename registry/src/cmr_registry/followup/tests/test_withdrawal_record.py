"""A machine's withdrawal hides the subject at once, tells nothing about other pseudonyms, and may be repeated."""

import pytest

from cmr_exchange.withdrawal import Withdrawal, WithdrawalScope
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.audit.models import AuditEvent
from cmr_registry.followup.services import withdrawal_record
from cmr_registry.subjects.models import Subject


def withdrawal(pseudonym, center="riverside"):
    return Withdrawal(1, center, pseudonym, WithdrawalScope.SUBJECT)


def test_the_subject_is_gone_from_every_list_and_the_event_is_left_once(subject, principal_riverside):
    for _ in range(2):
        done = withdrawal_record(principal=principal_riverside, withdrawal=withdrawal(subject.pseudonym))
        assert done.withdrawn_at is not None
    assert not Subject.objects.exists()
    assert AuditEvent.objects.filter(action="withdrawal.record", outcome="done").count() == 1


def test_a_pseudonym_that_is_still_on_its_way_is_entered_as_withdrawn(scope, principal_riverside, riverside):
    done = withdrawal_record(principal=principal_riverside, withdrawal=withdrawal("QQQQQQQQQQQQQQQQ2"))
    assert (done.center, done.withdrawn_at is None) == (riverside, False)


def test_a_pseudonym_of_another_center_is_untouched(other_subject, principal_riverside):
    withdrawal_record(principal=principal_riverside, withdrawal=withdrawal(other_subject.pseudonym))
    other_subject.refresh_from_db()
    assert other_subject.withdrawn_at is None


@pytest.mark.parametrize("center", ["riverside", "nowhere"])
def test_nobody_withdraws_at_another_center(subject, principal_lakeside, center):
    with pytest.raises(NotAllowedRejected):
        withdrawal_record(
            principal=principal_lakeside, withdrawal=withdrawal(subject.pseudonym, center=center)
        )
    assert Subject.objects.filter(pk=subject.pk).exists()
    assert AuditEvent.objects.filter(action="withdrawal.record", outcome="denied").count() == 1
