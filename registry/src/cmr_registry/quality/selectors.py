"""Reads of data quality. Pages read sums and findings, never exams, so their time does not grow with the registry."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from cmr_dictionary.checks import RULES, Severity
from cmr_registry.centers.models import Center
from cmr_registry.exams.models import Examination
from cmr_registry.quality.judging import REFUSED_RULE, judging_digest
from cmr_registry.quality.models import (
    Census,
    DataQuery,
    ExamCheck,
    Finding,
    PeerTally,
    QualityTally,
    Recheck,
)
from cmr_registry.quality.noting import ALL_TIME
from cmr_registry.quality.query_states import FOR_CENTER
from cmr_registry.quality.reporting import Report, report_of
from cmr_registry.quality.shares import Share

JSON_COLUMNS = ("items", "sources", "typed", "rules")
QUARTERS_SHOWN = 12
MONTHS_SHOWN = 24
EXPORT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class ItemCompleteness:
    """How complete an item is in the whole registry, rounded to tens; what stands on its public page."""

    known: Share
    n_centers: int


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What a list of findings shows; empty for all."""

    center: uuid.UUID | None = None
    quarter: str = ""
    severity: str = ""
    rule: str = ""
    item: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the checks are: exams that wait, and the newest order to check everything anew."""

    n_waiting: int
    n_tallies: int
    recheck: Recheck | None


def quarters_of(center: Center) -> list[QualityTally]:
    """The sums of a center's quarters, oldest first, without what they say of items."""
    rows = QualityTally.objects.filter(center=center, n_exams__gt=0).defer(*JSON_COLUMNS)
    return list(reversed(rows.order_by("-quarter")[:QUARTERS_SHOWN]))


def report_find(center: Center, quarter: str = "") -> Report | None:
    """The report of a center; of its newest quarter where none is named. None where nothing is counted."""
    history = quarters_of(center)
    tallies = QualityTally.objects.filter(center=center, n_exams__gt=0)
    tally = tallies.filter(quarter=quarter).first() if quarter else tallies.order_by("-quarter").first()
    if tally is None:
        return None
    peers = PeerTally.objects.filter(quarter=tally.quarter).first()
    return report_of(tally, peers=peers, history=history, census=census_months(center), rules=rule_titles())


def report_empty(center: Center, quarter: str) -> Report:
    """The report of a center of which nothing is counted."""
    return report_of(
        QualityTally(center=center, quarter=quarter),
        peers=None,
        history=(),
        census=census_months(center),
        rules=rule_titles(),
    )


def is_being_checked(center: Center) -> bool:
    """Whether exams of a center wait for their checks, or its sums to be counted."""
    waiting = ExamCheck.everything.filter(center=center, is_due=True).exists()
    return waiting or QualityTally.objects.filter(center=center, is_due=True).exists()


def census_months(center: Center) -> list[Census]:
    """The newest months that a hospital counted, oldest first."""
    return list(reversed(Census.objects.filter(center=center).order_by("-month")[:MONTHS_SHOWN]))


def quarter_tallies(quarter: str) -> QuerySet[QualityTally]:
    """The sums of every center of the open scope in a quarter, by name."""
    rows = QualityTally.objects.filter(quarter=quarter, n_exams__gt=0).defer(*JSON_COLUMNS)
    return rows.select_related("center").order_by("center__name", "pk")


def quarters_known() -> list[str]:
    """Quarters of which anything is counted in the open scope, newest first."""
    rows = QualityTally.objects.filter(n_exams__gt=0).order_by("-quarter").values_list("quarter", flat=True)
    return list(rows.distinct()[: 2 * QUARTERS_SHOWN])


def quarter_sums(quarter: str) -> Mapping[str, int]:
    """Sums over the centers of the open scope in a quarter."""
    names = ("n_exams", "n_green", "n_yellow", "n_red", "n_known", "n_answered", "n_obliged")
    sums = QualityTally.objects.filter(quarter=quarter).aggregate(
        **{f"sum_{name}": Sum(name) for name in names}
    )
    return {name: sums[f"sum_{name}"] or 0 for name in names}


def progress() -> Progress:
    """How far the checks are, over the open scope."""
    return Progress(
        n_waiting=ExamCheck.everything.filter(is_due=True).count(),
        n_tallies=QualityTally.objects.filter(is_due=True).count(),
        recheck=Recheck.objects.order_by("-pk").first(),
    )


