"""Code systems of procedures, race and ethnicity by country, out of a small shipped table.

Categories of one country are not those of another (registry.md R13): a value is read together with the system in
which it was recorded. Procedure codes are codes only; no descriptor of a licensed system is shipped.
"""

import csv
import functools
import io
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """One system that one country uses for one item.

    Attributes:
        item: dictionary item that names the system, or holds its codes.
        country: ISO 3166 alpha-2 code.
        code: the system's code; an answer of the item where the item names systems.
        name: what the system is called.
        note: what to mind.
    """

    item: str
    country: str
    code: str
    name: str
    note: str


@functools.cache
def code_systems() -> tuple[CodeSystem, ...]:
    """All of the shipped table, in its order."""
    table = (resources.files("cmr_dictionary") / "data" / "code_systems.csv").read_text(encoding="utf-8")
    return tuple(CodeSystem(**row) for row in csv.DictReader(io.StringIO(table)))


def system_of(item: str, country: str) -> CodeSystem | None:
    """The system that a country uses for an item; None where the table names none.

    Args:
        item: dictionary item.
        country: ISO 3166 alpha-2 code, upper case.
    """
    return next((one for one in code_systems() if (one.item, one.country) == (item, country)), None)
