"""Layer 1: what the words of the series say (rules/series_rules.csv, tuned on 1,706 descriptions).

The description is read first; the protocol name speaks only where the description says nothing about the
class or the view. Text never decides alone against header physics: see `cmr_imaging.recognition`.
"""

import csv
import functools
import io
import re
from dataclasses import dataclass
from importlib import resources

from cmr_imaging.kinds import SeriesKind, View

CANDIDATE = "cine_candidate"
"""Rule of the fallback stage: a view without a class, which needs header proof to become a cine."""


@dataclass(frozen=True, slots=True)
class TextRule:
    """One row of the rules: its order number, what it decides, and the expression that must match."""

    order: int
    kind: SeriesKind | None
    view: View | None
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class TextReading:
    """What the text layer found.

    Attributes:
        kind: class, `unknown` where no class rule matched.
        view: view, `unknown` where no view rule matched.
        rule: order numbers of the rules that matched, such as `117+206`; empty where none did.
    """

    kind: SeriesKind
    view: View
    rule: str


@functools.cache
def rules() -> tuple[TextRule, ...]:
    """The class and view rules in their order."""
    table = (resources.files("cmr_imaging") / "rules" / "series_rules.csv").read_text(encoding="utf-8")
    return tuple(
        TextRule(
            order=int(row["order"]),
            kind=SeriesKind(row["class"]) if row["stage"] == "class" else None,
            view=view_of_rule(row["view"]) if row["stage"] == "view" else None,
            pattern=re.compile(row["regex"]),
        )
        for row in csv.DictReader(io.StringIO(table))
        if row["stage"] in ("class", "view")
    )


def view_of_rule(word: str) -> View:
    """The view that a row of the rules names; the rules write `lvot_3ch` for the 3-chamber view."""
    return View.THREE_CHAMBER if word == "lvot_3ch" else View(word)


def normalized(text: str) -> str:
    """Split camel case, lower the case, keep letters, digits and asterisks, one blank around every word."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower()
    return f" {re.sub(r'[^a-z0-9*]+', ' ', split).strip()} "


def read_text(*texts: str) -> TextReading:
    """First matching class and first matching view, the first text that has one being heard first."""
    words = [normalized(text) for text in texts]
    kind = next((rule for text in words if (rule := _first(text, of_kind=True))), None)
    view = next((rule for text in words if (rule := _first(text, of_kind=False))), None)
    matched = [str(rule.order) for rule in (kind, view) if rule is not None]
    if kind is None and view is not None:
        matched.insert(0, CANDIDATE)
    return TextReading(
        kind=SeriesKind.UNKNOWN if kind is None or kind.kind is None else kind.kind,
        view=View.UNKNOWN if view is None or view.view is None else view.view,
        rule="+".join(matched),
    )


def _first(text: str, *, of_kind: bool) -> TextRule | None:
    return next(
        (rule for rule in rules() if (rule.kind is not None) == of_kind and rule.pattern.search(text)), None
    )
