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
        is_replaced: a corrected one came in its place: it says nothing any more, but what it said is no news.
    """

    number: int
    by_person: bool
    values: Mapping[str, dict[str, Any]]
    is_replaced: bool = False


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
    merging = _Merging({**header, **profile}, {}, dict(entries), set())
    for report in sorted(reports, key=lambda one: one.number):
        merging.enter(before=report.number)
        for name, entry in report.values.items():
            merging.report(report, name, entry)
    merging.enter(before=None)
    return merging.known


@dataclass(slots=True)
class _Merging:
    """One exam while its sources are put together.

    Attributes:
        known: what is known so far.
        stated: what reports stated last.
        waiting: what a person entered and has not been put in yet.
        personal: items of which a person had the last word.
    """

    known: Values
    stated: Values
    waiting: dict[str, DeskEntry]
    personal: set[str]

    def enter(self, *, before: int | None) -> None:
        """Put in what a person entered before the report of this number came."""
        for name in [name for name, one in self.waiting.items() if before is None or one.after < before]:
            self._say(name, self.waiting.pop(name).entry)

    def report(self, report: Stated, name: str, entry: dict[str, Any]) -> None:
        """Put in what a report says of an item."""
        if report.by_person:
            self._say(name, entry)
            return
        if report.is_replaced:
            # what it said before a person spoke is remembered; what it said later is as if it had never come
            if name not in self.personal:
                self.stated[name] = entry
            return
        is_news = name not in self.stated or said(self.stated[name]) != said(entry)
        self.stated[name] = entry
        if is_news:
            self.personal.discard(name)
        if name not in self.personal:
            self.known[name] = entry

    def _say(self, name: str, entry: dict[str, Any]) -> None:
        self.known[name] = entry
        self.personal.add(name)


def said(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    """What an entry says, whoever says it."""
    return entry.get("value"), entry.get("missing")


def plain(values: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """Plain values by item, without those that are missing: what checks, branching and formulas take."""
    return {name: entry["value"] for name, entry in values.items() if "value" in entry}
