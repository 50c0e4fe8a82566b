"""What the columns of a table hold: the figures by which mappings are suggested and drift is told."""

import statistics
from collections import Counter
from dataclasses import dataclass

from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.mapping.cells import plain_number
from cmr_dictionary.mapping.documents import DateOrder, Looks, Seen
from cmr_dictionary.mapping.tables import Row, Table
from cmr_dictionary.mapping.words import NOTHING

MOST_ROWS = 2000
MOST_WORDS = 30
_MOST_DISTINCT = 300


@dataclass(frozen=True, slots=True)
class Glance:
    """What a column holds.

    Attributes:
        n: cells that say anything.
        counts: distinct texts in lower case and how often they stand there; at most 300, commonest first.
        is_complete: whether these are all of them.
        looks: number, date or text.
        median: of its numbers.
    """

    n: int
    counts: dict[str, int]
    is_complete: bool
    looks: Looks
    median: float | None

    @property
    def words(self) -> tuple[str, ...]:
        """Distinct texts in lower case, commonest first."""
        return tuple(self.counts)

    def seen(self, item: Item | None = None) -> Seen:
        """What a mapping keeps of it: no word of a key, a date or a text, and of numbers only what is none.

        Args:
            item: the item that the column goes to by its words or numbers; None for any other use.
        """
        words: tuple[str, ...] = ()
        if item is not None and self.is_complete and item.kind is not ItemKind.TEXT:
            is_coded = item.kind in (ItemKind.CODE, ItemKind.CODES, ItemKind.YES_NO)
            words = tuple(word for word in self.words if is_coded or not _is_value(word))
        return Seen(self.looks, self.median, tuple(sorted(words)) if len(words) <= MOST_WORDS else ())


@dataclass(frozen=True, slots=True)
class Looked:
    """What the first rows of a table hold.

    Attributes:
        columns: glance by column.
        decimal: `.` or `,`: the sign that the numbers need.
        dates: order of its dates; YEAR_FIRST where nothing tells day and month apart.
        is_order_open: dates are written with day or month first, and no row tells which.
        first: the first rows.
    """

    columns: dict[str, Glance]
    decimal: str
    dates: DateOrder
    is_order_open: bool
    first: tuple[Row, ...]


def look(table: Table, most_rows: int = MOST_ROWS) -> Looked:
    """Look at the first rows."""
    counts: dict[str, Counter[str]] = {column: Counter() for column in table.columns}
    first: list[Row] = []
    for n, row in enumerate(table.rows()):
        if n >= most_rows:
            break
        if n < 20:
            first.append(row)
        for column, cell in row.cells.items():
            if cell:
                counts[column][cell] += 1
    decimal = _decimal(counts)
    order, is_open = _order(counts)
    columns = {column: glance_of(found, decimal) for column, found in counts.items()}
    return Looked(columns, decimal, order, is_open, tuple(first))


def _is_value(word: str) -> bool:
    """Whether a text is a number or a date, whichever way it is written."""
    return any(plain_number(word, sign) is not None for sign in ".,") or _date_parts(word) is not None


def glance_of(found: Counter[str], decimal: str, least: float = 0.5) -> Glance:
    """What cells hold, given how often each text stands there.

    Args:
        found: cells and how often they stand there.
        decimal: decimal sign.
        least: share of cells that must be numbers, or dates, for a column of numbers or dates.
    """
    numbers: list[float] = []
    n_dates = n_numbers = n_words = 0
    for cell, n in found.items():
        if cell.lower() in NOTHING:
            continue
        n_words += n
        number = plain_number(cell, decimal)
        if number is not None:
            n_numbers += n
            numbers += [number] * n
        elif _date_parts(cell) is not None:
            n_dates += n
    looks = Looks.TEXT if n_words else Looks.EMPTY
    if n_words and n_numbers >= least * n_words:
        looks = Looks.NUMBER
    elif n_words and n_dates >= least * n_words:
        looks = Looks.DATE
    lower: Counter[str] = Counter()
    for cell, n in found.items():
        lower[cell.lower()] += n
    return Glance(
        sum(found.values()),
        dict(lower.most_common(_MOST_DISTINCT)),
        len(lower) <= _MOST_DISTINCT,
        looks,
        statistics.median(numbers) if numbers else None,
    )


def _decimal(counts: dict[str, Counter[str]]) -> str:
    """The decimal sign that more cells need."""
    points = commas = 0
    for found in counts.values():
        for cell, n in found.items():
            is_point, is_comma = plain_number(cell, ".") is not None, plain_number(cell, ",") is not None
            points += n * (is_point and not is_comma)
            commas += n * (is_comma and not is_point)
    return "," if commas > points else "."


def _order(counts: dict[str, Counter[str]]) -> tuple[DateOrder, bool]:
    """The order of day and month; both are possible where no number is above 12."""
    firsts, seconds, dotted = 0, 0, False
    is_there = False
    for found in counts.values():
        parts = [part for cell in found if (part := _date_parts(cell)) is not None and len(part) == 3]
        if not found or len(parts) < 0.5 * len(found):
            continue
        for first, second, sign in parts:
            is_there = True
            firsts, seconds, dotted = max(firsts, first), max(seconds, second), dotted or sign == "."
    if not is_there:
        return DateOrder.YEAR_FIRST, False
    if firsts > 12 or dotted:
        return DateOrder.DAY_FIRST, firsts > 12 and seconds > 12
    return (DateOrder.MONTH_FIRST, False) if seconds > 12 else (DateOrder.YEAR_FIRST, True)


def _date_parts(cell: str) -> tuple[int, int, str] | tuple[()] | None:
    """First and second number and the sign between them; () for a date that begins with the year; None for no date."""
    day = cell.split("T")[0].split(" ")[0]
    for sign in ".-/":
        parts = day.split(sign)
        if len(parts) == 3 and all(part.isdigit() and part.isascii() for part in parts):
            if len(parts[0]) == 4:
                return ()
            if len(parts[2]) == 4 and len(parts[0]) <= 2 and len(parts[1]) <= 2:
                return int(parts[0]), int(parts[1]), sign
    return None
