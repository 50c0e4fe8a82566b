"""Strict reading of a condition's JSON form: items, codes, units of meaning are checked against the dictionary.

Everything is brought into one form (codes as text, whole numbers as integers, lists sorted and without repeats), so
that one question has one digest however it was typed.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from cmr_dictionary import Item, ItemKind, load
from cmr_exchange.followup import FIRST_DAY, LAST_DAY, EventKind
from cmr_exchange.manifest import MissingCode
from cmr_imaging.kinds import SeriesKind, View
from cmr_registry.cohorts.conditions import (
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
    may_be_asked,
)
from cmr_registry.cohorts.errors import QueryError

DEEPEST = 8
MOST_PARTS = 60
MOST_VALUES = 200
LARGEST = 1e9
CENTER_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")

NUMERIC = frozenset({ItemKind.NUMBER, ItemKind.INTEGER, ItemKind.DERIVED})
ORDERED_OPS = frozenset(Op)
PLAIN_OPS = frozenset({Op.EQUAL, Op.UNEQUAL, Op.IN, Op.KNOWN, Op.MISSING})
YES_NO_OPS = PLAIN_OPS - {Op.IN}
EXAM_OPS = ORDERED_OPS - {Op.KNOWN, Op.MISSING}


def condition_from(document: Any, where: str, depth: int = 0) -> Condition:
    """Read one condition and everything inside it.

    Args:
        document: its JSON form.
        where: place in the whole document, for the sentence of an error.
        depth: how many conditions stand around it.

    Raises:
        QueryError: anything that is not as declared.
    """
    if not isinstance(document, Mapping):
        raise QueryError("A condition is an object.", where)
    if depth > DEEPEST:
        raise QueryError(f"Conditions nest at most {DEEPEST} deep.", where)
    heads = [head for head in READERS if head in document]
    if len(heads) != 1:
        raise QueryError(f"A condition has exactly one of {', '.join(READERS)}.", where)
    return READERS[heads[0]](document, where, depth)


def integer_from(value: Any, where: str, low: int, high: int) -> int:
    """A whole number in `low`..`high`.

    Raises:
        QueryError: anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise QueryError(f"A whole number from {low} to {high} is expected.", where)
    return value


def fields_from(document: Mapping[str, Any], where: str, needed: set[str], optional: set[str]) -> None:
    """Check which fields stand in an object.

    Raises:
        QueryError: one is absent, or one is too many.
    """
    absent = sorted(needed - document.keys())
    if absent:
        raise QueryError(f"Missing: {', '.join(absent)}.", where)
    if document.keys() - needed - optional:
        known = ", ".join(sorted(needed | optional))
        raise QueryError(f"A field is unknown; known are {known}.", where)


def _group(document: Mapping[str, Any], where: str, depth: int) -> Condition:
    head = "all" if "all" in document else "any"
    fields_from(document, where, {head}, set())
    rows = _list(document[head], f"{where}.{head}", MOST_PARTS)
    parts = tuple(condition_from(row, f"{where}.{head}[{i}]", depth + 1) for i, row in enumerate(rows))
    return All(parts) if head == "all" else AnyOf(parts)


def _not(document: Mapping[str, Any], where: str, depth: int) -> Condition:
    fields_from(document, where, {"not"}, set())
    return Not(condition_from(document["not"], f"{where}.not", depth + 1))


def _item(document: Mapping[str, Any], where: str, _: int) -> Condition:
    fields_from(document, where, {"item", "op"}, {"value"})
    item = item_of(document["item"], f"{where}.item")
    allowed = (
        ORDERED_OPS if item.kind in NUMERIC else YES_NO_OPS if item.kind is ItemKind.YES_NO else PLAIN_OPS
    )
    op = _op(document["op"], allowed, f"{where}.op")
    if op is Op.MISSING and "value" in document:
        codes = _list(document["value"], f"{where}.value", len(MissingCode))
        if any(code not in list(MissingCode) for code in codes):
            raise QueryError(f"Missing codes are {', '.join(MissingCode)}.", f"{where}.value")
        return ItemIs(item.name, op, tuple(sorted(set(codes))))
    return ItemIs(item.name, op, _values(document, op, where, lambda value, at: _item_value(item, value, at)))


def _exam(document: Mapping[str, Any], where: str, _: int) -> Condition:
    fields_from(document, where, {"exam", "op"}, {"value"})
    if document["exam"] not in list(ExamFact):
        raise QueryError(f"Of an exam may be asked {', '.join(ExamFact)}.", f"{where}.exam")
    fact = ExamFact(document["exam"])
    if fact is ExamFact.HAS_IMAGES:
        op = _op(document["op"], frozenset({Op.EQUAL}), f"{where}.op")
        return ExamIs(fact, op, _values(document, op, where, _yes_no))
    op = _op(document["op"], EXAM_OPS, f"{where}.op")
    return ExamIs(fact, op, _values(document, op, where, _number))


