"""What the checks say of every exam, the sums that reports print, and the hospital's own counts."""

import uuid

from django.db import models

from cmr_exchange.queries import QueryAnswer, QueryAuthor, QueryState, QueryStep
from cmr_registry.centers.models import CenterOwned
from cmr_registry.exams.models import Examination
from cmr_registry.quality.words import Color
from cmr_registry.subjects.models import SubjectOwned

COLORS = [(color.value, color.value) for color in Color]
QUARTER = 7
"""Characters of a quarter as `2026-Q4`."""


class ExamCheck(SubjectOwned):
    """What the checks said of one exam when it was looked at last.

    `quarter` is the one in which the newest version of the exam was accepted (UTC). `statuses` has one character per
    item that may cross, in the order of the dictionary (`quality.statuses`). An exam that changed is due.
    """

    subject_path = "examination__subject"

    examination = models.OneToOneField(
        Examination, on_delete=models.PROTECT, primary_key=True, related_name="quality_check"
    )
    quarter = models.CharField(max_length=QUARTER, blank=True)
    color = models.CharField(max_length=8, blank=True, choices=COLORS)
    statuses = models.TextField(blank=True)
    n_errors = models.PositiveSmallIntegerField(default=0)
    n_questions = models.PositiveSmallIntegerField(default=0)
    n_obliged = models.PositiveSmallIntegerField(default=0)
    n_known = models.PositiveSmallIntegerField(default=0)
    n_answered = models.PositiveSmallIntegerField(default=0)
    n_by_source = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    is_due = models.BooleanField(default=True)
    noted_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    class Meta(SubjectOwned.Meta):
        indexes = [
            models.Index(fields=["noted_at"], condition=models.Q(is_due=True), name="exams_due_for_checks"),
            models.Index(fields=["center"], condition=models.Q(is_due=True), name="exams_due_of_a_center"),
            models.Index(fields=["center", "quarter", "color"], name="checks_of_a_quarter"),
        ]

    def __str__(self) -> str:
        return self.color


class Finding(SubjectOwned):
    """One thing that a check found in one exam: a sentence, who can mend it, and never a value."""

    subject_path = "examination__subject"

    id = models.BigAutoField(primary_key=True)
    examination = models.ForeignKey(Examination, on_delete=models.PROTECT, related_name="findings")
    quarter = models.CharField(max_length=QUARTER)
    item = models.CharField(max_length=64)
    rule = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=32)
    severity = models.CharField(max_length=8)
    who = models.CharField(max_length=40)
    sentence = models.CharField(max_length=500)
    found_at = models.DateTimeField()

    class Meta(SubjectOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["examination", "item", "rule", "code"], name="one_finding_per_rule_and_item"
            )
        ]
        indexes = [
            models.Index(fields=["center", "severity", "id"], name="findings_of_a_center"),
            models.Index(fields=["center", "quarter", "severity", "id"], name="findings_of_a_quarter"),
            models.Index(fields=["center", "rule", "severity", "id"], name="findings_of_a_rule"),
            models.Index(fields=["center", "item", "severity", "id"], name="findings_of_an_item"),
            models.Index(fields=["severity", "id"], name="findings_of_all_centers"),
            models.Index(fields=["rule", "severity", "id"], name="findings_of_a_rule_anywhere"),
        ]

    def __str__(self) -> str:
        return self.rule or self.code


