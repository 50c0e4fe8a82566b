"""The filter of the follow-up list."""

from django import forms

SHOW_CHOICES = [
    ("", "All subjects"),
    ("conflicts", "With contradictions"),
    ("died", "Died while watched"),
    ("known", "Vital status known"),
    ("not_watched", "Not watched"),
    ("without", "Nothing stated yet"),
]


class FollowUpFilterForm(forms.Form):
    """Which subjects the list shows; anything that is not a choice shows all."""

    show = forms.ChoiceField(
        label="Show",
        choices=SHOW_CHOICES,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    @property
    def chosen(self) -> str:
        """One of the choices, empty for all."""
        self.is_valid()
        return str(self.cleaned_data.get("show", ""))
