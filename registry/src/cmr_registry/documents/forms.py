"""The form with which a steward publishes the next version of a document."""

from django import forms

from cmr_registry.documents.models import Layout


class DocumentForm(forms.Form):
    """Title, text and what stands behind it."""

    title = forms.CharField(max_length=160, widget=forms.TextInput(attrs={"class": "form-control"}))
    body = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"class": "form-control code", "rows": 24}),
        help_text="CommonMark: # heading, - list, 1. numbered list, **bold**, | table |. HTML is shown as text.",
    )
    layout = forms.ChoiceField(
        choices=Layout.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="Slides start a new page at every heading.",
    )
    is_placeholder = forms.BooleanField(
        required=False,
        label="Placeholder: stands in for a text of the society that is not public",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
