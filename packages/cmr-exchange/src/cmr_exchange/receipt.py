"""The receipt: the registry's signed word that every instance of a manifest is durably stored and verified.

The signature is Ed25519 (RFC 8032) over `Receipt.signed_bytes`; signing and checking live with the two sides,
which hand in their keys: this package has no cryptography.
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

from cmr_exchange.canonical import canonical_json
from cmr_exchange.reading import CODE, DIGEST, PSEUDONYM, a_text, an_integer, fields_of
from cmr_exchange.versions import require_supported

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
SIGNATURE = re.compile(r"[A-Za-z0-9+/]{86}==")


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt for one delivery.

    Attributes:
        exchange_version: version of this contract.
        delivery: SHA-256 of the manifest's canonical bytes.
        center, exam, version: as in the manifest.
        n_instances, n_bytes: what is durably stored for it.
        accepted_at: UTC instant, `YYYY-MM-DDThh:mm:ssZ`.
        registry_key: name of the registry's signing key.
        signature: base-64 Ed25519 signature, empty before signing.
    """

    exchange_version: int
    delivery: str
    center: str
    exam: str
    version: int
    n_instances: int
    n_bytes: int
    accepted_at: str
    registry_key: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """The bytes under the signature: the canonical document without the signature itself."""
        document = dataclasses.asdict(self)
        del document["signature"]
        return canonical_json(document)

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return dataclasses.asdict(self)

    @classmethod
    def from_document(cls, document: Any) -> "Receipt":
        """Read strictly; the caller checks the signature.

        Raises:
            UnknownVersionError: another exchange version.
            MalformedDocumentError: a field is missing, unknown or ill-typed.
        """
        fields = fields_of(cls, document, "receipt")
        require_supported(an_integer(fields["exchange_version"], "exchange_version", 0, 10_000))
        return cls(
            exchange_version=fields["exchange_version"],
            delivery=a_text(fields["delivery"], "delivery", DIGEST),
            center=a_text(fields["center"], "center", CODE),
            exam=a_text(fields["exam"], "exam", PSEUDONYM),
            version=an_integer(fields["version"], "version", 1, 100_000),
            n_instances=an_integer(fields["n_instances"], "n_instances", 0, 10**9),
            n_bytes=an_integer(fields["n_bytes"], "n_bytes", 0, 10**16),
            accepted_at=a_text(fields["accepted_at"], "accepted_at", INSTANT),
            registry_key=a_text(fields["registry_key"], "registry_key", CODE),
            signature=a_text(fields.get("signature", ""), "signature", SIGNATURE),
        )
