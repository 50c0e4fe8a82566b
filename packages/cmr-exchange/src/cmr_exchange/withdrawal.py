"""The withdrawal: a pseudonym and a scope, nothing else crosses the wall (contract.md, point 5)."""

import dataclasses
import enum
from dataclasses import dataclass
from typing import Any

from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.reading import CODE, PSEUDONYM, a_text, an_integer, fields_of
from cmr_exchange.versions import require_supported


class WithdrawalScope(enum.StrEnum):
    """What is withdrawn."""

    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A subject's data may be used no longer.

    Attributes:
        exchange_version: version of this contract.
        center: the center's code at the registry.
        subject: pseudonym.
        scope: what is withdrawn.
    """

    exchange_version: int
    center: str
    subject: str
    scope: WithdrawalScope

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return dataclasses.asdict(self) | {"scope": self.scope.value}

    @classmethod
    def from_document(cls, document: Any) -> "Withdrawal":
        """Read strictly.

        Raises:
            UnknownVersionError: another exchange version.
            MalformedDocumentError: anything else that is not as declared.
        """
        fields = fields_of(cls, document, "withdrawal")
        require_supported(an_integer(fields["exchange_version"], "exchange_version", 0, 10_000))
        if fields["scope"] not in list(WithdrawalScope):
            raise MalformedDocumentError(f"scope: not one of {', '.join(WithdrawalScope)}.")
        return cls(
            exchange_version=fields["exchange_version"],
            center=a_text(fields["center"], "center", CODE),
            subject=a_text(fields["subject"], "subject", PSEUDONYM),
            scope=WithdrawalScope(fields["scope"]),
        )
