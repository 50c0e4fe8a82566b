"""A table of findings, read back: which findings are to become queries. Only names are read, never a value.

The columns `exam`, `item` and `rule` of the quality report's CSV name a finding; others may stand beside them.
"""

import csv
import io

from cmr_exchange.reading import CODE, PSEUDONYM
from cmr_registry.quality.errors import QueryTextRejected

COLUMNS = ("exam", "item", "rule")
NO_TABLE = "This is not a table of findings: the columns exam, item and rule are expected in its first line."
ENCODING = "The table is not written in UTF-8."

Key = tuple[str, str, str]
"""Pseudonym of the exam, item, rule."""


def keys_of_table(data: bytes, most: int) -> list[Key]:
    """The findings that a table names, each once, in its order.

    Raises:
        QueryTextRejected: no such table, a line that names no finding, or more than `most` lines; no text of the
            table is repeated.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise QueryTextRejected(ENCODING) from None
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise QueryTextRejected(NO_TABLE) from None
    if not rows or not set(COLUMNS) <= set(rows[0]):
        raise QueryTextRejected(NO_TABLE)
    if len(rows) > most:
        raise QueryTextRejected(f"The table has more than {most} lines; ask in smaller steps.")
    return list(dict.fromkeys(_key(row, number) for number, row in enumerate(rows, 2)))


def _key(row: dict[str, str | None], number: int) -> Key:
    exam, item, rule = ((row[name] or "").strip() for name in COLUMNS)
    named = PSEUDONYM.fullmatch(exam) and all(not text or CODE.fullmatch(text) for text in (item, rule))
    if not named:
        raise QueryTextRejected(f"Line {number} of the table names no finding.")
    return exam, item, rule
