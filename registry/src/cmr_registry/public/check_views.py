"""The public page of all checks: what each compares, and examples of which it says nothing or something."""

import functools
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cmr_dictionary.checking.book import RULE_GROUPS
from cmr_dictionary.checking.telling import names, told
from cmr_dictionary.checks import Rule, Severity
from cmr_registry.accounts.doors import public_door


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule with its examples in words; `failing` holds pairs of example and named items."""

    rule: Rule
    refuses: bool
    passing: tuple[str, ...]
    failing: tuple[tuple[str, str], ...]


@public_door("the checks are public: whoever delivers data may know by which rules they are read")
@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """Every check by subject; findings link to the place of their rule."""
    return render(
        request, "public/checks.html", {"groups": _groups(), "n": sum(len(g) for _, g in _groups())}
    )


@functools.cache
def _groups() -> tuple[tuple[str, tuple[ShownRule, ...]], ...]:
    return tuple((name, tuple(_shown(rule) for rule in rules)) for name, rules in RULE_GROUPS.items())


def _shown(rule: Rule) -> ShownRule:
    return ShownRule(
        rule=rule,
        refuses=rule.severity is Severity.REJECT,
        passing=tuple(told(example) for example in rule.passing),
        failing=tuple((told(example), names(example.items)) for example in rule.failing),
    )
