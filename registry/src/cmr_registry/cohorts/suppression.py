"""Which counts of an answer are hidden, so that no count of 1 to 10 persons can be worked out from the others.

Everything is decided as if a reader knew each shown number exactly; rounding comes on top and is not relied on.

*Flow.* What a step leaves out is a cell too: the drops and what is left at the end add up to everybody, and the
number of everybody is taken as known. A count of the flow is shown only where it differs by nothing or by at least
the threshold from the next one that is shown and from everybody; so hidden steps lie between two shown ones that are
at least a threshold apart, and each drop between them may be anything from nothing to all of it. Exams follow: they
are shown beside persons where the exams beyond one per person are none or enough, and where the same holds for what
the next shown step lost of those.

*Partitions.* A count of 1 to 10 is hidden, and with it every zero of its table, so that a hidden cell may be a zero. A
single hidden cell, or several whose sum stays below the threshold, would follow from the total: the smallest shown
cells are hidden too until at least two are and their sum reaches the threshold. Then each of them may be anything from
nothing to that sum, whatever the other tables say, since tables of one answer share nothing but the total.

*Overlapping tables* (several answers per person). Each answer stands against those who did not give it: both must be
none or enough. What is left is checked by the exact ranges of `ranges`; further answers are hidden, the smallest
first, or the largest first where the unknown cell is hidden, since the largest answer bounds it.

A total of 0 to 10 hides everything below it: whether there is one such person, or none, is not told.
"""

from cmr_registry.cohorts.ranges import is_wide, overlap_ranges
from cmr_registry.cohorts.raw import RawStep, RawTable

Shown = tuple[bool, ...]
"""One flag per step or cell."""


def persons_shown(steps: tuple[RawStep, ...], threshold: int) -> Shown:
    """Which person counts of the flow are shown, decided from the end, which matters most.

    Args:
        steps: the flow; the first one is everybody.
        threshold: the smallest count that may be shown.
    """
    shown: list[bool] = []
    everybody, after = steps[0].persons, None
    for step in reversed(steps):
        is_shown = (
            step.persons >= threshold
            and not step.is_near
            and _is_plain(everybody - step.persons, threshold)
            and (after is None or _is_plain(step.persons - after, threshold))
        )
        after = step.persons if is_shown else after
        shown.append(is_shown)
    return tuple(reversed(shown))


def exams_shown(steps: tuple[RawStep, ...], persons: Shown, threshold: int) -> Shown:
    """Which exam counts of the flow are shown beside the persons that are.

    Args:
        steps: the flow.
        persons: what `persons_shown` said.
        threshold: the smallest count that may be shown.
    """
    shown: list[bool] = []
    after = None
    for step, has_persons in zip(reversed(steps), reversed(persons), strict=True):
        extra = step.exams - step.persons
        is_shown = (
            has_persons
            and _is_plain(extra, threshold)
            and (after is None or _is_plain(extra - after, threshold))
        )
        after = extra if is_shown else after
        shown.append(is_shown)
    return tuple(reversed(shown))


def cells_shown(table: RawTable, total: int, threshold: int) -> Shown:
    """Which cells of a table are shown under a total that is shown.

    Args:
        table: its cells count persons of the total.
        total: persons.
        threshold: the smallest count that may be shown.
    """
    if table.is_partition:
        return _partition(table, threshold)
    return _overlap(table, total, threshold)


def _partition(table: RawTable, threshold: int) -> Shown:
    counts = [cell.persons for cell in table.cells]
    hidden = {
        i for i, cell in enumerate(table.cells) if cell.is_near or not _is_plain(cell.persons, threshold)
    }
    if hidden:
        hidden |= {i for i, count in enumerate(counts) if count == 0}
        for i in sorted(range(len(counts)), key=lambda i: (counts[i], i)):
            if len(hidden) >= 2 and sum(counts[j] for j in hidden) >= threshold:
                break
            hidden.add(i)
    return tuple(i not in hidden for i in range(len(counts)))


def _overlap(table: RawTable, total: int, threshold: int) -> Shown:
    unknown = sum(cell.persons for cell in table.cells if cell.is_unknown)
    hidden = {
        i
        for i, cell in enumerate(table.cells)
        if cell.is_near
        or not _is_plain(cell.persons, threshold)
        or not _is_plain(total - unknown - (0 if cell.is_unknown else cell.persons), threshold)
    }
    if hidden:
        hidden |= {i for i, cell in enumerate(table.cells) if cell.persons == 0 and not cell.is_unknown}
    sign = -1 if any(table.cells[i].is_unknown for i in hidden) else 1
    for i in sorted(range(len(table.cells)), key=lambda i: sign * table.cells[i].persons):
        shown = tuple(j not in hidden for j in range(len(table.cells)))
        if all(is_wide(span, threshold) for span in overlap_ranges(table, total, shown)):
            return shown
        hidden.add(i)
    return (False,) * len(table.cells)


def _is_plain(count: int, threshold: int) -> bool:
    """Nobody, or so many that nobody stands out."""
    return count == 0 or count >= threshold
