"""The versions of one form of an exam: who wrote them and when, and what changed between two of them."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmr_dictionary import load
from cmr_registry.accounts.models import Account
from cmr_registry.exams.models import CaseReport, Examination
from cmr_registry.exams.selectors import ShownValue, shown_values
from cmr_registry.exams.versions import PERSON, TABLES, UPGRADES
from cmr_registry.lib.pages import Page, page_of

DELIVERED, SOMEBODY = "a delivery of the hospital", "a person without an account today"
IMPORTED = "a table that the center brought"
UPGRADED = "the registry, in the words of a newer dictionary"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the list."""

    number: int
    at: datetime
    who: str
    dictionary_version: str
    n_stated: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item on both sides; None where a version says nothing of it."""

    label: str
    before: ShownValue | None
    after: ShownValue | None


@dataclass(frozen=True, slots=True)
class ReportHistory:
    """What the page shows.

    Attributes:
        page: versions, newest first.
        left, right: numbers of the compared versions; 0 for "before the first".
        changes: items that differ between them, in the order of the dictionary.
        n_same: items that both state alike.
    """

    page: Page[VersionRow]
    left: int
    right: int
    changes: tuple[ItemChange, ...]
    n_same: int


def report_history(exam: Examination, form: str, asked: Mapping[str, str]) -> ReportHistory:
    """The history of a form.

    Args:
        exam: whose form it is.
        form: its name.
        asked: `page`, `left` and `right` as the address says them; the newest two versions where it says nothing.
    """
    versions = CaseReport.objects.filter(examination=exam, form=form).order_by("-version")
    page = page_of(versions, asked.get("page"))
    newest = versions.values_list("version", flat=True).first() or 0
    right = _number(asked.get("right", ""), newest)
    left = _number(asked.get("left", ""), max(right - 1, 0))
    sides = {row.version: row.document for row in versions.filter(version__in=[left, right])}
    before, after = sides.get(left, {}), sides.get(right, {})
    return ReportHistory(
        Page(_rows(page.rows), page.number, page.has_next, page.first),
        left,
        right,
        _changes(before, after),
        sum(before[name] == after.get(name) for name in before),
    )


def _rows(reports: Iterable[CaseReport]) -> tuple[VersionRow, ...]:
    listed = list(reports)
    ids = {one.recorded_by.removeprefix(PERSON) for one in listed if one.recorded_by.startswith(PERSON)}
    names = dict(
        Account.objects.filter(pk__in=[uuid.UUID(pk) for pk in ids]).values_list("pk", "display_name")
    )
    return tuple(
        VersionRow(
            one.version,
            one.recorded_at,
            _who(one.recorded_by, names),
            one.dictionary_version,
            len(one.document),
            one.is_current,
        )
        for one in listed
    )


def _who(actor: str, names: Mapping[uuid.UUID, str]) -> str:
    if actor in (TABLES, UPGRADES):
        return IMPORTED if actor == TABLES else UPGRADED
    if not actor.startswith(PERSON):
        return DELIVERED
    return names.get(uuid.UUID(actor.removeprefix(PERSON)), SOMEBODY)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ItemChange, ...]:
    order = {name: place for place, name in enumerate(load().items)}
    differing = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    old = {value.item: value for value in shown_values(dict(before))}
    new = {value.item: value for value in shown_values(dict(after))}
    items = load().items
    return tuple(
        ItemChange(items[name].label if name in items else name, old.get(name), new.get(name))
        for name in sorted(differing, key=lambda name: (order.get(name, len(order)), name))
    )


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
