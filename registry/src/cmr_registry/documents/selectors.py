"""Reads of the documents room; documents are public knowledge."""

from django.db.models import QuerySet

from cmr_registry.accounts.models import Account
from cmr_registry.documents.models import Acceptance, DocumentVersion

DATA_ACCESS_POLICY = "data-access-policy"


def document_current(slug: str) -> DocumentVersion | None:
    """The current version of a document."""
    return DocumentVersion.objects.filter(slug=slug).order_by("-number").first()


def document_versions(slug: str) -> QuerySet[DocumentVersion]:
    """All versions of a document, newest first."""
    return DocumentVersion.objects.filter(slug=slug).order_by("-number")


def has_accepted(account: Account, slug: str = DATA_ACCESS_POLICY) -> bool:
    """Did the person accept the current version? False where there is none."""
    current = document_current(slug)
    return current is not None and Acceptance.objects.filter(account=account, version=current).exists()
