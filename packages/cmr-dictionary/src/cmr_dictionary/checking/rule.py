"""What a rule is: its name, its words, its examples, and the function that finds what breaks it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from cmr_dictionary.checking.case import Case
from cmr_dictionary.checking.problem import ALONE, Mender, Problem, Severity, Surroundings
from cmr_dictionary.errors import RejectReason

Hit = tuple[str, str]
"""Item, and the sentence for a person."""


@dataclass(frozen=True, slots=True)
class Example:
    """Values of one exam that keep or break a rule; in a failing one, `items` are those that the rule names."""

    values: Mapping[str, object] = field(hash=False)
    around: Surroundings = ALONE
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One check as people read it.

    Attributes:
        id: stable name, as its section of docs/reference/checks.md is addressed.
        code: word of `RejectReason` of its problems.
        severity: reject where the values cannot be, warn where a person is asked.
        title: in a few words.
        explanation: what is compared, and why.
        who: who can mend it.
        passing: examples of which it says nothing.
        failing: examples that it names.
    """

    id: str
    code: RejectReason
    severity: Severity
    title: str
    explanation: str
    who: Mender
    passing: tuple[Example, ...]
    failing: tuple[Example, ...]

    def problem(self, item: str, sentence: str) -> Problem:
        """The problem of an item under this rule."""
        return Problem(item, self.code, self.severity, sentence, self.id, self.who)


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over values taken together, and how it is found.

    Attributes:
        rule: the rule.
        reads: it is run where one of these items is stated; empty: always.
        find: what breaks the rule.
        needs_whole: it asks for what is absent, so it is run only where the whole exam is known (`check_exam`).
    """

    rule: Rule
    reads: frozenset[str]
    find: "Finder"
    needs_whole: bool = False


Finder = Callable[[Case], Iterator[Hit]]


def good(values: Mapping[str, object], around: Surroundings = ALONE) -> Example:
    """An example of which the rule says nothing."""
    return Example(values, around)


def bad(values: Mapping[str, object], *items: str, around: Surroundings = ALONE) -> Example:
    """An example in which the rule names these items."""
    return Example(values, around, items)


@dataclass(frozen=True, slots=True)
class Words:
    """How a rule is told to people."""

    id: str
    title: str
    explanation: str


def across(
    words: Words,
    *examples: Example,
    reads: tuple[str, ...],
    code: RejectReason = RejectReason.CROSS_FIELD,
    severity: Severity = Severity.WARN,
    who: Mender = Mender.READER,
    needs_whole: bool = False,
) -> Callable[[Finder], Check]:
    """Make a finder a check.

    Args:
        words: name, title and explanation of its rule.
        examples: at least one that passes and one that fails; those that name items fail.
        reads: see `Check`.
        code: word of the rule's problems.
        severity: reject only what cannot be.
        who: who can mend it.
        needs_whole: see `Check`.
    """
    passing = tuple(example for example in examples if not example.items)
    failing = tuple(example for example in examples if example.items)
    rule = Rule(words.id, code, severity, words.title, words.explanation, who, passing, failing)
    return lambda find: Check(rule, frozenset(reads), find, needs_whole)
