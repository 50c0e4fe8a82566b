"""Versions of case-report forms: how one is written, and what a delivery leaves of what a person entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmr_dictionary import load
from cmr_dictionary.dictionary import VERSION
from cmr_exchange.manifest import ValueSource
from cmr_registry.exams.earlier import in_present_words
from cmr_registry.exams.models import CaseReport, Examination

Document = dict[str, dict[str, Any]]
"""Dictionary item -> `{"value": ..., "source": ...}` or `{"missing": code, "source": ...}`."""
DESK, TABLE = ValueSource.DESK.value, ValueSource.TABLE.value
PERSON = "account:"
"""How the actor of a version begins that a person wrote on the registry's page."""
TABLES = "job:tables"
"""The actor of a version that an imported table wrote (`merging`)."""
UPGRADES = "job:upgrade"
"""The actor of a version that says the same in the words of a newer dictionary (`upgrading`)."""
KEPT = frozenset({DESK, TABLE})
"""Sources of what people and tables brought to the registry itself."""


@dataclass(frozen=True, slots=True)
class FormChange:
    """What a form shall say from now on.

    Attributes:
        form: name of the form.
        document: all its entries.
        before: its current version, None where it has none.
    """

    form: str
    document: Document
    before: CaseReport | None


def case_reports_write(
    exam: Examination, changes: Sequence[FormChange], *, at: datetime, actor: str
) -> list[CaseReport]:
    """Make changed forms their current versions, inside a service of this room; two statements for all of them.

    Args:
        exam: the exam, locked and saved.
        changes: what each form says from now on.
        at: instant, UTC.
        actor: `Principal.actor`.
    """
    replaced = [change.before.pk for change in changes if change.before is not None]
    if replaced:
        CaseReport.everything.filter(pk__in=replaced).update(is_current=False)
    return CaseReport.objects.bulk_create(
        CaseReport(
            center_id=exam.center_id,
            examination=exam,
            form=change.form,
            version=change.before.version + 1 if change.before else 1,
            document=change.document,
            dictionary_version=load().version,
            recorded_at=at,
            recorded_by=actor,
        )
        for change in changes
    )


def with_desk_entries(before: CaseReport, stated: Document) -> Document:
    """A delivered form with those entries of the version before it that a person or a table made here and that stay.

    A value typed at the center's own desk comes with source `desk` too, but it is delivered (`entered_here`).
    """
    if all(entry.get("source") not in KEPT for entry in before.document.values()):
        return stated
    delivered, entered = _told_apart(before)
    stays = {
        name: e for name, e in entered.items() if name not in stated or stated[name] == delivered.get(name)
    }
    return {**stated, **stays}


def entered_here(report: CaseReport) -> frozenset[str]:
    """Items of a form that a person or a table brought to the registry, and that no delivery replaced since."""
    return frozenset(_told_apart(report)[1])


def _told_apart(report: CaseReport) -> tuple[Document, Document]:
    """What deliveries stated last of each item of a form, and what was brought here: by who wrote each version."""
    rows = CaseReport.objects.filter(examination=report.examination_id, form=report.form).order_by("version")
    delivered: Document = {}
    entered: Document = {}
    last: Document = {}
    written_with = VERSION
    for document, actor, version in rows.values_list("document", "recorded_by", "dictionary_version"):
        if actor == UPGRADES:
            entered, delivered = _reworded(entered, delivered, document, written_with)
            last, written_with = document, version
            continue
        is_ours = actor.startswith((PERSON, TABLES))
        for name in document.keys() | last.keys():
            entry = document.get(name)
            if entry == (last if is_ours else entered).get(name):
                continue  # untouched by the person or table, or left standing by the delivery
            if is_ours:
                _put(entered, name, entry if entry and entry.get("source") in KEPT else None)
            else:
                _put(entered, name, None)
                _put(delivered, name, entry)
        last, written_with = document, version
    return delivered, entered


def _reworded(
    entered: Document, delivered: Document, document: Document, version: str
) -> tuple[Document, Document]:
    """What was entered and delivered after an upgrade to this document: each entry stays whose it was.

    An entry that came from another form belongs to whom its source says.
    """
    ours, theirs = set(in_present_words(entered, version)), in_present_words(delivered, version)
    for name in document.keys() - ours - theirs.keys():
        if document[name].get("source") in KEPT:
            ours.add(name)
    still = {name: entry for name, entry in document.items() if name in ours}
    return still, theirs | {name: entry for name, entry in document.items() if name not in ours}


def _put(document: Document, name: str, entry: dict[str, Any] | None) -> None:
    """Make the document say this of an item, None for nothing."""
    document.pop(name, None)
    if entry is not None:
        document[name] = entry
