"""What can be asked of one exam: the conditions of the cohort language as plain values.

This docstring is the manual of what they mean; both engines follow it.

A condition is *fulfilled*, *not fulfilled* or *unanswerable* (Kleene's three values).

- A comparison of an item is unanswerable where the item is missing, whatever the missing code, and where the exam
  has no report. So a missing value fulfils no comparison, not even `!=`.
- `not` of an unanswerable condition is unanswerable: nobody enters a cohort because nothing is known.
- `all` is not fulfilled as soon as one part is not; else unanswerable if a part is; else fulfilled. `any` is fulfilled
  as soon as one part is; else unanswerable if a part is; else not fulfilled.
- `known` and `missing` are always answerable. `missing` with codes asks for the reason; an exam without a report
  counts as `not_reported`.
- A code item is compared with codes (`=`, `!=`, `in`). An item with several answers is `=` a code where one of its
  answers is that code, `!=` where none is, and `in` codes where one of its answers is among them.
- `between` includes both ends. Days count from the exam and include both ends; null is an open end.
- A series condition counts the series of the exam that were recognized as this kind (and view); no images, no series.
- An event condition is unanswerable where the day of the exam is unknown. `happened: false` means that no such event
  is recorded in the window, not that somebody watched for it. `death` is the death of the censoring rule, counted
  from this exam (cmr_exchange.censoring).
- `exam` facts: `year`; `age` (item `age_at_exam_years`); `number` (1 for the first exam of the person in the
  snapshot, by day, unknown days last); `day_gap` (days since the person's exam before; unanswerable for the first);
  `has_images` (yes or no).

A step that includes keeps the exams that fulfil its condition. A step that excludes drops the exams that fulfil it
and keeps those of which it is unanswerable: excluded is who is known to be.
"""

import enum
from dataclasses import dataclass
from typing import Any

from cmr_dictionary import Item

Value = bool | int | float | str


class Op(enum.StrEnum):
    """How a value is compared."""

    LESS = "<"
    AT_MOST = "<="
    EQUAL = "="
    UNEQUAL = "!="
    AT_LEAST = ">="
    MORE = ">"
    BETWEEN = "between"
    IN = "in"
    KNOWN = "known"
    MISSING = "missing"


class ExamFact(enum.StrEnum):
    """What is asked of the exam itself."""

    YEAR = "year"
    AGE = "age"
    NUMBER = "number"
    DAY_GAP = "day_gap"
    HAS_IMAGES = "has_images"


DEATH = "death"
"""The event kind that the censoring rule proves."""
AGE_ITEM = "age_at_exam_years"
TELLS_CENTER = frozenset({"center_id", "center_accreditation"})
"""Items that say, or help to say, which center it is: nobody asks by them (the steward has `center_in`), no release
holds them."""
FOLLOW_UP_FORM = "followup"
"""Items of this form describe events and visits, not exams; they are no item of a condition."""


@dataclass(frozen=True, slots=True)
class All:
    """Every part."""

    parts: tuple["Condition", ...]

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {"all": [part.to_document() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part."""

    parts: tuple["Condition", ...]

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {"any": [part.to_document() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Condition"

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {"not": self.part.to_document()}


@dataclass(frozen=True, slots=True)
class ItemIs:
    """A comparison of a dictionary item.

    Attributes:
        item: its name.
        op: how it is compared.
        values: one value; two for `between`; one or more for `in`; none for `known`; missing codes, or none, for
            `missing`.
    """

    item: str
    op: Op
    values: tuple[Value, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {"item": self.item, **_compared(self.op, self.values)}


@dataclass(frozen=True, slots=True)
class ExamIs:
    """A comparison of a fact of the exam itself; `values` as in `ItemIs`."""

    fact: ExamFact
    op: Op
    values: tuple[Value, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {"exam": self.fact.value, **_compared(self.op, self.values)}


@dataclass(frozen=True, slots=True)
class HasSeries:
    """At least so many series of a kind, and of a view where one is named."""

    kind: str
    at_least: int = 1
    view: str | None = None

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        document: dict[str, Any] = {"series": self.kind, "at_least": self.at_least}
        return document if self.view is None else {**document, "view": self.view}


@dataclass(frozen=True, slots=True)
class HadEvent:
    """An event in a window of days from the exam, or none recorded there."""

    kind: str
    from_day: int | None = None
    through_day: int | None = None
    happened: bool = True

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {
            "event": self.kind,
            "from": self.from_day,
            "through": self.through_day,
            "happened": self.happened,
        }


@dataclass(frozen=True, slots=True)
class CenterIn:
    """Exams of these centers, by code; only the steward may ask so."""

    codes: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {"center_in": list(self.codes)}


Condition = All | AnyOf | Not | ItemIs | ExamIs | HasSeries | HadEvent | CenterIn


def may_be_asked(item: Item) -> bool:
    """Whether a question may name this item."""
    return item.may_cross and item.form != FOLLOW_UP_FORM and item.name not in TELLS_CENTER


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The condition and everything inside it."""
    inner: tuple[Condition, ...] = ()
    if isinstance(condition, Not):
        inner = (condition.part,)
    elif isinstance(condition, All | AnyOf):
        inner = condition.parts
    return (condition, *(found for part in inner for found in parts_of(part)))


def _compared(op: Op, values: tuple[Value, ...]) -> dict[str, Any]:
    if op is Op.KNOWN or (op is Op.MISSING and not values):
        return {"op": op.value}
    if op in (Op.BETWEEN, Op.IN, Op.MISSING):
        return {"op": op.value, "value": list(values)}
    return {"op": op.value, "value": values[0]}
