"""Download links: short-lived, signed, and good for one account and one release only."""

import uuid

from django.core import signing

from cmr_registry.releases.errors import LinkExpiredError

SECONDS = 600
_SALT = "cmr-registry.releases.download"


def link_make(release: uuid.UUID, account: uuid.UUID) -> str:
    """A token for the address of a download."""
    return signing.dumps([str(release), str(account)], salt=_SALT, compress=False)


def link_open(token: str, account: uuid.UUID, seconds: int = SECONDS) -> uuid.UUID:
    """The release that a token opens for this account.

    Raises:
        LinkExpiredError: it is older than `seconds`, was changed, or was given to another person.
    """
    try:
        release, owner = signing.loads(token, salt=_SALT, max_age=seconds)
    except signing.BadSignature:
        raise LinkExpiredError("This link is no longer good; ask for a new one.") from None
    if owner != str(account):
        raise LinkExpiredError("This link is no longer good; ask for a new one.")
    return uuid.UUID(release)
