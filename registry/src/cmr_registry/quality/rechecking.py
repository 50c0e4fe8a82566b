"""Having all exams checked anew: asked for by a new dictionary or new checks, or by a person; marked in batches."""

from django.db import transaction
from django.utils import timezone

from cmr_registry.exams.models import Examination
from cmr_registry.lib.claims import Claim, claim_confirm, work_claimed
from cmr_registry.quality.judging import judging_digest
from cmr_registry.quality.models import Recheck
from cmr_registry.quality.noting import exams_due

BATCH = 2_000
JOB = "job:quality"


def recheck_ensure() -> bool:
    """Ask for a check of everything where no exam was ever checked as the present dictionary and checks would.

    Returns:
        True if it was asked for now.
    """
    digest = judging_digest()
    if Recheck.objects.filter(digest=digest).exists():
        return False
    with transaction.atomic():
        _, made = Recheck.objects.get_or_create(
            digest=digest, done_at=None, defaults={"asked_by": JOB, "asked_at": timezone.now()}
        )
    return made


def recheck_mark_one() -> bool:
    """Mark the next exams of a running recheck as due. Runs in the scope of all centers."""
    return work_claimed(Recheck.objects.filter(done_at=None).order_by("pk"), _mark, name="recheck")


def _mark(recheck: Recheck, claim: Claim) -> None:
    with transaction.atomic():
        exams = Examination.objects.order_by("pk")
        if recheck.cursor is not None:
            exams = exams.filter(pk__gt=recheck.cursor)
        rows = list(exams.select_for_update(of=("self",), no_key=True).only("pk", "center_id")[:BATCH])
        if rows:
            exams_due({(row.pk, row.center_id) for row in rows})
            recheck.cursor = rows[-1].pk
            recheck.n_marked += len(rows)
        if len(rows) < BATCH:
            recheck.done_at = timezone.now()
        recheck.save(update_fields=["cursor", "n_marked", "done_at"])
        claim_confirm(claim)
