"""A question while it is put together: what one push of a button on the builder page makes of it.

The question travels with the page as its JSON form; nothing is kept until it is saved. Pure: a document and what was
filled in go in, the next document comes out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmr_dictionary import Item, ItemKind, load
from cmr_registry.cohorts.conditions import Op, may_be_asked
from cmr_registry.cohorts.errors import QueryError
from cmr_registry.cohorts.query import CohortQuery
from cmr_registry.cohorts.reading import NUMERIC

MOST_FOUND = 12
EMPTY: dict[str, Any] = {"version": 1, "index": "first", "steps": [], "min_follow_up_days": None}
OP_WORDS = {
    Op.AT_LEAST: "is at least",
    Op.AT_MOST: "is at most",
    Op.MORE: "is more than",
    Op.LESS: "is less than",
    Op.BETWEEN: "is from ... to ...",
    Op.EQUAL: "is",
    Op.UNEQUAL: "is known and not",
    Op.IN: "is one of",
    Op.KNOWN: "is known",
    Op.MISSING: "is missing",
}
NUMBER_OPS = tuple(op for op in OP_WORDS if op is not Op.IN)
CODE_OPS = (Op.IN, Op.UNEQUAL, Op.KNOWN, Op.MISSING)
PLAIN_OPS = (Op.EQUAL, Op.UNEQUAL, Op.KNOWN, Op.MISSING)


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in beside a button.

    Attributes:
        one: name -> text, as a browser sends it.
        codes: answers that were ticked.
    """

    one: Mapping[str, str]
    codes: Sequence[str] = ()

    def text(self, name: str) -> str:
        """A field, empty where it is not there."""
        return self.one.get(name, "").strip()


def ops_of(item: Item) -> list[tuple[str, str]]:
    """How a value of an item can be compared, as choices."""
    coded = item.kind in (ItemKind.CODE, ItemKind.CODES)
    ops = NUMBER_OPS if item.kind in NUMERIC else CODE_OPS if coded else PLAIN_OPS
    return [(op.value, OP_WORDS[op]) for op in ops]


def items_found(words: str) -> list[Item]:
    """Dictionary items whose label, name or section holds every word, best first."""
    wanted = words.casefold().split()
    if not wanted:
        return []
    found = []
    for item in load().items.values():
        text = f"{item.label} {item.name} {item.section}".casefold()
        if may_be_asked(item) and all(word in text for word in wanted):
            label = item.label.casefold()
            rank = (not label.startswith(wanted[0]), not all(word in label for word in wanted), len(label))
            found.append((rank, item))
    return [item for _, item in sorted(found, key=lambda pair: (pair[0], pair[1].name))][:MOST_FOUND]


def item_named(name: str) -> Item | None:
    """The item that may be asked for, None for any other name."""
    item = load().items.get(name)
    return item if item is not None and may_be_asked(item) else None


def changed(document: Mapping[str, Any], action: str, filled: Filled) -> dict[str, Any]:
    """The question after a button; an action that is not known leaves it as it is.

    Args:
        document: the question.
        action: `add-item`, `add-exam`, `add-series`, `add-event`, `remove:1`, `up:1`, `flip:1`, `whole`.
        filled: what stands in the form.

    Raises:
        QueryError: what was filled in makes no condition; the sentence is for who filled it in.
    """
    name, _, place = action.partition(":")
    steps = [dict(step) for step in document["steps"]]
    if name in CONDITIONS:
        steps = _joined(steps, CONDITIONS[name](filled), filled)
    elif name in MOVES and place.isdecimal() and int(place) < len(steps):
        MOVES[name](steps, int(place))
    days = filled.text("min_follow_up_days")
    after = {
        "version": document["version"],
        "index": filled.text("index") or document.get("index", "first"),
        "steps": steps,
        "min_follow_up_days": _whole(days, "Days of follow-up") if days else None,
    }
    return CohortQuery.from_document(after).to_document()


def _joined(steps: list[dict[str, Any]], where: dict[str, Any], filled: Filled) -> list[dict[str, Any]]:
    """The condition as a step of its own, or as an alternative within another step."""
    place = filled.text("join")
    if place.isdecimal() and int(place) < len(steps):
        before = steps[int(place)]["where"]
        parts = before["any"] if set(before) == {"any"} else [before]
        steps[int(place)] = {**steps[int(place)], "where": {"any": [*parts, where]}}
        return steps
    is_included = filled.text("include") != "no"
    return [*steps, {"label": filled.text("label"), "include": is_included, "where": where}]


def _item(filled: Filled) -> dict[str, Any]:
    item = item_named(filled.text("item"))
    if item is None:
        raise QueryError("Choose an item of the data dictionary first.")
    op = filled.text("op")
    document: dict[str, Any] = {"item": item.name, "op": op}
    if op in (Op.KNOWN, Op.MISSING):
        return document
    if item.kind in NUMERIC:
        return {**document, "value": _numbers(op, filled, item.label)}
    if item.kind is ItemKind.YES_NO:
        return {**document, "value": filled.text("yes_no") == "yes"}
    if not item.code_list:
        return {**document, "value": filled.text("value")}
    codes = list(filled.codes)
    if not codes:
        raise QueryError("Choose at least one answer.")
    if op == Op.UNEQUAL and len(codes) > 1:
        raise QueryError("Choose one answer; for several, leave exams out that have one of them.")
    return {**document, "value": codes[0] if op == Op.UNEQUAL else codes}


def _exam(filled: Filled) -> dict[str, Any]:
    fact = filled.text("exam")
    if fact == "has_images":
        return {"exam": fact, "op": "=", "value": True}
    return {
        "exam": fact,
        "op": filled.text("exam_op"),
        "value": _numbers(filled.text("exam_op"), filled, "The value", "exam_"),
    }


def _series(filled: Filled) -> dict[str, Any]:
    return {"series": filled.text("series"), "at_least": _whole(filled.text("at_least") or "1", "The number")}


def _event(filled: Filled) -> dict[str, Any]:
    ends = {name: filled.text(f"event_{name}") for name in ("from", "through")}
    window = {name: _whole(text, "A day") if text else None for name, text in ends.items()}
    return {"event": filled.text("event"), **window, "happened": filled.text("happened") != "no"}


def _remove(steps: list[dict[str, Any]], place: int) -> None:
    del steps[place]


def _up(steps: list[dict[str, Any]], place: int) -> None:
    steps.insert(max(0, place - 1), steps.pop(place))


def _flip(steps: list[dict[str, Any]], place: int) -> None:
    steps[place]["include"] = not steps[place].get("include", True)


CONDITIONS = {"add-item": _item, "add-exam": _exam, "add-series": _series, "add-event": _event}
"""Buttons that add a condition."""
MOVES = {"remove": _remove, "up": _up, "flip": _flip}
"""Buttons of one step."""


def _numbers(op: str, filled: Filled, what: str, prefix: str = "") -> Any:
    if op == Op.BETWEEN:
        return [_number(filled.text(f"{prefix}{name}"), what) for name in ("value", "value_to")]
    return _number(filled.text(f"{prefix}value"), what)


def _number(text: str, what: str) -> int | float:
    try:
        number = float(text.replace(",", "."))
        return int(number) if number.is_integer() else number
    except (ValueError, OverflowError):
        raise QueryError(f"{what}: enter a number.") from None


def _whole(text: str, what: str) -> int:
    number = _number(text, what)
    if not isinstance(number, int):
        raise QueryError(f"{what}: enter a whole number.")
    return number
