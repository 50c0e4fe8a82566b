"""What centers are shown of each other, and the public of all: quartiles and rounded sums, never a center. No database.

Only green quarters enter the comparison (R16). An item is compared where at least five centers have eleven or more
exams that owe it (R20). Quartiles only are shown, no sum, mean, smallest or largest: from those a center could take
its own share away and find another's.

Public sums are rounded to tens, and hidden where fewer than five centers with eleven exams each stand behind them, for
else they could be one center's, or where one to ten exams are known, or unknown, so that no small count follows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmr_registry.quality.counting import quartiles
from cmr_registry.quality.thresholds import MIN_CENTERS, MIN_EXAMS

OVERALL = ""
"""Stands for all owed items together where an item is named."""
THOUSAND = 1000
PERCENT = 10
"""Quartiles are shown in whole percents: of five centers one is one center's share, and no count shall follow."""
ROUND_TO = 10


@dataclass(frozen=True, slots=True)
class CenterSums:
    """What a comparison takes of one center: exams, and by item (`OVERALL` for all) known and owed ones."""

    n_exams: int
    items: Mapping[str, tuple[int, int]]


def share_in_thousandths(known: int, owed: int) -> int:
    """A share as it is compared."""
    return round(THOUSAND * known / owed)


def spread_of(centers: Sequence[CenterSums]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Quartiles by item in thousandths with the number of centers, and the sorted shares that they are made of.

    Args:
        centers: those with a green quarter.
    """
    names = sorted({name for center in centers for name in center.items})
    places = {name: shares for name in names if len(shares := _shares(centers, name)) >= MIN_CENTERS}
    peers = {}
    for name, shares in places.items():
        q1, median, q3 = (PERCENT * round(value / PERCENT) for value in quartiles(shares))
        peers[name] = {"centers": len(shares), "q1": q1, "median": median, "q3": q3}
    return peers, places


def place_of(share: int, shares: Sequence[int]) -> int:
    """The place of a share among all, 1 for the highest; equal shares have equal places."""
    return 1 + sum(other > share for other in shares)


def public_sums(centers: Sequence[CenterSums]) -> dict[str, dict[str, int]]:
    """Item -> rounded `n` known of `of` owed over all centers; hidden items are absent."""
    names = sorted({name for center in centers for name in center.items})
    return {name: shown for name in names if (shown := _public(centers, name))}


def _shares(centers: Iterable[CenterSums], name: str) -> list[int]:
    pairs = [center.items[name] for center in centers if name in center.items]
    return sorted(share_in_thousandths(known, owed) for known, owed in pairs if owed >= MIN_EXAMS)


def _public(centers: Iterable[CenterSums], name: str) -> dict[str, int] | None:
    pairs = [center.items[name] for center in centers if name in center.items and center.items[name][1]]
    known, owed = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    n_behind = sum(pair[1] >= MIN_EXAMS for pair in pairs)
    if n_behind < MIN_CENTERS or _is_small(known) or _is_small(owed - known):
        return None
    of = _rounded(owed)
    return {"n": min(_rounded(known), of), "of": of}


def _is_small(count: int) -> bool:
    return 0 < count < MIN_EXAMS


def _rounded(count: int) -> int:
    return (count + ROUND_TO // 2) // ROUND_TO * ROUND_TO
