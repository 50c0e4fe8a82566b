"""Forms of the pages of imported tables."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms

from cmr_registry.centers.models import Center
from cmr_registry.intake.table_services import MAX_TABLE


class TableForm(forms.Form):
    """One table of de-identified values, and whose it is."""

    table = forms.FileField(
        label="Table",
        help_text=f"CSV in UTF-8, or a workbook (.xlsx) with one sheet; at most {MAX_TABLE // 2**20} MB.",
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control", "accept": ".csv,.tsv,.txt,.xlsx,text/csv"}
        ),
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
        self.order_fields(["center", "table"])

    def clean_table(self) -> Any:
        """The file, where it is within the limit."""
        table = self.cleaned_data["table"]
        if table.size > MAX_TABLE:
            raise forms.ValidationError(
                f"The file is larger than {MAX_TABLE // 2**20} MB. Bring it in parts."
            )
        return table


class AcceptForm(forms.Form):
    """What becomes of the values that have a question."""

    questions = forms.ChoiceField(choices=[("leave_out", "Leave them out"), ("take", "Take them too")])

    @property
    def takes_questions(self) -> bool:
        """The choice of a valid form."""
        return bool(self.cleaned_data["questions"] == "take")
