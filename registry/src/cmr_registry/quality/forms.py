"""Forms of data quality: the filter of findings, and a month that a person counted."""

import re
from typing import Any

from django import forms

from cmr_dictionary.checks import Mender, Severity
from cmr_exchange.census import MONTH, MOST_EXAMS
from cmr_registry.quality.quarters import QUARTER_FORM
from cmr_registry.quality.selectors import FindingFilter

_SELECT = {"class": "form-select"}
_INPUT = {"class": "form-control"}
NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
SEVERITIES = [("", "All"), (Severity.REJECT.value, "Errors"), (Severity.WARN.value, "Questions")]


class FindingFilterForm(forms.Form):
    """What the list of findings shows; what is no choice shows all."""

    severity = forms.ChoiceField(
        label="Show", required=False, choices=SEVERITIES, widget=forms.Select(attrs=_SELECT)
    )
    rule = forms.ChoiceField(label="Check", required=False, widget=forms.Select(attrs=_SELECT))
    who = forms.ChoiceField(
        label="Who mends it",
        required=False,
        choices=[("", "Anybody"), *((who.value, who.value) for who in Mender)],
        widget=forms.Select(attrs=_SELECT),
    )
    item = forms.CharField(
        label="Item",
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={**_INPUT, "placeholder": "lv_edv_ml"}),
    )

    def __init__(self, *args: Any, rules: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rule"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "Any check"), *sorted(rules.items(), key=lambda rule: rule[1])]

    def wanted(self, center: Any) -> FindingFilter:
        """The filter, with what else the address names."""
        self.is_valid()
        given = {name: str(self.cleaned_data.get(name, "")) for name in ("severity", "rule", "who", "item")}
        item = given["item"] if NAME.fullmatch(given["item"]) else ""
        quarter = str(self.data.get("quarter", ""))
        return FindingFilter(
            center=center,
            quarter=quarter if QUARTER_FORM.fullmatch(quarter) else "",
            severity=given["severity"],
            rule=given["rule"],
            item=item,
            who=given["who"],
        )


class CensusForm(forms.Form):
    """One month that a person counted."""

    month = forms.RegexField(
        label="Month",
        regex=rf"^(?:{MONTH.pattern})$",
        help_text="Year and month, as 2026-11",
        error_messages={"invalid": "Enter year and month, as 2026-11."},
        widget=forms.TextInput(attrs={**_INPUT, "placeholder": "2026-11", "autocomplete": "off"}),
    )
    n_hospital = forms.IntegerField(
        label="CMR exams that the hospital made",
        min_value=0,
        max_value=MOST_EXAMS,
        widget=forms.NumberInput(attrs=_INPUT),
    )
    n_delivered = forms.IntegerField(
        label="Of these, delivered to the registry",
        min_value=0,
        max_value=MOST_EXAMS,
        widget=forms.NumberInput(attrs=_INPUT),
    )
