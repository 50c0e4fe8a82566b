"""The tables of a snapshot as Parquet: their columns and types, and a writer that never holds a whole table.

Columns are those of `cmr_exchange.release.TABLES`; ids are registry ids as text.
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cmr_dictionary import Item, ItemKind, load
from cmr_exchange.release import MISSING_SUFFIX, TABLES
from cmr_registry.cohorts.conditions import FOLLOW_UP_FORM

ROWS_PER_GROUP = 20_000

DAYS = ("day", "time_zero_day", "from_day", "through_day", "death_day", "last_alive_day", "follow_up_days")
FLAGS = ("is_index", "has_images", "died", "is_conflicting")

ITEM_TYPES: Mapping[ItemKind, pa.DataType] = {
    ItemKind.NUMBER: pa.float64(),
    ItemKind.DERIVED: pa.float64(),
    ItemKind.INTEGER: pa.int32(),
    ItemKind.YES_NO: pa.bool_(),
    ItemKind.CODE: pa.string(),
    ItemKind.CODES: pa.list_(pa.string()),
    ItemKind.TEXT: pa.string(),
}
"""Type of an item's column; only kinds that may cross a hospital's wall have one."""


@functools.cache
def crossing_items() -> Mapping[str, Item]:
    """Items that have columns in `measurements`, in the order of the dictionary: all but those of events."""
    return {
        name: item for name, item in load().items.items() if item.may_cross and item.form != FOLLOW_UP_FORM
    }


@functools.cache
def event_items() -> Mapping[str, Item]:
    """Items that have columns in `events`: those of the form `followup`."""
    return {
        name: item for name, item in load().items.items() if item.may_cross and item.form == FOLLOW_UP_FORM
    }


@functools.cache
def schema_of(table: str) -> pa.Schema:
    """Columns and types of a table.

    Args:
        table: a name of `cmr_exchange.release.TABLES`.
    """
    fields = [pa.field(name, _fixed_type(name)) for name in TABLES[table]]
    items = {"measurements": crossing_items, "events": event_items}.get(table)
    for name, item in (items() if items else {}).items():
        fields += [pa.field(name, ITEM_TYPES[item.kind]), pa.field(name + MISSING_SUFFIX, pa.string())]
    return pa.schema(fields)


class TableWriter:
    """Writes one table in groups of rows; a context manager, and the file is whole when it ends."""

    def __init__(self, path: Path, table: str) -> None:
        self.rows = 0
        self.path = path
        self._schema = schema_of(table)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            self._flush()
        self._writer.close()

    def append(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add rows, given as one list per column of the table.

        Raises:
            pyarrow.ArrowInvalid: a value is not of its column's type.
        """
        arrays = [pa.array(columns[field.name], type=field.type) for field in self._schema]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._waiting.append(batch)
        self.rows += batch.num_rows
        if sum(waiting.num_rows for waiting in self._waiting) >= ROWS_PER_GROUP:
            self._flush()

    def append_rows(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, given as sequences in the order of the columns; for tables without items."""
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(self._schema)
        self.append(dict(zip(self._schema.names, columns, strict=True)))

    def append_table(self, table: pa.Table) -> None:
        """Add rows that are Arrow already."""
        self._flush()
        self._writer.write_table(table.cast(self._schema), row_group_size=ROWS_PER_GROUP)
        self.rows += table.num_rows

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting), row_group_size=2 * ROWS_PER_GROUP)
        self._waiting = []


def _fixed_type(name: str) -> pa.DataType:
    if name in FLAGS:
        return pa.bool_()
    if name in DAYS or name == "exam_year" or name.startswith("n_"):
        return pa.int32()
    return pa.string()
