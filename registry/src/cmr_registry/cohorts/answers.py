"""The answer to a question as it is shown, printed and sent: what may be known, and why the rest may not."""

import dataclasses
import enum
from dataclasses import dataclass
from typing import Any

from cmr_registry.cohorts.disclosure import (
    FAILED,
    REFUSED,
    THRESHOLD,
    Number,
    Protected,
    ShownCell,
    ShownStep,
    ShownTable,
)
from cmr_registry.cohorts.rounding import BASE, DAYS_BASE

VERSION = 1


class Outcome(enum.StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"


REASONS = {
    Outcome.ANSWERED: "",
    Outcome.REFUSED: (
        "These persons are nearly those of an answer that you, your institution or this project already have. Both"
        " numbers together would tell about few persons, so this one is not given. Change the question by more, or"
        " use the earlier answer."
    ),
    Outcome.FAILED: "The question could not be answered. Nothing is known about its numbers; they are not zero.",
}
NO_SNAPSHOT = "There is no snapshot of the data yet. The steward builds the first one."


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        outcome: answered, refused or failed; in the last two no number has a value.
        reason: a sentence, empty where the question is answered.
        query_digest, sentence: the question.
        snapshot, snapshot_sha256, snapshot_frozen_at: what was asked; empty where there is no snapshot.
        steps: the flow: persons and exams left after each step.
        persons, exams: the total.
        tables: the total by what was asked.
        median_follow_up_days: of those who were watched, to about a month.
        threshold, base: the smallest count that is shown, and to what counts are rounded.
    """

    outcome: Outcome
    reason: str
    query_digest: str
    sentence: str
    snapshot: str
    snapshot_sha256: str
    snapshot_frozen_at: str
    steps: tuple[ShownStep, ...]
    persons: Number
    exams: Number
    tables: tuple[ShownTable, ...]
    median_follow_up_days: Number
    threshold: int = THRESHOLD
    base: int = BASE

    def to_document(self) -> dict[str, Any]:
        """JSON form; a number is `{"kind": ..., "value": ... or null}`."""
        return {
            "version": VERSION,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "query": {"digest": self.query_digest, "sentence": self.sentence},
            "snapshot": {
                "id": self.snapshot,
                "sha256": self.snapshot_sha256,
                "frozen_at": self.snapshot_frozen_at,
            },
            "method": {"threshold": self.threshold, "base": self.base, "days_base": DAYS_BASE},
            "steps": [_step(step) for step in self.steps],
            "persons": _number(self.persons),
            "exams": _number(self.exams),
            "tables": [_table(table) for table in self.tables],
            "median_follow_up_days": _number(self.median_follow_up_days),
        }


def shown_of(protected: Protected, **about: Any) -> Answer:
    """An answer with what may be shown."""
    return Answer(
        outcome=Outcome.ANSWERED,
        reason="",
        steps=protected.steps,
        persons=protected.persons,
        exams=protected.exams,
        tables=protected.tables,
        median_follow_up_days=protected.median_follow_up_days,
        **about,
    )


def withheld_of(outcome: Outcome, reason: str = "", labels: tuple[str, ...] = (), **about: Any) -> Answer:
    """An answer without any number.

    Args:
        outcome: refused or failed.
        reason: instead of the usual sentence.
        labels: of the steps.
        about: question and snapshot.
    """
    number = REFUSED if outcome is Outcome.REFUSED else FAILED
    return Answer(
        outcome=outcome,
        reason=reason or REASONS[outcome],
        steps=tuple(ShownStep(label, number, number, number) for label in labels),
        persons=number,
        exams=number,
        tables=(),
        median_follow_up_days=number,
        **about,
    )


def _number(number: Number) -> dict[str, Any]:
    return {"kind": number.kind.value, "value": number.value}


def _step(step: ShownStep) -> dict[str, Any]:
    return {
        "label": step.label,
        **{name: _number(getattr(step, name)) for name in ("persons", "exams", "left_out")},
    }


def _table(table: ShownTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "is_partition": table.is_partition,
        "known": None if table.known is None else _number(table.known),
        "cells": [_cell(cell) for cell in table.cells],
    }


def _cell(cell: ShownCell) -> dict[str, Any]:
    document = {field.name: getattr(cell, field.name) for field in dataclasses.fields(cell)}
    return {**document, "persons": _number(cell.persons)}
