"""The errors of imaging.

ImagingError
└── NoStackError   no image of the series says where it lies
"""


class ImagingError(Exception):
    """Base of all errors of this package; its text never holds a value of a header."""


class NoStackError(ImagingError):
    """No header has both a position and an orientation, so there is no stack to order."""