def _series(document: Mapping[str, Any], where: str, _: int) -> Condition:
    fields_from(document, where, {"series"}, {"at_least", "view"})
    if document["series"] not in list(SeriesKind):
        raise QueryError("No such kind of series.", f"{where}.series")
    view = document.get("view")
    if view is not None and view not in list(View):
        raise QueryError("No such view.", f"{where}.view")
    at_least = integer_from(document.get("at_least", 1), f"{where}.at_least", 1, 1_000)
    return HasSeries(
        SeriesKind(document["series"]).value, at_least, None if view is None else View(view).value
    )


def _event(document: Mapping[str, Any], where: str, _: int) -> Condition:
    fields_from(document, where, {"event"}, {"from", "through", "happened"})
    if document["event"] not in (DEATH, *EventKind):
        raise QueryError("No such kind of event.", f"{where}.event")
    ends = [
        None
        if document.get(name) is None
        else integer_from(document[name], f"{where}.{name}", FIRST_DAY, LAST_DAY)
        for name in ("from", "through")
    ]
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        raise QueryError("The window ends before it begins.", where)
    happened = document.get("happened", True)
    if not isinstance(happened, bool):
        raise QueryError("True or false is expected.", f"{where}.happened")
    return HadEvent(str(document["event"]), ends[0], ends[1], happened)


def _centers(document: Mapping[str, Any], where: str, _: int) -> Condition:
    fields_from(document, where, {"center_in"}, set())
    codes = _list(document["center_in"], f"{where}.center_in", MOST_VALUES)
    if not all(isinstance(code, str) and CENTER_CODE.fullmatch(code) for code in codes):
        raise QueryError("Codes of centers are expected.", f"{where}.center_in")
    return CenterIn(tuple(sorted(set(codes))))


def item_of(name: Any, where: str) -> Item:
    """The dictionary item that may be asked for.

    Raises:
        QueryError: there is none, its values never cross a hospital's wall, it describes events, or it tells the
            center.
    """
    item = load().items.get(name) if isinstance(name, str) else None
    if item is None or not may_be_asked(item):
        raise QueryError("The data dictionary has no such item that could be asked for.", where)
    return item


def _op(value: Any, allowed: frozenset[Op], where: str) -> Op:
    if not isinstance(value, str) or value not in allowed:
        raise QueryError(f"Possible here: {' '.join(op for op in Op if op in allowed)}.", where)
    return Op(value)


def _values(
    document: Mapping[str, Any], op: Op, where: str, read: Callable[[Any, str], Value]
) -> tuple[Value, ...]:
    if op in (Op.KNOWN, Op.MISSING):
        if "value" in document:
            raise QueryError(f"`{op}` takes no value.", f"{where}.value")
        return ()
    if "value" not in document:
        raise QueryError("Missing: value.", where)
    value, place = document["value"], f"{where}.value"
    if op is Op.BETWEEN:
        ends = [read(end, f"{place}[{i}]") for i, end in enumerate(_list(value, place, 2))]
        if len(ends) != 2 or ends[0] > ends[1]:  # type: ignore[operator]
            raise QueryError("The lower and the upper end are expected.", place)
        return tuple(ends)
    if op is Op.IN:
        found = {read(member, f"{place}[{i}]") for i, member in enumerate(_list(value, place, MOST_VALUES))}
        return tuple(sorted(found))
    return (read(value, place),)


def _item_value(item: Item, value: Any, where: str) -> Value:
    if item.kind in NUMERIC:
        return _number(value, where)
    if item.kind is ItemKind.YES_NO:
        return _yes_no(value, where)
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > 64:
        raise QueryError("A code is expected.", where)
    if item.kind is not ItemKind.TEXT and item.label_of(str(value)) is None:
        raise QueryError("A code of the item's list is expected.", where)
    return str(value)


def _number(value: Any, where: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise QueryError("A number is expected.", where)
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise QueryError("A number of a sensible size is expected.", where)
    return int(value) if value == int(value) else float(value)


def _yes_no(value: Any, where: str) -> bool:
    if isinstance(value, float) or value not in (0, 1):
        raise QueryError("Yes (true) or no (false) is expected.", where)
    return bool(value)


def _list(value: Any, where: str, longest: int) -> list[Any]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= longest:
        raise QueryError(f"A list of 1 to {longest} members is expected.", where)
    return list(value)


READERS: dict[str, Callable[[Mapping[str, Any], str, int], Condition]] = {
    "all": _group,
    "any": _group,
    "not": _not,
    "item": _item,
    "exam": _exam,
    "series": _series,
    "event": _event,
    "center_in": _centers,
}
"""One reader per kind of condition, by the field that only it has."""
