"""Modules (R15): what a study or a field of medicine adds to the registry's case report.

A module lists items with how much it wants them, the kinds of series that it needs, and the condition under which
an exam belongs to it. The module `registry` is the base; its minimum items are the short form.
"""

import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cmr_dictionary.annotations import Annotations, Line, by_name_or_matrix, shipped_annotations
from cmr_dictionary.dictionary import load
from cmr_dictionary.errors import ExpressionError
from cmr_dictionary.expressions import parsed
from cmr_dictionary.items import Item
from cmr_dictionary.logic import variables

REGISTRY = "registry"
KINDS = frozenset(
    {
        "cine", "lge", "perfusion", "t1_map", "t2_map", "t2star", "ecv_map", "flow_pc", "flow4d", "tagging", "mra",
        "black_blood_edema", "realtime",
    }
)  # fmt: skip
"""Kinds of series that a module or an item can need; the words of `cmr_imaging.kinds.SeriesKind`."""


class Obligation(enum.StrEnum):
    """How much a module wants an item."""

    MINIMUM = "minimum"
    REQUIRED = "required"
    OPTIONAL = "optional"

    @property
    def label(self) -> str:
        """In words, for pages."""
        return {"minimum": "short form", "required": "required", "optional": "welcome"}[self.value]


@dataclass(frozen=True, slots=True)
class Module:
    """One module.

    Attributes:
        id: stable word (`small_mi`).
        name, description: what people read.
        items: item -> how much it is wanted, in the order of the table's file; a matrix stands as its items.
        sequences: kinds of series that an exam of the module needs.
        condition: REDCap logic over the exam's values, empty for every exam.
    """

    id: str
    name: str
    description: str
    items: Mapping[str, Obligation]
    sequences: frozenset[str]
    condition: str = ""

    def of(self, obligation: Obligation) -> tuple[str, ...]:
        """Names of the items that are wanted that much."""
        return tuple(name for name, wanted in self.items.items() if wanted == obligation)

    def applies(self, values: Mapping[str, object]) -> bool:
        """Whether an exam with these plain values belongs to the module."""
        return not self.condition or parsed(self.condition).value(values.get) is True


@functools.cache
def modules() -> Mapping[str, Module]:
    """All shipped modules by id, `registry` first.

    Raises:
        DictionaryError: a file breaks an invariant; the text names file, row and column.
    """
    return read_modules(load().items, shipped_annotations())


def read_modules(items: Mapping[str, Item], annotations: Annotations) -> Mapping[str, Module]:
    """Read and check the modules.

    Args:
        items: the dictionary's items by name.
        annotations: files with `modules.csv` and `module_items.csv`.

    Raises:
        DictionaryError: a module stands twice or not at all, an item, a word or a condition is unknown.
    """
    wanted = _wanted(items, annotations)
    found: dict[str, Module] = {}
    for line in annotations.of("modules.csv"):
        cells = line.cells
        if cells["module"] in found:
            raise line.error("module", "the module stands twice.")
        check_condition(line, items)
        found[cells["module"]] = Module(
            cells["module"],
            cells["name"],
            cells["description"],
            MappingProxyType(wanted.pop(cells["module"], {})),
            kinds_of(line, "sequences"),
            cells["condition"],
        )
    for line in annotations.of("module_items.csv"):
        if line.cells["module"] in wanted:
            raise line.error("module", "refers to a module that does not exist.")
    return MappingProxyType(found)


def _wanted(items: Mapping[str, Item], annotations: Annotations) -> dict[str, dict[str, Obligation]]:
    known = by_name_or_matrix(items.values())
    wanted: dict[str, dict[str, Obligation]] = {}
    for line in annotations.of("module_items.csv"):
        if line.cells["obligation"] not in set(Obligation):
            raise line.error("obligation", f"one of {', '.join(Obligation)} is expected.")
        if line.cells["item"] not in known:
            raise line.error("item", "refers to an item or matrix that does not exist.")
        for item in known[line.cells["item"]]:
            of_module = wanted.setdefault(line.cells["module"], {})
            of_module[item.name] = Obligation(line.cells["obligation"])
    return wanted


def kinds_of(line: Line, column: str) -> frozenset[str]:
    """Kinds of series that a cell lists, separated by blanks.

    Raises:
        DictionaryError: a word is no kind of series.
    """
    kinds = frozenset(line.cells[column].split())
    if not kinds <= KINDS:
        raise line.error(column, f"kinds of series are expected: {', '.join(sorted(KINDS))}.")
    return kinds


def check_condition(line: Line, items: Mapping[str, Item]) -> None:
    """Check the column `condition` of a row.

    Raises:
        DictionaryError: it is no expression, or refers to an item that does not exist.
    """
    condition = line.cells["condition"]
    if any(name not in items for name in variables(condition)):
        raise line.error("condition", "refers to an item that does not exist.")
    try:
        _ = parsed(condition) if condition else None
    except ExpressionError as error:
        raise line.error("condition", f"is no expression. {error}") from error
