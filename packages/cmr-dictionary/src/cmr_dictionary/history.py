"""Versions of the dictionary: what changed between two of them, and values of an earlier one in today's words.

The tables of earlier versions are shipped compressed and read only when somebody asks. Nothing is lost in silence:
what an earlier version said and today's cannot say is told with the reason.
"""

import enum
import functools
import gzip
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from cmr_dictionary.dictionary import VERSION, load
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.missing import Missing
from cmr_dictionary.table import former_names, items_of
from cmr_dictionary.values import Value, settled

EARLIER = ("1.0", "2.0")
"""Versions before the present one, oldest first."""
NO_ITEM = "The data dictionary has no such item."
NO_CODE = "The item's list has no such code any more."
NO_KIND = "The item is of another kind now."
CODE_GAP = " | "


class ChangeKind(enum.StrEnum):
    """What about an item changed."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    TYPE = "type"
    UNIT = "unit"
    CODES = "codes"
    RANGE = "valid range"
    USUAL_RANGE = "usual range"
    LABEL = "label"
    BRANCHING = "branching"
    CALCULATION = "calculation"
    OBLIGATION = "obligation"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed.

    Attributes:
        kind: what about the item.
        item: its name in the newer version; in the older one where it was removed.
        before, after: as people read it; empty where there is nothing on that side.
    """

    kind: ChangeKind
    item: str
    before: str
    after: str

    @property
    def shown(self) -> tuple[str, str]:
        """Before and after for a page: of a list of codes only those that went and those that came."""
        if self.kind != ChangeKind.CODES:
            return self.before, self.after
        before, after = self.before.split(CODE_GAP), self.after.split(CODE_GAP)
        return (
            CODE_GAP.join(code for code in before if code not in after),
            CODE_GAP.join(code for code in after if code not in before),
        )


@dataclass(frozen=True, slots=True)
class Table:
    """The items of one version.

    Attributes:
        version: which.
        items: items by name.
        former: name -> the item's name in the version before, where it had another.
    """

    version: str
    items: Mapping[str, Item]
    former: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lost:
    """A value of an earlier version, or a part of it, that today's dictionary cannot hold.

    Attributes:
        item: its name in the earlier version.
        sentence: why; never holds the value.
    """

    item: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Migration:
    """Values of an earlier version in today's words.

    Attributes:
        values: plain values by today's names.
        missing: today's name -> why a value is absent that the earlier version wrote as a code.
        names: today's name -> the name that was sent, for every item of `values` and `missing`.
        lost: what could not be kept.
    """

    values: Mapping[str, Value]
    missing: Mapping[str, Missing]
    names: Mapping[str, str]
    lost: tuple[Lost, ...]


def versions() -> tuple[str, ...]:
    """All versions that are known, oldest first; the last is the present one."""
    return (*EARLIER, VERSION)


@functools.cache
def table_of(version: str) -> Table:
    """The table of a version.

    Raises:
        KeyError: no such version is known.
    """
    if version == VERSION:
        content = (resources.files("cmr_dictionary") / "data" / "data_dictionary.csv").read_bytes()
        return Table(VERSION, load().items, MappingProxyType(former_names(content)))
    if version not in EARLIER:
        raise KeyError(version)
    packed = (resources.files("cmr_dictionary") / "data" / "versions" / f"{version}.csv.gz").read_bytes()
    content = gzip.decompress(packed)
    return Table(version, MappingProxyType(items_of(content)), MappingProxyType(former_names(content)))


@functools.cache
def diff(older: str, newer: str) -> tuple[Change, ...]:
    """What changed from an older version to a newer one, in the order of the newer table, removed items last.

    Raises:
        KeyError: one of the versions is unknown, or the first is not the older one.
    """
    known = versions()
    if older not in known or newer not in known or known.index(older) >= known.index(newer):
        raise KeyError(f"{older}..{newer}")
    return changes(table_of(older), table_of(newer), names_between(older, newer))


def changes(older: Table, newer: Table, today: Mapping[str, str]) -> tuple[Change, ...]:
    """What changed between two tables.

    Args:
        older: the earlier table.
        newer: the later table.
        today: name in the older table -> name in the newer one, for every item that lives on.
    """
    former = {new: old for old, new in today.items()}
    found: list[Change] = []
    for name, item in newer.items.items():
        if name not in former:
            found.append(Change(ChangeKind.ADDED, name, "", item.label))
            continue
        if former[name] != name:
            found.append(Change(ChangeKind.RENAMED, name, former[name], name))
        found += _changes_of(older.items[former[name]], item)
    gone = [item for name, item in older.items.items() if name not in today]
    return (*found, *(Change(ChangeKind.REMOVED, item.name, item.label, "") for item in gone))


def migrate(values: Mapping[str, Value], from_version: str) -> Migration:
    """Values of an earlier version as today's dictionary states them; the checks judge them afterwards.

    Args:
        values: plain values by the names of that version; a name that only today's dictionary has stays.
        from_version: the version in which they were written; the present one is allowed.

    Raises:
        KeyError: no such version is known.
    """
    return migrated(values, table_of(from_version), table_of(VERSION), names_between(from_version, VERSION))


def migrated(values: Mapping[str, Value], older: Table, newer: Table, today: Mapping[str, str]) -> Migration:
    """`migrate` between two tables; see `changes` for `today`."""
    kept: dict[str, Value] = {}
    missing: dict[str, Missing] = {}
    names: dict[str, str] = {}
    lost: list[Lost] = []
    for name, value in values.items():
        new_name = today.get(name, name if name not in older.items else "")
        if new_name not in newer.items:
            lost.append(Lost(name, NO_ITEM))
            continue
        present, problem = _present(value, older.items.get(name), newer.items[new_name])
        if problem:
            lost.append(Lost(name, problem))
        if present is None:
            continue
        names[new_name] = name
        if isinstance(present, Missing):
            missing[new_name] = present
        else:
            kept[new_name] = present
    return Migration(kept, missing, names, tuple(lost))


