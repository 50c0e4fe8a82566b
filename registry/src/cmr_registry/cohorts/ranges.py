"""What a reader could work out: the exact range of every hidden count, from everything shown.

The worst reader is assumed: one who knows each shown number to the unit. Counts of one answer are tied together by
little: the flow falls step by step, each table adds up to the total, answers of an overlapping table cover those of
whom the item is known. Each of these is a sum or an order around the total alone, without a cycle, so the bounds below
are not only safe but reached: an integer program finds the same (a test and a drill compare).
"""

from dataclasses import dataclass

from cmr_registry.cohorts.raw import RawStep, RawTable


@dataclass(frozen=True, slots=True)
class Span:
    """The smallest and the largest value that a hidden count could have."""

    low: int
    high: int


def is_wide(span: Span, threshold: int) -> bool:
    """Whether a range tells too little to matter: neither inside 1 to 10 nor narrower than 10 (threshold 11)."""
    return span.high - span.low >= threshold - 1


def chain_ranges(counts: tuple[int, ...], shown: tuple[bool, ...]) -> list[Span]:
    """Ranges of the hidden counts of a falling flow, and of each drop beside a hidden count.

    A hidden count between two equal shown ones is as open as they are, so it has no range of its own. Before the first
    shown count nothing bounds the hidden ones from above.

    Args:
        counts: never growing, not negative.
        shown: which a reader knows.
    """
    spans: list[Span] = []
    high: int | None = None
    for place, count in enumerate(counts):
        if shown[place]:
            high = count
        elif high is not None:
            low = next((counts[i] for i in range(place + 1, len(counts)) if shown[i]), 0)
            spans += [Span(low, high), Span(0, high - low)] if low < high else []
    return spans


def partition_ranges(table: RawTable, shown: tuple[bool, ...]) -> list[Span]:
    """Ranges of the hidden cells of a table in which each person stands once; the total is known.

    Args:
        table: its cells add up to the total.
        shown: which cells are shown.
    """
    hidden = [cell.persons for cell, is_shown in zip(table.cells, shown, strict=True) if not is_shown]
    rest = sum(hidden)
    return [Span(rest, rest)] if len(hidden) == 1 else [Span(0, rest)] * len(hidden)


def overlap_ranges(table: RawTable, total: int, shown: tuple[bool, ...]) -> list[Span]:
    """Ranges of the hidden cells of a table in which persons of whom the item is known stand at least once.

    Args:
        table: its cells count persons of the total.
        total: persons; known.
        shown: which cells are shown.
    """
    both = list(zip(table.cells, shown, strict=True))
    answers = [cell.persons for cell, is_shown in both if is_shown and not cell.is_unknown]
    n_hidden = sum(not is_shown and not cell.is_unknown for cell, is_shown in both)
    if any(cell.is_unknown and not is_shown for cell, is_shown in both):
        fewest = 0 if n_hidden else max(0, total - sum(answers))
        return [Span(fewest, total - max(answers, default=0)), *[Span(0, total)] * n_hidden]
    known = total - sum(cell.persons for cell in table.cells if cell.is_unknown)
    fewest = max(0, known - sum(answers)) if n_hidden == 1 else 0
    return [Span(fewest, known)] * n_hidden


def is_safe(
    steps: tuple[RawStep, ...],
    persons: tuple[bool, ...],
    exams: tuple[bool, ...],
    tables: tuple[tuple[RawTable, tuple[bool, ...]], ...],
    threshold: int,
) -> bool:
    """Whether every hidden count of an answer has a wide range; the last check before anything leaves.

    Everybody, the first step, is taken as known whether it is shown or not.

    Args:
        steps: the flow.
        persons: which counts of persons are shown.
        exams: which counts of exams are shown.
        tables: each table with the cells that are shown; none where the total is hidden.
        threshold: the smallest count that may be shown.
    """
    spans = chain_ranges(tuple(step.persons for step in steps), (True, *persons[1:]))
    spans += chain_ranges(tuple(step.exams - step.persons for step in steps), exams)
    for table, shown in tables:
        spans += (
            partition_ranges(table, shown)
            if table.is_partition
            else overlap_ranges(table, steps[-1].persons, shown)
        )
    return all(is_wide(span, threshold) for span in spans)
