"""The HL7 receiver: ORU^R01 over MLLP (HL7 v2 transport), answered with AA, AE or AR and a reason."""

import asyncio
import datetime
import threading
from collections.abc import Callable

from cmr_connector import log
from cmr_connector.config import MllpSettings
from cmr_connector.hl7_report import (
    Envelope,
    MessageRejected,
    acknowledgment,
    envelope_of,
    parse_message,
    reports_of,
)
from cmr_connector.report_intake import ReportIntake
from cmr_connector.states import ReportState
from cmr_exchange.manifest import ValueSource
from cmr_exchange.reasons import reason as reason_of

START, END = b"\x0b", b"\x1c\r"
MAX_MESSAGE_BYTES = 8 * 2**20
_IDLE_S = 600.0


def answer(intake: ReportIntake, data: bytes, on_report: Callable[[], None] | None = None) -> str:
    """Take one message's bytes in and say what became of it, as an HL7 acknowledgment."""
    at = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d%H%M%S")
    envelope: Envelope | None = None
    try:
        message = parse_message(_text(data))
        envelope = envelope_of(message)
        rows = [intake.take(report, ValueSource.REPORT_HL7) for report in reports_of(message)]
    except MessageRejected as refusal:
        intake.refuse(ValueSource.REPORT_HL7, len(data), "report_unreadable")
        return acknowledgment(envelope, "AR", str(refusal), at)
    except Exception as error:
        # the sender must get an answer whatever happens here
        log.unexpected("mllp", error)
        return acknowledgment(envelope, "AE", "The report could not be stored; send it again later.", at)
    if on_report is not None:
        on_report()
    rejected = [row for row in rows if row.state is ReportState.REJECTED]
    if rejected:
        return acknowledgment(envelope, "AE", reason_of(str(rejected[0].reason)).sentence, at)
    return acknowledgment(envelope, "AA", "", at)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class Listener:
    """A running MLLP listener with an event loop of its own."""

    def __init__(self, settings: MllpSettings, intake: ReportIntake) -> None:
        """Prepare a listener that hands every report to `intake`."""
        self._settings, self._intake = settings, intake
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mllp", daemon=True)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The TCP port that it listens on."""
        if self._server is None:
            return 0
        return int(self._server.sockets[0].getsockname()[1])

    def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is in use or not ours.
        """
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        log.event("service_started", service="mllp", port=self.port)

    def stop(self) -> None:
        """Stop listening and close open connections."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(
            self._serve, self._settings.host, self._settings.port, limit=MAX_MESSAGE_BYTES
        )

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        peer = (writer.get_extra_info("peername") or ("",))[0]
        try:
            if self._settings.allowed_hosts and peer not in self._settings.allowed_hosts:
                log.event("association_refused", cause="host")
                return
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            return
        except asyncio.CancelledError:
            return
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            frame = await asyncio.wait_for(reader.readuntil(END), _IDLE_S)
            data = frame[: -len(END)].lstrip().removeprefix(START)
            reply = await asyncio.to_thread(answer, self._intake, data)
            writer.write(START + reply.encode() + END)
            await writer.drain()
