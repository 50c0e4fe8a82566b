"""Reads of applications: one's own, what the steward checks, what the committee has."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

import cmr_dictionary
from cmr_imaging.kinds import SeriesKind
from cmr_registry.access.application_form import SECTIONS, FieldKind, Question, Section
from cmr_registry.access.completeness import Answers, changes_of
from cmr_registry.access.models import AccessApplication, Submission
from cmr_registry.access.states import WITH_COMMITTEE, ApplicationState
from cmr_registry.accounts.policy import Principal
from cmr_registry.centers.models import Center

KINDS = {kind.value: kind.label for kind in SeriesKind}
"""Kinds of images as readers call them."""


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One answer as pages show it.

    Attributes:
        question: what was asked.
        lines: the answer in words, one line or several; none where it is empty.
        has_changed: differs from the submission before.
        before: the lines of the submission before, where it has changed.
    """

    question: Question
    lines: tuple[str, ...]
    has_changed: bool
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """One section as pages show it."""

    section: Section
    answers: tuple[ShownAnswer, ...]

    @property
    def has_changed(self) -> bool:
        """An answer in it differs from the submission before."""
        return any(answer.has_changed for answer in self.answers)


def applications_own(by: Principal) -> QuerySet[AccessApplication]:
    """The applications of the person who asks, newest first."""
    return _rows().filter(applicant=by.account).order_by("-created_at")


def application_own(by: Principal, pk: uuid.UUID) -> AccessApplication | None:
    """One of them; another's application looks like none."""
    return applications_own(by).filter(pk=pk).first()


def applications_for_steward(show: str = "") -> QuerySet[AccessApplication]:
    """Applications that were submitted at least once, longest waiting first; with `show` those in one state."""
    rows = _rows().exclude(state=ApplicationState.DRAFT).order_by("state_since")
    return rows.filter(state=show) if show else rows


def application_for_steward(pk: uuid.UUID) -> AccessApplication | None:
    """One of them."""
    return applications_for_steward().filter(pk=pk).first()


def applications_to_check() -> int:
    """How many wait for the administrative check."""
    return AccessApplication.objects.filter(state=ApplicationState.SUBMITTED).count()


def applications_for_committee() -> QuerySet[AccessApplication]:
    """Applications that the committee has, longest waiting first."""
    return _rows().filter(state__in=WITH_COMMITTEE).order_by("state_since")


def application_for_committee(pk: uuid.UUID) -> AccessApplication | None:
    """One of them."""
    return applications_for_committee().filter(pk=pk).first()


def submission_shown(application: AccessApplication) -> tuple[Submission, tuple[ShownSection, ...]] | None:
    """The newest submission with its changes against the one before; None before the first."""
    newest = list(application.submissions.order_by("-number")[:2])
    if not newest:
        return None
    current = newest[0]
    before = newest[1].document["sections"] if len(newest) > 1 else None
    return current, sections_shown(
        current.document["sections"], before, certificate=current.certificate_number
    )


def sections_shown(
    answers: Answers, before: Answers | None = None, *, certificate: str = ""
) -> tuple[ShownSection, ...]:
    """Answers in words.

    Args:
        answers: as stored.
        before: an earlier version to compare with.
        certificate: number that A6 quotes.
    """
    changed = changes_of(before, answers) if before is not None else frozenset()
    centers = {str(center.pk): center.name for center in Center.objects.all()}
    found = []
    for section in SECTIONS:
        shown = []
        for question in section.questions:
            given = answers.get(section.letter, {}).get(question.name)
            earlier = (before or {}).get(section.letter, {}).get(question.name)
            has_changed = (section.letter, question.name) in changed
            lines = (
                (certificate,)
                if question.kind is FieldKind.CERTIFICATE
                else answer_lines(question, given, centers)
            )
            was = answer_lines(question, earlier, centers) if has_changed else ()
            shown.append(ShownAnswer(question, tuple(filter(None, lines)), has_changed, was))
        found.append(ShownSection(section, tuple(shown)))
    return tuple(found)


def answer_lines(question: Question, answer: object, centers: dict[str, str]) -> tuple[str, ...]:
    """One answer as lines of text.

    Args:
        question: what was asked.
        answer: as stored.
        centers: id -> name.
    """
    if not answer:
        return ()
    if question.kind is FieldKind.YES:
        return ("yes",)
    if isinstance(answer, list):
        return _items_by_reason(answer) if question.kind is FieldKind.ITEMS else _entries(question, answer)
    text = str(answer)
    if question.kind is FieldKind.CENTER:
        return (centers.get(text, "a center that is no longer listed"),)
    if question.kind is FieldKind.CHOICE:
        return (dict(question.choices).get(text, text),)
    return tuple(line for line in text.splitlines() if line.strip())


def _entries(question: Question, answers: list[Any]) -> tuple[str, ...]:
    if question.kind is FieldKind.KINDS:
        return tuple(KINDS.get(str(one), str(one)) for one in answers)
    return tuple(_entry(one) for one in answers)


def _entry(one: object) -> str:
    if isinstance(one, dict):
        return ", ".join(filter(None, (str(one.get(key, "")) for key in ("name", "email", "institution"))))
    return str(one)


def _items_by_reason(answers: list[dict[str, str]]) -> tuple[str, ...]:
    """One line for each reason, with the items that share it as the dictionary calls them."""
    known, by_reason = cmr_dictionary.load().items, dict[str, list[str]]()
    for one in answers:
        name = one.get("item", "")
        by_reason.setdefault(one.get("why", ""), []).append(known[name].label if name in known else name)
    return tuple(f"{'; '.join(labels)}: {why}" for why, labels in by_reason.items())


def _rows() -> QuerySet[AccessApplication]:
    return AccessApplication.objects.select_related("applicant", "certificate", "project").prefetch_related(
        "steps"
    )
