"""The refusals of the mapping engine. Neither text nor attributes hold a cell, a value or a column of the table.

TableRejected    bytes that are no table that can be read
MappingRejected  a mapping document that is not of the schema, or that names an item that cannot be taken in
"""


class TableRejected(Exception):
    """The bytes are no table; the text says what to do."""


class MappingRejected(Exception):
    """The mapping cannot be used; the text says why."""
