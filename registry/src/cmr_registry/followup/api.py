"""Follow-up for machines: deliver a document, read what is held of a subject, say that a subject withdrew."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from cmr_exchange.followup import FollowUpDocument
from cmr_exchange.withdrawal import Withdrawal
from cmr_registry.accounts.doors import door
from cmr_registry.accounts.permissions import Permission
from cmr_registry.accounts.requests import principal_of
from cmr_registry.followup.errors import FollowUpRejected
from cmr_registry.followup.models import FollowUpRecord
from cmr_registry.followup.selectors import followup_of, subject_by_pseudonym
from cmr_registry.followup.services import followup_record, withdrawal_record
from cmr_registry.lib.documents import PROBLEMS, document_body, read_document
from cmr_registry.lib.problems import ProblemRejected

router = Router(tags=["follow-up"])


class FollowUpOut(Schema):
    """A stored document by name, and what the censoring rule says of it from day 0 on."""

    subject: str
    version: int
    digest: str
    is_current: bool
    rule: str
    end: str
    days: int
    is_conflicting: bool


class FollowUpStored(FollowUpOut):
    """The same with the document as it came."""

    document: dict[str, Any]


class WithdrawalOut(Schema):
    """A subject that withdrew."""

    subject: str
    withdrawn: bool


@router.post(
    "/follow-up",
    response={200: FollowUpOut, **PROBLEMS},
    operation_id="deliver_follow_up",
    openapi_extra=document_body("A follow-up document"),
)
@door(Permission.DELIVER_FOLLOW_UP)
def deliver_follow_up(request: HttpRequest) -> Any:
    """Keep a follow-up document; the same document again gives the same answer."""
    principal = principal_of(request)
    document = read_document(FollowUpDocument, request.body)
    try:
        return _shown(followup_record(principal=principal, document=document))
    except FollowUpRejected as rejected:
        raise _problem(rejected) from None


@router.get(
    "/follow-up/{pseudonym}",
    response={200: FollowUpStored, **PROBLEMS},
    operation_id="read_follow_up",
)
@door(Permission.SEE_FOLLOW_UP)
def read_follow_up(request: HttpRequest, pseudonym: str) -> Any:
    """The document that counts for a subject of the own center."""
    subject = subject_by_pseudonym(pseudonym)
    record = None if subject is None else followup_of(subject)
    if record is None:
        raise Http404
    return _shown(record) | {"document": record.document}


@router.post(
    "/withdrawals",
    response={200: WithdrawalOut, **PROBLEMS},
    operation_id="withdraw_subject",
    openapi_extra=document_body("A withdrawal"),
)
@door(Permission.WITHDRAW_SUBJECTS)
def withdraw_subject(request: HttpRequest) -> Any:
    """Withdraw a subject of the own center; doing it again changes nothing."""
    principal = principal_of(request)
    subject = withdrawal_record(principal=principal, withdrawal=read_document(Withdrawal, request.body))
    return {"subject": subject.pseudonym, "withdrawn": True}


def _shown(record: FollowUpRecord) -> dict[str, Any]:
    names = ("version", "digest", "is_current", "rule", "end", "days", "is_conflicting")
    return {name: getattr(record, name) for name in names} | {"subject": record.subject.pseudonym}


def _problem(rejected: FollowUpRejected) -> ProblemRejected:
    why = rejected.reason
    more = {} if rejected.stored_version is None else {"stored_version": str(rejected.stored_version)}
    return ProblemRejected(409, why.code, why.sentence, mender=why.mender.value, how=why.how, **more)
