"""The errors of the archive.

ArchiveError
├── StoredBytesDamagedError      what is stored is not what was stored; it is never handed out
├── SubjectMismatchError         the study is already stored under another subject (`subject_mismatch`)
├── InstanceMissingError         a wanted instance is neither in a pack nor in a segment
├── ConflictingBytesError        a wanted instance is already accepted with other bytes
└── NotRenderableError           no picture can be made of these pixels
"""


class ArchiveError(Exception):
    """Base of all errors of this room; its text never holds a UID or a value."""


class StoredBytesDamagedError(ArchiveError):
    """A stored object or box is damaged or gone; `fixity` finds and repairs it."""


class SubjectMismatchError(ArchiveError):
    """The study is already stored under another subject."""


class InstanceMissingError(ArchiveError):
    """A wanted instance was never stored."""


class ConflictingBytesError(ArchiveError):
    """An instance of this UID is already accepted with other bytes."""


class NotRenderableError(ArchiveError):
    """No picture can be made of these pixels."""
