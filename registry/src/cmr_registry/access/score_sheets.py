"""Score sheets as versioned configuration: categories, weights, direction, quorum, thresholds (R36).

Of the society's sheet only "9 points in four categories" and the first category are public (registry.md 2.4);
everything else stands here as a placeholder until the committee enters its own sheet under a new version. A score
names the version it was given under, so that it can be recomputed after a change.
"""

import enum
from dataclasses import dataclass
from fractions import Fraction

from cmr_registry.accounts.roles import Role


class Direction(enum.StrEnum):
    """Which end of the scale is the better one."""

    HIGHEST_IS_BEST = "9 is best, 1 is poorest"
    LOWEST_IS_BEST = "1 is best, 9 is poorest"


@dataclass(frozen=True, slots=True)
class Category:
    """One category of a score sheet.

    Attributes:
        name: stable short name, used in stored scores.
        title: as printed.
        help: what a reviewer looks at.
        weight: share of the total.
        is_placeholder: our wording stands in for the society's, which is not public.
    """

    name: str
    title: str
    help: str
    weight: Fraction
    is_placeholder: bool


@dataclass(frozen=True, slots=True)
class ScoreSheetForm:
    """A version of the score sheet.

    Attributes:
        version: named in every score.
        categories: in the order of the sheet; their weights add up to 1.
        lowest, highest: ends of the scale, whole points.
        direction: which end is the better one.
        quorum: scores that every category needs before the chair may decide.
        outlier_distance: points from the median at which a score is flagged for discussion.
        thresholds: (least favorable total, what it suggests), best first; the chair decides all the same.
        scoring_roles: who scores; chair and deputy read and decide.
    """

    version: str
    categories: tuple[Category, ...]
    lowest: int
    highest: int
    direction: Direction
    quorum: int
    outlier_distance: int
    thresholds: tuple[tuple[Fraction, str], ...]
    scoring_roles: frozenset[Role]

    def __post_init__(self) -> None:
        """Refuse a sheet whose arithmetic could not be right.

        Raises:
            ValueError: weights that do not add up to 1, or no quorum.
        """
        if sum(category.weight for category in self.categories) != 1:
            raise ValueError("The weights of a score sheet add up to 1.")
        if self.quorum < 1:
            raise ValueError("A quorum is one score at least.")

    @property
    def points(self) -> range:
        """The points that may be given."""
        return range(self.lowest, self.highest + 1)

    def suggestion(self, total: Fraction) -> str:
        """What the thresholds suggest for a total; the decision is the chair's."""
        best_is_high = self.direction is Direction.HIGHEST_IS_BEST
        for limit, words in self.thresholds:
            if total >= limit if best_is_high else total <= limit:
                return words
        return "decline"


QUARTER = Fraction(1, 4)

SHEETS: dict[str, ScoreSheetForm] = {
    "score-sheet-1": ScoreSheetForm(
        version="score-sheet-1",
        categories=(
            Category(
                "mission",
                "Alignment with SCMR Mission",
                "Does the question serve what the society stands for?",
                QUARTER,
                is_placeholder=False,
            ),
            Category(
                "feasibility",
                "Feasibility with Registry data",
                "Do the counts of the certificate, the items and the follow-up carry the question?",
                QUARTER,
                is_placeholder=True,
            ),
            Category(
                "merit",
                "Scientific merit and methods",
                "Is the question worth asking, and does the analysis plan answer it?",
                QUARTER,
                is_placeholder=True,
            ),
            Category(
                "team",
                "Team, environment and plan",
                "Can this team do it in the time, with the means that it names?",
                QUARTER,
                is_placeholder=True,
            ),
        ),
        lowest=1,
        highest=9,
        direction=Direction.HIGHEST_IS_BEST,
        quorum=2,
        outlier_distance=3,
        thresholds=(
            (Fraction(13, 2), "approve"),
            (Fraction(5), "approve with conditions"),
            (Fraction(3), "revise and resubmit"),
        ),
        scoring_roles=frozenset({Role.REVIEWER}),
    )
}
"""Every sheet that was ever in force, by version; none is removed."""

CURRENT = SHEETS["score-sheet-1"]
"""The sheet for reviews that begin now."""
