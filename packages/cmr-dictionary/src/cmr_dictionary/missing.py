"""Why a value is absent: missing is explicit (R14), and a code that means unknown is no answer.

Earlier versions of the dictionary had codes such as `9, Unknown` or `9, Not assessable` among the answers. They are
missing codes now; the column `x_missing_codes` keeps each old code and label with the word that it became, so
that a reader of old reports still understands them.
"""

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmr_dictionary.items import Item


class Missing(enum.StrEnum):
    """The five reasons; the words are those of `cmr_exchange.manifest.MissingCode`."""

    NOT_ACQUIRED = "not_acquired"
    NOT_REPORTED = "not_reported"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WITHHELD = "withheld"

    @property
    def label(self) -> str:
        """The reason in words."""
        return self.value.replace("_", " ")


def missing_of(item: "Item", code: str) -> Missing | None:
    """What an old code or label of the item means today; None where it is no such code.

    Args:
        item: the item it belongs to.
        code: code or label as an earlier version wrote it, upper or lower case.
    """
    return item.missing_codes.get(code.strip().lower())


def is_missing_code(item: "Item", code: str) -> bool:
    """Whether a code says that the value is absent: one of the five words, or an old code of the item."""
    return code in set(Missing) or missing_of(item, code) is not None
