"""Case-report values as columns: present or missing with its reason, derived where the center sent none (R14)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cmr_dictionary import Item, ItemKind, Missing, derive, not_asked, settled
from cmr_exchange.release import MISSING_SUFFIX

NOT_REPORTED, NOT_APPLICABLE = Missing.NOT_REPORTED.value, Missing.NOT_APPLICABLE.value
EVENT_KIND = "fu_kind"
"""Under this name the kind of an event stands in the conditions of its items (cmr_dictionary.logic_eval)."""

Entries = Mapping[str, Mapping[str, Any]]

_CAST: Mapping[ItemKind, Callable[[Any], Any]] = {
    ItemKind.NUMBER: float,
    ItemKind.DERIVED: float,
    ItemKind.INTEGER: lambda value: int(float(value)),
    ItemKind.YES_NO: lambda value: bool(int(value)),
    ItemKind.CODE: str,
    ItemKind.CODES: lambda value: [str(code) for code in (value if isinstance(value, list) else [value])],
    ItemKind.TEXT: str,
}


def exam_values(entries: Entries, items: Mapping[str, Item]) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and reasons of one case report, with what can be derived from it.

    Args:
        entries: as stored, `{"value": ...}` or `{"missing": code}` by item.
        items: those that are wanted.

    Returns:
        Values by item in the type of its column, and missing codes by item; an item in neither is `not_reported`.
    """
    stated, missing = _stated(entries, items)
    derived = derive(stated)
    values = {**derived, **stated}
    return _columns(values, {**missing, **_not_applicable(values, missing)}, items)


def event_values(
    kind: str, entries: Entries, items: Mapping[str, Item]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and reasons of one event; as `exam_values`, nothing is derived.

    Args:
        kind: kind of the event.
        entries: as stored.
        items: those that are wanted.
    """
    stated, missing = _stated(entries, items)
    asked = _not_applicable({**stated, EVENT_KIND: kind}, missing)
    return _columns(stated, {**missing, **asked}, items)


def columns_of(
    rows: Iterable[tuple[dict[str, Any], dict[str, str]]], n_rows: int, items: Mapping[str, Item]
) -> dict[str, list[Any]]:
    """Two columns per item: the value, and why it is missing.

    Args:
        rows: values and reasons of each row.
        n_rows: how many.
        items: in the order of the columns.
    """
    columns: dict[str, list[Any]] = {}
    for name in items:
        columns[name], columns[name + MISSING_SUFFIX] = [None] * n_rows, [NOT_REPORTED] * n_rows
    for place, (values, missing) in enumerate(rows):
        for name, code in missing.items():
            columns[name + MISSING_SUFFIX][place] = code
        for name, value in values.items():
            columns[name][place] = value
            columns[name + MISSING_SUFFIX][place] = None
    return columns


def _stated(entries: Entries, items: Mapping[str, Item]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the center said, in the words of the present dictionary."""
    values: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for name, entry in entries.items():
        if name not in items:
            continue
        value = entry.get("missing") or settled(items[name], entry["value"])
        if "missing" in entry or isinstance(value, Missing):
            missing[name] = str(value)
        else:
            values[name] = value
    return values, missing


def _not_applicable(values: Mapping[str, Any], missing: Mapping[str, str]) -> dict[str, str]:
    """Items that the form would not have asked for; a reason that the center gave stands."""
    return dict.fromkeys((name for name in not_asked(values) if name not in missing), NOT_APPLICABLE)


def _columns(
    values: Mapping[str, Any], missing: Mapping[str, str], items: Mapping[str, Item]
) -> tuple[dict[str, Any], dict[str, str]]:
    cast: dict[str, Any] = {}
    reasons = {name: code for name, code in missing.items() if name in items}
    for name, value in values.items():
        if name not in items:
            continue
        try:
            cast[name] = _CAST[items[name].kind](value)
        except (TypeError, ValueError):
            reasons[name] = Missing.UNKNOWN.value
    return cast, reasons
