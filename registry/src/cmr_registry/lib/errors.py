"""The errors of what every room stands on.

StorageError               the object store could not do it; nothing may be taken as stored
├── ObjectMissingError     no object has this name
└── StorageFullError       no room on the disk or in the bucket (`out_of_storage`)
BoxDamagedError            a box does not open: changed, cut, reordered, of another place or under another key
KeyringError               the keyring could not do it
├── KeyMissingError        the center has no key, so nothing of it can be opened
└── KeyDestroyedError      the center's key was destroyed on purpose (crypto-shred)
"""


class StorageError(Exception):
    """The object store could not do it; the caller must treat the object as not stored."""


class ObjectMissingError(StorageError):
    """No object has this name."""


class StorageFullError(StorageError):
    """There is no room left; nothing was stored."""


class BoxDamagedError(Exception):
    """A box does not open. Its bytes are never handed out."""


class KeyringError(Exception):
    """The keyring could not do it; its text never holds a key."""


class KeyMissingError(KeyringError):
    """The center has no key in this keyring."""


class KeyDestroyedError(KeyringError):
    """The center's key was destroyed on purpose; its data cannot be read again."""
