"""The numbers by which exams, quarters and items are judged, and below which nothing is compared. Defaults, ours."""

from cmr_registry.quality.words import Color

ANSWERED_AT_LEAST = 0.95
"""Share of the minimum items of an exam or quarter that have a value or a stated reason why they have none."""
KNOWN_AT_LEAST = 0.80
"""Share of the minimum items of an exam or quarter that have a value; also the threshold of a single item."""
RED_EXAMS_AT_MOST = 0.01
"""Share of the exams of a quarter that may have errors."""
MIN_CENTERS = 5
"""Fewer centers are never compared (R20)."""
MIN_EXAMS = 11
"""A share over fewer exams never enters a comparison, and no smaller count is public (R20)."""


def exam_color(*, n_errors: int, asked: int, known: int, answered: int) -> Color:
    """The color of one exam (R16).

    Args:
        n_errors: errors that the checks found.
        asked: minimum items that the exam owes.
        known: those of them with a value.
        answered: those with a value, or with a reason why they have none.
    """
    if n_errors:
        return Color.RED
    return Color.GREEN if is_complete(asked=asked, known=known, answered=answered) else Color.YELLOW


def quarter_color(*, n_exams: int, n_red: int, asked: int, known: int, answered: int) -> Color:
    """The color of a quarter: red where too many exams are, else as complete as its exams together."""
    if n_red > RED_EXAMS_AT_MOST * n_exams:
        return Color.RED
    return Color.GREEN if is_complete(asked=asked, known=known, answered=answered) else Color.YELLOW


def is_complete(*, asked: int, known: int, answered: int) -> bool:
    """Whether enough of what is asked is answered, and enough of it known."""
    return answered >= ANSWERED_AT_LEAST * asked and known >= KNOWN_AT_LEAST * asked
