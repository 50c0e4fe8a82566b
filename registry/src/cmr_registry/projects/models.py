"""Projects, the people in them, the centers' ballots and standing instructions."""

import uuid

from django.db import models

from cmr_registry.accounts.models import Account
from cmr_registry.accounts.roles import PROJECT_ROLES
from cmr_registry.centers.models import CenterOwned
from cmr_registry.projects.ballot_states import BallotChoice, BallotState
from cmr_registry.projects.states import ProjectState

CHOICES = [(choice.value, choice.value) for choice in BallotChoice]


class Project(models.Model):
    """One research project of one question; from approval on its title, people and status are public knowledge.

    `query`, `query_digest` and `query_sentence` are those of the search certificate `certificate_digest`.
    `data_needs` says what is asked of the centers: images, kinds of series, items, follow-up, download.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=240)
    lay_summary = models.TextField()
    pi = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="projects_led")
    lead_institution = models.CharField(max_length=160, blank=True)
    query = models.JSONField()
    query_digest = models.CharField(max_length=64)
    query_sentence = models.TextField()
    certificate_digest = models.CharField(max_length=64)
    data_needs = models.JSONField()
    conditions = models.TextField(blank=True)
    citation = models.CharField(
        max_length=400, blank=True, help_text="publication of the study whose design the project follows"
    )
    coauthors_offered = models.PositiveSmallIntegerField(
        default=1, help_text="co-author places that each center that is in is offered (R42)"
    )
    state = models.CharField(max_length=24, choices=[(s.value, s.value) for s in ProjectState])
    state_since = models.DateTimeField()
    proposed_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    ballots_closed_at = models.DateTimeField(null=True, blank=True)
    outcome_digest = models.CharField(max_length=64, blank=True, help_text="of the outcome at the lock")

    class Meta:
        indexes = [models.Index(fields=["state", "-state_since"], name="projects_by_state")]

    def __str__(self) -> str:
        return self.title


class ProjectMembership(models.Model):
    """A role that an account has in a project, from one day until another."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="project_memberships")
    role = models.CharField(max_length=32, choices=[(role.value, role.value) for role in PROJECT_ROLES])
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "account"],
                condition=models.Q(ended_at=None),
                name="one_running_role_per_project",
            )
        ]

    def __str__(self) -> str:
        return self.role


class Ballot(CenterOwned):
    """One center's decision on one project, from the opening to the lock.

    `n_subjects`, `n_exams` and `selection_digest` are what was eligible of the center in `snapshot` when the ballot
    was opened; None where there was no snapshot. `is_standing` marks an answer that a standing instruction gave.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="ballots")
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in BallotState])
    choice = models.CharField(max_length=24, blank=True, choices=CHOICES)
    reason = models.TextField(blank=True)
    is_standing = models.BooleanField(default=False)
    coauthors_offered = models.PositiveSmallIntegerField()
    wants_coauthorship = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    deadline = models.DateTimeField()
    next_reminder_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(blank=True)
    snapshot = models.UUIDField(null=True)
    n_subjects = models.PositiveIntegerField(null=True)
    n_exams = models.PositiveIntegerField(null=True)
    selection_digest = models.CharField(max_length=64, blank=True)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["project", "center"], name="one_ballot_per_project_and_center")
        ]
        indexes = [
            models.Index(fields=["state", "deadline"], name="ballots_by_deadline"),
            models.Index(fields=["center", "-opened_at"], name="newest_ballots_first"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class StandingInstruction(CenterOwned):
    """How a center answers every ballot that nobody answers in person, until it is revoked or replaced."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    choice = models.CharField(max_length=24, choices=CHOICES)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["center"],
                condition=models.Q(revoked_at=None),
                name="one_standing_instruction_in_force",
            )
        ]

    def __str__(self) -> str:
        return self.choice
