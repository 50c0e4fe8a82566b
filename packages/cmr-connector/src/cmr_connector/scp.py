"""The DICOM receiver: C-STORE and C-ECHO (PS3.4 B, A) with an allow-list of titles and addresses.

Every storage class is negotiated, so that a wrong kind of image is answered with a status and stands on the
ledger with its reason, instead of vanishing in a refused presentation context (L3, L4).
"""

from typing import Any

from pydicom.uid import UID
from pynetdicom import AE, evt
from pynetdicom.presentation import AllStoragePresentationContexts

from cmr_connector import log
from cmr_connector.config import ScpSettings
from cmr_connector.intake import Intake, Outcome, Source

SUCCESS = 0x0000
OUT_OF_RESOURCES = 0xA700
CANNOT_UNDERSTAND = 0xC000
VERIFICATION = UID("1.2.840.10008.1.1")
MAX_PDU_BYTES = 4 * 2**20
"""What a sender is told to keep to; announced lengths above it end the connection before they are read."""
_PDU_HEADER_BYTES = 6

TRANSFER_SYNTAXES = [
    UID(f"1.2.840.10008.1.2{tail}")
    for tail in (
        *(".1", "", ".1.99", ".2"),
        *(".4.50", ".4.51", ".4.57", ".4.70", ".4.80", ".4.81", ".4.90", ".4.91"),
        *(".4.201", ".4.202", ".4.203", ".5"),
    )
]
"""Explicit and Implicit LE, deflated and Explicit BE (refused with a reason), JPEG family, HTJ2K, RLE."""


class Receiver:
    """A running DICOM receiver."""

    def __init__(self, settings: ScpSettings, intake: Intake) -> None:
        """Prepare a receiver that hands everything to `intake`."""
        self._settings, self._intake = settings, intake
        self._server: Any = None

    @property
    def port(self) -> int:
        """The TCP port that it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is in use or not ours.
        """
        ae = AE(ae_title=self._settings.ae_title)
        ae.require_called_aet = True
        ae.require_calling_aet = list(self._settings.allowed_ae)
        ae.maximum_pdu_size = MAX_PDU_BYTES
        ae.network_timeout = 120
        for context in AllStoragePresentationContexts:
            ae.add_supported_context(str(context.abstract_syntax), TRANSFER_SYNTAXES)
        ae.add_supported_context(VERIFICATION)
        handlers: list[Any] = [
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_C_ECHO, lambda event: SUCCESS),
            (evt.EVT_CONN_OPEN, self._on_connection),
            (evt.EVT_REJECTED, lambda event: log.event("association_refused", cause="ae_title")),
        ]
        self._server = ae.start_server(
            (self._settings.host, self._settings.port), block=False, evt_handlers=handlers
        )
        log.event("service_started", service="scp", port=self.port)

    def stop(self) -> None:
        """Stop listening; associations that are open are aborted, their senders try again."""
        if self._server is not None:
            self._server.shutdown()
            self._server = None

    def _on_connection(self, event: Any) -> None:
        allowed = self._settings.allowed_hosts
        # pynetdicom reads an empty list of titles as "anybody"; with us it means nobody
        nobody = not self._settings.allowed_ae
        if nobody or (allowed and event.address[0] not in allowed):
            log.event("association_refused", cause="ae_title" if nobody else "host")
            event.assoc.dul.socket.close()
        else:
            _limit(event.assoc.dul.socket)

    def _on_store(self, event: Any) -> int:
        try:
            taken = self._intake.take(event.encoded_dataset(), Source.SCP)
        except OSError as error:
            log.unexpected("scp", error)
            return OUT_OF_RESOURCES
        except Exception as error:
            # the sender must get an answer whatever happens here
            log.unexpected("scp", error)
            return CANNOT_UNDERSTAND
        if taken.outcome in (Outcome.TAKEN, Outcome.AGAIN) or taken.reason is None:
            return SUCCESS
        return taken.reason.dicom_status


def _limit(connection: Any) -> None:
    """Let a connection read no PDU that is longer than allowed: pynetdicom believes any length (S9)."""
    read = connection.recv

    def recv(n_bytes: int) -> bytearray:
        if n_bytes > MAX_PDU_BYTES + _PDU_HEADER_BYTES:
            raise OSError("The sender announced a longer PDU than is taken.")
        data: bytearray = read(n_bytes)
        return data

    connection.recv = recv


def receive(settings: ScpSettings, intake: Intake) -> Receiver:
    """Start a receiver."""
    receiver = Receiver(settings, intake)
    receiver.start()
    return receiver
