"""What an application still lacks, and what changed between two versions of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmr_registry.access.application_form import SECTIONS, FieldKind, Question, Section

Answers = Mapping[str, Mapping[str, Any]]
"""Letter of a section -> name of a question -> answer."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing before an application can be submitted."""

    section: Section
    question: Question
    sentence: str


def lacks_of(answers: Answers, *, has_certificate: bool) -> list[Lack]:
    """Everything that an application lacks, in the order of the form.

    Args:
        answers: as saved.
        has_certificate: the certificate that is named may be quoted.
    """
    found = []
    for section in SECTIONS:
        given = answers.get(section.letter, {})
        for question in section.questions:
            sentence = _lack(question, given, has_certificate)
            if sentence:
                found.append(Lack(section, question, sentence))
    return found


def changes_of(before: Answers, after: Answers) -> frozenset[tuple[str, str]]:
    """(letter, name) of every question whose answer differs; an empty answer equals none."""
    return frozenset(
        (section.letter, question.name)
        for section in SECTIONS
        for question in section.questions
        if _answer(before, section, question) != _answer(after, section, question)
    )


def data_needs_of(answers: Answers) -> dict[str, Any]:
    """What is asked for, as `projects` keeps it."""
    needs = answers.get("C", {})
    images = bool(needs.get("images"))
    return {
        "images": images,
        "kinds": list(needs.get("kinds", ())) if images else [],
        "items": [one["item"] for one in needs.get("items", ())],
        "follow_up": bool(needs.get("follow_up")),
        "download": answers.get("F", {}).get("where") == "download",
    }


def _answer(answers: Answers, section: Section, question: Question) -> Any:
    return answers.get(section.letter, {}).get(question.name) or None


def _lack(question: Question, given: Mapping[str, Any], has_certificate: bool) -> str:
    answer = given.get(question.name)
    if question.kind is FieldKind.CERTIFICATE:
        return "" if has_certificate else "Quote a certificate of yours that has not expired."
    if question.name == "where_why" and given.get("where") == "download" and not answer:
        return "Say why a workspace does not do."
    needed = question.required or bool(question.only_if and given.get(question.only_if))
    if not needed or answer:
        return ""
    return "Please confirm this." if question.kind is FieldKind.YES else "Please answer this."
