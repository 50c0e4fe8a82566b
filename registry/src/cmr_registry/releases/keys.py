"""The secret of one release: the key of its labels and the key of its archive, wrapped by a key named for it.

Destroying that key of the keyring makes a release unreadable and its labels untraceable at once.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from cmr_deid.rekey import ReleaseIdentities
from cmr_registry.lib.boxes import KEY_BYTES, new_key
from cmr_registry.lib.keyring import keyring
from cmr_registry.releases.models import DataRelease


@dataclass(frozen=True, slots=True)
class ReleaseSecret:
    """What labels and archive of one release are made with.

    Attributes:
        identities: derives its labels, UIDs and device names.
        archive_key: 256 bits, seals its parts.
    """

    identities: ReleaseIdentities
    archive_key: bytes = field(repr=False)

    def commitment(self, digest: str) -> str:
        """A digest as a release may print it: the registry can check it, a reader cannot try out what it is of.

        Args:
            digest: of something that has few possible values, such as what each of a few centers decided.
        """
        key = hmac.digest(self.archive_key, b"commitments of a release", hashlib.sha256)
        return hmac.new(key, digest.encode(), hashlib.sha256).hexdigest()


def secret_make(release: DataRelease) -> bytes:
    """A fresh secret, wrapped; to be stored with the release.

    Raises:
        KeyringError: the keyring cannot be written.
    """
    return keyring().wrap(_word(release), new_key() + new_key(), _aad(release))


def secret_open(release: DataRelease) -> ReleaseSecret:
    """The secret of a release.

    Raises:
        KeyringError: its key is not in the keyring, or was destroyed.
        BoxDamagedError: what is stored was changed, or belongs to another release.
    """
    plain = keyring().unwrap(_word(release), bytes(release.wrapped_secret or b""), _aad(release))
    return ReleaseSecret(ReleaseIdentities(plain[:KEY_BYTES]), plain[KEY_BYTES:])


def _word(release: DataRelease) -> str:
    return f"release-{release.pk}"


def _aad(release: DataRelease) -> bytes:
    return f"secret of a release|{release.pk}".encode()
