"""The errors and refusals of the dictionary.

DictionaryError    the shipped table breaks one of its own invariants (a fault of ours)
ExpressionError    a branching or formula of the table is not of the language (a fault of ours)
RedcapError        a REDCap data dictionary cannot be read (a fault of the file)
ValueRejected      a value that somebody sent cannot be taken (no fault of the software)
"""

import enum


class RejectReason(enum.StrEnum):
    """Why a value is refused or questioned, in the manner of clinical data review (CREDS).

    `Consistency` was the one word for all checks across items; documents of before version 2.1 hold it.
    """

    LENGTH = "Length"
    EXACT_LENGTH = "ExactLength"
    SELECTION = "Selection"
    RANGE = "Range"
    TYPE = "Type"
    UNKNOWN_ITEM = "UnknownItem"
    NOT_TRANSFERABLE = "NotTransferable"
    UNUSUAL = "Unusual"
    CONSISTENCY = "Consistency"
    PARENT_CHILD = "ParentChild"
    CROSS_FIELD = "CrossField"
    IMAGES = "Images"
    DAY_ORDER = "DayOrder"
    DUPLICATE = "Duplicate"


class DictionaryError(Exception):
    """The data dictionary breaks an invariant; the text names the row, the item and the column."""

    def __init__(self, row: int, name: str, column: str, problem: str) -> None:
        super().__init__(f"row {row} ({name or 'unnamed'}), column '{column}': {problem}")
        self.row = row
        self.name = name
        self.column = column


class ExpressionError(Exception):
    """A branching or formula is not of the language of `cmr_dictionary.expressions`."""


class RedcapError(Exception):
    """A REDCap data dictionary cannot be read; the text names row and column, never what stands there."""

    def __init__(self, row: int, column: str, problem: str) -> None:
        super().__init__(f"row {row}, column '{column}': {problem}")
        self.row = row
        self.column = column


class ValueRejected(Exception):
    """A value cannot be taken; neither text nor attributes hold the value itself.

    Attributes:
        reason: one of Length, Selection, Range, Type.
    """

    def __init__(self, reason: RejectReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason

    @property
    def code(self) -> str:
        """The reason's word."""
        return self.reason.value
