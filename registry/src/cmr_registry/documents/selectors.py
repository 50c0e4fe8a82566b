"""Reads of the documents room; documents are public knowledge."""

from django.db.models import Max, QuerySet

from cmr_registry.accounts.models import Account
from cmr_registry.documents.models import Acceptance, DocumentVersion

DATA_ACCESS_POLICY = "data-access-policy"


def document_current(slug: str) -> DocumentVersion | None:
    """The current version of a document."""
    return DocumentVersion.objects.filter(slug=slug).order_by("-number").first()


def documents_current() -> list[DocumentVersion]:
    """The current version of every document, by title; two queries however many there are."""
    newest = DocumentVersion.objects.order_by().values("slug").annotate(number=Max("number"))
    numbers = {row["slug"]: row["number"] for row in newest}
    rows = DocumentVersion.objects.filter(number__in=set(numbers.values())).defer("body").order_by("title")
    return [row for row in rows if numbers[row.slug] == row.number]


def document_version(slug: str, number: int) -> DocumentVersion | None:
    """One version of a document."""
    return DocumentVersion.objects.filter(slug=slug, number=number).first()


def document_versions(slug: str) -> QuerySet[DocumentVersion]:
    """All versions of a document, newest first."""
    return DocumentVersion.objects.filter(slug=slug).order_by("-number")


def has_accepted(account: Account, slug: str = DATA_ACCESS_POLICY) -> bool:
    """Did the person accept the current version? False where there is none."""
    current = document_current(slug)
    return current is not None and Acceptance.objects.filter(account=account, version=current).exists()
