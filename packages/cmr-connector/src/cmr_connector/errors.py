"""The errors of the connector.

ConnectorError
├── SettingsError         a setting is missing, unknown or wrong; the text names the setting, never a secret
├── StoreError            the local database cannot be used
│   └── TransitionError   a state was asked to change in a way that `states` does not allow
├── UnknownPseudonymError nothing under this pseudonym or accession number at this center
├── ArchiveReadError      a ZIP is encrypted, broken or over a limit
├── PixelChildError       the process that looks at pixels ended or took too long: tried again later
├── PacsError             the PACS cannot be asked how many studies it holds: tried again later
├── RegistryError         the registry did not do what the contract says
│   ├── RegistryUnreachableError   no connection, timeout or a 5xx answer: try again later
│   └── ReceiptError      a receipt does not carry the pinned signature or names another delivery
└── WorkerBusyError       another process of this connector already does the work

InstanceRejected, the refusal of one file, is no error; it comes from `cmr_deid.reading`.
"""


class ConnectorError(Exception):
    """Base of all errors of the connector; its text never holds an identifier of a patient."""


class SettingsError(ConnectorError):
    """A setting is missing, unknown or wrong."""


class StoreError(ConnectorError):
    """The local database cannot be used."""


class TransitionError(StoreError):
    """A state was asked to change in a way that the table of transitions does not allow."""


class UnknownPseudonymError(ConnectorError):
    """Nothing is known under this pseudonym or accession number at this center."""


class ArchiveReadError(ConnectorError):
    """A ZIP is encrypted, broken or over a limit."""


class PixelChildError(ConnectorError):
    """The process that looks at pixels ended or took too long; it says nothing about the images."""


class PacsError(ConnectorError):
    """The PACS cannot be reached or refuses to look for studies."""


class RegistryError(ConnectorError):
    """The registry did not do what the contract says.

    Attributes:
        status: HTTP status of its answer, None where there was none.
        code: stable code of its problem document, None where there was none.
        stored_version: newest version that it holds, where that is why it refuses.
    """

    def __init__(
        self,
        text: str,
        status: int | None = None,
        code: str | None = None,
        stored_version: int | None = None,
    ) -> None:
        super().__init__(text)
        self.status, self.code, self.stored_version = status, code, stored_version


class RegistryUnreachableError(RegistryError):
    """No connection, a timeout or a 5xx answer; trying again later may help."""


class ReceiptError(RegistryError):
    """A receipt does not carry the pinned signature or speaks of another delivery."""


class WorkerBusyError(ConnectorError):
    """Another process of this connector already does the work."""
