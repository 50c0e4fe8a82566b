"""Every write of an application up to the committee: drafted, submitted, checked, returned (R34, R35)."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_registry.access.application_form import BY_LETTER, FORM_VERSION
from cmr_registry.access.completeness import data_needs_of, lacks_of
from cmr_registry.access.conflicts import ConflictKind
from cmr_registry.access.errors import IncompleteError, NotNowError, NotYoursError, PolicyNotAcceptedError
from cmr_registry.access.models import AccessApplication, SearchCertificate, Submission
from cmr_registry.access.notices import notify
from cmr_registry.access.numbers import next_number
from cmr_registry.access.people import (
    Surroundings,
    accounts_by_email,
    co_investigators,
    committee_of,
    member_of,
)
from cmr_registry.access.score_sheets import CURRENT
from cmr_registry.access.search_selectors import certificate_quotable
from cmr_registry.access.search_services import POLICY_FIRST
from cmr_registry.access.states import EDITABLE, ApplicationState, require_step
from cmr_registry.access.steps import application_locked, application_step
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.documents.selectors import has_accepted
from cmr_registry.projects.services import project_decline, project_propose

S = ApplicationState


@audited
def application_draft(*, applicant: Account, title: str, by: Principal) -> AccessApplication:
    """Begin an application; it is filled section by section.

    Raises:
        NotNowError: it has no title.
    """
    if not title.strip():
        raise NotNowError("Please give the application a title.")
    application = AccessApplication(
        number=next_number(AccessApplication.objects.all(), "DA", timezone.now().year),
        applicant=applicant,
        title=title.strip(),
        form_version=FORM_VERSION,
        answers={"A": {"title": title.strip()}, "B": {"institution": applicant.institution}},
    )
    application_step(application, S.DRAFT, role="researcher")
    _event(by, "application.draft", application)
    return application


@audited
def section_save(
    *,
    application: AccessApplication,
    letter: str,
    answers: Mapping[str, Any],
    by: Principal,
    certificate: SearchCertificate | None = None,
) -> AccessApplication:
    """Save one section of a draft, complete or not.

    Args:
        application: in the hands of its applicant.
        letter: of the section.
        answers: name of a question -> answer.
        by: the applicant.
        certificate: what A6 quotes; read for section A only.

    Raises:
        NotNowError: the application is with the steward or the committee, or settled.
    """
    row = _editable(application)
    asked = {question.name for question in BY_LETTER[letter].questions}
    row.answers = {**row.answers, letter: {name: answers[name] for name in sorted(asked & answers.keys())}}
    if letter == "A":
        row.certificate = certificate
        row.title = str(answers.get("title") or row.title)[:160]
    row.save()
    _event(by, "application.change", row, {"section": letter})
    return row


@audited
def application_submit(*, application: AccessApplication, by: Principal) -> AccessApplication:
    """Submit: a frozen copy is made that quotes number and digest of the certificate.

    Raises:
        NotNowError: it is not in the hands of its applicant.
        PolicyNotAcceptedError: the current Data Access Policy has not been accepted.
        IncompleteError: something lacks.
    """
    row = _editable(application)
    if not has_accepted(row.applicant):
        raise PolicyNotAcceptedError(POLICY_FIRST)
    certificate = row.certificate
    if certificate is not None and not certificate_quotable(certificate, row.applicant):
        certificate = None
    lacks = lacks_of(row.answers, has_certificate=certificate is not None)
    if lacks or certificate is None:
        raise IncompleteError(lacks)
    if row.state == S.REVISE:
        row.round += 1
    document = _frozen(row, certificate)
    Submission.objects.create(
        application=row,
        number=row.submissions.count() + 1,
        round=row.round,
        document=document,
        digest=sha256_hex(canonical_json(document)),
        certificate_number=certificate.number,
        certificate_digest=certificate.digest,
        submitted_at=timezone.now(),
    )
    application_step(row, require_step(row.state, S.SUBMITTED), role="researcher")
    _event(by, "application.submit", row, {"round": row.round})
    return row


@audited
def application_return(*, application: AccessApplication, reasons: str, by: Principal) -> AccessApplication:
    """Send an application back before the committee sees it, with reasons.

    Raises:
        NotNowError: it does not wait for the check, or no reason is given.
        NotYoursError: the steward is an applicant.
    """
    row = _checkable(application, by)
    if not reasons.strip():
        raise NotNowError("Please say what should be changed.")
    step = require_step(row.state, S.RETURNED)
    application_step(row, step, role="registry steward", note=reasons.strip())
    notify(row.applicant, "returned", "access:application", row.pk)
    _event(by, "application.return", row)
    return row


@audited
def application_pass(*, application: AccessApplication, by: Principal, note: str = "") -> AccessApplication:
    """Pass the administrative check: the project exists from here as proposed, and the committee is asked.

    Raises:
        NotNowError: it does not wait for the check.
        NotYoursError: the steward is an applicant.
    """
    row = _checkable(application, by)
    _propose(row, by)
    row.sheet_version = CURRENT.version
    step = require_step(row.state, S.IN_REVIEW)
    application_step(row, step, role="registry steward", note=note.strip())
    notify(row.applicant, "checked", "access:application", row.pk)
    for reviewer in committee_of(CURRENT):
        notify(reviewer, "review", "access:review", row.pk)
    _event(by, "application.pass", row, {"round": row.round})
    return row


def _editable(application: AccessApplication) -> AccessApplication:
    row = application_locked(application)
    if S(row.state) not in EDITABLE:
        raise NotNowError("The application is being looked at; it can be changed when it comes back to you.")
    return row


def _checkable(application: AccessApplication, by: Principal) -> AccessApplication:
    row = application_locked(application)
    if row.state != S.SUBMITTED:
        raise NotNowError("This application does not wait for the administrative check.")
    account = member_of(by)
    if ConflictKind.IS_APPLICANT in Surroundings([row], [account]).conflicts(row, account):
        raise NotYoursError("You are an applicant; another steward checks this application.")
    return row


def _frozen(row: AccessApplication, certificate: SearchCertificate) -> dict[str, Any]:
    return {
        "number": row.number,
        "form_version": row.form_version,
        "round": row.round,
        "title": row.title,
        "sections": row.answers,
        "certificate": {
            "number": certificate.number,
            "digest": certificate.digest,
            "sentence": certificate.document["cohort"]["sentence"],
        },
    }


def _propose(row: AccessApplication, by: Principal) -> None:
    """Propose the project; a later round keeps it where nothing that it stands on changed."""
    submission = row.submissions.latest("number")
    sections = submission.document["sections"]
    certificate = SearchCertificate.objects.get(digest=submission.certificate_digest)
    facts = {
        "title": row.title,
        "lay_summary": sections["A"]["lay_summary"],
        "lead_institution": sections["B"]["institution"],
        "query": certificate.document["cohort"]["query"],
        "certificate_digest": certificate.digest,
        "data_needs": data_needs_of(sections),
    }
    known = accounts_by_email(one["email"] for one in co_investigators(sections))
    members = sorted(
        (one for one in known.values() if one.pk != row.applicant_id), key=lambda one: str(one.pk)
    )
    digest = sha256_hex(canonical_json({**facts, "members": [str(one.pk) for one in members]}))
    if row.project is not None and digest == row.proposal_digest:
        return
    if row.project is not None:
        project_decline(project=row.project, by=by)
    row.project = project_propose(pi=row.applicant, members=members, by=by, **facts)
    row.proposal_digest = digest


def _event(by: Principal, action: str, row: AccessApplication, detail: dict[str, Any] | None = None) -> None:
    detail = {"state": row.state, **(detail or {})}
    event_record(actor=by.actor, action=action, target=f"application:{row.pk}", detail=detail)
