"""Forms of data queries: filter of the worklist, answer, decision, question, findings that become queries."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cmr_dictionary import load
from cmr_dictionary.checks import Mender
from cmr_exchange.queries import ANSWER_WORDS, QueryAnswer
from cmr_registry.centers.models import Center
from cmr_registry.lib.free_text import LONGEST
from cmr_registry.quality.query_selectors import Filter, FindingFilter

SHOW = [
    ("", "For the center to answer"),
    ("answered", "Answered"),
    ("closed", "Closed"),
    ("all", "All questions"),
]
AGES = [("", "Any"), ("7", "More than 7 days"), ("30", "More than 30 days"), ("90", "More than 90 days")]
CLOSE, REOPEN = "close", "reopen"
KEEP_OUT = "No names, dates or numbers of patients: such a text is not kept."
MAX_TABLE = 2 * 2**20


def _select(label: str, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=widget)


def _text(label: str, *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": 3, "maxlength": LONGEST})
    return forms.CharField(label=label, required=required, help_text=KEEP_OUT, widget=widget)


def item_choices(names: Sequence[str]) -> list[tuple[str, str]]:
    """Items of the dictionary as choices, by label."""
    items = load().items
    found = [(name, f"{items[name].label} ({name})" if name in items else name) for name in names]
    return [("", "All items"), *sorted(found, key=lambda one: one[1].lower())]


def center_choices(centers: Sequence[Center]) -> list[tuple[str, str]]:
    """Centers as choices, by name."""
    return [("", "All centers"), *((center.code, center.name) for center in centers)]


class QueryFilterForm(forms.Form):
    """Which queries the worklist shows; anything that is no choice shows all."""

    show = _select("Show", SHOW)
    item = _select("Item", [])
    age = _select("Asked", AGES)
    center = _select("Center", [])

    def __init__(self, *args: Any, items: Sequence[str], centers: Sequence[Center], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = item_choices(items)  # type: ignore[attr-defined]
        self.fields["center"].choices = center_choices(centers)  # type: ignore[attr-defined]
        if len(centers) < 2:
            del self.fields["center"]

    @property
    def wanted(self) -> Filter:
        """The filter; what is no choice is left out."""
        self.is_valid()
        said = self.cleaned_data
        return Filter(
            said.get("show", ""), said.get("item", ""), int(said.get("age") or 0), said.get("center", "")
        )


class AnswerForm(forms.Form):
    """What a center answers on the registry."""

    choice = forms.ChoiceField(
        label="Answer",
        choices=[(answer.value, words) for answer, words in ANSWER_WORDS.items()],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "Choose an answer."},
    )
    text = _text("Remark (may stay empty)")

    @property
    def answer(self) -> QueryAnswer:
        """The coded answer of a valid form."""
        return QueryAnswer(self.cleaned_data["choice"])


class SettleForm(forms.Form):
    """Close a query, or ask again."""

    choice = forms.ChoiceField(choices=[(CLOSE, CLOSE), (REOPEN, REOPEN)])
    text = _text("Remark")


class AskForm(forms.Form):
    """A question about an item of an exam."""

    item = _select("About", [])
    text = _text("Question", required=True)

    def __init__(self, *args: Any, items: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "The exam as a whole"), *item_choices(items)[1:]]
        self.fields["item"].choices = choices  # type: ignore[attr-defined]


class FindingsForm(forms.Form):
    """Which findings become queries: those of a table, or those that a filter takes."""

    table = forms.FileField(
        label="Table of findings (CSV)",
        required=False,
        help_text="As the quality report gives it out: rows that you do not want to ask about may be taken away.",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,text/csv"}),
    )
    center = _select("Center", [])
    rule = forms.CharField(
        label="Check", required=False, max_length=64, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    item = forms.CharField(
        label="Item", required=False, max_length=64, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    severity = _select("What", [("", "Errors and questions"), ("reject", "Errors"), ("warn", "Questions")])
    who = _select("Who mends it", [("", "Anybody"), *((one.value, one.value) for one in Mender)])
    quarter = forms.RegexField(
        r"^20\d\d-Q[1-4]$",
        label="Quarter, as 2026-Q4",
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args: Any, centers: Sequence[Center], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"].choices = center_choices(centers)  # type: ignore[attr-defined]

    def clean_table(self) -> Any:
        """The uploaded table, where it is within the limit."""
        table = self.cleaned_data["table"]
        if table is not None and table.size > MAX_TABLE:
            raise forms.ValidationError("The table is larger than 2 MB.")
        return table

    @property
    def wanted(self) -> FindingFilter:
        """The filter of a valid form."""
        said = self.cleaned_data
        names = ("center", "rule", "item", "severity", "who", "quarter")
        return FindingFilter(**{name: said[name].strip() for name in names})
