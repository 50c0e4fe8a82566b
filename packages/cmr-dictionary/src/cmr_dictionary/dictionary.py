"""The data dictionary as one checked value."""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from cmr_dictionary.annotations import Annotations, annotated, shipped_annotations
from cmr_dictionary.invariants import check_table
from cmr_dictionary.items import Item
from cmr_dictionary.table import SECTION, item_of, rows_of

VERSION = "2.1"
NO_ANNOTATIONS = Annotations({})


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All items of one version.

    Attributes:
        version: version of the meaning of the items; values travel with it.
        digest: SHA-256 of the table and of what decides obligations; definitions and paths do not change it.
        items: items by name, in the order of the table.
    """

    version: str
    digest: str
    items: Mapping[str, Item]

    def forms(self) -> dict[str, tuple[Item, ...]]:
        """Items by form, both in the order of the table."""
        forms: dict[str, list[Item]] = {}
        for item in self.items.values():
            forms.setdefault(item.form, []).append(item)
        return {form: tuple(items) for form, items in forms.items()}


@functools.cache
def load() -> Dictionary:
    """The shipped dictionary, read and checked once per process.

    Raises:
        DictionaryError: the table breaks an invariant.
    """
    content = (resources.files("cmr_dictionary") / "data" / "data_dictionary.csv").read_bytes()
    return read_dictionary(content, annotations=shipped_annotations())


def read_dictionary(
    content: bytes, version: str = VERSION, annotations: Annotations = NO_ANNOTATIONS
) -> Dictionary:
    """Read and check a table with what stands beside it.

    Args:
        content: UTF-8 text of the table.
        version: version of the meaning of its items.
        annotations: definitions, code definitions, source paths and quasi-identifiers.

    Raises:
        DictionaryError: the table or what stands beside it breaks an invariant; the text names row, item and column.
    """
    table = []
    form = section = ""
    for row in rows_of(content.decode("utf-8")):
        section = row[SECTION] or (section if row["Form Name"] == form else "")
        form = row["Form Name"]
        table.append((row, item_of(row, section)))
    check_table(table)
    items = annotated((item for _, item in table), annotations)
    by_name = MappingProxyType({item.name: item for item in items})
    digest = hashlib.sha256(content + annotations.deciding()).hexdigest()
    return Dictionary(version, digest, by_name)
