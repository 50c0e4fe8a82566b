"""The report of one center and quarter, put together once for page, PDF and CSV: all three print the same numbers.

It is made of stored sums only. Green quarters enter the comparison and see it, yellow ones see their own shares, red
ones see neither before their errors are mended (R16).
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmr_dictionary import load
from cmr_dictionary.case_report import SOURCE_WORDS
from cmr_dictionary.form_plan import FORM_HEADINGS
from cmr_registry.exams.selectors import MISSING_WORDS
from cmr_registry.quality.judging import minimum_items
from cmr_registry.quality.models import Census, PeerTally, QualityTally
from cmr_registry.quality.peers import OVERALL, THOUSAND, place_of, share_in_thousandths
from cmr_registry.quality.shares import Share
from cmr_registry.quality.thresholds import (
    ANSWERED_AT_LEAST,
    KNOWN_AT_LEAST,
    MIN_CENTERS,
    MIN_EXAMS,
    RED_EXAMS_AT_MOST,
)
from cmr_registry.quality.words import CENSUS_WORDS, COLOR_WORDS, Color

RULES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Comparison:
    """Other centers' shares of an item in thousandths, and the own place among them.

    Attributes:
        centers: that are compared, the own one with them.
        q1, median, q3: quartiles as shares of a thousand.
        place: of the own share, 1 for the highest; None where it is over too few exams to be among them.
    """

    centers: int
    q1: Share
    median: Share
    q3: Share
    place: int | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of the report.

    Attributes:
        name, label, form: of the dictionary.
        known, answered: shares of the exams that owe it.
        more: exams in which it is known though not owed.
        missing: why it is absent, in words, with the number of exams.
        errors, questions: exams with one.
        is_minimum: it belongs to the short form, by which colors are given.
        is_below: its share of known exams stays under the threshold.
        comparison: with other centers, None where none is shown.
    """

    name: str
    label: str
    form: str
    known: Share
    answered: Share
    more: int
    missing: tuple[tuple[str, int], ...]
    errors: int
    questions: int
    is_minimum: bool
    is_below: bool
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What one rule found: how often, in how many exams, and whether it is an error."""

    rule: str
    title: str
    is_error: bool
    findings: int
    exams: int


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One quarter of the trend."""

    quarter: str
    color: Color | None
    n_exams: int
    known: Share
    answered: Share
    red: Share


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of case completeness, as the hospital stated it."""

    month: str
    delivered: Share
    n_eligible: int | None
    source: str

    @property
    def is_odd(self) -> bool:
        """More delivered than made: the counts do not belong together."""
        return self.delivered.num > self.delivered.den


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Values of one source: share of all values, and exams with any."""

    words: str
    is_typed: bool
    values: Share
    exams: int


@dataclass(frozen=True, slots=True)
class Report:
    """The report of one center and quarter.

    Attributes:
        color: None where no exam is counted.
        why: sentences that say how the color came about.
        known, answered: all owed items of all exams.
        colors: share of the exams by color, green first.
        items: in the order of the dictionary; empty for a red quarter.
        comparison: of all owed items together.
        no_comparison: why there is none, empty where there is.
        rules: what was found, errors and then the most frequent first.
    """

    tally: QualityTally
    color: Color | None
    why: tuple[str, ...]
    known: Share
    answered: Share
    colors: tuple[tuple[Color, Share], ...]
    items: tuple[ItemLine, ...]
    comparison: Comparison | None
    no_comparison: str
    rules: tuple[RuleLine, ...]
    n_rules_more: int
    sources: tuple[SourceLine, ...]
    typed: Mapping[str, Any]
    trend: tuple[TrendLine, ...]
    months: tuple[MonthLine, ...]

    @property
    def minimum(self) -> tuple[ItemLine, ...]:
        """The items of the short form that any exam owes."""
        return tuple(line for line in self.items if line.is_minimum and line.known.den)

    @property
    def others(self) -> tuple[ItemLine, ...]:
        """All other owed items, the least complete first."""
        rest = [line for line in self.items if not line.is_minimum and line.known.den]
        return tuple(sorted(rest, key=lambda line: (line.known.percent or 0, -line.known.den)))


def report_of(
    tally: QualityTally,
    *,
    peers: PeerTally | None,
    history: Sequence[QualityTally],
    census: Sequence[Census],
    rules: Mapping[str, str],
) -> Report:
    """Put a report together.

    Args:
        tally: the sums of the quarter.
        peers: the comparison of the quarter, None where nothing is compared.
        history: sums of all quarters of the center, oldest first; items are not read.
        census: months of the center, oldest first.
        rules: id of a rule -> title.
    """
    color = Color(tally.color) if tally.color else None
    compared = peers if color is Color.GREEN else None
    items = () if color in (Color.RED, None) else _items(tally, compared)
    known = Share(tally.n_known, tally.n_obliged)
    comparison = _comparison(compared, OVERALL, known)
    found = rule_lines(tally, rules)
    return Report(
        tally=tally,
        color=color,
        why=_why(tally, color),
        known=known,
        answered=Share(tally.n_answered, tally.n_obliged),
        colors=tuple((one, Share(getattr(tally, f"n_{one.value}"), tally.n_exams)) for one in Color),
        items=items,
        comparison=comparison,
        no_comparison="" if comparison else _why_none(color),
        rules=found[:RULES_SHOWN],
        n_rules_more=max(0, len(found) - RULES_SHOWN),
        sources=_sources(tally.sources),
        typed=tally.typed,
        trend=tuple(map(trend_line, history)),
        months=tuple(map(_month, census)),
    )


