"""Reads of the followup room; the open center scope decides whose subjects there are. Withdrawn subjects are gone."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, QuerySet

from cmr_exchange.censoring import End
from cmr_exchange.followup import FollowUpDocument
from cmr_registry.exams.models import Examination
from cmr_registry.followup.models import FollowUpRecord
from cmr_registry.subjects.models import Subject

CHUNK = 2_000
_KNOWN = Q(current__end__in=(End.DIED.value, End.WINDOW_ENDED.value))
SHOWN: Mapping[str, Q] = {
    "conflicts": Q(current__is_conflicting=True),
    "died": Q(current__end=End.DIED.value),
    "known": _KNOWN,
    "not_watched": ~_KNOWN | Q(current__end=None),
    "without": Q(current__pk=None),
}
"""Filters of the list by name."""


@dataclass(frozen=True, slots=True)
class FollowUpCounts:
    """What is known of the subjects of the open scope, each number with its denominator `subjects`.

    Attributes:
        subjects: persons who have not withdrawn; a person counts once per center.
        stated: with a follow-up document.
        known: with a known vital status: the rule says died or censored, from day 0 on.
        died: of those.
        conflicting: whose sources contradict each other.
    """

    subjects: int
    stated: int
    known: int
    died: int
    conflicting: int

    @property
    def not_watched(self) -> int:
        """Subjects without any follow-up by the rule."""
        return self.subjects - self.known

    @property
    def not_watched_percent(self) -> int | None:
        """The same in whole hundredths of the subjects, None where there are none."""
        return round(100 * self.not_watched / self.subjects) if self.subjects else None


def followup_documents() -> Iterator[tuple[uuid.UUID, dict[str, Any]]]:
    """Subject id and current document of every subject of the open scope, in the order of ids, a chunk a query."""
    records = FollowUpRecord.objects.filter(is_current=True)
    rows = records.order_by("subject_id").values_list("subject_id", "document")
    yield from rows.iterator(chunk_size=CHUNK)


def followup_of(subject: Subject) -> FollowUpRecord | None:
    """The current record of a subject, None where its center has stated nothing."""
    return FollowUpRecord.objects.filter(subject=subject, is_current=True).first()


def followup_history(subject: Subject) -> list[FollowUpRecord]:
    """All records of a subject, newest first, without their documents."""
    return list(FollowUpRecord.objects.filter(subject=subject).defer("document").order_by("-version"))


def document_of(record: FollowUpRecord | None) -> FollowUpDocument | None:
    """The document of a record as the contract reads it."""
    return None if record is None else FollowUpDocument.from_document(record.document)


def subject_find(pk: uuid.UUID) -> Subject | None:
    """The subject with this id in the open scope, with its center."""
    return Subject.objects.filter(pk=pk).select_related("center").first()


def subject_by_pseudonym(pseudonym: str) -> Subject | None:
    """The subject that a center of the open scope calls so; for machines, which know no ids."""
    return Subject.objects.filter(pseudonym=pseudonym).order_by("center_id").first()


def exam_days(subject: Subject) -> list[Examination]:
    """The exams of a subject by day; those without a day last."""
    return list(Examination.objects.filter(subject=subject).order_by(F("day").asc(nulls_last=True), "pk"))


def followup_counts() -> FollowUpCounts:
    """The figures of the open scope, in one query."""
    found = _with_current().aggregate(
        subjects=Count("pk"),
        stated=Count("pk", filter=Q(current__pk__isnull=False)),
        known=Count("pk", filter=_KNOWN),
        died=Count("pk", filter=SHOWN["died"]),
        conflicting=Count("pk", filter=SHOWN["conflicts"]),
    )
    return FollowUpCounts(**found)


def subject_rows(*, show: str = "") -> QuerySet[Subject]:
    """Subjects with what is known of them, contradictions first, then those of whom nothing is known.

    Args:
        show: name of a filter of `SHOWN`, empty for all.
    """
    rows = _with_current().filter(SHOWN.get(show, Q()))
    rows = rows.annotate(
        end=F("current__end"),
        days=F("current__days"),
        source=F("current__source"),
        is_conflicting=F("current__is_conflicting"),
        n_events=F("current__n_events"),
        version=F("current__version"),
    )
    return rows.select_related("center").order_by(
        F("current__is_conflicting").desc(nulls_last=True), F("current__pk").asc(nulls_first=True), "pk"
    )


def _with_current() -> QuerySet[Subject]:
    current = FilteredRelation("follow_up_records", condition=Q(follow_up_records__is_current=True))
    return Subject.objects.annotate(current=current)
