"""Versions of the contract: the registry accepts N and N-1 (house.md, Foundations)."""

from cmr_exchange.errors import UnknownVersionError

EXCHANGE_VERSION = 1
SUPPORTED_VERSIONS = (1,)


def require_supported(version: int) -> None:
    """Refuse a document of another version.

    Raises:
        UnknownVersionError: `version` is not in `SUPPORTED_VERSIONS`.
    """
    if version not in SUPPORTED_VERSIONS:
        raise UnknownVersionError(
            f"This software reads exchange versions {', '.join(map(str, SUPPORTED_VERSIONS))}. "
            "Hospital IT can mend it by installing a connector of the registry's version."
        )
