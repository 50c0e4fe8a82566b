"""Forms of the releases room."""

from django import forms

from cmr_registry.projects.models import Project
from cmr_registry.releases.selectors import projects_ready


class RequestForm(forms.Form):
    """For which project a release is asked for."""

    project = forms.ModelChoiceField(label="Project", queryset=Project.objects.none(), empty_label=None)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["project"].queryset = projects_ready()  # type: ignore[attr-defined]


class RevokeForm(forms.Form):
    """Why a release is taken back."""

    reason = forms.CharField(label="Reason, as the project will read it", max_length=400)
