"""Deliveries: what a center sent, what of it is durably stored, and the receipt; and tables that a center brought."""

import uuid

from django.db import models

from cmr_registry.centers.models import CenterOwned
from cmr_registry.intake.states import ConflictDecision, DeliveryState, DeliveryVia
from cmr_registry.intake.table_states import RowOutcome, TableState


class Delivery(CenterOwned):
    """One version of one exam on its way in; named within its center by the hash of its manifest.

    A delivery without a manifest (plain STOW-RS from a PACS, an uploaded ZIP) gets one made for it when it
    closes; while open there is one per center and study. `manifest_object` names an encrypted object; `problems`
    lists reason codes with the instance UID or dictionary item that they are about. `claimed_until` and
    `claim_token` belong to `lib.claims`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the manifest; empty while it has none")
    via = models.CharField(max_length=16, choices=[(v.value, v.value) for v in DeliveryVia])
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in DeliveryState])
    subject_pseudonym = models.CharField(max_length=17, blank=True)
    exam_pseudonym = models.CharField(max_length=17, blank=True)
    study_instance_uid = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    contents = models.CharField(max_length=24)
    manifest_object = models.CharField(max_length=160, blank=True)
    n_expected = models.PositiveIntegerField(default=0)
    n_stored = models.PositiveIntegerField(default=0)
    n_bytes = models.PositiveBigIntegerField(default=0)
    problems = models.JSONField(default=list)
    receipt = models.JSONField(null=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.CharField(max_length=80)
    last_activity_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta(CenterOwned.Meta):
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["center", "digest"], condition=~models.Q(digest=""), name="one_delivery_per_manifest"
            ),
            models.UniqueConstraint(
                fields=["center", "study_instance_uid"],
                condition=models.Q(digest="", state=DeliveryState.OPEN.value),
                name="one_open_plain_delivery_per_study",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "last_activity_at"], name="deliveries_by_state"),
            models.Index(fields=["center", "-opened_at"], name="newest_deliveries_first"),
            models.Index(fields=["center", "study_instance_uid"], name="deliveries_of_a_study"),
            models.Index(fields=["center", "exam_pseudonym"], name="deliveries_of_an_exam"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Conflict(CenterOwned):
    """What a delivery says against what is stored; both are kept, and a person decides (L7).

    Of an instance (`same_uid_other_bytes`) the offered bytes stand in a pack of their own, `pack`; a conflict
    about the exam as a whole (`subject_mismatch`) names no instance.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="conflicts")
    reason = models.CharField(max_length=32)
    sop_instance_uid = models.CharField(max_length=64, blank=True)
    stored_sha256 = models.CharField(max_length=64, blank=True)
    offered_sha256 = models.CharField(max_length=64, blank=True)
    pack = models.UUIDField(null=True, help_text="pack that keeps the offered bytes apart")
    noted_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(
        max_length=16, blank=True, choices=[(d.value, d.value) for d in ConflictDecision]
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "sop_instance_uid", "offered_sha256"], name="one_conflict_per_instance"
            )
        ]

    def __str__(self) -> str:
        return self.reason


class RefusedInstance(CenterOwned):
    """All that remains of an instance that was refused: why, how large, when, and who sent it (contract.md)."""

    reason = models.CharField(max_length=32)
    size = models.PositiveBigIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=80)

    class Meta(CenterOwned.Meta):
        indexes = [models.Index(fields=["center", "-at"], name="newest_refusals_first")]

    def __str__(self) -> str:
        return self.reason


class TableImport(CenterOwned):
    """A table of de-identified values that passed the screening, and what the registry makes of its rows.

    The rows stand in encrypted objects of `rows_per_chunk` each, named in `chunks`; nothing of the file itself is kept.
    `digest` names what was taken of the table, so that the same table is the same import. `n_chunks_done` is where the
    worker goes on in the present state; it moves in the transaction that writes a chunk's values. The counts belong to
    the last pass: of the check while the import waits for a person, of the import afterwards. `items` maps items to
    [said, taken, questioned, refused].
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in TableState])
    takes_questions = models.BooleanField(default=False)
    items = models.JSONField(default=dict)
    chunks = models.JSONField(default=list)
    n_chunks_done = models.PositiveIntegerField(default=0)
    n_rows = models.PositiveIntegerField()
    n_rows_done = models.PositiveIntegerField(default=0)
    n_new = models.PositiveIntegerField(default=0)
    n_changed = models.PositiveIntegerField(default=0)
    n_unchanged = models.PositiveIntegerField(default=0)
    n_refused = models.PositiveIntegerField(default=0)
    n_values = models.PositiveIntegerField(default=0)
    n_questions = models.PositiveIntegerField(default=0)
    n_values_refused = models.PositiveIntegerField(default=0)
    brought_at = models.DateTimeField(auto_now_add=True)
    brought_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.PositiveBigIntegerField(default=0)

    class Meta(CenterOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["center", "digest"],
                condition=~models.Q(state=TableState.DISCARDED.value),
                name="one_import_per_table",
            )
        ]
        indexes = [
            models.Index(fields=["center", "-brought_at"], name="newest_tables_first"),
            models.Index(
                fields=["claim_token", "brought_at"],
                condition=models.Q(state__in=[TableState.CHECKING.value, TableState.IMPORTING.value]),
                name="tables_at_work",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TableRow(CenterOwned):
    """What became of one row of a table; `said` lists [item, code, sentence, whether it is a question].

    No value stands here: what was taken is in the case report, what was refused is forgotten.
    """

    table = models.ForeignKey(TableImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="as a spreadsheet numbers it; the header is row 1")
    subject_pseudonym = models.CharField(max_length=17)
    exam_pseudonym = models.CharField(max_length=17)
    outcome = models.CharField(max_length=16, choices=[(o.value, o.value) for o in RowOutcome])
    n_values = models.PositiveSmallIntegerField()
    has_said = models.BooleanField()
    said = models.JSONField(default=list)

    class Meta(CenterOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["table", "number"], name="one_result_per_row")]
        indexes = [
            models.Index(
                fields=["table", "number"], condition=models.Q(has_said=True), name="rows_with_something_said"
            ),
            models.Index(fields=["center", "subject_pseudonym"], name="rows_of_a_subject"),
        ]

    def __str__(self) -> str:
        return f"row {self.number}"
