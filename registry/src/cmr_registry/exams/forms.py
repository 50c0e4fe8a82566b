"""Filters of the exam list."""

from django import forms

from cmr_imaging.kinds import SeriesKind

REPORT_CHOICES = [("", "All exams"), ("with", "With report"), ("without", "Without report")]
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
