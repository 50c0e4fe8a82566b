"""Search requests, certificates, applications, and what the committee writes about them.

None of it is center data: it holds what people ask and decide, and counts that disclosure control has passed.
"""

import uuid

from django.db import models

from cmr_registry.access.search_states import SearchState
from cmr_registry.access.states import DECISIONS, ApplicationState
from cmr_registry.accounts.models import Account
from cmr_registry.centers.models import Center
from cmr_registry.documents.models import DocumentVersion
from cmr_registry.projects.models import Project


class SearchRequest(models.Model):
    """A question to the registry's data before an application: may it be asked, and what are the counts (R30)?

    The query is a copy: a saved question that changes later changes nothing here. `claimed_until` and `claim_token`
    belong to `lib.claims`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requester = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="search_requests")
    state = models.CharField(max_length=32, choices=[(s.value, s.value) for s in SearchState])
    title = models.CharField(max_length=160)
    institution = models.CharField(max_length=160)
    is_contributor = models.BooleanField(default=False)
    partner_center = models.ForeignKey(
        Center, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    form_version = models.CharField(max_length=32)
    answers = models.JSONField(default=dict, help_text="name of a field of the form -> answer")
    query = models.JSONField(help_text="document of the CohortQuery")
    query_digest = models.CharField(max_length=64)
    query_sentence = models.TextField()
    window = models.DateField(null=True)
    windows_version = models.CharField(max_length=32, blank=True)
    policy = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    state_since = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["state", "window", "state_since"], name="searches_by_window"),
            models.Index(fields=["requester", "-created_at"], name="newest_own_searches"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchCertificate(models.Model):
    """The answer to a search request as it may be quoted: a document and the hash over it; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True)
    search = models.OneToOneField(SearchRequest, on_delete=models.PROTECT, related_name="certificate")
    document = models.JSONField()
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 over the canonical JSON")
    issued_at = models.DateTimeField()
    expires_on = models.DateField()

    def __str__(self) -> str:
        return self.number


class AccessApplication(models.Model):
    """An application for data: sections A to J as saved, section by section (R34).

    `round` counts submissions to the committee: 1, and one more after each "revise and resubmit". `sheet_version`
    names the score sheet of the round. `project` is what it became at the administrative check.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=16, unique=True)
    applicant = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(max_length=32, choices=[(s.value, s.value) for s in ApplicationState])
    state_since = models.DateTimeField()
    title = models.CharField(max_length=160)
    form_version = models.CharField(max_length=32)
    answers = models.JSONField(default=dict)
    certificate = models.ForeignKey(
        SearchCertificate, on_delete=models.PROTECT, null=True, related_name="applications"
    )
    round = models.PositiveIntegerField(default=1)
    sheet_version = models.CharField(max_length=32, blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="applications")
    proposal_digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "state_since"], name="applications_by_state"),
            models.Index(fields=["applicant", "-created_at"], name="newest_own_applications"),
        ]

    def __str__(self) -> str:
        return self.number


class Submission(models.Model):
    """What an application said when it was submitted, with its certificate's number and digest; never changed."""

    application = models.ForeignKey(AccessApplication, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    certificate_number = models.CharField(max_length=16)
    certificate_digest = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="one_submission_per_number")
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.digest[:12]


class Step(models.Model):
    """A state that a search request or an application entered, when, through whom, and with which reasons."""

    search = models.ForeignKey(SearchRequest, on_delete=models.PROTECT, null=True, related_name="steps")
    application = models.ForeignKey(
        AccessApplication, on_delete=models.PROTECT, null=True, related_name="steps"
    )
    state = models.CharField(max_length=32)
    at = models.DateTimeField()
    role = models.CharField(max_length=32, help_text="in which role it was moved on; never by name")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(search=None) ^ models.Q(application=None), name="a_step_of_one_thing"
            )
        ]
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.state


class ConflictDeclaration(models.Model):
    """What a member of the committee declared before reading; the newest counts, none is removed (L11)."""

    application = models.ForeignKey(AccessApplication, on_delete=models.PROTECT, related_name="declarations")
    reviewer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    financial = models.BooleanField(default=False)
    other = models.BooleanField(default=False)
    works_at_center = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    declared_at = models.DateTimeField()

    class Meta:
        ordering = ["declared_at", "pk"]

    def __str__(self) -> str:
        return str(self.declared_at)


class ScoreSheet(models.Model):
    """A reviewer's points for one round; a change is a further version, the highest counts (F16)."""

    application = models.ForeignKey(AccessApplication, on_delete=models.PROTECT, related_name="score_sheets")
    reviewer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    sheet_version = models.CharField(max_length=32)
    scores = models.JSONField(help_text="category -> points, null where the reviewer could not judge")
    comments = models.JSONField(help_text="category -> comment")
    confidence = models.CharField(max_length=16)
    scored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "reviewer", "round", "version"], name="one_sheet_per_version"
            )
        ]
        ordering = ["round", "version"]

    def __str__(self) -> str:
        return f"{self.sheet_version} {self.version}"


class Decision(models.Model):
    """What the chair decided about a round, why, and the printed sheet that it rests on; never changed."""

    application = models.ForeignKey(AccessApplication, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveIntegerField()
    choice = models.CharField(max_length=32, choices=[(s.value, s.value) for s in sorted(DECISIONS)])
    reasons = models.TextField()
    conditions = models.TextField(blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    by_deputy = models.BooleanField(default=False)
    sheet = models.JSONField(help_text="scores without names, means and total as printed")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "round"], name="one_decision_per_round")
        ]
        ordering = ["round"]

    def __str__(self) -> str:
        return self.choice
