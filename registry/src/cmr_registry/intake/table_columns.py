"""What only a whole column tells: dates written as numbers of days, running numbers, values of something else."""

import re

from cmr_dictionary.items import Item
from cmr_registry.intake.table_cells import Refused, Said, Suspect

NO_ITEM = (
    "Most cells of the column are no values of this item; it may hold something else, such as local numbers."
)
DAYS = "The numbers of the column look like dates counted in days from 1900 or 1970."
YEARS = "The numbers of the column look like years, not like values of this item."
RUNNING = "The column counts its rows; it may hold local numbers."
DECIMALS = "The digits after the decimal point look like dates."

_EXCEL_DAYS = (29_221, 48_580)
"""The years 1980 to 2032, counted in days from 1900."""
_UNIX_DAYS = (9_131, 22_646)
"""The years 1995 to 2031, counted in days from 1970."""
_FEW, _MOST_RUNNING = 2, 5
_FAR_DAYS = 3_650
_DATE_DIGITS = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d"
)


class ColumnWatch:
    """Counts what stands in one column while its rows are read."""

    def __init__(self, item: Item | None) -> None:
        """Watch the column of an item; None stands for the days from a subject's origin."""
        self._item = item
        self.n_empty = self._n_said = self._n_refused = self._n_whole = 0
        self._n_excel = self._n_unix = self._n_years = self._n_far = self._n_zero = 0
        self._n_decimals = self._n_dates = 0
        self._steps_by_one = 0
        self._last: int | None = None

    def see(self, said: Said, cell: str = "") -> None:
        """Note one cell that is not empty."""
        kind = type(said)
        if kind is float or kind is int:
            self._n_said += 1
            self._number(said, cell)  # type: ignore[arg-type]
        elif said is not None and kind is not Suspect:
            self._n_said += 1
            self._n_refused += kind is Refused

    def refusal(self) -> str | None:
        """The sentence why the column cannot be kept."""
        if self._item is None:
            return (
                DAYS
                if self._n_whole > _FEW and not self._n_zero and self._n_far > self._n_whole / 2
                else None
            )
        if self._n_refused >= _FEW and self._n_refused > self._n_said / 2:
            return NO_ITEM
        if self._n_dates and self._n_dates > self._n_decimals / 2:
            return DECIMALS
        return self._whole_refusal(self._item)

    def _whole_refusal(self, item: Item) -> str | None:
        n = self._n_whole
        if n < _FEW or n < 0.8 * self._n_said:
            return None
        high = item.hard_max if item.hard_max is not None else float("inf")
        if self._n_excel >= 0.8 * n or (item.unit == "d" and self._n_unix >= 0.8 * n):
            return DAYS
        if self._n_unix >= 0.8 * n and item.unit == "h" and high >= _UNIX_DAYS[0]:
            return DAYS
        usual = item.soft_max if item.soft_max is not None else item.hard_max
        if self._n_years >= 0.8 * n and usual is not None and usual < 1900:
            return YEARS
        is_running = (
            n >= _MOST_RUNNING and self._steps_by_one == n - 1 and not self.n_empty and not item.code_list
        )
        return RUNNING if is_running else None

    def _number(self, value: float, cell: str) -> None:
        whole = int(value)
        if value != whole:
            self._n_decimals += 1
            if cell[-9:-8] in (".", ","):
                self._n_dates += _DATE_DIGITS.fullmatch(cell, len(cell) - 8) is not None
            return
        self._n_whole += 1
        self._n_zero += whole == 0
        if self._last is not None and whole - self._last == 1:
            self._steps_by_one += 1
        self._last = whole
        if whole > 1899 or whole < -_FAR_DAYS:
            self._n_far += abs(whole) > _FAR_DAYS
            self._n_excel += _EXCEL_DAYS[0] <= whole <= _EXCEL_DAYS[1]
            self._n_unix += _UNIX_DAYS[0] <= abs(whole) <= _UNIX_DAYS[1]
            self._n_years += whole <= 2035
