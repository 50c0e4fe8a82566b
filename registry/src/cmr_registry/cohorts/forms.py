"""What the builder page offers to choose from."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from cmr_exchange.followup import EventKind
from cmr_imaging.kinds import SeriesKind
from cmr_registry.cohorts.building import NUMBER_OPS, OP_WORDS
from cmr_registry.cohorts.conditions import DEATH, Op
from cmr_registry.cohorts.spreading import TITLES

MORE_TITLES = {"series": "Kinds of images", "known": "Known values"}
FACTS = [
    ("year", "Year of the exam"),
    ("age", "Age at the exam"),
    ("number", "Number of the exam among the person's"),
    ("day_gap", "Days since the person's exam before"),
    ("has_images", "The exam has images"),
]
INDEXES = [
    ("first", "First exam of each person that fulfills all"),
    ("last", "Last exam of each person that fulfills all"),
    ("any", "Every exam that fulfills all"),
]


def _select(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=widget)


def _input(label: str, kind: str = "text", **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control", "type": kind, **attrs})
    return forms.CharField(label=label, required=False, widget=widget)


class BuilderForm(forms.Form):
    """Fields beside the value of an item; `building` reads what was filled in, and says what is wrong with it."""

    index = _select("Which exam of a person counts", INDEXES)
    min_follow_up_days = _input("Died, or watched for at least (days)", "number", min=1, step=1)
    exam = _select("Fact", FACTS)
    exam_op = _select(
        "Comparison", [(op.value, OP_WORDS[op]) for op in NUMBER_OPS if op not in (Op.KNOWN, Op.MISSING)]
    )
    exam_value = _input("Value", "number", step="any")
    exam_value_to = _input("to (for: is from ... to ...)", "number", step="any")
    series = _select(
        "Kind", [(kind.value, kind.label) for kind in SeriesKind if kind is not SeriesKind.UNKNOWN]
    )
    at_least = _input("At least how many", "number", min=1, step=1)
    event = _select(
        "Event", [(DEATH, "death"), *((kind.value, kind.value.replace("_", " ")) for kind in EventKind)]
    )
    happened = _select("Recorded", [("yes", "is recorded"), ("no", "is not recorded")])
    event_from = _input("From day (0 is the exam; empty: any)", "number", step=1)
    event_through = _input("Through day (empty: any)", "number", step=1)


def breakdown_choices(offered: Sequence[str], chosen: Collection[str]) -> list[tuple[str, str, bool]]:
    """Name, title and whether it is chosen, of every table that is offered."""
    return [(name, TITLES.get(name) or MORE_TITLES[name], name in chosen) for name in offered]


def tables_chosen(offered: Sequence[str], names: Collection[str]) -> list[str]:
    """Those of the names that are tables on offer, each once, in the order of the page."""
    return [name for name in offered if name in names]
