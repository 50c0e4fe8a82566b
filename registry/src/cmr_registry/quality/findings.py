"""Writing what the checks found: rows that are found again stay, so that a question to a center keeps its finding."""

import uuid
from collections.abc import Iterable, Mapping

from django.utils import timezone

from cmr_dictionary.checks import Problem
from cmr_registry.exams.models import Examination
from cmr_registry.quality.judging import Judged
from cmr_registry.quality.models import Finding
from cmr_registry.quality.quarters import quarter_of

LONGEST_SENTENCE = 500
CHANGING = ["quarter", "severity", "who", "sentence"]


def findings_write(exams: Iterable[Examination], judged: Mapping[uuid.UUID, Judged]) -> None:
    """Make the findings of these exams what the checks said of them; at most four statements.

    Args:
        exams: locked.
        judged: by exam id.
    """
    stored = {_key(row): row for row in Finding.objects.filter(examination__in=list(judged))}
    found = {
        _key(row): row
        for exam in exams
        for problem in judged[exam.pk].problems
        for row in [_finding(exam, problem)]
    }
    gone = [row.pk for key, row in stored.items() if key not in found]
    if gone:
        Finding.objects.filter(pk__in=gone).delete()
    changed = [_changed(stored[key], row) for key, row in found.items() if key in stored]
    Finding.objects.bulk_update([row for row in changed if row is not None], CHANGING)
    Finding.objects.bulk_create(row for key, row in found.items() if key not in stored)


def _finding(exam: Examination, problem: Problem) -> Finding:
    return Finding(
        center_id=exam.center_id,
        examination_id=exam.pk,
        quarter=quarter_of(exam.accepted_at),
        item=problem.item[:64],
        rule=problem.rule[:64],
        code=str(problem.code.value),
        severity=problem.severity.value,
        who=problem.who.value,
        sentence=problem.sentence[:LONGEST_SENTENCE],
        found_at=timezone.now(),
    )


def _key(row: Finding) -> tuple[uuid.UUID, str, str, str]:
    return row.examination_id, row.item, row.rule, row.code


def _changed(stored: Finding, found: Finding) -> Finding | None:
    """The stored row as it is to be, None where nothing changes."""
    if all(getattr(stored, name) == getattr(found, name) for name in CHANGING):
        return None
    for name in CHANGING:
        setattr(stored, name, getattr(found, name))
    return stored
