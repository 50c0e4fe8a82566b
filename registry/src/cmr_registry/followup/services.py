"""Every write of the followup room: what a center states about a subject's life, and that a subject withdrew."""

from cmr_exchange.censoring import RULE, follow_up
from cmr_exchange.followup import FollowUpDocument
from cmr_exchange.reasons import reason
from cmr_exchange.withdrawal import Withdrawal
from cmr_registry.accounts.errors import NotAllowedRejected
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.policy import Principal, can
from cmr_registry.audit.services import audited, denial_record, event_record
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import center_by_code
from cmr_registry.centers.services import may_upload
from cmr_registry.followup.errors import FollowUpRejected
from cmr_registry.followup.models import FollowUpRecord
from cmr_registry.followup.screening import document_refusal
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.subjects.models import Subject
from cmr_registry.subjects.selectors import subject_find
from cmr_registry.subjects.services import subject_ensure, subject_withdraw


def followup_record(*, principal: Principal, document: FollowUpDocument) -> FollowUpRecord:
    """Keep a version of what a center states about a subject; the same document again is the same record.

    The newest version counts; earlier ones stay as history.

    Raises:
        NotAllowedRejected: the document names a center for which the caller may not deliver follow-up.
        FollowUpRejected: the agreement does not cover it, a value does not fit the dictionary, the center has no
            such subject, the subject withdrew, or a newer or another document of this version is stored.
    """
    center = _center(principal, document.center, Permission.DELIVER_FOLLOW_UP, "follow_up.record")
    barred = may_upload(center, images=False) or document_refusal(document)
    try:
        if barred is not None:
            raise FollowUpRejected(barred)
        return _followup_record(principal, center, document)
    except FollowUpRejected:
        denial_record(actor=principal.actor, action="follow_up.record", center=center.pk)
        raise


@audited
def _followup_record(principal: Principal, center: Center, document: FollowUpDocument) -> FollowUpRecord:
    transaction_lock(f"subject {center.pk} {document.subject}")
    subject = _subject(center, document.subject)
    digest = document.digest()
    stored = {record.digest: record for record in subject.follow_up_records.all()}
    if digest in stored:
        return stored[digest]
    current = next((record for record in stored.values() if record.is_current), None)
    if current is not None and document.version <= current.version:
        code = "older_version" if document.version < current.version else "follow_up_version_taken"
        raise FollowUpRejected(reason(code), current.version)
    if current is not None:
        current.is_current = False
        current.save(update_fields=["is_current"])
    record = _record_of(subject, document, digest)
    record.save(force_insert=True)
    detail = {
        "version": record.version,
        "n_statuses": len(document.vital_status),
        "n_events": record.n_events,
        "is_conflicting": record.is_conflicting,
    }
    event_record(
        actor=principal.actor,
        action="follow_up.record",
        center=center.pk,
        target=f"subject:{subject.pk}",
        detail=detail,
    )
    return record


def withdrawal_record(*, principal: Principal, withdrawal: Withdrawal) -> Subject:
    """Withdraw a subject of a center; doing it again changes nothing.

    A pseudonym that the registry has not met yet is entered as withdrawn: an exam of it that is still on its way
    must not become visible, and the answer tells nobody which pseudonyms exist.

    Raises:
        NotAllowedRejected: the caller may not withdraw subjects of the center that the document names.
    """
    center = _center(principal, withdrawal.center, Permission.WITHDRAW_SUBJECTS, "withdrawal.record")
    return _withdrawal_record(principal, center, withdrawal)


@audited
def _withdrawal_record(principal: Principal, center: Center, withdrawal: Withdrawal) -> Subject:
    transaction_lock(f"subject {center.pk} {withdrawal.subject}")
    subject = subject_ensure(center=center, pseudonym=withdrawal.subject, actor=principal.actor)
    if subject.withdrawn_at is None:
        subject = subject_withdraw(subject=subject, by=principal, scope=withdrawal.scope.value)
        event_record(
            actor=principal.actor,
            action="withdrawal.record",
            center=center.pk,
            target=f"subject:{subject.pk}",
            detail={"scope": withdrawal.scope.value},
        )
    return subject


def _center(principal: Principal, code: str, permission: Permission, action: str) -> Center:
    center = center_by_code(code)
    if center is None or not can(principal, permission, center.pk):
        denial_record(actor=principal.actor, action=action)
        raise NotAllowedRejected(f"Your roles do not let you {permission.value} at the center that is named.")
    return center


def _subject(center: Center, pseudonym: str) -> Subject:
    subject = subject_find(center.pk, pseudonym)
    if subject is None:
        raise FollowUpRejected(reason("unknown_subject"))
    if subject.withdrawn_at is not None:
        raise FollowUpRejected(reason("subject_withdrawn"))
    return subject


def _record_of(subject: Subject, document: FollowUpDocument, digest: str) -> FollowUpRecord:
    found = follow_up(document.vital_status, 0)
    return FollowUpRecord(
        center_id=subject.center_id,
        subject=subject,
        version=document.version,
        document=document.to_document(),
        digest=digest,
        dictionary_version=document.dictionary_version,
        rule=RULE,
        end=found.end.value,
        source="" if found.source is None else found.source.value,
        days=found.days,
        is_conflicting=found.is_conflicting,
        n_events=len(document.events),
    )
