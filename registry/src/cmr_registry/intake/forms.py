"""Forms of the deliveries pages."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from cmr_registry.centers.models import Center
from cmr_registry.intake.states import ConflictDecision
from cmr_registry.intake.zips import MAX_ARCHIVE
from cmr_registry.lib.filters import Choices, ShowForm


class DeliveryFilterForm(ShowForm):
    """Which deliveries the list shows."""

    choices: ClassVar[Choices] = [
        ("", "All deliveries"),
        ("problems", "With problems"),
        ("open", "Still arriving"),
        ("complete", "Being accepted"),
        ("accepted", "Accepted"),
        ("conflict", "In conflict"),
        ("refused", "Refused"),
    ]


class ConflictForm(forms.Form):
    """What the steward decides about a conflict."""

    choice = forms.ChoiceField(choices=[(one.value, one.value) for one in ConflictDecision])

    @property
    def decision(self) -> ConflictDecision:
        """The decision of a valid form."""
        return ConflictDecision(self.cleaned_data["choice"])


class UploadForm(forms.Form):
    """One ZIP of one already de-identified exam, and whose it is."""

    archive = forms.FileField(
        label="ZIP file",
        help_text=f"One exam, at most {MAX_ARCHIVE // 2**30} GB.",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".zip,application/zip"}),
    )

    def __init__(self, *args: object, centers: Iterable[Center], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [(str(center.pk), center.name) for center in centers]
        self.fields["center"] = forms.TypedChoiceField(
            label="Center",
            coerce=uuid.UUID,
            choices=choices,
            initial=choices[0][0] if choices else None,
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        self.order_fields(["center", "archive"])

    def clean_archive(self) -> Any:
        """The uploaded file, where it is within the limit."""
        archive = self.cleaned_data["archive"]
        if archive.size > MAX_ARCHIVE:
            raise forms.ValidationError(f"The file is larger than {MAX_ARCHIVE // 2**30} GB.")
        return archive
