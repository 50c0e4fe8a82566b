"""When search requests are reviewed: versioned configuration (registry.md 2.4 and section 8)."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReviewWindows:
    """The days of a year on which a review of search requests begins.

    Attributes:
        version: named in every request that was submitted under it.
        days: (month, day), in the order of the year.
        certificate_days: how long a certificate may be quoted (ours, placeholder).
        detail_days: how long a returned request waits for its detail (ours, placeholder).
    """

    version: str
    days: tuple[tuple[int, int], ...]
    certificate_days: int
    detail_days: int

    @property
    def certificate_length(self) -> datetime.timedelta:
        """How long a certificate may be quoted."""
        return datetime.timedelta(days=self.certificate_days)

    @property
    def detail_length(self) -> datetime.timedelta:
        """How long a returned request waits."""
        return datetime.timedelta(days=self.detail_days)


WINDOWS = ReviewWindows(
    version="search-windows-1",
    days=((1, 1), (4, 1), (7, 1), (10, 1)),
    certificate_days=365,
    detail_days=180,
)
"""The windows in force. To change them, enter new ones under a new version."""


def window_of(day: datetime.date, windows: ReviewWindows = WINDOWS) -> datetime.date:
    """The first window on or after `day`: by then a request that was submitted on it is decided."""
    starts = [datetime.date(year, *start) for year in (day.year, day.year + 1) for start in windows.days]
    return next(start for start in starts if start >= day)