def finding_list(wanted: FindingFilter) -> QuerySet[Finding]:
    """Findings of the open scope, errors first, with exam and center in the same query."""
    rows = Finding.objects.all()
    if wanted.center is not None:
        rows = rows.filter(center=wanted.center)
    exact = {
        name: value
        for name in ("quarter", "severity", "rule", "item", "who")
        if (value := getattr(wanted, name))
    }
    return rows.filter(**exact).select_related("examination", "center").order_by("severity", "id")


def findings_of(examination: Examination) -> list[Finding]:
    """What the checks found in one exam, errors first."""
    return list(Finding.objects.filter(examination=examination).order_by("severity", "id"))


def check_of(examination: Examination) -> ExamCheck | None:
    """What the checks said of one exam, None where it was never noted."""
    return ExamCheck.objects.filter(pk=examination.pk).defer("statuses").first()


def red_exams(centers: Collection[uuid.UUID]) -> int:
    """Exams of these centers with errors, out of the stored sums: what waits for a coordinator."""
    return QualityTally.objects.filter(center__in=centers).aggregate(n=Sum("n_red"))["n"] or 0


def queries_waiting(centers: Collection[uuid.UUID]) -> int:
    """Questions to these centers that wait for their answer."""
    states = [state.value for state in FOR_CENTER]
    return DataQuery.objects.filter(center__in=centers, state__in=states).count()


def errors_by_center() -> dict[uuid.UUID, tuple[int, int]]:
    """Center -> exams with errors, and questions, out of the stored sums; centers without any are absent."""
    rows = QualityTally.objects.values("center").annotate(red=Sum("n_red"), questions=Sum("n_questions"))
    found = rows.filter(Q(red__gt=0) | Q(questions__gt=0)).order_by()
    return {row["center"]: (row["red"], row["questions"]) for row in found}


def item_completeness(item: str) -> ItemCompleteness | None:
    """How complete an item is over all centers, for its public page; None where too little stands behind it."""
    row = PeerTally.objects.filter(quarter=ALL_TIME).first()
    counts = row.items.get(item) if row is not None else None
    if row is None or counts is None:
        return None
    return ItemCompleteness(Share(counts["n"], counts["of"]), row.n_centers)


def completeness_of_items() -> Mapping[str, ItemCompleteness]:
    """As `item_completeness`, for all items that may be shown, in one query; for lists of items."""
    row = PeerTally.objects.filter(quarter=ALL_TIME).first()
    if row is None:
        return {}
    return {
        name: ItemCompleteness(Share(counts["n"], counts["of"]), row.n_centers)
        for name, counts in row.items.items()
        if name
    }


def rule_titles() -> Mapping[str, str]:
    """Id of every rule -> what people call it."""
    return {
        **{rule.id: rule.title for rule in RULES.values()},
        REFUSED_RULE: "A value was refused on arrival",
    }


def is_current(check: ExamCheck) -> bool:
    """Whether an exam was judged by the present dictionary and checks, and has not changed since."""
    return not check.is_due and check.digest == judging_digest()


def finding_totals(wanted: FindingFilter) -> Mapping[str, int] | None:
    """How many findings there are by severity, out of the stored sums, whatever severity a list asks for.

    None for a filter of which no sum is stored: counting rows would take longer the more there are.
    """
    if wanted.item or wanted.who:
        return None
    tallies = QualityTally.objects.all()
    if wanted.center is not None:
        tallies = tallies.filter(center=wanted.center)
    if wanted.quarter:
        tallies = tallies.filter(quarter=wanted.quarter)
    if wanted.rule:
        rows = tallies.values_list("rules", flat=True)
        key = {severity.value: f"{severity.value} {wanted.rule}" for severity in Severity}
        counted = [
            (word, rules[name]["findings"]) for rules in rows for word, name in key.items() if name in rules
        ]
        return {severity.value: sum(n for word, n in counted if word == severity) for severity in Severity}
    sums = tallies.aggregate(errors=Sum("n_errors"), questions=Sum("n_questions"))
    return {Severity.REJECT.value: sums["errors"] or 0, Severity.WARN.value: sums["questions"] or 0}
