"""Questions that people keep: named, versioned by digest, seen by their owner alone."""

from django.core.exceptions import ValidationError

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.policy import Principal
from cmr_registry.audit.services import audited, event_record
from cmr_registry.cohorts.models import SavedQuery
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.lib.locks import transaction_lock


@audited
def saved_query_record(*, owner: Account, name: str, query: CohortQuery, by: Principal) -> SavedQuery:
    """Keep a question under a name; the same name with another question is its next version.

    Args:
        owner: whose it is.
        name: as its owner calls it.
        query: the question; one that is kept already under this name is not kept twice.
        by: who saves.

    Raises:
        ValidationError: no name, or a longer one than fits.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120 or not name.isprintable():
        raise ValidationError("Give the question a name of at most 120 characters.")
    transaction_lock(f"saved queries {owner.pk}")
    before = SavedQuery.objects.filter(owner=owner, name=name, is_current=True).first()
    if before is not None and before.digest == query.digest():
        return before
    if before is not None:
        before.is_current = False
        before.save(update_fields=["is_current"])
    saved = SavedQuery.objects.create(
        owner=owner,
        name=name,
        version=before.version + 1 if before else 1,
        document=query.to_document(),
        digest=query.digest(),
        sentence=query.sentence(),
    )
    detail = {"query": saved.digest, "version": saved.version}
    event_record(actor=by.actor, action="saved_query.record", target=f"query:{saved.pk}", detail=detail)
    return saved
