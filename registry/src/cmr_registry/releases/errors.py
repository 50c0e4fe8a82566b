"""The errors of the releases room.

ReleaseError
├── ReleaseNotReadyError    the project, or what the release needs, is not where a release can begin
├── ReleaseStepError        the table of `releases.states` does not allow this step
├── SamePersonError         the person who asked for a release consents to it
├── ReleaseUnbuildableError a build ends without a release; the text is shown to the steward
└── LinkExpiredError        a download link is too old, was changed, or is another person's

DownloadRejected            this release may not be downloaded; the text says why
"""


class ReleaseError(Exception):
    """Base of the errors of this room; the text never names a center, a subject or an exam."""


class ReleaseNotReadyError(ReleaseError):
    """No release can be asked for now; the text says what is missing."""


class ReleaseStepError(ReleaseError):
    """The release is in a state from which this step does not lead on."""


class SamePersonError(ReleaseError):
    """A release needs two people: one who asks and another who consents."""


class ReleaseUnbuildableError(ReleaseError):
    """The build stops; the text says why."""


class LinkExpiredError(ReleaseError):
    """The link opens nothing; ask for a new one on the release's page."""


class DownloadRejected(Exception):
    """This release may not be downloaded by this person now."""
