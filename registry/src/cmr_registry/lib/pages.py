"""Pages of a long list: a window with a constant number of queries, and no count beyond what is shown.

Counting 150,000 rows for every page view is waste; one row more than the page tells whether there is a next page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

R = TypeVar("R")
LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list.

    Attributes:
        rows: at most the page size.
        number: from 1.
        has_next: a further row exists.
        first: running number of the first row, from 1; 0 where there is none.
    """

    rows: tuple[R, ...]
    number: int
    has_next: bool
    first: int

    @property
    def last(self) -> int:
        """Running number of the last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def previous_number(self) -> int | None:
        """Number of the page before, None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next_number(self) -> int | None:
        """Number of the page after, None on the last."""
        return self.number + 1 if self.has_next else None


def page_of(rows: QuerySet[Any, R] | Sequence[R], number: object, size: int = 25) -> Page[R]:
    """The page `number` of `rows`; the first where `number` is no sensible page number.

    Args:
        rows: ordered.
        number: as it came in the address.
        size: rows per page.
    """
    wanted = page_number(number)
    start = (wanted - 1) * size
    window = tuple(rows[start : start + size + 1])
    shown = window[:size]
    return Page(rows=shown, number=wanted, has_next=len(window) > size, first=start + 1 if shown else 0)


def page_number(text: object) -> int:
    """A page number from an address: 1 for anything but a whole number in 1..100,000."""
    try:
        number = int(str(text))
    except ValueError:
        return 1
    return number if 1 <= number <= LAST_PAGE else 1
