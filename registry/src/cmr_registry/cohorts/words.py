"""A question in words that a committee can read; the meaning stands in `conditions`."""

import functools
from collections.abc import Sequence

from cmr_dictionary import Item, display, load
from cmr_imaging.kinds import SeriesKind, View
from cmr_registry.cohorts.conditions import (
    AGE_ITEM,
    DEATH,
    All,
    AnyOf,
    CenterIn,
    Condition,
    ExamFact,
    ExamIs,
    HadEvent,
    HasSeries,
    ItemIs,
    Not,
    Op,
    Value,
)

COMPARED = {
    Op.LESS: "is less than {0}",
    Op.AT_MOST: "is at most {0}",
    Op.EQUAL: "is {0}",
    Op.UNEQUAL: "is known and not {0}",
    Op.AT_LEAST: "is at least {0}",
    Op.MORE: "is more than {0}",
    Op.BETWEEN: "is from {0} to {1}",
    Op.KNOWN: "is known",
}
EXAM_FACTS = {
    ExamFact.YEAR: "year of the exam",
    ExamFact.AGE: "age at the exam",
    ExamFact.NUMBER: "number of the exam among the person's",
    ExamFact.DAY_GAP: "days since the person's exam before",
}
INDEXES = {
    "first": "First exam of each person",
    "last": "Last exam of each person",
    "any": "Every exam",
}


def of_query(
    index: str, included: Sequence[Condition], excluded: Sequence[Condition], min_follow_up_days: int | None
) -> str:
    """The whole question as one line.

    Args:
        index: `first`, `last` or `any`.
        included: conditions of the steps that include, in order.
        excluded: conditions of the steps that exclude.
        min_follow_up_days: died or watched for at least so many days, None where that is not asked.
    """
    said = INDEXES[index]
    if included:
        parts = [part for step in included for part in (step.parts if isinstance(step, All) else (step,))]
        said += f" in which {_joined([_inside(part) for part in parts], 'and')}"
    if excluded:
        said += f"; without exams in which {_joined([_inside(part) for part in excluded], 'or')}"
    if min_follow_up_days is not None:
        unit = "day" if min_follow_up_days == 1 else "days"
        said += f"; died or watched for at least {min_follow_up_days} {unit}"
    return said


@functools.singledispatch
def of_condition(condition: Condition) -> str:
    """A condition in words."""
    raise TypeError(type(condition).__name__)


@of_condition.register
def _(condition: All) -> str:
    return _joined([_inside(part) for part in condition.parts], "and")


@of_condition.register
def _(condition: AnyOf) -> str:
    return _joined([_inside(part) for part in condition.parts], "or")


@of_condition.register
def _(condition: Not) -> str:
    return f"it is known that not ({of_condition(condition.part)})"


@of_condition.register
def _(condition: ItemIs) -> str:
    item = load().items[condition.item]
    if condition.op is Op.MISSING:
        reasons = [str(code).replace("_", " ") for code in condition.values]
        return f"{item.label} is missing" + (f" ({_joined(reasons, 'or')})" if reasons else "")
    shown = [_shown(item, value) for value in condition.values]
    if condition.op is Op.IN:
        return f"{item.label} is {_joined(shown, 'or')}"
    return f"{item.label} {COMPARED[condition.op].format(*shown)}"


@of_condition.register
def _(condition: ExamIs) -> str:
    if condition.fact is ExamFact.HAS_IMAGES:
        return "the exam has images" if condition.values[0] else "the exam has no images"
    unit = load().items[AGE_ITEM] if condition.fact is ExamFact.AGE else None
    shown = [_shown(unit, value) if unit else f"{value}" for value in condition.values]
    said = f"is {_joined(shown, 'or')}" if condition.op is Op.IN else COMPARED[condition.op].format(*shown)
    return f"{EXAM_FACTS[condition.fact]} {said}"


@of_condition.register
def _(condition: HasSeries) -> str:
    kind = SeriesKind(condition.kind).label
    view = "" if condition.view is None else f" ({View(condition.view).label})"
    return f"at least {condition.at_least} series of {kind}{view}"


@of_condition.register
def _(condition: HadEvent) -> str:
    name = condition.kind.replace("_", " ")
    said = name if condition.happened else f"no {name}"
    return (
        f"{said} recorded{_window(condition)}" if condition.kind != DEATH else f"{said}{_window(condition)}"
    )


@of_condition.register
def _(condition: CenterIn) -> str:
    return f"center is {_joined(list(condition.codes), 'or')}"


def _window(condition: HadEvent) -> str:
    first, last = condition.from_day, condition.through_day
    if first is None and last is None:
        return " at any time"
    if first is None:
        return f" until day {last} from the exam"
    if last is None:
        return f" from day {first} from the exam on"
    return f" from day {first} through day {last} from the exam"


def _inside(condition: Condition) -> str:
    said = of_condition(condition)
    is_several = isinstance(condition, All | AnyOf) and len(condition.parts) > 1
    return f"({said})" if is_several else said


def _joined(parts: Sequence[str], word: str) -> str:
    if len(parts) < 3:
        return f" {word} ".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _shown(item: Item, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return item.label_of(value) or value
    return display(item, value)
