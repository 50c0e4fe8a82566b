"""Forms of search requests and of the committee."""

import uuid
from typing import Any

from django import forms

import cmr_dictionary
from cmr_registry.access.conflicts import Declared
from cmr_registry.access.models import SearchRequest
from cmr_registry.access.review_services import CONFIDENCES, Scores
from cmr_registry.access.score_sheets import Category, ScoreSheetForm
from cmr_registry.access.search_services import SearchFacts
from cmr_registry.access.section_forms import CHECK, CONTROL, LONGEST_TEXT, SELECT, kind_choices
from cmr_registry.access.states import ApplicationState
from cmr_registry.centers.selectors import centers_contributing

S = ApplicationState
LONG = {**CONTROL, "rows": 3}
ANSWERS = ("purpose", "lay_summary", "items", "images", "kinds", "outcomes", "target", "overlap")
DECISION_CHOICES = [
    (s.value, s.value) for s in (S.APPROVED, S.APPROVED_WITH_CONDITIONS, S.REVISE, S.DECLINED)
]


class SearchForm(forms.Form):
    """What a search request asks besides its question (R30; placeholder, the society's form is not public)."""

    question = forms.ChoiceField(
        label="Saved question",
        help_text="Inclusion and exclusion as you saved them under Cohorts. The request keeps a copy.",
        widget=forms.Select(attrs=SELECT),
    )
    title = forms.CharField(label="Title", max_length=160, widget=forms.TextInput(attrs=CONTROL))
    institution = forms.CharField(
        label="Your institution", max_length=160, widget=forms.TextInput(attrs=CONTROL)
    )
    is_contributor = forms.BooleanField(
        label="My institution contributes data to the registry",
        required=False,
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    partner_center = forms.ChoiceField(
        label="Partner center",
        required=False,
        help_text="A contributing center that takes part, where your own does not contribute.",
        widget=forms.Select(attrs=SELECT),
    )
    purpose = forms.CharField(label="Purpose", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs=LONG))
    lay_summary = forms.CharField(
        label="Summary for everybody", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs=LONG)
    )
    items = forms.CharField(
        label="Items of interest",
        required=False,
        max_length=4_000,
        help_text="Names of the data dictionary, separated by blanks. The certificate says how many have each.",
        widget=forms.Textarea(attrs={**LONG, "spellcheck": "false"}),
    )
    images = forms.BooleanField(
        label="Images are needed", required=False, widget=forms.CheckboxInput(attrs=CHECK)
    )
    kinds = forms.MultipleChoiceField(
        label="Kinds of images",
        required=False,
        choices=kind_choices,
        widget=forms.CheckboxSelectMultiple(attrs=CHECK),
    )
    outcomes = forms.CharField(
        label="Outcomes and follow-up needed",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs=LONG),
    )
    target = forms.IntegerField(
        label="Number of patients aimed at",
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    overlap = forms.CharField(
        label="Overlap with other projects",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs=LONG),
    )

    def __init__(self, *args: Any, questions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice, partner = self.fields["question"], self.fields["partner_center"]
        choice.choices = questions  # type: ignore[attr-defined]
        centers = [(str(center.pk), center.name) for center in centers_contributing()]
        partner.choices = [("", "none"), *centers]  # type: ignore[attr-defined]

    def clean_items(self) -> list[str]:
        """Names of items, each once.

        Raises:
            ValidationError: a name that the dictionary does not have.
        """
        names = list(dict.fromkeys(str(self.cleaned_data["items"]).replace(",", " ").split()))
        known = cmr_dictionary.load().items
        for name in names:
            if name not in known or not known[name].may_cross:
                raise forms.ValidationError(f"The data dictionary has no item {name[:60]} to ask for.")
        return names

    @property
    def facts(self) -> SearchFacts:
        """What a valid form says."""
        given = self.cleaned_data
        partner = given["partner_center"]
        return SearchFacts(
            title=given["title"].strip(),
            institution=given["institution"].strip(),
            is_contributor=given["is_contributor"],
            partner_center=uuid.UUID(partner) if partner else None,
            answers={name: given[name] for name in ANSWERS},
        )


def search_initial(search: SearchRequest) -> dict[str, Any]:
    """The form of a stored request."""
    return {
        **search.answers,
        "items": " ".join(search.answers.get("items", ())),
        "title": search.title,
        "institution": search.institution,
        "is_contributor": search.is_contributor,
        "partner_center": str(search.partner_center_id or ""),
    }


class TitleForm(forms.Form):
    """The title with which an application begins."""

    title = forms.CharField(label="Title", max_length=160, widget=forms.TextInput(attrs=CONTROL))


class CheckForm(forms.Form):
    """The steward's word about a request or an application: it goes on, or comes back with reasons."""

    choice = forms.ChoiceField(choices=[("pass", "pass"), ("return", "return")])
    reasons = forms.CharField(
        label="Reasons",
        required=False,
        max_length=LONGEST_TEXT,
        help_text="Needed where it goes back; the requester reads them.",
        widget=forms.Textarea(attrs=LONG),
    )

    def clean(self) -> dict[str, Any]:
        """Nothing goes back without reasons."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("choice") == "return" and not str(cleaned.get("reasons", "")).strip():
            self.add_error("reasons", "Please say what should be changed.")
        return cleaned


class ConflictForm(forms.Form):
    """What a member of the committee declares before reading."""

    financial = forms.BooleanField(
        label="I have a financial interest in the result",
        required=False,
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    other = forms.BooleanField(
        label="Another reason keeps me from judging freely",
        required=False,
        help_text="For example: close collaboration, kinship, rivalry.",
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    works_at_center = forms.BooleanField(
        label="I work at a center whose data are asked",
        required=False,
        help_text="This is shown to the committee and does not exclude you.",
        widget=forms.CheckboxInput(attrs=CHECK),
    )
    note = forms.CharField(label="Note", required=False, max_length=2_000, widget=forms.Textarea(attrs=LONG))

    @property
    def declared(self) -> Declared:
        """What a valid form declares."""
        given = self.cleaned_data
        return Declared(given["financial"], given["other"], given["works_at_center"])


class ScoreForm(forms.Form):
    """The score sheet: for each category points or the reason why there are none."""

    def __init__(self, *args: Any, sheet: ScoreSheetForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        points = [("", "cannot judge"), *((str(point), str(point)) for point in sheet.points)]
        for category in sheet.categories:
            self.fields[f"points_{category.name}"] = forms.TypedChoiceField(
                label=f"Points for {category.title}",
                choices=points,
                coerce=int,
                empty_value=None,
                required=False,
                help_text=category.help,
                widget=forms.Select(attrs=SELECT),
            )
            self.fields[f"comment_{category.name}"] = forms.CharField(
                label=f"Comment on {category.title}",
                required=False,
                max_length=LONGEST_TEXT,
                widget=forms.Textarea(attrs=LONG),
            )
        self.fields["confidence"] = forms.ChoiceField(
            label="How confident are you?",
            choices=[(word, word) for word in CONFIDENCES],
            initial="medium",
            widget=forms.Select(attrs=SELECT),
        )

    @property
    def rows(self) -> list[tuple[Category, forms.BoundField, forms.BoundField]]:
        """Each category with its two fields."""
        return [
            (category, self[f"points_{category.name}"], self[f"comment_{category.name}"])
            for category in self.sheet.categories
        ]

    @property
    def scores(self) -> Scores:
        """The sheet of a valid form."""
        names = [category.name for category in self.sheet.categories]
        return Scores(
            points={name: self.cleaned_data[f"points_{name}"] for name in names},
            comments={name: self.cleaned_data[f"comment_{name}"] for name in names},
            confidence=self.cleaned_data["confidence"],
        )


class DecisionForm(forms.Form):
    """The chair's decision."""

    choice = forms.ChoiceField(
        label="Decision",
        choices=[("", "please choose"), *DECISION_CHOICES],
        widget=forms.Select(attrs=SELECT),
    )
    reasons = forms.CharField(
        label="Reasons",
        max_length=LONGEST_TEXT,
        help_text="The applicant reads them.",
        widget=forms.Textarea(attrs={**CONTROL, "rows": 5}),
    )
    conditions = forms.CharField(
        label="Conditions",
        required=False,
        max_length=LONGEST_TEXT,
        help_text="Only for an approval with conditions.",
        widget=forms.Textarea(attrs=LONG),
    )
