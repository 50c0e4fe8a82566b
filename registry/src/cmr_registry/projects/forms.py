"""Forms of ballots, standing instructions and of the steward's steps."""

from collections.abc import Iterable
from typing import Any

from django import forms

from cmr_registry.projects.ballot_states import BallotChoice
from cmr_registry.projects.models import Ballot, Project
from cmr_registry.projects.panels import SHORT_CHOICES, choice_labels
from cmr_registry.projects.states import BY_HAND, ProjectState

STANDING_LABELS = [
    (BallotChoice.WITHOUT_IMAGES.value, "Always in, but without images"),
    (BallotChoice.IN.value, "Always in, images included"),
    (BallotChoice.OUT.value, "Always out"),
]
STANDING_WORDS = {choice: SHORT_CHOICES[BallotChoice(choice)] for choice, _ in STANDING_LABELS}


class BallotForm(forms.Form):
    """A center's answer to one ballot."""

    choice = forms.ChoiceField(
        label="Our answer", widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    wants_coauthorship = forms.BooleanField(
        label="We take the co-author places that we are offered",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    reason = forms.CharField(
        label="Reason (optional)",
        required=False,
        max_length=1000,
        help_text="The registry steward reads it, the project does not.",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

    def __init__(self, *args: Any, ballot: Ballot, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "choice": ballot.choice,
                "wants_coauthorship": bool(ballot.wants_coauthorship),
                "reason": ballot.reason,
            },
        )
        super().__init__(*args, **kwargs)
        labels = choice_labels(ballot.project)
        if ballot.choice and ballot.choice not in dict(labels):
            labels.insert(1, (ballot.choice, "In without images: as answered before"))
        self.fields["choice"].choices = labels  # type: ignore[attr-defined]
        if not ballot.coauthors_offered:
            del self.fields["wants_coauthorship"]

    @property
    def answer(self) -> BallotChoice:
        """The choice of a valid form."""
        return BallotChoice(self.cleaned_data["choice"])

    @property
    def coauthorship(self) -> bool | None:
        """Whether the center takes its places, None where it is offered none."""
        return self.cleaned_data.get("wants_coauthorship")


class WithdrawForm(forms.Form):
    """Why a center withdraws after the lock."""

    reason = forms.CharField(
        label="Reason (optional)",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )


class StandingForm(forms.Form):
    """How a center always answers."""

    center = forms.UUIDField(widget=forms.HiddenInput)
    choice = forms.ChoiceField(
        label="Our standing answer",
        choices=STANDING_LABELS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    @property
    def answer(self) -> BallotChoice:
        """The choice of a valid form."""
        return BallotChoice(self.cleaned_data["choice"])


class ProjectFilterForm(forms.Form):
    """Which projects the steward's list shows; anything that is not a state shows all."""

    state = forms.ChoiceField(
        label="State",
        choices=[("", "All projects"), *((state.value, state.value.capitalize()) for state in ProjectState)],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    @property
    def chosen(self) -> str:
        """A state, empty for all."""
        self.is_valid()
        return str(self.cleaned_data.get("state", ""))


class MoveForm(forms.Form):
    """The next step of a project, of those that the steward takes by hand."""

    to = forms.ChoiceField(label="Next step", widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps: Iterable[ProjectState] = BY_HAND[ProjectState(project.state)]
        order = list(ProjectState)
        ordered = sorted(steps, key=order.index)
        self.fields["to"].choices = [(one.value, one.value) for one in ordered]  # type: ignore[attr-defined]

    @property
    def step(self) -> ProjectState:
        """The step of a valid form."""
        return ProjectState(self.cleaned_data["to"])
