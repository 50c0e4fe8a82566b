"""The weekly mail to the coordinators of a center: how much is to do, and the way to it; nothing of any exam."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from cmr_dictionary.checks import Severity
from cmr_registry.accounts.mail import mail_queue, page_address
from cmr_registry.accounts.permissions import Permission
from cmr_registry.centers.models import Center
from cmr_registry.centers.selectors import centers_covered, people_with
from cmr_registry.lib.locks import transaction_lock
from cmr_registry.quality.models import Finding, QualityDigest, QualityTally
from cmr_registry.quality.quarters import week_of
from cmr_registry.quality.query_selectors import query_counts
from cmr_registry.quality.query_states import FOR_CENTER

WEEK = datetime.timedelta(days=7)
SUBJECT = "CMR Registry: what waits in the data of your center"
BODY = """Hello,

{lines}

Everything stands here, each with the way to mend it:
{address}

You get this mail once a week, and only when something is to do.
"""


def digests_make() -> bool:
    """Think about this week's mail of one center that was not thought about yet. Runs in the scope of all centers.

    Returns:
        True if there was one.
    """
    week = week_of(timezone.now())
    done = set(QualityDigest.objects.filter(week=week).values_list("center_id", flat=True))
    for center in centers_covered(timezone.now().date()):
        if center.pk not in done:
            _make(center, week)
            return True
    return False


def digest_lines(counts: Mapping[str, int]) -> list[str]:
    """What is to do in sentences; empty where nothing is.

    Args:
        counts: `red` exams, `questions` of the last week, `queries` that wait for the center.
    """
    words = (
        ("red", "exam has errors", "exams have errors"),
        (
            "queries",
            "question of the registry waits for an answer",
            "questions of the registry wait for an answer",
        ),
        (
            "questions",
            "new value is unusual and asks for a look",
            "new values are unusual and ask for a look",
        ),
    )
    return [
        f"- {counts[name]:,} {one if counts[name] == 1 else many}."
        for name, one, many in words
        if counts[name]
    ]


def _make(center: Center, week: str) -> None:
    """Queue the mails and note the week in one transaction, so that a repetition finds it done."""
    with transaction.atomic():
        transaction_lock(f"quality digest {center.pk} {week}")
        if QualityDigest.objects.filter(center=center, week=week).exists():
            return
        lines = digest_lines(_counts(center))
        people = people_with(Permission.IMPORT_TABLES, [center.pk]).get(center.pk, []) if lines else []
        body = BODY.format(
            lines="\n".join(lines), address=f"{page_address('quality:report')}?center={center.code}"
        )
        for person in people:
            mail_queue(to=person, subject=SUBJECT, body=body)
        QualityDigest.objects.create(center=center, week=week, n_mails=len(people), made_at=timezone.now())


def _counts(center: Center) -> dict[str, int]:
    red = QualityTally.objects.filter(center=center).aggregate(n=Sum("n_red"))["n"] or 0
    asked = Finding.objects.filter(
        center=center, severity=Severity.WARN.value, found_at__gt=timezone.now() - WEEK
    )
    states = query_counts(center.code)
    waiting = sum(states[state.value] for state in FOR_CENTER)
    return {"red": red, "questions": asked.count(), "queries": waiting}
