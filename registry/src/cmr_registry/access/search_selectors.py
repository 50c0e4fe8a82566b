"""Reads of search requests and certificates: one's own, or, for the steward, those that were submitted."""

import datetime
import uuid

from django.db.models import QuerySet
from django.utils import timezone

from cmr_registry.access.models import SearchCertificate, SearchRequest
from cmr_registry.access.search_states import SearchState
from cmr_registry.access.windows import WINDOWS
from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal

WAITING = (SearchState.SUBMITTED,)


def searches_own(by: Principal) -> QuerySet[SearchRequest]:
    """The requests of the person who asks, newest first."""
    return _rows().filter(requester=by.account).order_by("-created_at")


def search_own(by: Principal, pk: uuid.UUID) -> SearchRequest | None:
    """One of them; another's request looks like none."""
    return searches_own(by).filter(pk=pk).first()


def searches_for_steward(show: str = "") -> QuerySet[SearchRequest]:
    """Requests that were submitted at least once: those that wait first by window, or with `show` one state."""
    rows = _rows().exclude(state=SearchState.DRAFT).order_by("window", "state_since")
    return rows.filter(state=show) if show else rows


def search_for_steward(pk: uuid.UUID) -> SearchRequest | None:
    """One of them."""
    return searches_for_steward().filter(pk=pk).first()


def certificate_of(search: SearchRequest) -> SearchCertificate | None:
    """The certificate of a request that the caller may see."""
    return SearchCertificate.objects.filter(search=search).first()


def certificate_by_digest(digest: str) -> SearchCertificate | None:
    """The certificate that an application quotes."""
    return SearchCertificate.objects.filter(digest=digest).first()


def searches_waiting() -> int:
    """How many wait for the steward."""
    return SearchRequest.objects.filter(state__in=WAITING).count()


def searches_to_execute() -> QuerySet[SearchRequest]:
    """Approved requests, longest waiting first; for the worker."""
    return SearchRequest.objects.filter(state=SearchState.APPROVED).order_by("state_since")


def searches_to_expire(now: datetime.datetime) -> QuerySet[SearchRequest]:
    """Requests whose certificate may no longer be quoted, or whose detail never came; for the worker."""
    issued = SearchRequest.objects.filter(state=SearchState.ISSUED, certificate__expires_on__lt=now.date())
    before = now - WINDOWS.detail_length
    returned = SearchRequest.objects.filter(state=SearchState.RETURNED, state_since__lt=before)
    return (issued | returned).order_by("state_since")


def certificates_quotable(account: Account) -> QuerySet[SearchCertificate]:
    """Certificates that an application of this person may quote, newest first."""
    rows = SearchCertificate.objects.filter(search__requester=account, search__state=SearchState.ISSUED)
    return rows.filter(expires_on__gte=timezone.now().date()).order_by("-number")


def certificate_quotable(certificate: SearchCertificate, account: Account) -> bool:
    """May an application of this person quote the certificate today?"""
    return certificates_quotable(account).filter(pk=certificate.pk).exists()


def _rows() -> QuerySet[SearchRequest]:
    return SearchRequest.objects.select_related("requester", "partner_center", "certificate")
