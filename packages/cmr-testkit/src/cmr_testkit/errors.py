"""What can go wrong when a synthetic exam is asked for.

TestkitError
├── UnknownVendorError        a vendor that this version does not write
├── UnknownSizeError          a size other than full, small, tiny
├── UnknownProtocolError      a protocol other than basic, complete
├── UnknownInfarctError       a territory other than none, lad, rca, lcx
└── CohortSizeError           a number of subjects or centers that no cohort can have
"""


class TestkitError(ValueError):
    """Base of all errors of the test kit; its text is a sentence for the person who asked."""

    __test__ = False


class UnknownVendorError(TestkitError):
    """The vendor is not written by this version."""


class UnknownSizeError(TestkitError):
    """The size is not one of full, small, tiny."""


class UnknownInfarctError(TestkitError):
    """The infarct territory is not one of none, lad, rca, lcx."""


class CohortSizeError(TestkitError):
    """A number of subjects or centers that no cohort can have."""


class UnknownProtocolError(TestkitError):
    """The protocol is not one of basic, complete."""
