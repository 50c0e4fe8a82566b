"""Generated pages of the reference: every check with its examples, every formula with its version."""

from collections.abc import Iterator

from cmr_dictionary.checking.book import RULE_GROUPS
from cmr_dictionary.checking.telling import names, told
from cmr_dictionary.checks import Rule, Severity
from cmr_dictionary.derivations import INDEXING, derivations


def checks_lines() -> Iterator[str]:
    """The rules by subject, each under its name."""
    for name, rules in RULE_GROUPS.items():
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
    yield from (f"- passes: {told(example, _code)}" for example in rule.passing)
    yield from (
        f"- fails: {told(example, _code)} (names {names(example.items, _code)})" for example in rule.failing
    )
    yield ""


def _code(text: str) -> str:
    return f"`{text}`"
