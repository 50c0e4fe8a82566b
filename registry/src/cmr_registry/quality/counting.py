"""Sums over exams out of their statuses: numerators and denominators as reports print them. No database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmr_registry.quality.judging import minimum_items
from cmr_registry.quality.statuses import (
    KNOWN,
    LETTERS,
    MISSING_LETTERS,
    NOTHING_SAID,
    QUESTIONED,
    REFUSED,
    counted_items,
)
from cmr_registry.quality.thresholds import quarter_color
from cmr_registry.quality.words import Color

TYPED_SOURCE = "desk"
OWED = (NOTHING_SAID, *LETTERS)

Counts = dict[str, int | dict[str, int]]
"""Of one item: `n` known of `of` owed, `said` answered of those, `more` known though not owed, `errors`, `questions`,
`missing`: code -> exams that owe it. Zeros are left out, but for `n` and `of`."""


@dataclass(frozen=True, slots=True)
class ExamRow:
    """What a sum takes of one exam."""

    statuses: str
    color: str
    n_errors: int
    n_questions: int
    by_source: Mapping[str, int]


@dataclass(slots=True)
class Sums:
    """Sums of exams; exams are added in chunks, so that memory does not grow with them."""

    n_exams: int = 0
    colors: Counter[str] = field(default_factory=Counter)
    n_errors: int = 0
    n_questions: int = 0
    letters: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    values_by_source: Counter[str] = field(default_factory=Counter)
    exams_by_source: Counter[str] = field(default_factory=Counter)
    typed: list[int] = field(default_factory=list)

    def add(self, rows: Sequence[ExamRow]) -> None:
        """Add exams, all of the present layout."""
        if not rows:
            return
        self.n_exams += len(rows)
        self.colors.update(row.color for row in rows)
        self.n_errors += sum(row.n_errors for row in rows)
        self.n_questions += sum(row.n_questions for row in rows)
        for letter, counts in _letters(rows).items():
            self.letters[letter] = self.letters.get(letter, 0) + counts
        for row in rows:
            self.values_by_source.update(row.by_source)
            self.exams_by_source.update(row.by_source.keys())
            self.typed.append(row.by_source.get(TYPED_SOURCE, 0))

    def fields(self) -> dict[str, Any]:
        """Fields of `models.QualityTally`, without the rules."""
        items = self.items()
        return {
            "color": self.color(items).value if self.n_exams else "",
            "n_exams": self.n_exams,
            **{f"n_{color.value}": self.colors[color.value] for color in Color},
            "n_obliged": _total(items.values(), "of"),
            "n_known": _total(items.values(), "n"),
            "n_answered": _total(items.values(), "said"),
            "n_errors": self.n_errors,
            "n_questions": self.n_questions,
            "items": items,
            "sources": self.sources(),
            "typed": self.typed_items(),
        }

    def items(self) -> dict[str, Counts]:
        """Counts by item, in the order of the dictionary; items of which nothing is said or owed are absent."""
        return {
            name: counts
            for place, name in enumerate(counted_items())
            if (counts := self._counts(place)) != {"n": 0, "of": 0}
        }

    def color(self, items: Mapping[str, Counts]) -> Color:
        """The color of these exams together."""
        short = [counts for name, counts in items.items() if name in minimum_items()]
        return quarter_color(
            n_exams=self.n_exams,
            n_red=self.colors[Color.RED.value],
            asked=_total(short, "of"),
            known=_total(short, "n"),
            answered=_total(short, "said"),
        )

    def sources(self) -> dict[str, dict[str, int]]:
        """Source -> values that came from it, and exams with any."""
        return {
            source: {"values": n, "exams": self.exams_by_source[source]}
            for source, n in sorted(self.values_by_source.items())
        }

    def typed_items(self) -> dict[str, float]:
        """How many items a person typed: in all, per exam (quartiles), and in how many exams any."""
        if not self.typed:
            return {}
        q1, median, q3 = quartiles(self.typed)
        return {
            "items": sum(self.typed),
            "exams": sum(n > 0 for n in self.typed),
            "q1": q1,
            "median": median,
            "q3": q3,
        }

    def _counts(self, place: int) -> Counts:
        def n(*letters: str) -> int:
            return sum(int(self.letters[letter][place]) for letter in letters if letter in self.letters)

        rest = {
            "said": n(*LETTERS),
            "more": n(KNOWN.lower(), QUESTIONED.lower()),
            "errors": n(REFUSED, REFUSED.lower()),
            "questions": n(QUESTIONED, QUESTIONED.lower()),
        }
        counts: Counts = {"n": n(KNOWN, QUESTIONED), "of": n(*OWED)}
        counts |= {name: count for name, count in rest.items() if count}
        missing = {code: found for code, letter in MISSING_LETTERS.items() if (found := n(letter))}
        return counts | ({"missing": missing} if missing else {})


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median and third quartile of at least one value (inclusive method, R type 7)."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    first, second, third = quantiles(values, n=4, method="inclusive")
    return first, second, third


def _letters(rows: Sequence[ExamRow]) -> dict[str, NDArray[np.int64]]:
    """Letter -> how many exams have it, by place."""
    table = np.frombuffer("".join(row.statuses for row in rows).encode("ascii"), dtype=np.uint8)
    table = table.reshape(len(rows), len(counted_items()))
    seen = [chr(code) for code in np.unique(table)]
    return {letter: (table == ord(letter)).sum(axis=0, dtype=np.int64) for letter in seen}


def _total(items: Iterable[Mapping[str, Any]], name: str) -> int:
    return sum(int(counts.get(name, 0)) for counts in items)
