"""Tables that people bring become values of the dictionary: read, suggest, map, apply, freeze, compare.

    table = read_table(data, name)              # CSV of any dialect, REDCap export, workbook (extra `excel`)
    suggestion = suggest(table)                 # a mapping to look at, with confidence and reason per column
    mapping = checked(suggestion.mapping)       # after a person has changed what is wrong
    reader = RowReader(mapping)
    for row in table.rows():
        result = reader.read(row)               # values, questions, refused: never all or nothing

`freeze` and `regress` are the golden samples, `drift` says what of a table is no longer as its mapping knows it, and
`write_rows` writes what `RowReader` reads back unchanged. Pure functions: no file, no database, no clock.
"""

from cmr_dictionary.mapping.applying import RowKeys, RowReader, RowResult, Said, apply
from cmr_dictionary.mapping.documents import (
    SAYS_NOTHING,
    ColumnRule,
    DateOrder,
    Key,
    Looks,
    Mapping,
    Seen,
    Use,
    checked,
    is_interval,
    schema,
)
from cmr_dictionary.mapping.drifting import Drift, DriftKind, drift, overlap
from cmr_dictionary.mapping.errors import MappingRejected, TableRejected
from cmr_dictionary.mapping.golden import Difference, Sample, freeze, regress
from cmr_dictionary.mapping.looking import Glance, Looked, look
from cmr_dictionary.mapping.suggesting import Proposal, Suggestion, propose_values, suggest
from cmr_dictionary.mapping.tables import Layout, Row, Table, read_table
from cmr_dictionary.mapping.units import Conversion, conversion, conversions
from cmr_dictionary.mapping.writing import Dialect, Record, write_rows

__all__ = [
    "SAYS_NOTHING",
    "ColumnRule",
    "Conversion",
    "DateOrder",
    "Dialect",
    "Difference",
    "Drift",
    "DriftKind",
    "Glance",
    "Key",
    "Layout",
    "Looked",
    "Looks",
    "Mapping",
    "MappingRejected",
    "Proposal",
    "Record",
    "Row",
    "RowKeys",
    "RowReader",
    "RowResult",
    "Said",
    "Sample",
    "Seen",
    "Suggestion",
    "Table",
    "TableRejected",
    "Use",
    "apply",
    "checked",
    "conversion",
    "conversions",
    "drift",
    "freeze",
    "is_interval",
    "look",
    "overlap",
    "propose_values",
    "read_table",
    "regress",
    "schema",
    "suggest",
    "write_rows",
]
