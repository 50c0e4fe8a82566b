"""Every write of the documents room."""

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.documents.models import Acceptance, DocumentVersion, Layout
from cmr_registry.documents.selectors import document_current
from cmr_registry.documents.texts import SHIPPED, shipped_body


@audited
def document_publish(
    *,
    slug: str,
    title: str,
    body: str,
    by: Principal,
    is_placeholder: bool = False,
    layout: Layout = Layout.TEXT,
) -> DocumentVersion:
    """Publish the next version of a document; the versions before it stay readable.

    Args:
        slug: stable name in the address.
        title: heading.
        body: CommonMark.
        by: who publishes.
        layout: text, or slides with one page per heading.
        is_placeholder: our text stands in for one of the society that is not public (registry.md section 8).

    Raises:
        ValidationError: an empty title or body, or an ill-formed slug.
    """
    before = document_current(slug)
    version = DocumentVersion(
        slug=slug,
        number=before.number + 1 if before else 1,
        title=title.strip(),
        body=body.strip(),
        is_placeholder=is_placeholder,
        layout=layout,
        published_by=by.actor,
    )
    version.full_clean()
    version.save()
    detail = {"slug": slug, "number": version.number}
    event_record(actor=by.actor, action="document.publish", target=f"document:{version.pk}", detail=detail)
    return version


@audited
def acceptance_record(*, account: Account, version: DocumentVersion, by: Principal) -> Acceptance:
    """Record that a person accepted a version; accepting twice changes nothing."""
    acceptance, made = Acceptance.objects.get_or_create(account=account, version=version)
    if made:
        detail = {"slug": version.slug, "number": version.number}
        target = f"document:{version.pk}"
        event_record(actor=by.actor, action="acceptance.record", target=target, detail=detail)
    return acceptance


@audited
def placeholders_publish(*, by: Principal) -> list[DocumentVersion]:
    """Publish the shipped placeholder of every document that has no version yet; others stay as they are."""
    return [
        document_publish(
            slug=text.slug,
            title=text.title,
            body=shipped_body(text),
            by=by,
            is_placeholder=True,
            layout=text.layout,
        )
        for text in SHIPPED
        if document_current(text.slug) is None
    ]
