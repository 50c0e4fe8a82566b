"""Projects and ballots for tests."""

import datetime
import types
import uuid

from cmr_registry.config.principal import principal_of_job
from cmr_registry.exams.models import Examination
from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.projects.models import Ballot
from cmr_registry.projects.services import project_approve, project_propose
from cmr_registry.subjects.models import Subject

BY = principal_of_job("tests")
QUERY = {
    "version": 1,
    "index": "first",
    "steps": [{"label": "", "include": True, "where": {"item": "lv_ef_pct", "op": ">=", "value": 55}}],
    "min_follow_up_days": None,
}
NEEDS = {
    "images": True,
    "kinds": ["cine", "lge"],
    "items": ["lv_ef_pct", "lge_present"],
    "follow_up": True,
    "download": True,
}
SNAPSHOT = uuid.UUID(int=7)
OPENED = datetime.datetime(2025, 3, 3, 15, 30, tzinfo=datetime.UTC)


def proposed(pi, members=(), **changes):
    """A project that passed the administrative check."""
    facts = {
        "title": "Small infarcts in normal hearts",
        "lay_summary": "Whether small scars matter when the heart pumps well.",
        "query": QUERY,
        "certificate_digest": "c" * 64,
        "data_needs": NEEDS,
    }
    return project_propose(pi=pi, members=list(members), by=BY, **{**facts, **changes})


def approved(pi, members=(), **changes):
    """A project whose ballots are open."""
    return project_approve(project=proposed(pi, members, **changes), by=BY)


def ballot_at(center, project=None):
    """The ballot of a center."""
    with center_scope(ALL_CENTERS):
        rows = Ballot.objects.select_related("project", "center").filter(center=center)
        return rows.get(project=project) if project else rows.get()


def exams_at(center, n):
    """Accepted exams of a center as rows of (center, subject, exam)."""
    rows = []
    with center_scope(ALL_CENTERS):
        for i in range(n):
            code = center.code[:4]
            subject = Subject(center=center, pseudonym=f"S-{code}-{i:04d}")
            subject.save()
            exam = Examination(
                center=center,
                subject=subject,
                pseudonym=f"E-{code}-{i:04d}",
                day=0,
                version=1,
                accepted_at=OPENED,
            )
            exam.save()
            rows.append((center.pk, subject.pk, exam.pk))
    return rows


def selection_of(rows):
    """What the engine answers, with these rows of (center, subject, exam)."""
    named = [types.SimpleNamespace(center=str(c), subject=str(s), exam=str(e)) for c, s, e in rows]
    return types.SimpleNamespace(rows=tuple(named))
