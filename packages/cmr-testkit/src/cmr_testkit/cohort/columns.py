"""Item values of many exams as numpy columns: a value or a missing code in every row (R14)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmr_exchange.manifest import MissingCode

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MISSING_CODES = tuple(MissingCode)
PRESENT = 0


def code_of(missing: MissingCode) -> int:
    """How a column writes a missing code; `PRESENT` means that the value is there."""
    return 1 + MISSING_CODES.index(missing)


NOT_APPLICABLE = code_of(MissingCode.NOT_APPLICABLE)
NOT_REPORTED = code_of(MissingCode.NOT_REPORTED)


@dataclass(slots=True)
class Column:
    """Values of one item, one row per exam.

    Attributes:
        values: numbers (yes/no as 1 and 0), or positions in `choices`; anything where missing.
        missing: `PRESENT`, or a missing code by `code_of`.
        choices: answers of a code list; several answers of one row stand in one text, joined by `;`.
        is_stated: False where the report leaves the value to be derived; None where all are stated.
    """

    values: NDArray[Any]
    missing: NDArray[np.uint8]
    choices: tuple[str, ...] = ()
    is_stated: Flags | None = None

    @property
    def present(self) -> Flags:
        """Rows that hold a value."""
        found: Flags = self.missing == PRESENT
        return found

    def among(self, *answers: str) -> Flags:
        """Rows whose answer is known and one of `answers`."""
        wanted = [i for i, choice in enumerate(self.choices) if choice in answers]
        return self.present & np.isin(self.values, wanted)

    def is_yes(self) -> Flags:
        """Rows of a yes/no item that say yes."""
        found: Flags = self.present & (self.values == 1)
        return found


@dataclass(slots=True)
class Sheet:
    """All item columns of one cohort."""

    rows: int
    columns: dict[str, Column] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def number(
        self, name: str, values: NDArray[Any], *, decimals: int = 0, asked: Flags | None = None
    ) -> None:
        """Add numbers, rounded as a report prints them."""
        self.columns[name] = Column(np.round(values.astype(np.float64), decimals), self._missing(asked))

    def yes_no(self, name: str, values: Flags, *, asked: Flags | None = None) -> None:
        """Add answers to a yes/no question."""
        self.columns[name] = Column(values.astype(np.float32), self._missing(asked))

    def code(
        self, name: str, positions: NDArray[Any], choices: Sequence[str], *, asked: Flags | None = None
    ) -> None:
        """Add answers of a code list by their positions in `choices`."""
        self.columns[name] = Column(positions.astype(np.int8), self._missing(asked), tuple(choices))

    def _missing(self, asked: Flags | None) -> NDArray[np.uint8]:
        if asked is None:
            return np.zeros(self.rows, np.uint8)
        return np.where(asked, PRESENT, NOT_APPLICABLE).astype(np.uint8)
