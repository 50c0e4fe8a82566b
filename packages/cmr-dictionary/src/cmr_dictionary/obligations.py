"""Which items count for the completeness of one exam (R16), as SCMR 2022 and the modules want it.

An item counts where a person or the connector could have filled it: it may cross, it is no computed item, and the
form asks for it now. It is owed where its level is R (recommended) or RA (recommended if acquired), or where a
module raises it. `obligations.csv` binds items of both levels to the kinds of series and the condition without
which they cannot be known: a flow volume is owed only where flow was acquired. What a module raises is owed whatever
was acquired, for the module needs its sequences.
"""

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cmr_dictionary.annotations import Annotations, by_name_or_matrix, shipped_annotations
from cmr_dictionary.dictionary import load
from cmr_dictionary.expressions import parsed
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.logic import variables
from cmr_dictionary.logic_eval import not_asked
from cmr_dictionary.modules import REGISTRY, Obligation, check_condition, kinds_of
from cmr_dictionary.modules import modules as all_modules

OWED_LEVELS = ("R", "RA")
KINDS_OF_CODES: Mapping[str, str] = {
    "1": "cine", "2": "lge", "3": "perfusion", "4": "perfusion", "5": "t1_map", "6": "t1_map", "7": "t2_map",
    "8": "t2star", "9": "flow_pc", "10": "flow4d", "11": "black_blood_edema", "12": "mra", "13": "tagging",
    "15": "realtime",
}  # fmt: skip
"""Code of `seq_performed` -> kind of series (cmr.md section 4); early gadolinium (14) has none."""
SUBSTITUTES: Mapping[str, tuple[str, ...]] = {
    "ar_rvol_reported_ml": ("ao_bwd_ml",),
    "pr_rvol_reported_ml": ("pa_bwd_ml",),
    "ntprobnp_pg_ml": ("bnp_pg_ml",),
}
"""Item -> items that say the same where all of them are known."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Without what an item cannot be known.

    Attributes:
        kinds: one of these kinds of series must have been acquired; empty for none.
        condition: REDCap logic that must hold; empty for none.
    """

    kinds: frozenset[str]
    condition: str


def obliged(
    values: Mapping[str, object],
    kinds: Collection[str] | None = None,
    modules: Collection[str] = (REGISTRY,),
) -> tuple[str, ...]:
    """Names of the items that this exam owes, in the order of the dictionary.

    Args:
        values: plain values of the whole exam by item; derived ones too where conditions refer to them.
        kinds: kinds of series that were recognized among the exam's images; None where there are no images.
        modules: ids of the modules that count. Each raises its items only where its condition holds.

    Raises:
        KeyError: a module does not exist.
    """
    known = {name for name, value in values.items() if value is not None}
    raised = _raised(values, modules)
    acquired = acquired_kinds(values, kinds)
    silent, unbound = not_asked(values), _unbound(values)
    return tuple(
        item.name
        for item in countable()
        if item.name not in silent
        and (item.name in raised or (item.name not in unbound and _is_owed(item, acquired)))
        and not _is_said_otherwise(item, known)
    )


def acquired_kinds(values: Mapping[str, object], kinds: Collection[str] | None) -> frozenset[str]:
    """Kinds of series that were acquired, by the images and by what the report says.

    Args:
        values: plain values: `seq_performed`, `lge_performed` and `stress_performed` are read.
        kinds: kinds recognized among the images, None where there are none.
    """
    listed = values.get("seq_performed")
    codes = listed if isinstance(listed, list | tuple) else []
    found = {KINDS_OF_CODES[str(code)] for code in codes if str(code) in KINDS_OF_CODES} | set(kinds or ())
    if str(values.get("lge_performed")) == "1":
        found.add("lge")
    if str(values.get("stress_performed")) == "1":
        found.add("perfusion")
    return frozenset(found)


@functools.cache
def countable() -> tuple[Item, ...]:
    """Items of an exam that a person or the connector fills, in the order of the dictionary."""
    return tuple(item for item in load().items.values() if _is_countable(item))


def _is_countable(item: Item) -> bool:
    return item.may_cross and not item.read_only and item.kind != ItemKind.DERIVED and item.form != "followup"


@functools.cache
def bindings() -> Mapping[str, Binding]:
    """Item -> what it is bound to.

    Raises:
        DictionaryError: a row of `obligations.csv` breaks an invariant.
    """
    return read_bindings(load().items, shipped_annotations())


def read_bindings(items: Mapping[str, Item], annotations: Annotations) -> Mapping[str, Binding]:
    """Read and check `obligations.csv`.

    Args:
        items: the dictionary's items by name.
        annotations: files with `obligations.csv`.

    Raises:
        DictionaryError: an item, a kind or a condition is unknown, or an item stands twice.
    """
    known = by_name_or_matrix(items.values())
    found: dict[str, Binding] = {}
    for line in annotations.of("obligations.csv"):
        if line.cells["item"] not in known:
            raise line.error("item", "refers to an item or matrix that does not exist.")
        check_condition(line, items)
        for item in known[line.cells["item"]]:
            if item.name in found:
                raise line.error("item", "the item stands twice.")
            found[item.name] = Binding(kinds_of(line, "kinds"), line.cells["condition"])
    return MappingProxyType(found)


def _raised(values: Mapping[str, object], ids: Collection[str]) -> frozenset[str]:
    chosen = [all_modules()[one] for one in ids]
    return frozenset().union(*(_wanted(module.id) for module in chosen if module.applies(values)))


@functools.cache
def _wanted(module: str) -> frozenset[str]:
    return frozenset(
        name for name, wanted in all_modules()[module].items.items() if wanted != Obligation.OPTIONAL
    )


def _is_owed(item: Item, acquired: frozenset[str]) -> bool:
    if item.level not in OWED_LEVELS:
        return False
    binding = bindings().get(item.name)
    return binding is None or not binding.kinds or bool(binding.kinds & acquired)


def _unbound(values: Mapping[str, object]) -> frozenset[str]:
    """Items whose condition does not hold; each condition is evaluated once."""
    return frozenset(
        name
        for condition, names in _conditions().items()
        if parsed(condition).value(values.get) is not True
        for name in names
    )


@functools.cache
def _conditions() -> Mapping[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for name, binding in bindings().items():
        if binding.condition:
            names.setdefault(binding.condition, []).append(name)
    return {condition: tuple(listed) for condition, listed in names.items()}


def _is_said_otherwise(item: Item, known: Collection[str]) -> bool:
    """Whether other known values say what this unknown one would: a reported EF beside both volumes."""
    if item.name in known:
        return False
    instead = _instead(item.name)
    return bool(instead) and all(name in known for name in instead)


@functools.cache
def _instead(name: str) -> tuple[str, ...]:
    if name in SUBSTITUTES:
        return SUBSTITUTES[name]
    twin = load().items.get(name.replace("_reported", ""))
    if "_reported" not in name or twin is None or twin.kind != ItemKind.DERIVED:
        return ()
    return tuple(sorted(_inputs(twin)))


def _inputs(item: Item) -> frozenset[str]:
    """Items that are not derived and from which a derived one is computed."""
    items = load().items
    names = variables(item.calculation)
    return frozenset().union(
        *(_inputs(items[name]) if items[name].kind == ItemKind.DERIVED else {name} for name in names)
    )
