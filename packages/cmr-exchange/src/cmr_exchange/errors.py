"""The errors of the contract.

ExchangeError
├── UnknownVersionError   the other side speaks a version that this side does not
└── MalformedDocumentError   a document has a missing, extra or ill-typed field
"""


class ExchangeError(Exception):
    """Base of all errors of the contract; its text never holds a value of the document."""


class UnknownVersionError(ExchangeError):
    """The document carries an exchange version that this software does not read."""


class MalformedDocumentError(ExchangeError):
    """The document does not have the declared shape; the text names the field, never its value."""