def rule_lines(tally: QualityTally, rules: Mapping[str, str]) -> tuple[RuleLine, ...]:
    """What each rule found, errors first, then the most frequent."""
    lines = []
    for key, counts in tally.rules.items():
        severity, _, rule = key.partition(" ")
        title = rules.get(rule, rule or "another check")
        lines.append(RuleLine(rule, title, severity == "reject", counts["findings"], counts["exams"]))
    return tuple(sorted(lines, key=lambda line: (not line.is_error, -line.findings, line.rule)))


def trend_line(tally: QualityTally, *, for_registry: bool = False) -> TrendLine:
    """One quarter of the trend; the shares of a red one are for the registry only."""
    color = Color(tally.color) if tally.color else None
    is_shown = for_registry or color is not Color.RED
    return TrendLine(
        quarter=tally.quarter,
        color=color,
        n_exams=tally.n_exams,
        known=Share(tally.n_known, tally.n_obliged) if is_shown else Share(0, 0),
        answered=Share(tally.n_answered, tally.n_obliged) if is_shown else Share(0, 0),
        red=Share(tally.n_red, tally.n_exams),
    )


@functools.cache
def item_heading(name: str) -> tuple[str, str]:
    """Label and form of an item in words; the name where the dictionary has it no more."""
    item = load().items.get(name)
    if item is None:
        return name, ""
    return item.label, FORM_HEADINGS.get(item.form, item.form)


def _items(tally: QualityTally, peers: PeerTally | None) -> tuple[ItemLine, ...]:
    return tuple(_item(name, counts, peers) for name, counts in tally.items.items())


def _item(name: str, counts: Mapping[str, Any], peers: PeerTally | None) -> ItemLine:
    label, form = item_heading(name)
    known = Share(counts["n"], counts["of"])
    return ItemLine(
        name=name,
        label=label,
        form=form,
        known=known,
        answered=Share(counts.get("said", 0), counts["of"]),
        more=counts.get("more", 0),
        missing=tuple((MISSING_WORDS.get(code, code), n) for code, n in counts.get("missing", {}).items()),
        errors=counts.get("errors", 0),
        questions=counts.get("questions", 0),
        is_minimum=name in minimum_items(),
        is_below=known.is_below(KNOWN_AT_LEAST),
        comparison=_comparison(peers, name, known),
    )


def _comparison(peers: PeerTally | None, name: str, own: Share) -> Comparison | None:
    spread = peers.peers.get(name) if peers is not None else None
    if peers is None or spread is None:
        return None
    place = None
    if own.den >= MIN_EXAMS:
        place = place_of(share_in_thousandths(own.num, own.den), peers.places[name])
    q1, median, q3 = (Share(spread[part], THOUSAND) for part in ("q1", "median", "q3"))
    return Comparison(spread["centers"], q1, median, q3, place)


def _why(tally: QualityTally, color: Color | None) -> tuple[str, ...]:
    if color is None:
        return ("No exam of this quarter has been checked yet.",)
    if color is Color.RED:
        return (
            f"{tally.n_red:,} of {tally.n_exams:,} exams have errors; at most {RED_EXAMS_AT_MOST * 100:.0f} of 100"
            " may have any.",
            "Mend the errors below. Completeness and comparison are shown again as soon as they are mended.",
        )
    known = f"at least {KNOWN_AT_LEAST * 100:.0f} of 100 known"
    answered = f"at least {ANSWERED_AT_LEAST * 100:.0f} of 100 answered with a value or a reason"
    if color is Color.YELLOW:
        return (
            f"The exams are sound, but too few of the minimum items are complete: {known} and {answered} are asked.",
            "You see your own shares. The quarter enters the comparison when it is complete.",
        )
    return (f"The exams are sound and their minimum items complete: {known}, {answered}.",)


def _why_none(color: Color | None) -> str:
    if color is Color.GREEN:
        return (
            f"There is no comparison yet: at least {MIN_CENTERS} centers with a complete quarter and {MIN_EXAMS} exams"
            " each are needed, so that no center can be recognized."
        )
    return "Only complete (green) quarters are compared with other centers."


def _sources(sources: Mapping[str, Mapping[str, int]]) -> tuple[SourceLine, ...]:
    total = sum(counts["values"] for counts in sources.values())
    lines = [
        SourceLine(
            SOURCE_WORDS.get(name, name or "not stated"),
            name == "desk",
            Share(counts["values"], total),
            counts["exams"],
        )
        for name, counts in sources.items()
    ]
    return tuple(sorted(lines, key=lambda line: -line.values.num))


def _month(row: Census) -> MonthLine:
    delivered = Share(row.n_delivered, row.n_hospital)
    return MonthLine(row.month, delivered, row.n_eligible, CENSUS_WORDS.get(row.source, row.source))


def color_words(color: Color | None) -> str:
    """What a color means, with its name."""
    return f"{color.value.upper()}: {COLOR_WORDS[color]}" if color else "not counted yet"
