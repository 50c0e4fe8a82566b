"""The errors of the desk.

DeskError
├── AccountError     an account cannot be made or changed as asked; the text is for the person who asked
└── DropError        a drop cannot go on; the text is for the person who dropped
"""

from cmr_connector.errors import ConnectorError


class DeskError(ConnectorError):
    """Base of the errors of the desk; the text is for the person at the desk."""


class AccountError(DeskError):
    """An account cannot be made or changed as asked."""


class DropError(DeskError):
    """A drop cannot go on."""
