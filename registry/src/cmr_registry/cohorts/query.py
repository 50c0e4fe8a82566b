"""A question to the registry: whose exams a study is about. Pure values, no database (house.md, Direction).

    {"version": 1, "index": "first", "steps": [{"label": "...", "include": true, "where": {...}}],
     "min_follow_up_days": 365}

Steps are asked of every exam, one after the other; what a step leaves is counted in persons and exams.
`conditions` says what a condition means. Then follow-up: where `min_follow_up_days` is stated, exams stay whose
person died within the watch that begins at the exam, or was watched for at least so many days
(cmr_exchange.censoring). Last the index exam: of each person the first (`first`) or last (`last`) exam that passed
everything, or every one (`any`). So the first exam with a normal ejection fraction is asked with `first`, and a
normal ejection fraction at the first exam ever with the condition `{"exam": "number", "op": "=", "value": 1}`.

Exams of a person stand in the order of their days; exams of unknown day come last.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_exchange.canonical import canonical_json, sha256_hex
from cmr_registry.cohorts import words
from cmr_registry.cohorts.conditions import (
    AGE_ITEM,
    CenterIn,
    Condition,
    ExamFact,
    ExamIs,
    HadEvent,
    ItemIs,
    parts_of,
)
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.reading import condition_from, fields_from, integer_from

__all__ = ["CohortQuery", "CohortStep", "Index", "QueryError"]

VERSION = 1
MOST_STEPS = 30
MOST_CONDITIONS = 200
LONGEST_LABEL = 160
LONGEST_FOLLOW_UP = 20_000


class Index(enum.StrEnum):
    """Which exam of a person counts."""

    FIRST = "first"
    LAST = "last"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class CohortStep:
    """One step: whom it keeps (`include`) or drops.

    Attributes:
        label: what its author calls it; may be empty, then the condition speaks for itself.
        include: False for an exclusion.
        where: the condition.
    """

    label: str
    include: bool
    where: Condition

    def sentence(self) -> str:
        """The step in words."""
        said = words.of_condition(self.where)
        return said if self.include else f"not: {said}"

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return {"label": self.label, "include": self.include, "where": self.where.to_document()}


@dataclass(frozen=True, slots=True)
class CohortQuery:
    """A whole question.

    Attributes:
        index: which exam of a person counts.
        steps: in the order of the flow of n; none for everybody.
        min_follow_up_days: died, or watched for at least so many days; None where that is not asked.
    """

    index: Index = Index.FIRST
    steps: tuple[CohortStep, ...] = ()
    min_follow_up_days: int | None = None

    @classmethod
    def from_document(cls, document: Any) -> "CohortQuery":
        """Read strictly.

        Raises:
            QueryError: another version, or anything that is not as declared.
        """
        if not isinstance(document, Mapping):
            raise QueryError("A question is an object.")
        fields_from(document, "", {"version", "steps"}, {"index", "min_follow_up_days"})
        if document["version"] != VERSION or isinstance(document["version"], bool):
            raise QueryError(f"This registry reads version {VERSION} of the cohort language.", "version")
        if document.get("index", Index.FIRST.value) not in list(Index):
            raise QueryError(f"Possible are {', '.join(Index)}.", "index")
        days = document.get("min_follow_up_days")
        query = cls(
            index=Index(document.get("index", Index.FIRST.value)),
            steps=_steps(document["steps"]),
            min_follow_up_days=None
            if days is None
            else integer_from(days, "min_follow_up_days", 1, LONGEST_FOLLOW_UP),
        )
        if len(query.conditions()) > MOST_CONDITIONS:
            raise QueryError(f"A question has at most {MOST_CONDITIONS} conditions.", "steps")
        return query

    def to_document(self) -> dict[str, Any]:
        """JSON form; reading it again gives the same query."""
        return {
            "version": VERSION,
            "index": self.index.value,
            "steps": [step.to_document() for step in self.steps],
            "min_follow_up_days": self.min_follow_up_days,
        }

    def digest(self) -> str:
        """SHA-256 of the canonical JSON form: the name of this question."""
        return sha256_hex(canonical_json(self.to_document()))

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of every step, inner ones too."""
        return tuple(part for step in self.steps for part in parts_of(step.where))

    def items(self) -> frozenset[str]:
        """Names of the dictionary items that are asked for."""
        asked = {part.item for part in self.conditions() if isinstance(part, ItemIs)}
        ages = {
            AGE_ITEM for part in self.conditions() if isinstance(part, ExamIs) and part.fact is ExamFact.AGE
        }
        return frozenset(asked | ages)

    def names_centers(self) -> bool:
        """Whether a condition names centers, which only the steward may do."""
        return any(isinstance(part, CenterIn) for part in self.conditions())

    def landmark_days(self) -> int:
        """Days after the exam at which the last bounded window ends that the question looks at; 0 for none.

        A window without an end has no landmark: `has_open_window` says that it was there.
        """
        ends = [part.through_day or 0 for part in self.conditions() if isinstance(part, HadEvent)]
        return max([self.min_follow_up_days or 0, 0, *ends])

    def has_open_window(self) -> bool:
        """Whether the question looks after the exam without an end: no time zero is free of it."""
        return any(isinstance(part, HadEvent) and part.through_day is None for part in self.conditions())

    def sentence(self) -> str:
        """The question in words: "First exam of each person in which LV ejection fraction is at least 55 %"."""
        return words.of_query(
            self.index.value,
            [step.where for step in self.steps if step.include],
            [step.where for step in self.steps if not step.include],
            self.min_follow_up_days,
        )


def _steps(rows: Any) -> tuple[CohortStep, ...]:
    if not isinstance(rows, list | tuple) or len(rows) > MOST_STEPS:
        raise QueryError(f"A list of at most {MOST_STEPS} steps is expected.", "steps")
    return tuple(_step(row, f"steps[{i}]") for i, row in enumerate(rows))


def _step(document: Any, where: str) -> CohortStep:
    if not isinstance(document, Mapping):
        raise QueryError("A step is an object.", where)
    fields_from(document, where, {"where"}, {"label", "include"})
    label, include = document.get("label", ""), document.get("include", True)
    if not isinstance(label, str) or len(label) > LONGEST_LABEL or not label.isprintable():
        raise QueryError(f"A line of at most {LONGEST_LABEL} characters is expected.", f"{where}.label")
    if not isinstance(include, bool):
        raise QueryError("True or false is expected.", f"{where}.include")
    return CohortStep(label.strip(), include, condition_from(document["where"], f"{where}.where"))
