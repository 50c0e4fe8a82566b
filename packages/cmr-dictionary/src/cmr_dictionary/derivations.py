"""The formulas of the derived items by name and version, and the body surface area by three formulas.

A derived value is only comparable with another of the same formula; so whoever stores or releases one names
`Derivation.id` beside it. A changed formula is a new version in data/derivations.csv; a test holds that file
against the formulas that `derive` evaluates.
"""

import csv
import enum
import functools
import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from cmr_dictionary.expressions import rounded


@dataclass(frozen=True, slots=True)
class Derivation:
    """How one derived item is computed.

    Attributes:
        name: the item.
        version: version of its formula, from 1.
        formula: in the language of `cmr_dictionary.expressions`, or in words where it counts over segments.
        inputs: items and matrices that it reads.
        source: where the formula comes from.
    """

    name: str
    version: int
    formula: str
    inputs: tuple[str, ...]
    source: str

    @property
    def id(self) -> str:
        """Name and version as one word, as `lv_ef_pct 1`."""
        return f"{self.name} {self.version}"


class BodySurface(enum.StrEnum):
    """Formulas of the body surface area."""

    MOSTELLER = "Mosteller"
    DUBOIS = "DuBois"
    HAYCOCK = "Haycock"


INDEXING = BodySurface.MOSTELLER
"""The formula by which the registry indexes volumes and mass; the items that depend on it say so in their formula."""


@functools.cache
def derivations() -> Mapping[str, Derivation]:
    """The present formula of every derived item, by item, in the order of the dictionary."""
    table = (resources.files("cmr_dictionary") / "data" / "derivations.csv").read_text(encoding="utf-8")
    found: dict[str, Derivation] = {}
    for row in csv.DictReader(io.StringIO(table)):
        one = Derivation(
            row["item"], int(row["version"]), row["formula"], tuple(row["inputs"].split()), row["source"]
        )
        if one.name not in found or found[one.name].version < one.version:
            found[one.name] = one
    return MappingProxyType(found)


def body_surface_m2(formula: BodySurface, height_cm: float, weight_kg: float) -> float:
    """Body surface area in m2, rounded to two decimals.

    Args:
        formula: Mosteller sqrt(cm kg / 3600) (N Engl J Med 1987;317:1098); DuBois 0.007184 cm^0.725 kg^0.425 (Arch
            Intern Med 1916;17:863); Haycock 0.024265 cm^0.3964 kg^0.5378, for children (J Pediatr 1978;93:62).
        height_cm: height, positive.
        weight_kg: weight, positive.
    """
    if formula is BodySurface.MOSTELLER:
        area = (height_cm * weight_kg / 3600) ** 0.5
    elif formula is BodySurface.DUBOIS:
        area = 0.007184 * height_cm**0.725 * weight_kg**0.425
    else:
        area = 0.024265 * height_cm**0.3964 * weight_kg**0.5378
    return rounded(area, 2)
