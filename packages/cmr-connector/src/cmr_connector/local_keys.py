"""Keys for what stays at the center, derived from the center's master key.

`Local` hashes look-up values and encrypts the crosswalk; neither can be undone without the key file.
"""

import hmac
import json
import os
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cmr_connector.errors import StoreError
from cmr_deid.keys import CenterKey

_NONCE_BYTES = 12


class Local:
    """Keyed hashes and encrypted boxes of one center's connector."""

    def __init__(self, key: CenterKey) -> None:
        """Derive both keys from the center key."""
        self._lookup = key.derive("connector-lookup")
        self._boxes = AESGCM(key.derive("connector-crosswalk"))

    def hashed(self, domain: str, *parts: str) -> str:
        """HMAC-SHA256 of `parts` in `domain`, 64 hexadecimal digits; the same value gives the same hash."""
        message = json.dumps([domain, *parts], ensure_ascii=False).encode()
        return hmac.new(self._lookup, message, sha256).hexdigest()

    def seal(self, document: Any, name: str) -> bytes:
        """Encrypt a JSON document with AES-256-GCM, bound to `name` (the row it belongs to)."""
        return self.seal_bytes(json.dumps(document).encode(), name)

    def seal_bytes(self, data: bytes, name: str) -> bytes:
        """Encrypt bytes as `seal` does a document; `open_bytes` gives them back."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._boxes.encrypt(nonce, data, name.encode())

    def open(self, box: bytes, name: str) -> Any:
        """Decrypt what `seal` made for the same `name`.

        Raises:
            StoreError: another key, another row, or changed bytes.
        """
        return json.loads(self.open_bytes(box, name))

    def open_bytes(self, box: bytes, name: str) -> bytes:
        """Decrypt what `seal_bytes` made for the same `name`.

        Raises:
            StoreError: another key, another row, or changed bytes.
        """
        try:
            return self._boxes.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise StoreError(
                "The crosswalk cannot be opened with this center key; use the key file it was made with."
            ) from None
