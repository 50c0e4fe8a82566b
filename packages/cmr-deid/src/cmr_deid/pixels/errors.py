"""Why pixels cannot be looked at; such an image is never called clean.

PixelsError
├── ReaderError
└── UndecodableError
"""


class PixelsError(Exception):
    """Base of this folder."""


class ReaderError(PixelsError):
    """The installed models do not find writing that is there."""


class UndecodableError(PixelsError):
    """The pixel data are not the images that the header declares."""