class QualityTally(CenterOwned):
    """The sums of one center and one quarter: numerators and denominators as every page prints them.

    `items` maps an item to its counts (`quality.counting`), `sources` a source to values and exams, `typed` says how
    many items a person typed per exam, `rules` how many findings each rule made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    quarter = models.CharField(max_length=QUARTER)
    color = models.CharField(max_length=8, blank=True, choices=COLORS)
    n_exams = models.PositiveIntegerField(default=0)
    n_green = models.PositiveIntegerField(default=0)
    n_yellow = models.PositiveIntegerField(default=0)
    n_red = models.PositiveIntegerField(default=0)
    n_obliged = models.PositiveBigIntegerField(default=0)
    n_known = models.PositiveBigIntegerField(default=0)
    n_answered = models.PositiveBigIntegerField(default=0)
    n_errors = models.PositiveIntegerField(default=0)
    n_questions = models.PositiveIntegerField(default=0)
    items = models.JSONField(default=dict)
    sources = models.JSONField(default=dict)
    typed = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    is_due = models.BooleanField(default=True)
    counted_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["center", "quarter"], name="one_tally_per_center_and_quarter")
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_due=True), name="tallies_due"),
            models.Index(fields=["quarter", "color"], name="tallies_of_a_quarter"),
        ]

    def __str__(self) -> str:
        return self.quarter


class PeerTally(models.Model):
    """What centers are shown of each other: per item the spread of the centers' shares, and no center's name.

    One row per quarter, and one with the empty quarter for all time, which holds the public sums. `peers` maps an
    item to the number of centers and quartiles in thousandths; `places` to the shares themselves, which no page
    shows: an own place is worked out from them. Hidden cells are absent (`quality.peers`).
    """

    quarter = models.CharField(max_length=QUARTER, unique=True, blank=True)
    n_exams = models.PositiveIntegerField(default=0)
    n_centers = models.PositiveIntegerField(default=0)
    items = models.JSONField(default=dict)
    peers = models.JSONField(default=dict)
    places = models.JSONField(default=dict)
    is_due = models.BooleanField(default=True)
    counted_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.quarter or "all quarters"


class Recheck(models.Model):
    """All exams are to be checked anew, because the dictionary or its checks changed or somebody asked.

    Exams are marked due in batches; `cursor` is the last exam that was.
    """

    digest = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    cursor = models.UUIDField(null=True)
    n_marked = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=models.Q(done_at=None), name="one_running_recheck"
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class Census(CenterOwned):
    """How many CMR exams a hospital made in a month, and how many of those it has delivered (R17).

    The hospital counts both, since it alone knows the month of an exam. The last statement of a month counts;
    `source` says how it was counted (`cmr_exchange.census`), `n_eligible` how many were to be delivered, where known.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.CharField(max_length=7, help_text="2026-11")
    n_hospital = models.PositiveIntegerField()
    n_eligible = models.PositiveIntegerField(null=True)
    n_delivered = models.PositiveIntegerField()
    source = models.CharField(max_length=16)
    counted_at = models.DateTimeField()
    stated_at = models.DateTimeField()
    stated_by = models.CharField(max_length=80)

    class Meta(CenterOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["center", "month"], name="one_count_per_month")]

    def __str__(self) -> str:
        return self.month


class QualityDigest(CenterOwned):
    """That the weekly mail of a center was thought about, so that it goes out once, whatever happens to the job."""

    week = models.CharField(max_length=8, help_text="2026-W47")
    n_mails = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    class Meta(CenterOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["center", "week"], name="one_digest_per_week")]

    def __str__(self) -> str:
        return self.week


class DataQuery(SubjectOwned):
    """One question to a center about one exam: an item of it, or the exam as a whole.

    `rule` and `code` name the check that found it; both are empty where a person asks. `turn` counts how often it
    was asked, `version` is the exam's version when it was asked last. `change` counts the changes of all queries of
    a center, so that its connector can ask for what is new (`query_changes`).
    """

    subject_path = "examination__subject"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    examination = models.ForeignKey(Examination, on_delete=models.PROTECT, related_name="data_queries")
    item = models.CharField(max_length=64, blank=True)
    rule = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=32, blank=True)
    sentence = models.CharField(max_length=500)
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in QueryState])
    asked_by = models.CharField(max_length=16, choices=[(one.value, one.value) for one in QueryAuthor])
    answer = models.CharField(
        max_length=24, blank=True, choices=[(answer.value, answer.value) for answer in QueryAnswer]
    )
    closed_by = models.CharField(
        max_length=16, blank=True, choices=[(one.value, one.value) for one in QueryAuthor]
    )
    turn = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField()
    change = models.PositiveBigIntegerField()
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta(SubjectOwned.Meta):
        verbose_name_plural = "data queries"
        constraints = [
            models.UniqueConstraint(
                fields=["examination", "item", "rule", "code"],
                condition=~models.Q(state=QueryState.CLOSED.value),
                name="one_running_query_per_finding",
            ),
            models.UniqueConstraint(fields=["center", "change"], name="one_query_per_change"),
        ]
        indexes = [
            models.Index(fields=["center", "state", "opened_at", "id"], name="queries_of_a_center"),
            models.Index(fields=["state", "opened_at", "id"], name="queries_by_state"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DataQueryEntry(SubjectOwned):
    """One entry of the thread of a query; entries are only ever added.

    `text` was screened when it was written (`lib.free_text`); a connector writes none.
    """

    subject_path = "query__examination__subject"

    id = models.BigAutoField(primary_key=True)
    query = models.ForeignKey(DataQuery, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveSmallIntegerField()
    turn = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    step = models.CharField(max_length=16, choices=[(step.value, step.value) for step in QueryStep])
    author = models.CharField(max_length=16, choices=[(one.value, one.value) for one in QueryAuthor])
    actor = models.CharField(max_length=80)
    answer = models.CharField(
        max_length=24, blank=True, choices=[(answer.value, answer.value) for answer in QueryAnswer]
    )
    version = models.PositiveIntegerField(null=True)
    text = models.CharField(max_length=500, blank=True)

    class Meta(SubjectOwned.Meta):
        verbose_name_plural = "data query entries"
        constraints = [models.UniqueConstraint(fields=["query", "number"], name="one_entry_per_number")]

    def __str__(self) -> str:
        return self.step
