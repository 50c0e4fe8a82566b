"""Quarters as reports name them: `2026-Q4`, in UTC."""

import datetime
import re

QUARTER_FORM = re.compile("20[0-9]{2}-Q[1-4]")


def quarter_of(at: datetime.datetime) -> str:
    """The quarter of an instant."""
    return f"{at.year}-Q{(at.month + 2) // 3}"


def quarter_words(quarter: str) -> str:
    """`2026-Q4` as people say it."""
    year, _, number = quarter.partition("-Q")
    return f"quarter {number} of {year}"


def week_of(at: datetime.datetime) -> str:
    """The ISO week of an instant, as `2026-W47`."""
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02d}"
