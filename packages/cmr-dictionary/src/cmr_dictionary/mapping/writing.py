"""Rows with the names of the items as columns: the table that `apply` reads back unchanged."""

import csv
import io
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from cmr_dictionary.dictionary import load
from cmr_dictionary.items import ItemKind
from cmr_dictionary.missing import Missing
from cmr_dictionary.values import Value


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the text is written.

    Attributes:
        delimiter, decimal, encoding: as their names say; the encoding is a name of Python's.
        is_redcap: several answers stand in checkbox columns `item___code`, as in a raw REDCap export.
    """

    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    is_redcap: bool = False


Record = tuple[MappingOf[str, str], MappingOf[str, Value | Missing]]
"""Keys of a row by column, and its values by item."""


def columns_of(records: Sequence[Record], *, is_redcap: bool = False) -> list[str]:
    """Columns for these records: keys first, then items in the order of the dictionary."""
    keys = list(dict.fromkeys(name for own, _ in records for name in own))
    used = {name for _, values in records for name in values}
    columns = list(keys)
    for item in load().items.values():
        if item.name not in used:
            continue
        if is_redcap and item.kind is ItemKind.CODES:
            absent = dict.fromkeys(
                v for _, values in records if isinstance(v := values.get(item.name), Missing)
            )
            columns += [
                f"{item.name}___{code.lower()}" for code in [c.code for c in item.code_list] + list(absent)
            ]
        else:
            columns.append(item.name)
    return columns


def write_rows(records: Iterable[Record], dialect: Dialect | None = None) -> bytes:
    """A table of these records with a header; empty cells say nothing."""
    dialect, kept = dialect or Dialect(), list(records)
    columns = columns_of(kept, is_redcap=dialect.is_redcap)
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=dialect.delimiter)
    table.writerow(columns)
    for keys, values in kept:
        table.writerow([_cell(column, keys, values, dialect) for column in columns])
    return out.getvalue().encode(dialect.encoding)


def text_of(value: Value | Missing, decimal: str = ".") -> str:
    """A value as a cell; several answers are separated by semicolons."""
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        return text.replace(".", decimal)
    return str(value)


def _cell(
    column: str, keys: MappingOf[str, str], values: MappingOf[str, Value | Missing], dialect: Dialect
) -> str:
    if column in keys:
        return keys[column]
    name, mark, code = column.partition("___")
    if not mark:
        return text_of(values[column], dialect.decimal) if column in values else ""
    value = values.get(name)
    if value is None:
        return ""
    ticked = [one.lower() for one in value] if isinstance(value, list) else [str(value).lower()]
    return "1" if code in ticked else "0"
