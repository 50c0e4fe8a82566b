"""The errors of the researcher's side; each says what is wrong, who can mend it and how.

AnalysisError
├── MixedTechniqueError      raw T1 of several schemes or fields was to be pooled
├── ReleaseUnreadableError   no release stands there, or one of another format
├── ReleaseDamagedError      a file is missing, changed, or not listed
└── TooFewError              too few people or events for what was asked
"""


class AnalysisError(Exception):
    """Base of all errors of this package."""


class MixedTechniqueError(AnalysisError):
    """A measure that depends on its technique was to be pooled over several techniques."""


class ReleaseUnreadableError(AnalysisError):
    """No release stands there, or one of a format that this software does not read."""


class ReleaseDamagedError(AnalysisError):
    """A file of the release is missing, was changed, or is not listed in its manifest."""


class TooFewError(AnalysisError):
    """Too few people, or too few events, for the analysis that was asked for."""
