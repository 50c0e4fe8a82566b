"""The score sheet as it is printed and kept with the decision: numbers and arithmetic, no names (R36)."""

from typing import Any

from cmr_registry.access.scoring import CategoryResult, SheetResult, exact_words, number_words


def printed_sheet(result: SheetResult) -> dict[str, Any]:
    """A document of the sheet from which a reader can recompute every number."""
    form = result.form
    return {
        "sheet_version": form.version,
        "direction": form.direction.value,
        "quorum": form.quorum,
        "has_quorum": result.has_quorum,
        "n_sheets": result.n_sheets,
        "n_reviewers": result.n_reviewers,
        "categories": [_category(one) for one in result.categories],
        "total": "" if result.total is None else number_words(result.total),
        "arithmetic": result.arithmetic,
        "suggestion": result.suggestion,
        "needs_discussion": result.needs_discussion,
    }


def _category(result: CategoryResult) -> dict[str, Any]:
    return {
        "name": result.category.name,
        "title": result.category.title,
        "is_placeholder": result.category.is_placeholder,
        "weight": exact_words(result.category.weight),
        "scores": sorted(score for score in result.scores if score is not None),
        "n": result.n,
        "missing": result.missing,
        "mean": "" if result.mean is None else number_words(result.mean),
        "median": "" if result.median is None else number_words(result.median),
        "low": result.low,
        "high": result.high,
        "sd": "" if result.sd is None else str(result.sd),
        "outlier": any(result.outliers),
        "arithmetic": result.arithmetic,
    }
