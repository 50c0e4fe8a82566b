"""Forms of the exams room: the filter of the list, and a center's reference of mapping."""

from typing import Any

from django import forms

from cmr_dictionary import load
from cmr_dictionary.local_reference import LEAST_PERSONS, MAPPED_ITEMS, OF_SCHEME, LocalReference
from cmr_dictionary.technique import is_technique
from cmr_imaging.kinds import SeriesKind

REPORT_CHOICES = [("", "All exams"), ("with", "With report"), ("without", "Without report")]
FIRST_YEAR, LAST_YEAR = 2000, 2100
_INPUT = {"class": "form-control", "autocomplete": "off"}
_SELECT = {"class": "form-select"}
KIND_CHOICES = [("", "Any images"), *((kind.value, kind.label) for kind in SeriesKind)]


class ExamFilterForm(forms.Form):
    """What the exam list shows; anything that is not a choice is left out of the filter."""

    report = forms.ChoiceField(
        label="Report",
        choices=REPORT_CHOICES,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    kind = forms.ChoiceField(
        label="Images of kind",
        choices=KIND_CHOICES,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    @property
    def has_report(self) -> bool | None:
        """True or False where one of both is asked for, None for all."""
        return {"with": True, "without": False}.get(self._chosen("report"))

    @property
    def kind_value(self) -> str:
        """A series kind, or the empty text for all."""
        return self._chosen("kind")

    def _chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


class MappingReferenceForm(forms.Form):
    """What a center measured in healthy persons; texts are words of technique, so that no name can be spelled."""

    item = forms.ChoiceField(label="Measure", widget=forms.Select(attrs=_SELECT))
    n = forms.IntegerField(
        label="Healthy persons",
        min_value=LEAST_PERSONS,
        max_value=10_000,
        help_text=f"At least {LEAST_PERSONS}.",
        widget=forms.NumberInput(attrs=_INPUT),
    )
    mean = forms.FloatField(
        label="Mean, in the unit of the measure",
        min_value=0.1,
        max_value=3_000,
        widget=forms.NumberInput(attrs=_INPUT | {"step": "any"}),
    )
    sd = forms.FloatField(
        label="Standard deviation",
        min_value=0.01,
        max_value=500,
        widget=forms.NumberInput(attrs=_INPUT | {"step": "any"}),
    )
    scanner = forms.CharField(
        label="Scanner model",
        max_length=64,
        help_text="As the exams say it, for example MAGNETOM Vida.",
        widget=forms.TextInput(attrs=_INPUT),
    )
    field_strength_t = forms.FloatField(
        label="Field strength in T",
        min_value=0.05,
        max_value=11.7,
        widget=forms.NumberInput(attrs=_INPUT | {"step": "any"}),
    )
    software = forms.CharField(
        label="Software version",
        max_length=64,
        help_text="As the exams say it, for example XA50.",
        widget=forms.TextInput(attrs=_INPUT),
    )
    scheme = forms.CharField(
        label="T1 scheme",
        max_length=64,
        required=False,
        help_text="For T1 and ECV, for example MOLLI 5(3)3.",
        widget=forms.TextInput(attrs=_INPUT),
    )
    first_year = forms.IntegerField(
        label="First year of exams",
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.NumberInput(attrs=_INPUT),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item, items = self.fields["item"], load().items
        if isinstance(item, forms.ChoiceField):
            item.choices = [(name, f"{items[name].label} ({items[name].unit})") for name in MAPPED_ITEMS]

    def clean_scanner(self) -> str:
        """Only words of technique."""
        return self._technique("scanner", "scanner_model")

    def clean_software(self) -> str:
        """Only words of technique."""
        return self._technique("software", "software_version")

    def clean(self) -> dict[str, Any]:
        """T1 and ECV have a scheme, the others have none."""
        given = super().clean() or {}
        if given.get("item") in OF_SCHEME:
            if not is_technique("t1_scheme", str(given.get("scheme", ""))):
                self.add_error("scheme", "Name the T1 scheme, for example MOLLI 5(3)3.")
        else:
            given["scheme"] = ""
        return given

    @property
    def stated(self) -> LocalReference:
        """What was stated, after `is_valid`."""
        return LocalReference(**self.cleaned_data)

    def _technique(self, name: str, item: str) -> str:
        text = str(self.cleaned_data[name])
        if not is_technique(item, text):
            raise forms.ValidationError("Only words of technique are taken, as the exams say them.")
        return text


class ReferenceEndForm(forms.Form):
    """Until which year of exams a reference holds."""

    last_year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)
