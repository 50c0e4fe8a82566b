"""Django forms of the application's sections, made from the form's configuration."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.validators import validate_email

import cmr_dictionary
from cmr_imaging.kinds import SeriesKind
from cmr_registry.access.application_form import FieldKind, Question, Section
from cmr_registry.access.models import SearchCertificate
from cmr_registry.access.search_selectors import certificates_quotable
from cmr_registry.accounts.models import Account
from cmr_registry.centers.selectors import centers_contributing

LONGEST_LINE, LONGEST_TEXT, MOST_ROWS = 160, 20_000, 300
CONTROL, SELECT, CHECK = {"class": "form-control"}, {"class": "form-select"}, {"class": "form-check-input"}
NOT_OFFERED = frozenset({SeriesKind.UNKNOWN, SeriesKind.LOCALIZER, SeriesKind.TI_SCOUT, SeriesKind.DERIVED})


def kind_choices() -> list[tuple[str, str]]:
    """Kinds of images that can be asked for."""
    return [(kind.value, kind.label) for kind in SeriesKind if kind not in NOT_OFFERED]


class RowsField(forms.CharField):
    """Lines of text that are kept as rows: `columns` names their parts, `separator` stands between them."""

    def __init__(self, *, columns: tuple[str, ...], separator: str, **kwargs: Any) -> None:
        self.columns, self.separator = columns, separator
        super().__init__(max_length=LONGEST_TEXT, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Rows as lines."""
        if not isinstance(value, list):
            return value
        joint = f"{self.separator} "
        return "\n".join(joint.join(str(row.get(name, "")) for name in self.columns) for row in value)

    def to_python(self, value: Any) -> Any:
        """Lines as rows; a part that is not there is empty.

        Raises:
            ValidationError: more lines than anybody means.
        """
        lines = [line for line in str(super().to_python(value)).splitlines() if line.strip()]
        if len(lines) > MOST_ROWS:
            raise forms.ValidationError(f"At most {MOST_ROWS} lines.")
        return [self._row(line) for line in lines]

    def _row(self, line: str) -> dict[str, str]:
        parts = [part.strip() for part in line.split(self.separator, len(self.columns) - 1)]
        return dict(zip(self.columns, [*parts, "", "", ""], strict=False))


class SectionForm(forms.Form):
    """One section; everything may be left empty while it is a draft, what is written must make sense."""

    def __init__(self, *args: Any, section: Section, applicant: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section, self.applicant = section, applicant
        self.certificates = {str(one.pk): one for one in certificates_quotable(applicant)}
        for question in section.questions:
            field = self._fields_by_kind()[question.kind](question)
            field.label = question.label
            field.help_text = question.help
            field.required = False
            self.fields[question.name] = field

    @property
    def certificate(self) -> SearchCertificate | None:
        """The certificate that a valid section A names."""
        return self.certificates.get(str(self.cleaned_data.get("certificate", "")))

    @property
    def rows(self) -> list[tuple[Question, forms.BoundField]]:
        """Each question with its field."""
        return [(question, self[question.name]) for question in self.section.questions]

    def clean(self) -> dict[str, Any]:
        """Rows that name what there is."""
        cleaned: dict[str, Any] = super().clean() or {}
        for question in self.section.questions:
            rows = cleaned.get(question.name) or []
            if question.kind is FieldKind.ITEMS:
                self._check_items(question, rows)
            if question.kind is FieldKind.PEOPLE:
                self._check_people(question, rows)
        return cleaned

    def _check_items(self, question: Question, rows: list[Mapping[str, str]]) -> None:
        items = cmr_dictionary.load().items
        for row in rows:
            item = items.get(row["item"])
            if item is None or not item.may_cross:
                self.add_error(
                    question.name, f"The data dictionary has no item {row['item'][:60]} to ask for."
                )
            elif not row["why"]:
                self.add_error(question.name, f"{row['item']}: please say why it is needed.")

    def _check_people(self, question: Question, rows: list[Mapping[str, str]]) -> None:
        for row in rows:
            try:
                validate_email(row["email"])
            except forms.ValidationError:
                self.add_error(question.name, f"{row['name'][:60]}: please give an e-mail address.")
            if not row["institution"]:
                self.add_error(question.name, f"{row['name'][:60]}: please give the institution.")

    def _fields_by_kind(self) -> dict[FieldKind, Callable[[Question], forms.Field]]:
        return {
            FieldKind.LINE: _line,
            FieldKind.TEXT: _text,
            FieldKind.YES: _yes,
            FieldKind.CHOICE: _choice,
            FieldKind.ITEMS: _items,
            FieldKind.KINDS: _kinds,
            FieldKind.PEOPLE: _people,
            FieldKind.CENTER: _center,
            FieldKind.CERTIFICATE: self._certificate,
        }

    def _certificate(self, question: Question) -> forms.Field:
        offered = [(pk, f"{one.number}: {one.document['title']}") for pk, one in self.certificates.items()]
        return forms.ChoiceField(choices=[("", "none yet"), *offered], widget=forms.Select(attrs=SELECT))


def _line(question: Question) -> forms.Field:
    return forms.CharField(max_length=LONGEST_LINE, widget=forms.TextInput(attrs=CONTROL))


def _text(question: Question) -> forms.Field:
    return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={**CONTROL, "rows": 4}))


def _yes(question: Question) -> forms.Field:
    return forms.BooleanField(widget=forms.CheckboxInput(attrs=CHECK))


def _choice(question: Question) -> forms.Field:
    choices = [("", "please choose"), *question.choices]
    return forms.ChoiceField(choices=choices, widget=forms.Select(attrs=SELECT))


def _kinds(question: Question) -> forms.Field:
    widget = forms.CheckboxSelectMultiple(attrs=CHECK)
    return forms.MultipleChoiceField(choices=kind_choices(), widget=widget)


def _center(question: Question) -> forms.Field:
    choices = [("", "none"), *((str(center.pk), center.name) for center in centers_contributing())]
    return forms.ChoiceField(choices=choices, widget=forms.Select(attrs=SELECT))


def _items(question: Question) -> forms.Field:
    return RowsField(
        columns=("item", "why"),
        separator=":",
        widget=forms.Textarea(attrs={**CONTROL, "rows": 6, "spellcheck": "false"}),
    )


def _people(question: Question) -> forms.Field:
    return RowsField(
        columns=("name", "email", "institution"),
        separator=";",
        widget=forms.Textarea(attrs={**CONTROL, "rows": 4}),
    )
