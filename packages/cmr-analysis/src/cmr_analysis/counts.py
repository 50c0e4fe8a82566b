"""Counts that carry their denominator: no number of a report stands alone (registry.md 2.1)."""

from dataclasses import dataclass

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from cmr_analysis.errors import MixedTechniqueError
from cmr_exchange.release import MISSING_SUFFIX

NO_CODE = "not_released"
TECHNIQUE = {
    "native_t1_ms": ("t1_scheme", "field_strength_t"),
    "post_t1_ms": ("t1_scheme", "field_strength_t"),
}
"""Item that must not be pooled over techniques -> items that tell the technique; z-scores may be pooled."""


@dataclass(frozen=True)
class Share:
    """`n` of `of`, with the 95 % Wilson interval of the proportion (JASA 1927;22:209).

    Attributes:
        label: what is counted.
        n: numerator, people.
        of: denominator, people for whom it is known.
        missing: people for whom it is not known.
    """

    label: str
    n: int
    of: int
    missing: int = 0

    @property
    def proportion(self) -> float | None:
        """N / of, None where nobody is known."""
        return self.n / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the proportion, None where nobody is known."""
        if not self.of:
            return None
        low, high = proportion_confint(self.n, self.of, method="wilson")
        return float(low), float(high)

    def __str__(self) -> str:
        text = f"{self.n} of {self.of}"
        if self.proportion is not None and self.interval is not None:
            low, high = self.interval
            text += f" ({self.proportion:.1%}, 95 % interval {low:.1%} to {high:.1%})"
        return f"{text}, missing {self.missing}"


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of a number, with n and missing."""

    label: str
    unit: str
    n: int
    missing: int
    quartiles: tuple[float, float, float] | None

    def __str__(self) -> str:
        if self.quartiles is None:
            return f"nobody known, missing {self.missing}"
        low, middle, high = self.quartiles
        unit = f" {self.unit}" if self.unit else ""
        return f"{middle:.1f}{unit} (quartiles {low:.1f} to {high:.1f}), n {self.n}, missing {self.missing}"


def share(label: str, answers: pd.Series) -> Share:
    """How many of those known answered yes.

    Args:
        label: what is counted.
        answers: nullable booleans, one per person.
    """
    known = answers.dropna()
    return Share(label, int(known.astype(bool).sum()), len(known), len(answers) - len(known))


def spread(label: str, unit: str, numbers: pd.Series) -> Spread:
    """Median and quartiles of those known."""
    known = numbers.dropna().astype(float)
    quartiles = None if known.empty else tuple(float(q) for q in known.quantile([0.25, 0.5, 0.75]))
    return Spread(label, unit, len(known), len(numbers) - len(known), quartiles)  # type: ignore[arg-type]


def spread_of(label: str, unit: str, people: pd.DataFrame, item: str) -> Spread:
    """Median and quartiles of an item, as `spread`; raw T1 only within one scheme and field.

    Raises:
        MixedTechniqueError: the item depends on a technique, and these people were measured with several, or one of
            them with an unknown one.
    """
    known = people[people[item].notna()]
    for technique in TECHNIQUE.get(item, ()):
        ways = known[technique]
        if ways.isna().any() or ways.nunique() > 1:
            raise MixedTechniqueError(
                f"{label} depends on {technique}: summarize each of its values apart, or pool z-scores."
            )
    return spread(label, unit, people[item].astype(float))


def missing_by_code(people: pd.DataFrame, item: str) -> dict[str, int]:
    """Why the item is missing: missing code -> people."""
    codes = people[item + MISSING_SUFFIX][people[item].isna()].fillna(NO_CODE)
    return {str(code): int(n) for code, n in codes.value_counts().sort_index().items()}
