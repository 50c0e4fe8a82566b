"""Answers become entries: what was not changed keeps its source, what cannot be taken is refused in a sentence."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cmr_dictionary.case_report.answers import Answer, Entry, answer_of, present_values
from cmr_dictionary.checks import Severity, check_values
from cmr_dictionary.coarsening import coarsened, top_coded
from cmr_dictionary.errors import RejectReason, ValueRejected
from cmr_dictionary.form_plan import entered_forms, form_plan
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.missing import Missing
from cmr_dictionary.values import parse_value

BOTH = "Either a value or a reason why it is missing is expected, not both."
EMPTIED = "A delivered value cannot be emptied: enter the right value, or say why it is missing."
NO_REASON = "A reason of the list is expected."


@dataclass(frozen=True, slots=True)
class Settled:
    """What the answers make of a case report.

    Attributes:
        entries: all entries by item, in the order of the dictionary; a refused answer leaves the stored entry.
        problems: item -> why its answer cannot be taken; nothing should be stored while any is left. No sentence
            holds a value.
        changed: items whose entry is another than the stored one.
    """

    entries: dict[str, Entry]
    problems: dict[str, str]
    changed: frozenset[str]


@functools.cache
def entered_items() -> Mapping[str, Item]:
    """Every item that a person enters on the form of an exam, in the order of the dictionary."""
    return MappingProxyType(
        {
            planned.item.name: planned.item
            for form in entered_forms()
            for planned in form_plan(form).items()
            if planned.is_entered
        }
    )


def settle(stored: Mapping[str, Entry], answers: Mapping[str, Answer], *, source: str) -> Settled:
    """What these answers make of the stored entries.

    An answer that repeats the stored value keeps its entry and its source. Values are as coarse as they would cross
    from a hospital (D11). Refused are answers that cannot be read, values that the checks reject where the answers
    brought the fault, and the emptying of a value that was not entered under the same source.

    Args:
        stored: entries of all forms of the exam by item.
        answers: by item; an item that is not among them stays as it is, and so does one that nobody enters.
        source: source of the new entries (`TYPED` for a person).
    """
    entries, problems = dict(stored), dict[str, str]()
    for name, item in entered_items().items():
        if name not in answers:
            continue
        try:
            entry = _entry(item, answers[name], stored.get(name), source)
        except ValueRejected as rejected:
            problems[name] = str(rejected)
            continue
        entries.pop(name, None)
        if entry is not None:
            entries[name] = entry
    changed = _changed(stored, entries)
    if changed:
        faults = _faults(entries)
        old = _faults(stored) if faults else {}
        problems |= {
            name: why for name, why in faults.items() if name not in problems and old.get(name) != why
        }
        for name in changed & problems.keys():
            entries.pop(name, None)
            entries |= {name: stored[name]} if name in stored else {}
    return Settled(_in_order(entries), problems, _changed(stored, entries))


def _entry(item: Item, answer: Answer, stored: Entry | None, source: str) -> Entry | None:
    """The entry of one answer; None where nothing is said of the item.

    Raises:
        ValueRejected: it cannot be read, or it empties a value that came from elsewhere.
    """
    if stored is not None and answer == answer_of(stored):
        return stored
    if answer.text and answer.missing:
        raise ValueRejected(RejectReason.TYPE, BOTH)
    if answer.is_empty:
        if stored is not None and stored.get("source") != source:
            raise ValueRejected(RejectReason.LENGTH, EMPTIED)
        return None
    said = _said(item, answer)
    if stored is not None and all(stored.get(half) == said.get(half) for half in ("value", "missing")):
        return stored
    return {**said, "source": source}


def _said(item: Item, answer: Answer) -> dict[str, Any]:
    if answer.missing:
        if answer.missing not in set(Missing):
            raise ValueRejected(RejectReason.SELECTION, NO_REASON)
        return {"missing": answer.missing}
    text = answer.text if item.kind == ItemKind.CODES else top_coded(item, answer.text)
    value = coarsened(item, parse_value(item, text))
    return {"missing": value.value} if isinstance(value, Missing) else {"value": value}


def _changed(stored: Mapping[str, Entry], entries: Mapping[str, Entry]) -> frozenset[str]:
    return frozenset(name for name in entries.keys() | stored.keys() if entries.get(name) != stored.get(name))


def _faults(entries: Mapping[str, Entry]) -> dict[str, str]:
    """Item -> why the checks reject its value."""
    problems = check_values(present_values(entries))
    return {problem.item: problem.sentence for problem in problems if problem.severity is Severity.REJECT}


def _in_order(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    order = {name: entries[name] for name in entered_items() if name in entries}
    return {**order, **entries}
