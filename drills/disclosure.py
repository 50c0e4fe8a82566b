"""Disclosure by attack: an integer program works out the range of every hidden count from everything printed.

The attacker knows the method: base of the rounding, threshold, that a shown count is none or enough, that shown steps
differ by none or enough, and the number of everybody. `EXACT` readers know every shown count to the unit besides,
which is more than anybody can. HiGHS finds the smallest and largest value of each hidden count; one inside 1 to 10 or
narrower than 10 is a leak (platforms.md F8, registry.md R31).
"""

import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_diag, csr_array

from cmr_registry.cohorts.disclosure import THRESHOLD, Kind, Number, Protected, protect
from cmr_registry.cohorts.raw import RawAnswer, RawCell, RawStep, RawTable
from cmr_registry.cohorts.rounding import BASE

SECRET = b"a secret of the drill"
NO_LIMIT = 1_000_000
TOTALS = (4, 11, 15, 25, 60, 130, 400, 3_000, 150_000)
SMALL = (0, 0, 1, 2, 3, 5, 8, 10, 11, 12, 15, 21, 40)


@dataclass
class Puzzle:
    """What an attacker writes down: unknown counts, their bounds, and the sums that tie them together."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    rows: list[tuple[dict[int, int], float, float]] = field(default_factory=list)
    targets: list[dict[int, int]] = field(default_factory=list)

    def unknown(self, low: float = 0, high: float = NO_LIMIT) -> int:
        """A new count; returns its number."""
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def tie(self, terms: dict[int, int], low: float, high: float = NO_LIMIT) -> None:
        """State that a sum lies in a range."""
        self.rows.append((terms, low, high))

    def ranges(self) -> list[tuple[int, int]]:
        """Smallest and largest value of each target: one integer program over copies of the puzzle."""
        if not self.targets:
            return []
        n, copies = len(self.low), 2 * len(self.targets)
        matrix = np.zeros((len(self.rows), n))
        for row, (terms, _, _) in enumerate(self.rows):
            for variable, factor in terms.items():
                matrix[row, variable] = factor
        cost = np.zeros((copies, n))
        for place, terms in enumerate(self.targets):
            for variable, factor in terms.items():
                cost[2 * place, variable], cost[2 * place + 1, variable] = factor, -factor
        below, above = (np.tile([row[i] for row in self.rows], copies) for i in (1, 2))
        found = milp(
            cost.ravel(),
            integrality=np.ones(n * copies),
            bounds=Bounds(np.tile(self.low, copies), np.tile(self.high, copies)),
            constraints=LinearConstraint(block_diag([csr_array(matrix)] * copies), below, above),
        )
        if not found.success:
            raise AssertionError(f"The printed answer contradicts itself: {found.message}")
        reached = (cost * np.round(found.x).reshape(copies, n)).sum(axis=1)
        return [(int(reached[2 * i]), int(-reached[2 * i + 1])) for i in range(len(self.targets))]


def leaks(raw: RawAnswer, printed: Protected, *, exact: bool, threshold: int = THRESHOLD) -> list[str]:
    """What an attacker learns that nobody may; empty when all is well.

    Args:
        raw: the truth; it tells what to attack and what an `exact` reader knows, nothing else.
        printed: what is shown.
        exact: the reader knows every shown count to the unit.
        threshold: of the registry.
    """
    if raw.steps[0].persons < threshold:
        numbers = [step.persons for step in printed.steps]
        return [str(number) for number in numbers if number.kind is not Kind.HIDDEN]
    puzzle = Puzzle()
    flow = _flow(puzzle, raw, printed, exact, threshold)
    same: dict[bytes, int] = {}
    for table, shown in zip(raw.tables, printed.tables, strict=True):
        cells = []
        for cell, shown_cell in zip(table.cells, shown.cells, strict=True):
            cells.append(puzzle.unknown(*_bounds(shown_cell.persons, cell.persons, exact, threshold)))
            if cell.mark in same:
                puzzle.tie({cells[-1]: 1, same[cell.mark]: -1}, 0, 0)
            same[cell.mark] = cells[-1]
            if shown_cell.persons.kind is Kind.HIDDEN:
                puzzle.targets.append({cells[-1]: 1})
        if table.is_partition:
            puzzle.tie(dict.fromkeys(cells, 1) | {flow[-1]: -1}, 0, 0)
        else:
            _tie_overlap(puzzle, table, cells, flow[-1])
    return [
        f"{terms}: {low}..{high}"
        for terms, (low, high) in zip(puzzle.targets, puzzle.ranges(), strict=True)
        if high - low < threshold - 1 or (low >= 1 and high < threshold)
    ]


def _flow(puzzle: Puzzle, raw: RawAnswer, printed: Protected, exact: bool, threshold: int) -> list[int]:
    """Unknowns of persons per step; exams are persons plus further exams, neither of which ever grows."""
    everybody = raw.steps[0].persons
    persons, extra = [], []
    for place, (step, shown) in enumerate(zip(raw.steps, printed.steps, strict=True)):
        bounds = _bounds(shown.persons, step.persons, exact, threshold)
        persons.append(puzzle.unknown(*((everybody, everybody) if place == 0 else bounds)))
        extra.append(puzzle.unknown())
        if shown.exams.kind is not Kind.HIDDEN:
            further = step.exams - step.persons
            puzzle.tie({persons[-1]: 1, extra[-1]: 1}, *_bounds(shown.exams, step.exams, exact, threshold))
            puzzle.tie({extra[-1]: 1}, threshold if further else 0, NO_LIMIT if further else 0)
        if place:
            for line in (persons, extra):
                puzzle.tie({line[-2]: 1, line[-1]: -1}, 0)
    shown_at = [i for i, step in enumerate(printed.steps) if i == 0 or step.persons.kind is not Kind.HIDDEN]
    _tie_shown(puzzle, persons, [step.persons for step in raw.steps], shown_at, threshold)
    shown_at = [i for i, step in enumerate(printed.steps) if step.exams.kind is not Kind.HIDDEN]
    _tie_shown(puzzle, extra, [step.exams - step.persons for step in raw.steps], shown_at, threshold)
    _aim_at_flow(puzzle, raw, printed, persons, extra, threshold)
    return persons


def _aim_at_flow(
    puzzle: Puzzle, raw: RawAnswer, printed: Protected, persons: list[int], extra: list[int], threshold: int
) -> None:
    """Aim at hidden counts, and at every difference between neighbors that is really one of 1 to 10 persons."""
    for place, shown in enumerate(printed.steps):
        truth = raw.steps[place]
        further = truth.exams - truth.persons
        if place and shown.persons.kind is Kind.HIDDEN:
            puzzle.targets.append({persons[place]: 1})
        if 1 <= further < threshold:
            puzzle.targets.append({extra[place]: 1})
        if place:
            before = raw.steps[place - 1]
            if 1 <= before.persons - truth.persons < threshold:
                puzzle.targets.append({persons[place - 1]: 1, persons[place]: -1})
            if 1 <= before.exams - before.persons - further < threshold:
                puzzle.targets.append({extra[place - 1]: 1, extra[place]: -1})


def _tie_shown(
    puzzle: Puzzle, line: list[int], truth: list[int], shown_at: list[int], threshold: int
) -> None:
    """The attacker knows that neighbors among the shown differ by nothing or enough, and which of both it is."""
    for one, other in itertools.pairwise(shown_at):
        is_same = truth[one] == truth[other]
        puzzle.tie({line[one]: 1, line[other]: -1}, 0 if is_same else threshold, 0 if is_same else NO_LIMIT)


def _tie_overlap(puzzle: Puzzle, table: RawTable, cells: list[int], total: int) -> None:
    unknown = {i: 1 for i, cell in zip(cells, table.cells, strict=True) if cell.is_unknown}
    answers = [i for i, cell in zip(cells, table.cells, strict=True) if not cell.is_unknown]
    for cell in answers:
        puzzle.tie({total: 1, cell: -1} | dict.fromkeys(unknown, -1), 0)
    puzzle.tie({total: -1} | unknown | dict.fromkeys(answers, 1), 0)


def _bounds(number: Number, truth: int, exact: bool, threshold: int) -> tuple[int, int]:
    if number.kind is Kind.HIDDEN:
        return 0, NO_LIMIT
    if number.kind is Kind.EXACT or exact:
        return truth, truth
    shown = number.value or 0
    return max(threshold, shown - BASE + 1), shown + BASE - 1


def random_answer(chance: random.Random) -> RawAnswer:
    """An answer full of small counts: flows with small drops, tables with small, empty and unknown cells."""
    sizes = [chance.choice(TOTALS)]
    for _ in range(chance.randrange(0, 7)):
        drop = chance.choice(SMALL) if chance.random() < 0.6 else chance.randrange(0, sizes[-1] + 1)
        sizes.append(max(0, sizes[-1] - drop))
    extra = [chance.choice(SMALL) if chance.random() < 0.5 else chance.randrange(0, sizes[0] + 1)]
    for _ in sizes[1:]:
        extra.append(max(0, extra[-1] - chance.choice(SMALL)))
    extra = [further if size else 0 for size, further in zip(sizes, extra, strict=True)]
    near = {size for size in sizes if chance.random() < 0.05} - {sizes[-1]}
    steps = tuple(
        RawStep(f"step {i}", size, size + further, b"%d" % size, size in near)
        for i, (size, further) in enumerate(zip(sizes, extra, strict=True))
    )
    tables = [_random_table(chance, f"item {i}", sizes[-1]) for i in range(chance.randrange(1, 9))]
    known = [_completeness(table, sizes[-1]) for table in tables[:3] if _unknown(table)]
    return RawAnswer(steps, (*tables, *known))


def _unknown(table: RawTable) -> int:
    return sum(cell.persons for cell in table.cells if cell.is_unknown)


def _completeness(table: RawTable, total: int) -> RawTable:
    """Known and not known of the same item: its second cell counts the same persons as the unknown of the table."""
    unknown = [cell for cell in table.cells if cell.is_unknown]
    cells = (RawCell("known", "known", total - _unknown(table), table.name.encode() + b" known"), *unknown)
    return RawTable(f"known:{table.name}", table.title, cells)


def _random_table(chance: random.Random, name: str, total: int) -> RawTable:
    unknown = min(total, chance.choice(SMALL)) if chance.random() < 0.7 else None
    known = total - (unknown or 0)
    is_partition = chance.random() < 0.7
    n = chance.randrange(1, 9)
    counts = _split(chance, known, n) if is_partition else _overlapping(chance, known, n)
    cells = [RawCell(str(i), f"{i}", count, f"{name} {i}".encode(), False) for i, count in enumerate(counts)]
    if unknown is not None:
        cells.append(RawCell("", "not known", unknown, f"{name} unknown".encode(), True))
    marked = (
        RawCell(c.code, c.label, c.persons, c.mark, c.is_unknown, chance.random() < 0.02) for c in cells
    )
    return RawTable(name, name, tuple(marked), is_partition)


def _split(chance: random.Random, total: int, n: int) -> list[int]:
    counts, rest = [], total
    for _ in range(n - 1):
        share = chance.choice(SMALL) if chance.random() < 0.6 else chance.randrange(0, rest + 1)
        counts.append(min(rest, share))
        rest -= counts[-1]
    counts.append(rest)
    chance.shuffle(counts)
    return counts


def _overlapping(chance: random.Random, known: int, n: int) -> list[int]:
    counts = [min(known, chance.choice(SMALL)) for _ in range(n)]
    counts = [known - count if chance.random() < 0.3 else count for count in counts]
    missing = known - sum(counts)
    return [*counts[:-1], counts[-1] + missing] if missing > 0 else counts


def attacks(seeds: range, both_every: int = 1) -> Iterator[tuple[int, int, list[str]]]:
    """Seed, hidden counts and leaks of one random answer after the other.

    Args:
        seeds: of the answers.
        both_every: the reader who knows intervals only, and so finds nothing that the exact one does not, attacks
            one answer in so many.
    """
    for seed in seeds:
        raw = random_answer(random.Random(seed))
        printed = protect(raw, secret=SECRET)
        numbers = [cell.persons for table in printed.tables for cell in table.cells]
        numbers += [step.persons for step in printed.steps]
        readers = (True,) if seed % both_every else (True, False)
        found = [leak for exact in readers for leak in leaks(raw, printed, exact=exact)]
        yield seed, sum(number.kind is Kind.HIDDEN for number in numbers), found


def run(n: int = 2_000) -> dict[str, float]:
    """Attack `n` random answers; figures for the page of drills."""
    begun = time.monotonic()
    rows = list(attacks(range(n)))
    return {
        "answers": len(rows),
        "hidden": sum(hidden for _, hidden, _ in rows),
        "leaks": sum(len(found) for _, _, found in rows),
        "seconds": round(time.monotonic() - begun, 1),
    }