@functools.cache
def names_between(older: str, newer: str) -> Mapping[str, str]:
    """Name in the older version -> name in the newer one, for every item that lives on.

    Raises:
        KeyError: one of the versions is unknown.
    """
    steps = versions()[versions().index(older) : versions().index(newer) + 1] if older in versions() else ()
    if newer not in steps:
        raise KeyError(f"{older}..{newer}")
    names = {name: name for name in table_of(older).items}
    for before, after in itertools.pairwise(steps):
        step = renames(table_of(before), table_of(after))
        names = {first: step[last] for first, last in names.items() if last in step}
    return MappingProxyType(names)


def renames(older: Table, newer: Table) -> dict[str, str]:
    """Name -> name one version later. An item is renamed where one item of the same kind and unit took its name up."""
    claims = Counter(newer.former.values())
    found = {name: name for name in older.items if name in newer.items}
    for name, former in newer.former.items():
        before = older.items.get(former)
        after = newer.items[name]
        if former in found or name in older.items or before is None or claims[former] > 1:
            continue
        if (before.kind, before.unit) == (after.kind, after.unit):
            found[former] = name
    return found


@functools.cache
def since(name: str) -> str:
    """Version that brought an item of the present table, or changed its meaning last.

    Its meaning changes with kind, unit, codes and calculation; a range, a branching or an obligation is about the
    same thing.

    Raises:
        KeyError: the present dictionary has no such item.
    """
    _ = load().items[name]
    for older, newer in reversed(list(itertools.pairwise(versions()))):
        of_item = [change for change in diff(older, newer) if change.item == name]
        if any(change.kind in MEANING and not _is_relabeling(change) for change in of_item):
            return newer
        name = next((old for old, new in names_between(older, newer).items() if new == name), name)
    return versions()[0]


MEANING = frozenset(
    {
        ChangeKind.ADDED,
        ChangeKind.TYPE,
        ChangeKind.UNIT,
        ChangeKind.CODES,
        ChangeKind.CALCULATION,
    }
)


def _is_relabeling(change: Change) -> bool:
    """Whether a list has the same codes as before; a code never gets another meaning (a test)."""
    before, after = (
        [one.split(",")[0] for one in text.split(CODE_GAP)] for text in (change.before, change.after)
    )
    return change.kind == ChangeKind.CODES and before == after


def _present(value: Value, before: Item | None, item: Item) -> tuple[Value | None, str]:
    """The value in today's words, None where it has none; and a sentence where something was lost."""
    present = settled(item, value)
    if isinstance(present, Missing) or before is None:
        return present, ""
    if before.kind != item.kind and not _still_reads(present, item):
        return None, NO_KIND
    if item.kind == ItemKind.CODE and _is_gone(str(present), before, item):
        return None, NO_CODE
    if item.kind == ItemKind.CODES and isinstance(present, list):
        known = [code for code in present if not _is_gone(code, before, item)]
        return (known if known or not present else None), NO_CODE if len(known) < len(present) else ""
    return present, ""


def _is_gone(code: str, before: Item, item: Item) -> bool:
    return item.label_of(code) is None and before.label_of(code) is not None


def _still_reads(value: Value, item: Item) -> bool:
    """Whether a value of another kind can stand in today's kind as it is."""
    if item.kind == ItemKind.YES_NO:
        return value in (0, 1)
    if item.kind in (ItemKind.NUMBER, ItemKind.INTEGER, ItemKind.DERIVED):
        return isinstance(value, int | float) and (item.kind != ItemKind.INTEGER or value == int(value))
    if item.kind == ItemKind.CODE:
        return isinstance(value, str | int) and item.label_of(str(value)) is not None
    return isinstance(value, list) == (item.kind == ItemKind.CODES)


def _changes_of(before: Item, after: Item) -> Iterator[Change]:
    for kind, shown in SHOWN.items():
        texts = shown(before), shown(after)
        if texts[0] != texts[1]:
            yield Change(kind, after.name, *texts)


def _codes(item: Item) -> str:
    return CODE_GAP.join(f"{code.code}, {code.label}" for code in item.code_list)


def range_text(low: float | None, high: float | None) -> str:
    """Limits as `10 to 900`, `from 10`, `up to 900`, or nothing."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"up to {high:g}" if low is None else f"from {low:g}"
    return f"{low:g} to {high:g}"


SHOWN: Mapping[ChangeKind, Callable[[Item], str]] = {
    ChangeKind.TYPE: lambda item: item.kind.value.replace("_", " "),
    ChangeKind.UNIT: lambda item: item.unit,
    ChangeKind.CODES: _codes,
    ChangeKind.RANGE: lambda item: range_text(item.hard_min, item.hard_max),
    ChangeKind.USUAL_RANGE: lambda item: range_text(item.soft_min, item.soft_max),
    ChangeKind.LABEL: lambda item: item.label,
    ChangeKind.BRANCHING: lambda item: item.branching,
    ChangeKind.CALCULATION: lambda item: item.calculation,
    ChangeKind.OBLIGATION: lambda item: f"{item.level or 'none'}{', required' if item.required else ''}",
    ChangeKind.TRANSFER: lambda item: item.transfer.value.replace("_", " "),
}
"""What of an item is compared, as people read it."""
