"""HL7 v2 ORU^R01 (chapter 7) as reports: tolerant of dialects, strict about what becomes a value.

Item names stand in OBX-3.1, values in OBX-5 (a coded value's identifier is its code), the accession number in
OBR-18, OBR-3 or ORC-3, whichever is filled first.
"""

from dataclasses import dataclass
from typing import Any

import hl7

from cmr_connector.report_intake import NamedReport

FINAL_STATES = frozenset({"", "F", "C", "U"})
"""OBX-11 of results that count: final, corrected, changed to final; preliminary and deleted ones do not."""

MAX_FIELDS = 100_000
"""Delimiters of one message at most: a report has a few thousand, and the parser takes 4 microseconds for each."""

_CODED = frozenset({"CE", "CWE", "CNE", "CF"})


class MessageRejected(Exception):
    """The message is not one that is taken; the text is fit for MSA-3."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an acknowledgment repeats of a message: sender and control id."""

    application: str
    facility: str
    control_id: str


def parse_message(text: str) -> Any:
    """Parse a message into segments.

    Raises:
        MessageRejected: not HL7 v2, or of more fields than a report has.
    """
    if sum(map(text.count, "|^~&\r\n")) > MAX_FIELDS:
        raise MessageRejected("The message has too many fields to be a report.")
    lines = [line for line in text.replace("\r\n", "\r").replace("\n", "\r").split("\r") if line.strip()]
    if not lines or not lines[0].startswith("MSH") or len(lines[0]) < 9:
        raise MessageRejected("The message does not begin with MSH.")
    try:
        return hl7.parse("\r".join(lines) + "\r")
    except Exception:
        # the parser raises several classes on damaged messages
        raise MessageRejected("The message cannot be parsed as HL7 v2.") from None


def envelope_of(message: Any) -> Envelope:
    """Sender and control id for the acknowledgment."""
    header = message[0]
    return Envelope(_field(header, 3), _field(header, 4), _field(header, 10))


def reports_of(message: Any) -> list[NamedReport]:
    """The reports of an ORU^R01 message, one per OBR.

    Raises:
        MessageRejected: another kind of message, or no OBR.
    """
    header = message[0]
    if (_component(header, 9, 1), _component(header, 9, 2)) != ("ORU", "R01"):
        raise MessageRejected("Only ORU^R01 messages are taken.")
    patient = order = ""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for segment in message:
        kind = str(segment[0])
        if kind == "PID":
            patient = _component(segment, 3, 1)
        elif kind == "ORC":
            order = _component(segment, 3, 1)
        elif kind == "OBR":
            groups.append((_component(segment, 18, 1) or _component(segment, 3, 1) or order, []))
        elif kind == "OBX" and groups and _field(segment, 11) in FINAL_STATES:
            groups[-1][1].append((_component(segment, 3, 1).lower(), _value(segment)))
    if not groups:
        raise MessageRejected("The message has no OBR segment.")
    return [NamedReport(accession, patient, tuple(cells)) for accession, cells in groups]


def acknowledgment(envelope: Envelope | None, code: str, text: str, at: str) -> str:
    """An ACK^R01 message.

    Args:
        envelope: of the message that is answered, None where it could not be read.
        code: AA taken, AE taken and refused with a reason, AR not a message that is taken.
        text: sentence for MSA-3; empty for AA.
        at: HL7 time stamp.
    """
    sender = envelope or Envelope("", "", "")
    header = f"MSH|^~\\&|CMRCONNECT||{sender.application}|{sender.facility}|{at}||ACK^R01^ACK|{at}|P|2.5"
    return f"{header}\rMSA|{code}|{sender.control_id}|{text}\r"


def _value(segment: Any) -> str:
    """OBX-5 as text: of a coded value its identifier; repetitions joined by `~`."""
    coded = _field(segment, 2) in _CODED
    repetitions = str(_raw(segment, 5)).split("~")
    return "~".join((r.split("^")[0] if coded else r).strip() for r in repetitions)


def _component(segment: Any, field: int, component: int) -> str:
    parts = _field(segment, field).split("~")[0].split("^")
    return parts[component - 1].strip() if len(parts) >= component else ""


def _field(segment: Any, number: int) -> str:
    return str(_raw(segment, number)).strip()


def _raw(segment: Any, number: int) -> Any:
    try:
        return segment(number)
    except (IndexError, KeyError):
        return ""
