"""The list of the public dictionary: searched, by form and module, with the items of a map of segments as one row."""

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cmr_dictionary import Item, load
from cmr_dictionary.codebook import KIND_WORDS
from cmr_dictionary.form_plan import N_SEGMENTS, form_heading
from cmr_dictionary.modules import modules
from cmr_dictionary.values import unit_words

LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One row of the list.

    Attributes:
        item: the item, the first one of a map of segments.
        form: heading of its form, and of its section where that says more.
        kind: how a value looks, with its unit.
        n_more: items of the same map that stand behind this row.
        obligation: how much the chosen module wants it, empty where none was chosen.
    """

    item: Item
    form: str
    kind: str
    n_more: int
    obligation: str


def listed_items(query: str = "", form: str = "", module: str = "") -> Sequence[ListedItem]:
    """Items that fit, in the order of the dictionary; with a query those first whose name or label has its words.

    Args:
        query: words that all must occur in name, label, definition or answers; upper and lower case are the same.
        form: name of a form, empty for all.
        module: id of a module, empty for all.
    """
    words = query[:LONGEST_QUERY].lower().split()
    wanted = modules()[module].items if module in modules() else None
    found = [
        item
        for item in load().items.values()
        if (not form or item.form == form)
        and (wanted is None or item.name in wanted)
        and all(word in _text(item.name) for word in words)
    ]
    if words:
        found.sort(key=lambda item: not all(word in _title(item.name) for word in words))
    rows = [
        _row(tuple(run), {} if wanted is None else {name: o.label for name, o in wanted.items()})
        for _, run in itertools.groupby(found, key=_map_of)
    ]
    return tuple(rows)


def form_choices() -> list[tuple[str, str]]:
    """Forms for the filter, in the order of the dictionary."""
    return [(form, form_heading(form)) for form in load().forms()]


def module_choices() -> list[tuple[str, str]]:
    """Modules for the filter."""
    return [(module.id, module.name) for module in modules().values()]


def _row(run: tuple[Item, ...], wanted: Mapping[str, str]) -> ListedItem:
    item = run[0]
    kind = ", ".join(text for text in (KIND_WORDS[item.kind], unit_words(item)) if text)
    form = form_heading(item.form)
    place = f"{form}: {item.section}" if item.section and item.matrix else form
    return ListedItem(item, place, kind, len(run) - 1, wanted.get(item.name, ""))


def _map_of(item: Item) -> str:
    return item.matrix if item.matrix in _maps() else item.name


@functools.cache
def _maps() -> frozenset[str]:
    """Matrices of the 17 segments."""
    names = [item.matrix for item in load().items.values() if item.matrix]
    return frozenset(name for name in names if names.count(name) == N_SEGMENTS)


@functools.cache
def _title(name: str) -> str:
    return f"{name} {load().items[name].label}".lower()


@functools.cache
def _text(name: str) -> str:
    item = load().items[name]
    answers = " ".join(f"{code.code} {code.label}" for code in item.code_list)
    return f"{_title(name)} {item.definition} {answers} {item.concept}".lower()
