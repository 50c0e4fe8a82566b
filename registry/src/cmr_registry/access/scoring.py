"""The arithmetic of a score sheet, exact and printed beside its result, so that a reader can recompute it (R36).

Pure: scores in, a sheet out. Numbers are fractions; what is printed with `=` is exact, what is rounded says `≈`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

from cmr_registry.access.score_sheets import Category, ScoreSheetForm

PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class CategoryResult:
    """What all reviewers together gave in one category.

    Attributes:
        category: of the sheet.
        scores: points in the order of the reviewers; None where one could not judge.
        missing: how many reviewers gave no points here, those whose sheet is not in yet included.
        mean, median: exact; None where nobody gave points.
        low, high: the range; None where nobody gave points.
        sd: sample standard deviation (n - 1), two decimals, half to even; None below two scores.
        outliers: for each score, whether it lies `outlier_distance` or more from the median.
        arithmetic: the mean as a sum that can be recomputed.
    """

    category: Category
    scores: tuple[int | None, ...]
    missing: int
    mean: Fraction | None
    median: Fraction | None
    low: int | None
    high: int | None
    sd: Decimal | None
    outliers: tuple[bool, ...]
    arithmetic: str

    @property
    def n(self) -> int:
        """How many reviewers gave points."""
        return sum(score is not None for score in self.scores)


@dataclass(frozen=True, slots=True)
class SheetResult:
    """The sheet of an application.

    Attributes:
        form: the version that it was scored under.
        categories: one result each, in the order of the form.
        n_sheets: sheets that are in.
        n_reviewers: reviewers who may score.
        total: weighted mean of the category means; None while a category has no score.
        arithmetic: the total as a sum that can be recomputed.
        has_quorum: every category has enough scores.
        suggestion: what the thresholds say of the total; empty without a total.
    """

    form: ScoreSheetForm
    categories: tuple[CategoryResult, ...]
    n_sheets: int
    n_reviewers: int
    total: Fraction | None
    arithmetic: str
    has_quorum: bool
    suggestion: str

    @property
    def needs_discussion(self) -> bool:
        """Reviewers are far apart somewhere: talk, then score again (F16)."""
        return any(any(result.outliers) for result in self.categories)


def sheet_result(
    form: ScoreSheetForm, sheets: Sequence[Mapping[str, int | None]], *, n_reviewers: int
) -> SheetResult:
    """Work out a sheet.

    Args:
        form: version of the sheet.
        sheets: category name -> points or None, one mapping per reviewer whose sheet is in.
        n_reviewers: reviewers who may score, those included whose sheet is not in yet.

    Raises:
        ValueError: points outside of the scale, or fewer reviewers than sheets.
    """
    if n_reviewers < len(sheets):
        raise ValueError("There are more sheets than reviewers.")
    results = tuple(_category(form, category, sheets, n_reviewers) for category in form.categories)
    means = [result.mean for result in results]
    total = None
    if None not in means:
        pairs = zip(form.categories, means, strict=True)
        total = sum((category.weight * mean for category, mean in pairs if mean is not None), Fraction(0))
    return SheetResult(
        form=form,
        categories=results,
        n_sheets=len(sheets),
        n_reviewers=n_reviewers,
        total=total,
        arithmetic=_total_words(results, total),
        has_quorum=all(result.n >= form.quorum for result in results),
        suggestion="" if total is None else form.suggestion(total),
    )


def number_words(number: Fraction) -> str:
    """A fraction as people read it: the decimal where it ends within four places, or else a rounded one.

    Returns:
        `7`, `6.25`, or `7.67` for 23/3.
    """
    exact = exact_words(number)
    return str(rounded(number)) if "/" in exact else exact


def exact_words(number: Fraction) -> str:
    """A fraction without any loss: a decimal where it ends within four places, or else `23/3`."""
    scaled = number * 10_000
    if scaled.denominator != 1:
        return f"{number.numerator}/{number.denominator}"
    text = f"{Decimal(scaled.numerator) / 10_000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number: Fraction) -> Decimal:
    """Two decimals, half to even, from the exact fraction."""
    hundredths = number * 100
    return (Decimal(round(hundredths)) / 100).quantize(PLACES)


def _category(
    form: ScoreSheetForm,
    category: Category,
    sheets: Sequence[Mapping[str, int | None]],
    n_reviewers: int,
) -> CategoryResult:
    scores = tuple(sheet.get(category.name) for sheet in sheets)
    given = sorted(score for score in scores if score is not None)
    if any(score not in form.points for score in given):
        raise ValueError("Points lie outside of the scale.")
    mean = Fraction(sum(given), len(given)) if given else None
    median = _median(given)
    distance = form.outlier_distance
    return CategoryResult(
        category=category,
        scores=scores,
        missing=n_reviewers - len(given),
        mean=mean,
        median=median,
        low=min(given, default=None),
        high=max(given, default=None),
        sd=_sd(given),
        outliers=tuple(
            score is not None and median is not None and abs(score - median) >= distance for score in scores
        ),
        arithmetic=_mean_words(given, mean),
    )


def _median(scores: Sequence[int]) -> Fraction | None:
    if not scores:
        return None
    ordered, half = sorted(scores), len(scores) // 2
    if len(scores) % 2:
        return Fraction(ordered[half])
    return Fraction(ordered[half - 1] + ordered[half], 2)


def _sd(scores: Sequence[int]) -> Decimal | None:
    if len(scores) < 2:
        return None
    mean = Fraction(sum(scores), len(scores))
    squares = sum(((score - mean) ** 2 for score in scores), Fraction(0))
    variance = squares / (len(scores) - 1)
    with localcontext() as context:
        context.prec = 50
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
        return root.quantize(PLACES, rounding=ROUND_HALF_EVEN)


def _mean_words(scores: Sequence[int], mean: Fraction | None) -> str:
    if mean is None:
        return "no score yet"
    total = " + ".join(str(score) for score in scores)
    return f"({total}) / {len(scores)} {_equals(mean)}"


def _total_words(results: Sequence[CategoryResult], total: Fraction | None) -> str:
    if total is None:
        return "no total yet: a category has no score"
    parts = " + ".join(
        f"{exact_words(result.category.weight)} × {exact_words(result.mean)}"
        for result in results
        if result.mean is not None
    )
    return f"{parts} {_equals(total)}"


def _equals(number: Fraction) -> str:
    exact = exact_words(number)
    return f"= {exact} ≈ {rounded(number)}" if "/" in exact else f"= {exact}"
