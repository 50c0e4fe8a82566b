"""Values of an exam from all their sources as one mapping: a person's word stays until a report says something new.

Pure functions over value documents by dictionary item: `{"value"|"missing": ..., "source": ...}`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Values = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Stated:
    """What one report says.

    Attributes:
        number: reports are ordered by it, in the order in which they came.
        by_person: a person entered it at the desk before the images came.
        values: value documents by item.
    """

    number: int
    by_person: bool
    values: Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """One value that a person entered on the case report.

    Attributes:
        entry: its value document.
        after: number of the newest report that the person could see, 0 where there was none.
    """

    entry: dict[str, Any]
    after: int


def merged(
    header: Mapping[str, dict[str, Any]],
    profile: Mapping[str, dict[str, Any]],
    reports: Iterable[Stated],
    entries: Mapping[str, DeskEntry],
) -> Values:
    """The values of an exam: image header below center profile below reports below what a person entered.

    A report that repeats what reports stated last leaves a person's entry; one that states something new replaces
    it, as the registry does with what is entered there.

    Args:
        header: what the images say.
        profile: habits of the center in force at the exam's date.
        reports: in any order.
        entries: what a person entered on the case report, by item.
    """
    known: Values = {**header, **profile}
    stated: Values = {}
    waiting = dict(entries)
    for report in sorted(reports, key=lambda one: one.number):
        _enter(known, waiting, before=report.number)
        for name, entry in report.values.items():
            if report.by_person:
                known[name] = entry
            elif name not in stated or said(stated[name]) != said(entry):
                known[name] = stated[name] = entry
    _enter(known, waiting, before=None)
    return known


def said(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    """What an entry says, whoever says it."""
    return entry.get("value"), entry.get("missing")


def plain(values: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """Plain values by item, without those that are missing: what checks, branching and formulas take."""
    return {name: entry["value"] for name, entry in values.items() if "value" in entry}


def _enter(known: Values, waiting: dict[str, DeskEntry], *, before: int | None) -> None:
    """Put in what a person entered before the report of this number came."""
    for name in [name for name, one in waiting.items() if before is None or one.after < before]:
        known[name] = waiting.pop(name).entry
