"""The jobs that count: the sums of a center's quarter, then what centers are shown of each other."""

import datetime
import time
from collections import defaultdict

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from cmr_registry.lib.claims import Claim, claim_confirm, work_claimed
from cmr_registry.lib.log import event
from cmr_registry.quality.counting import ExamRow, Sums
from cmr_registry.quality.models import ExamCheck, Finding, PeerTally, QualityTally
from cmr_registry.quality.noting import ALL_TIME, peers_due
from cmr_registry.quality.peers import OVERALL, CenterSums, public_sums, spread_of
from cmr_registry.quality.statuses import layout
from cmr_registry.quality.thresholds import MIN_EXAMS
from cmr_registry.quality.words import Color

CHUNK = 4_000
"""Exams in memory at a time."""
LEASE = datetime.timedelta(minutes=5)
OVERDUE = datetime.timedelta(seconds=60)
"""While exams of a quarter are still being checked, its sums are counted anew no more often than this."""


def tally_count_one() -> bool:
    """Count the sums of one center's quarter that are due. Runs in the scope of all centers.

    A quarter whose exams are being checked is counted when they are all done, or when its sums are a minute old.
    """
    waiting = ExamCheck.objects.filter(center=OuterRef("center"), quarter=OuterRef("quarter"), is_due=True)
    stale = Q(counted_at=None) | Q(counted_at__lt=timezone.now() - OVERDUE)
    due = QualityTally.objects.filter(is_due=True).filter(stale | ~Exists(waiting))
    return work_claimed(
        due.order_by(F("counted_at").asc(nulls_first=True), "pk"), _tally, name="tally", lease=LEASE
    )


def peers_count_one() -> bool:
    """Count one row of what centers are shown of each other, when no center's sums are due."""
    if QualityTally.objects.filter(is_due=True).exists():
        return False
    return work_claimed(
        PeerTally.objects.filter(is_due=True).order_by("pk"), _peers, name="tally", lease=LEASE
    )


def _tally(tally: QualityTally, claim: Claim) -> None:
    started = time.monotonic()
    with transaction.atomic():
        # first, so that whoever notes a change meanwhile waits for this row, and it is due again
        QualityTally.objects.filter(pk=tally.pk).update(is_due=False)
        sums = _sums(tally)
        fields = {**sums.fields(), "rules": _rules(tally), "counted_at": timezone.now()}
        QualityTally.objects.filter(pk=tally.pk).update(**fields)
        peers_due([tally.quarter])
        claim_confirm(claim)
    elapsed = round(1000 * (time.monotonic() - started))
    event("quality_counted", tally=str(tally.pk), n_exams=sums.n_exams, ms=elapsed)


def _sums(tally: QualityTally) -> Sums:
    sums = Sums()
    rows = ExamCheck.objects.filter(
        center=tally.center_id, quarter=tally.quarter, digest__startswith=layout()
    )
    chunk: list[ExamRow] = []
    for row in rows.values_list("statuses", "color", "n_errors", "n_questions", "n_by_source").iterator(
        CHUNK
    ):
        chunk.append(ExamRow(*row))
        if len(chunk) == CHUNK:
            sums.add(chunk)
            chunk = []
    sums.add(chunk)
    return sums


def _rules(tally: QualityTally) -> dict[str, dict[str, int]]:
    """Rule -> how many findings, and in how many exams."""
    rows = Finding.objects.filter(center=tally.center_id, quarter=tally.quarter).values("rule", "severity")
    counted = rows.annotate(n=Count("pk"), exams=Count("examination", distinct=True)).order_by(
        "severity", "-n"
    )
    return {
        f"{row['severity']} {row['rule']}": {"findings": row["n"], "exams": row["exams"]} for row in counted
    }


def _peers(row: PeerTally, claim: Claim) -> None:
    with transaction.atomic():
        PeerTally.objects.filter(pk=row.pk).update(is_due=False)
        fields = _of_all_time() if row.quarter == ALL_TIME else _of_quarter(row.quarter)
        PeerTally.objects.filter(pk=row.pk).update(**fields, counted_at=timezone.now())
        claim_confirm(claim)


def _of_quarter(quarter: str) -> dict[str, object]:
    green = QualityTally.objects.filter(
        quarter=quarter, color=Color.GREEN.value, n_exams__gte=MIN_EXAMS
    ).order_by("pk")
    centers = [_center_sums([tally]) for tally in green]
    peers, places = spread_of(centers)
    return {
        "n_centers": len(centers),
        "n_exams": sum(center.n_exams for center in centers),
        "peers": peers,
        "places": places,
    }


def _of_all_time() -> dict[str, object]:
    tallies: dict[object, list[QualityTally]] = defaultdict(list)
    for tally in _with_exams().only("center_id", "n_exams", "n_known", "n_obliged", "items").iterator(50):
        tallies[tally.center_id].append(tally)
    centers = [_center_sums(rows) for rows in tallies.values()]
    return {
        "n_centers": len(centers),
        "n_exams": sum(center.n_exams for center in centers),
        "items": public_sums(centers),
    }


def _with_exams() -> QuerySet[QualityTally]:
    return QualityTally.objects.filter(n_exams__gt=0).order_by("pk")


def _center_sums(tallies: list[QualityTally]) -> CenterSums:
    known: dict[str, int] = defaultdict(int)
    owed: dict[str, int] = defaultdict(int)
    for tally in tallies:
        known[OVERALL] += tally.n_known
        owed[OVERALL] += tally.n_obliged
        for name, counts in tally.items.items():
            known[name] += counts["n"]
            owed[name] += counts["of"]
    return CenterSums(sum(tally.n_exams for tally in tallies), {n: (known[n], owed[n]) for n in owed})
