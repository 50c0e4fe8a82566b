"""What the checks make of one exam: its color, a status per item, problems with who can mend them. No database."""

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_dictionary import Missing, derive, load, settled
from cmr_dictionary.checks import (
    RULES,
    Mender,
    OtherExam,
    Problem,
    Severity,
    Surroundings,
    check_exam,
    fingerprint,
    lasting_history,
)
from cmr_dictionary.errors import RejectReason
from cmr_dictionary.modules import REGISTRY, Obligation, modules
from cmr_dictionary.obligations import obliged
from cmr_exchange.canonical import sha256_hex
from cmr_registry.quality.statuses import (
    KNOWN,
    LAYOUT_LENGTH,
    LETTERS,
    NOTHING_SAID,
    QUESTIONED,
    count_letters,
    counted_items,
    layout,
    statuses_of,
)
from cmr_registry.quality.thresholds import exam_color
from cmr_registry.quality.words import Color

Entries = Mapping[str, Mapping[str, Any]]
"""All forms of an exam together, as in `exams.versions.Document`."""
REFUSED_RULE = "refused-on-arrival"
REFUSED_SENTENCE = "The newest delivery stated a value that was refused and is not stored: {}"
METHOD = 1
"""Counts up when this module judges otherwise, so that all exams are judged anew."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one exam.

    Attributes:
        entries: stored values and missing codes by item.
        kinds: kinds of its recognized series, None where it has no images.
        measured: what the images say of items.
        day: day from the subject's origin.
        others: the subject's other exams, each as day and plain values.
        refused: item -> sentence, for values that its newest delivery stated and that were not stored.
    """

    entries: Entries
    kinds: frozenset[str] | None
    measured: Mapping[str, object]
    day: int | None
    others: tuple[tuple[int | None, Mapping[str, object]], ...]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks make of one exam; counts are those of `models.ExamCheck`."""

    color: Color
    statuses: str
    problems: tuple[Problem, ...]
    n_obliged: int
    n_known: int
    n_answered: int
    n_by_source: Mapping[str, int]

    @property
    def n_errors(self) -> int:
        """Errors."""
        return sum(problem.severity is Severity.REJECT for problem in self.problems)

    @property
    def n_questions(self) -> int:
        """Questions."""
        return len(self.problems) - self.n_errors


@functools.cache
def judging_digest() -> str:
    """Fingerprint of everything that a judgment hangs on: the order of items, then dictionary and checks."""
    rules = "\n".join(f"{rule.id} {rule.severity} {rule.explanation}" for rule in RULES.values())
    owed = sorted(f"{name} {wanted}" for name, wanted in modules()[REGISTRY].items.items())
    meaning = "\n".join((str(METHOD), load().version, load().digest, rules, *owed))
    return layout() + sha256_hex(meaning.encode())[:LAYOUT_LENGTH]


@functools.cache
def minimum_items() -> frozenset[str]:
    """The items of the short form, by which colors are given."""
    items = modules()[REGISTRY].items
    return frozenset(name for name, wanted in items.items() if wanted == Obligation.MINIMUM)


def plain_values(entries: Entries) -> dict[str, object]:
    """Plain values by item in the codes of the present dictionary; what is missing is absent."""
    items, values = load().items, {}
    for name, entry in entries.items():
        if "value" in entry:
            value = settled(items[name], entry["value"]) if name in items else entry["value"]
            if not isinstance(value, Missing):
                values[name] = value
    return values


def judge(known: Known) -> Judged:
    """Check one exam."""
    values = plain_values(known.entries)
    missing = {name: str(entry["missing"]) for name, entry in known.entries.items() if "missing" in entry}
    around = Surroundings(
        kinds=known.kinds,
        day=known.day,
        other_exams=tuple(
            OtherExam(day, fingerprint(other), lasting_history(other)) for day, other in known.others
        ),
        missing=missing,
        measured=known.measured,
    )
    problems = _once((*check_exam(values, around), *_refused(known)))
    owed = frozenset(obliged({**values, **derive(values)}, known.kinds))
    errors = frozenset(problem.item for problem in problems if problem.severity is Severity.REJECT)
    questions = frozenset(problem.item for problem in problems)
    statuses = statuses_of(known.entries, obliged=owed, errors=errors, questions=questions)
    return _judged(statuses, problems, known.entries)


def _judged(statuses: str, problems: tuple[Problem, ...], entries: Entries) -> Judged:
    short = "".join(statuses[place] for place in _minimum_places())
    color = exam_color(
        n_errors=sum(problem.severity is Severity.REJECT for problem in problems),
        asked=count_letters(short, (NOTHING_SAID, *LETTERS)),
        known=count_letters(short, (KNOWN, QUESTIONED)),
        answered=count_letters(short, LETTERS),
    )
    return Judged(
        color=color,
        statuses=statuses,
        problems=problems,
        n_obliged=count_letters(statuses, (NOTHING_SAID, *LETTERS)),
        n_known=count_letters(statuses, (KNOWN, QUESTIONED)),
        n_answered=count_letters(statuses, LETTERS),
        n_by_source=Counter(str(entry.get("source", "")) for entry in entries.values() if "value" in entry),
    )


@functools.cache
def _minimum_places() -> tuple[int, ...]:
    return tuple(place for place, name in enumerate(counted_items()) if name in minimum_items())


def _refused(known: Known) -> tuple[Problem, ...]:
    """Values that were refused on arrival and that nobody has stated since."""
    return tuple(
        Problem(
            item,
            RejectReason.SELECTION,
            Severity.REJECT,
            REFUSED_SENTENCE.format(sentence),
            REFUSED_RULE,
            Mender.COORDINATOR,
        )
        for item, sentence in known.refused.items()
        if item not in known.entries
    )


def _once(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first problem of each item, rule and code."""
    found = {(problem.item, problem.rule, problem.code): problem for problem in reversed(problems)}
    return tuple(reversed(found.values()))
