"""Follow-up documents are kept version by version; the same one again changes nothing; what cannot be is refused."""

import dataclasses

import pytest

from cmr_exchange.censoring import RULE
from cmr_exchange.followup import EventKind, OutcomeEvent, SourceClass
from cmr_exchange.manifest import MissingCode, ReportValue, ValueSource
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.audit.models import AuditEvent
from cmr_registry.centers.services import center_move
from cmr_registry.centers.states import CenterState
from cmr_registry.config.principal import principal_of_job
from cmr_registry.followup.errors import FollowUpRejected
from cmr_registry.followup.models import FollowUpRecord
from cmr_registry.followup.services import followup_record
from cmr_registry.followup.tests.factories import DEAD, REPLACED_VALVE, TORN, document_of
from cmr_registry.subjects.services import subject_withdraw

pytestmark = pytest.mark.sqlite
DESK = ValueSource.DESK


def test_a_first_document_becomes_the_current_record(record, subject):
    kept = record(statuses=DEAD, events=[REPLACED_VALVE])
    assert (kept.subject, kept.center_id, kept.version, kept.is_current) == (
        subject,
        subject.center_id,
        1,
        True,
    )
    assert (kept.rule, kept.end, kept.source, kept.days) == (RULE, "died", "ndi", 400)
    assert (kept.n_events, kept.is_conflicting) == (1, False)


def test_it_leaves_one_audit_event_with_counts_only(record, subject):
    record(statuses=DEAD)
    event = AuditEvent.objects.get(action="follow_up.record")
    assert event.target == f"subject:{subject.pk}"
    assert event.detail == {"version": 1, "n_statuses": 1, "n_events": 0, "is_conflicting": False}


def test_the_same_document_again_is_the_same_record(record):
    assert record() == record()
    assert FollowUpRecord.objects.count() == 1
    assert AuditEvent.objects.filter(action="follow_up.record").count() == 1


def test_a_newer_version_counts_and_the_older_stays_as_history(record):
    old, new = record(), record(version=2, statuses=DEAD)
    old.refresh_from_db()
    assert (old.is_current, new.is_current) == (False, True)
    assert record() == old, "sent again, it is still the older one"


def test_an_older_version_is_refused_and_told_what_is_stored(record):
    record(version=3)
    with pytest.raises(FollowUpRejected) as refused:
        record(version=2, statuses=DEAD)
    assert (refused.value.reason.code, refused.value.stored_version) == ("older_version", 3)
    assert AuditEvent.objects.filter(action="follow_up.record", outcome="denied").count() == 1


def test_another_document_of_the_same_version_is_refused(record):
    record()
    with pytest.raises(FollowUpRejected) as refused:
        record(statuses=DEAD)
    assert refused.value.reason.code == "follow_up_version_taken"


def test_contradicting_sources_are_flagged_and_kept(record):
    assert record(statuses=TORN).is_conflicting


def test_a_subject_of_whom_nothing_is_said_is_not_watched(record):
    kept = record(statuses=[])
    assert (kept.end, kept.source, kept.days) == ("not_watched", "", 0)


def test_a_subject_of_another_center_is_as_unknown_as_one_that_never_was(other_subject, record, riverside):
    codes = set()
    for name in (other_subject.pseudonym, "QQQQQQQQQQQQQQQQ2"):
        with pytest.raises(FollowUpRejected) as refused:
            followup_record(principal=_key_of(record), document=document_of(name))
        codes.add((refused.value.reason.code, str(refused.value)))
    assert len(codes) == 1
    assert "unknown_subject" in codes.pop()


def _key_of(record):
    return record.__closure__[0].cell_contents


def test_nobody_delivers_for_another_center(subject, principal_lakeside):
    with pytest.raises(NotAllowedRejected):
        followup_record(principal=principal_lakeside, document=document_of(subject.pseudonym))
    with pytest.raises(NotAllowedRejected):
        followup_record(
            principal=principal_lakeside, document=document_of(subject.pseudonym, center="nowhere")
        )
    assert not FollowUpRecord.objects.exists()


def test_a_center_whose_uploads_are_suspended_delivers_no_follow_up(record, riverside):
    center_move(center=riverside, to=CenterState.SUSPENDED, by=principal_of_job("tests"))
    with pytest.raises(FollowUpRejected) as refused:
        record()
    assert refused.value.reason.code == "no_agreement"


def test_nothing_more_is_taken_of_a_subject_who_withdrew(record, subject, principal_riverside):
    record()
    subject_withdraw(subject=subject, by=principal_riverside)
    with pytest.raises(FollowUpRejected) as refused:
        record(version=2)
    assert refused.value.reason.code == "subject_withdrawn"
    assert not FollowUpRecord.objects.exists(), "hidden at once"
    assert FollowUpRecord.everything.count() == 1


def visit(**values):
    return OutcomeEvent(EventKind.VISIT, 30, SourceClass.CHART, values=values)


@pytest.mark.parametrize(
    "values",
    [
        {"fu_nyha": ReportValue(DESK, "ZZ-CANARY")},
        {"avr_reason": ReportValue(DESK, "1")},
        {"no_such_item": ReportValue(DESK, "1")},
        {"lv_edv_ml": ReportValue(DESK, 150.0)},
        {"death_day": ReportValue(DESK, "2021-03-04")},
        {"death_day": ReportValue(DESK, missing=MissingCode.UNKNOWN)},
    ],
    ids=[
        "no such code",
        "an item of another kind of event",
        "no such item",
        "an item of another form",
        "a date",
        "a missing date",
    ],
)
def test_a_value_that_the_dictionary_does_not_know_is_refused_before_anything_is_stored(record, values):
    with pytest.raises(FollowUpRejected) as refused:
        record(events=[visit(**values)])
    assert refused.value.reason.code == "follow_up_value_rejected"
    assert "CANARY" not in str(refused.value)
    assert not FollowUpRecord.objects.exists()


def test_a_missing_value_of_the_form_is_taken(record):
    assert record(events=[visit(fu_nyha=ReportValue(DESK, missing=MissingCode.UNKNOWN))]).n_events == 1


def test_a_name_in_the_name_of_the_software_is_refused(record, subject, principal_riverside):
    document = dataclasses.replace(document_of(subject.pseudonym), software="Jane Doe, MR 4711")
    with pytest.raises(FollowUpRejected) as refused:
        followup_record(principal=principal_riverside, document=document)
    assert refused.value.reason.code == "identifying_value"


def test_the_record_has_no_field_for_a_date():
    kinds = {field.get_internal_type() for field in FollowUpRecord._meta.get_fields()}
    assert not kinds & {"DateField", "DateTimeField", "TimeField"}
