"""The center's master key: one 256-bit secret in one file that never leaves the hospital.

Every secret of the engine is derived from it by HKDF-SHA256 (RFC 5869) for one named purpose, so that no two
purposes share key material. Whoever holds the file can recompute every pseudonym of the center from patient
numbers (it equals the crosswalk); who loses it starts a new, unlinkable generation of pseudonyms.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cmr_deid.errors import KeyFileError

KEY_FILE_FORMAT = "cmr-deid-key"
KEY_FILE_VERSION = 1
MASTER_BYTES = 32
_MEND = "Use the file that `cmr-deid keygen` wrote, or restore it from the center's own backup."


@dataclass(frozen=True, slots=True)
class CenterKey:
    """One generation of a center's key.

    Attributes:
        key_id: public name of this generation, `k-` and eight letters, not derivable to the key.
        master: 32 secret bytes; hidden in the repr.
    """

    key_id: str
    master: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """32 secret bytes for one purpose (`subject`, `uid`, `date`, ...), the same for ever."""
        return _hkdf(self.master, f"cmr-deid/1/{purpose}")

    def to_text(self) -> str:
        """The key file's text: JSON with format, version, key id, key and check digest."""
        document = {
            "format": KEY_FILE_FORMAT,
            "version": KEY_FILE_VERSION,
            "key_id": self.key_id,
            "key": base64.b64encode(self.master).decode("ascii"),
            "check": _check(self.key_id, self.master),
        }
        return json.dumps(document, indent=2) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "CenterKey":
        """Read a key file's text.

        Raises:
            KeyFileError: not a key file, another version, or damaged; never shows a part of the file.
        """
        document = _document_of(text)
        try:
            key_id = str(document["key_id"])
            master = base64.b64decode(str(document["key"]), validate=True)
            check = str(document["check"])
        except (KeyError, ValueError):
            raise KeyFileError(f"The key file is incomplete. {_MEND}") from None
        if len(master) != MASTER_BYTES or check != _check(key_id, master) or key_id != _key_id(master):
            raise KeyFileError(f"The key file is damaged: its check digest does not fit. {_MEND}")
        return cls(key_id, master)


def new_key(entropy: bytes) -> CenterKey:
    """A new key generation from 32 bytes of entropy that the caller drew from the operating system.

    Raises:
        KeyFileError: not exactly 32 bytes, or all bytes equal.
    """
    if len(entropy) != MASTER_BYTES or len(set(entropy)) == 1:
        raise KeyFileError("A key needs exactly 32 random bytes from the operating system.")
    return CenterKey(_key_id(entropy), bytes(entropy))


def _document_of(text: str) -> dict[str, object]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("format") != KEY_FILE_FORMAT:
        raise KeyFileError(f"This is not a key file of cmr-deid. {_MEND}")
    if document.get("version") != KEY_FILE_VERSION:
        raise KeyFileError(
            f"The key file has a version that this software does not read (it reads {KEY_FILE_VERSION}). "
            "Install the software that wrote the file, or a newer one."
        )
    return document


def _hkdf(master: bytes, info: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info.encode()).derive(master)


def _key_id(master: bytes) -> str:
    name = base64.b32encode(_hkdf(master, "cmr-deid/1/key-id")[:5]).decode("ascii").lower()
    return f"k-{name}"


def _check(key_id: str, master: bytes) -> str:
    derived = _hkdf(master, "cmr-deid/1/file-check")
    return hashlib.sha256(key_id.encode() + derived).hexdigest()[:16]
