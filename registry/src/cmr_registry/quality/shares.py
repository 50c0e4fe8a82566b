"""A share as it is printed: numerator, denominator, and the percentage that both make. No database."""

from dataclasses import dataclass

NONE_ASKED = "none"


@dataclass(frozen=True, slots=True)
class Share:
    """`num` of `den`, as they are stored; nothing is printed that is not made of these two."""

    num: int
    den: int

    @property
    def percent(self) -> float | None:
        """In hundredths with one decimal, None of nothing."""
        return round(100 * self.num / self.den, 1) if self.den else None

    @property
    def text(self) -> str:
        """`87.3 %`; `none` of nothing."""
        return percent_text(self.num, self.den)

    @property
    def of(self) -> str:
        """`873 of 1,000`."""
        return f"{self.num:,} of {self.den:,}"

    def is_below(self, threshold: float) -> bool:
        """Whether it stays under a threshold between 0 and 1; nothing does of nothing."""
        return self.num < threshold * self.den


def percent_text(num: int, den: int) -> str:
    """A share as a percentage with one decimal; `none` of nothing."""
    return f"{100 * num / den:.1f} %" if den else NONE_ASKED
