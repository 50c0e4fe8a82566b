"""Which items are asked, and what the derived items are: the evaluators of the table's logic.

Both take plain values by item name, as `checks.check_values` does; absent and missing values are not passed (a
`Missing` or None that is passed counts as absent). A missing input gives no value, never a wrong one.
"""

import functools
import re
from collections.abc import Mapping

from cmr_dictionary.dictionary import load
from cmr_dictionary.expressions import parsed
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.missing import Missing
from cmr_dictionary.segments import COMPUTED
from cmr_dictionary.values import Value, range_problem


def is_asked(item: Item, values: Mapping[str, object]) -> bool:
    """Whether the form asks for the item; an item that is not asked is missing as `not_applicable`.

    Args:
        item: the item.
        values: plain values; derived ones too where the condition may refer to them (`derive`). For items of the
            form `followup` the event's kind stands as `fu_kind`.
    """
    if not item.branching:
        return True
    return parsed(item.branching).value(lambda name: _plain(values, name)) is True


def not_asked(values: Mapping[str, object]) -> frozenset[str]:
    """Names of all items that `is_asked` denies for these values; each condition of the table is evaluated once."""
    return frozenset(
        name
        for expression, names in _conditions().items()
        if parsed(expression).value(lambda item: _plain(values, item)) is not True
        for name in names
    )


def derive(values: Mapping[str, object]) -> dict[str, Value]:
    """Every derived item that these values allow: formulas of the table, counts over segments, contrast class.

    A derived item that the center stated is an input of others only where it cannot be computed. Not computed here
    are items that need more than one exam's values: local z-scores, protocol and report completeness.

    Args:
        values: plain values of all forms of one exam.

    Returns:
        Values by item: numbers, 1 or 0 for yes/no, codes as text. `wm_rest_all_normal` = 1 gives every segment of
        the matrix that is not stated the code of normal, and 17 normal segments give `wm_rest_all_normal`; the
        same holds under stress.
    """
    stated = {name: _plain(values, name) for name in values if _plain(values, name) is not None}
    found: dict[str, Value] = {}
    formulas = _formulas()
    waiting: set[str] = set()

    def lookup(name: str) -> object:
        if name in formulas and name not in waiting:
            waiting.add(name)
            _compute(formulas[name])
        return found.get(name, stated.get(name))

    def _compute(item: Item) -> None:
        if not _needed()[item.name] <= stated.keys():
            return
        result = parsed(item.calculation).value(lookup)
        if isinstance(result, float) and range_problem(item, result) is None:
            found[item.name] = result

    for name in formulas:
        lookup(name)
    for function in COMPUTED:
        found |= function(stated)
    return found


@functools.cache
def _needed() -> Mapping[str, frozenset[str]]:
    """Items without which a formula has no value: all that it names and that no formula gives, where it has no `if`."""
    return {
        name: frozenset(re.findall(r"\[([a-z0-9_]+)\]", item.calculation)) - _formulas().keys()
        if "if(" not in item.calculation
        else frozenset()
        for name, item in _formulas().items()
    }


@functools.cache
def _formulas() -> Mapping[str, Item]:
    return {item.name: item for item in load().items.values() if item.kind == ItemKind.DERIVED}


@functools.cache
def _conditions() -> Mapping[str, tuple[str, ...]]:
    """Condition -> items that are asked under it."""
    names: dict[str, list[str]] = {}
    for item in load().items.values():
        if item.branching:
            names.setdefault(item.branching, []).append(item.name)
    return {expression: tuple(listed) for expression, listed in names.items()}


def _plain(values: Mapping[str, object], name: str) -> object:
    value = values.get(name)
    return None if isinstance(value, Missing) else value
