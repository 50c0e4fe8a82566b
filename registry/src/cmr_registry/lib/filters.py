"""The filter that stands above a list: one choice of what it shows."""

from typing import ClassVar

from django import forms

Choices = list[tuple[str, str]]


class ShowForm(forms.Form):
    """What a list shows; anything that is not a choice shows all. A list's own form states its choices."""

    choices: ClassVar[Choices] = [("", "All")]
    show = forms.ChoiceField(
        label="Show", required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["show"]
        if isinstance(field, forms.ChoiceField):
            field.choices = self.choices

    @property
    def chosen(self) -> str:
        """One of the choices, empty for all."""
        self.is_valid()
        return str(self.cleaned_data.get("show", ""))
