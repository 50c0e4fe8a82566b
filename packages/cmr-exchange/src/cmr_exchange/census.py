"""The census: how many exams a hospital made in a month, against how many it delivered (R17). Counts only."""

import dataclasses
import enum
import re
from dataclasses import dataclass
from typing import Any

from cmr_exchange.canonical import canonical_json
from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.reading import CODE, a_member, a_text, an_integer, fields_of
from cmr_exchange.receipt import INSTANT
from cmr_exchange.versions import require_supported

MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
MOST_EXAMS = 100_000


class CensusSource(enum.StrEnum):
    """Who counted the exams of the hospital: the connector's own ledger, the PACS, or a person."""

    LEDGER = "ledger"
    PACS = "pacs"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Census:
    """One month of one center.

    Attributes:
        exchange_version: version of this contract.
        center: the center's code at the registry.
        month: calendar month of the exams, `YYYY-MM`.
        n_hospital: CMR exams that the hospital made.
        n_eligible: those of them that may be delivered: without patients who opted out.
        n_delivered: those of them of which the registry has signed a receipt.
        source: who counted `n_hospital`.
        counted_at: when, UTC.
    """

    exchange_version: int
    center: str
    month: str
    n_hospital: int
    n_eligible: int
    n_delivered: int
    source: CensusSource
    counted_at: str

    @classmethod
    def from_document(cls, document: Any) -> "Census":
        """Read strictly.

        Raises:
            UnknownVersionError: another exchange version.
            MalformedDocumentError: a field is missing, unknown or ill-typed, more are eligible than were made, or
                the month lies after the counting.
        """
        fields = fields_of(cls, document, "census")
        require_supported(an_integer(fields["exchange_version"], "exchange_version", 0, 10_000))
        counts = {
            name: an_integer(fields[name], name, 0, MOST_EXAMS)
            for name in ("n_hospital", "n_eligible", "n_delivered")
        }
        if counts["n_eligible"] > counts["n_hospital"]:
            raise MalformedDocumentError("n_eligible: more than the hospital made.")
        month = a_text(fields["month"], "month", MONTH)
        counted_at = a_text(fields["counted_at"], "counted_at", INSTANT)
        if month > counted_at[:7]:
            raise MalformedDocumentError("month: lies after the counting.")
        return cls(
            exchange_version=fields["exchange_version"],
            center=a_text(fields["center"], "center", CODE),
            month=month,
            source=a_member(CensusSource, fields["source"], "source"),
            counted_at=counted_at,
            **counts,
        )

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return dataclasses.asdict(self) | {"source": self.source.value}

    def canonical_bytes(self) -> bytes:
        """The bytes that are sent."""
        return canonical_json(self.to_document())
