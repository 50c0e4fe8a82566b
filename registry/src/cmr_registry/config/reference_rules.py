"""Generated pages of the reference: every check with its examples, every formula with its version."""

from collections.abc import Iterable, Iterator, Mapping

from cmr_dictionary.checking.book import GROUPS
from cmr_dictionary.checking.single import SINGLE_RULES
from cmr_dictionary.checks import Example, Rule, Severity, Surroundings
from cmr_dictionary.derivations import INDEXING, derivations

LONGEST_EXAMPLE = 8
"""Values that an example shows; the segments of a map are told by their number."""


def checks_lines() -> Iterator[str]:
    """The rules by subject, each under its name."""
    groups: dict[str, Iterable[Rule]] = {"One value by itself": SINGLE_RULES}
    groups |= {name: [check.rule for check in checks] for name, checks in GROUPS.items()}
    for name, rules in groups.items():
        yield from (f"## {name}", "")
        for rule in rules:
            yield from _rule_lines(rule)


def derivations_lines() -> Iterator[str]:
    """The formulas as one table."""
    yield from (f"Volumes and mass are indexed by the body surface area of {INDEXING.value}.", "")
    yield from ("| item | version | formula | source |", "|---|---|---|---|")
    for one in derivations().values():
        yield f"| `{one.name}` | {one.version} | `{one.formula}` | {one.source} |"


def _rule_lines(rule: Rule) -> Iterator[str]:
    follows = "The value is refused." if rule.severity is Severity.REJECT else "A person is asked."
    yield from (f"### {rule.id}", "", f"**{rule.title}.** {rule.explanation}", "")
    yield from (f"Code `{rule.code.value}`. {follows} Who can mend it: {rule.who.value}.", "")
    yield from (f"- passes: {_told(example)}" for example in rule.passing)
    yield from (f"- fails: {_told(example)} (names {_names(example.items)})" for example in rule.failing)
    yield ""


def _told(example: Example) -> str:
    return "; ".join([_values(example.values), *_around(example.around)])


def _values(values: Mapping[str, object]) -> str:
    shown = [f"`{name} = {_value(value)}`" for name, value in list(values.items())[:LONGEST_EXAMPLE]]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more} more like them" if more else "")


def _value(value: object) -> str:
    return f"[{', '.join(str(part) for part in value)}]" if isinstance(value, list | tuple) else str(value)


def _around(around: Surroundings) -> Iterator[str]:
    if around.kinds is not None:
        yield f"series: {', '.join(sorted(around.kinds))}"
    if around.measured:
        yield f"the images state {_values(around.measured)}"
    if around.missing:
        yield "missing: " + ", ".join(f"{name} ({reason})" for name, reason in around.missing.items())
    if around.day is not None:
        yield f"day {around.day}"
    for other in around.other_exams:
        history = f", with {_names(sorted(other.history))}" if other.history else ""
        same = ", same measurements" if other.fingerprint else ""
        yield f"another exam on day {other.day}{history}{same}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
