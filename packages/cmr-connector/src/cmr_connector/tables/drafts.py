"""A mapping that somebody works on: what the columns hold, what was suggested and why, what the person has chosen.

Drafts hold cells and words of the table: they are kept in a box of the local store and shown at the desk only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cmr_dictionary import ItemKind, Missing, load
from cmr_dictionary.mapping import (
    SAYS_NOTHING,
    ColumnRule,
    Glance,
    Key,
    Looked,
    Looks,
    Mapping,
    Proposal,
    Table,
    Use,
    conversion,
    is_interval,
    propose_values,
    suggest,
)
from cmr_dictionary.mapping.units import header_unit

REASON_COLUMNS = ("cmr_row", "cmr_reasons")
"""Columns that the desk writes beside refused rows; they are no part of a template."""
KEY_WORDS = {
    Key.ACCESSION.value: "accession number of the exam",
    Key.PATIENT.value: "the hospital's patient ID",
    Key.EXAM_DATE.value: "date of the exam",
    Key.EVENT.value: "event of a REDCap export",
    Key.REPEAT.value: "repetition in a REDCap export",
}
_SAMPLES, _MOST_WORDS, _LONGEST = 3, 60, 60


@dataclass(frozen=True, slots=True)
class DraftColumn:
    """One column while somebody maps it.

    Attributes:
        name: as in the table.
        cells: some of its cells.
        glance: what it holds; at most 60 distinct words.
        guess: what was suggested, applied or not. confidence, reason: how sure, and why.
    """

    name: str = field(repr=False)
    cells: tuple[str, ...] = field(repr=False)
    glance: Glance = field(repr=False)
    guess: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One table while somebody maps it.

    Attributes:
        file_name: as the person knows it.
        layout: who wrote the table. notes: what was told or is odd.
        drift: what changed against the saved mapping that it was begun from; empty where nothing did.
        base: version of that mapping, 0 where it was suggested anew.
        is_order_open: whether day or month stands first is not told by the table.
        columns: in the table's order.
        mapping: as it stands now.
    """

    file_name: str = field(repr=False)
    layout: str
    notes: tuple[str, ...]
    drift: tuple[str, ...]
    base: int
    is_order_open: bool
    columns: tuple[DraftColumn, ...] = field(repr=False)
    mapping: Mapping = field(repr=False)

    def column(self, place: int) -> DraftColumn | None:
        """The column at a place from 1."""
        return self.columns[place - 1] if 1 <= place <= len(self.columns) else None

    def rule(self, place: int) -> ColumnRule:
        """Its rule."""
        return self.mapping.columns[place - 1]

    def to_document(self) -> dict[str, Any]:
        """JSON form for the box of the import."""
        columns = [
            {
                "name": one.name,
                "cells": list(one.cells),
                "n": one.glance.n,
                "counts": one.glance.counts,
                "is_complete": one.glance.is_complete,
                "looks": one.glance.looks.value,
                "median": one.glance.median,
                "guess": one.guess,
                "confidence": one.confidence,
                "reason": one.reason,
            }
            for one in self.columns
        ]
        return {
            "file_name": self.file_name,
            "layout": self.layout,
            "notes": list(self.notes),
            "drift": list(self.drift),
            "base": self.base,
            "is_order_open": self.is_order_open,
            "columns": columns,
            "mapping": self.mapping.to_document(),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Draft":
        """From its JSON form.

        Raises:
            MappingRejected: the dictionary no longer takes the mapping.
        """
        columns = tuple(
            DraftColumn(
                one["name"],
                tuple(one["cells"]),
                Glance(one["n"], one["counts"], one["is_complete"], Looks(one["looks"]), one["median"]),
                one["guess"],
                one["confidence"],
                one["reason"],
            )
            for one in document["columns"]
        )
        return cls(
            document["file_name"],
            document["layout"],
            tuple(document["notes"]),
            tuple(document["drift"]),
            document["base"],
            document["is_order_open"],
            columns,
            Mapping.from_document(document["mapping"]),
        )


def begin(table: Table, name: str, saved: Mapping | None, drifted: Sequence[str]) -> Draft:
    """A draft for a table: from the saved mapping where one fits, else as suggested.

    Args:
        table: the table.
        name: id that a new mapping gets.
        saved: the saved mapping whose header fits, if any.
        drifted: what changed since it was saved.
    """
    suggestion = suggest(table, name=saved.id if saved else name)
    mapping = suggestion.mapping
    if saved is not None:
        mapping = _adapted(saved, mapping, table, is_same=not drifted)
    looked = suggestion.looked
    columns = tuple(
        DraftColumn(
            proposal.rule.column,
            _some(looked, proposal.rule.column),
            _cut(looked.columns[proposal.rule.column]),
            _guess(proposal),
            0.0 if saved and saved.rule(proposal.rule.column) else proposal.confidence,
            "As it was mapped before." if saved and saved.rule(proposal.rule.column) else proposal.reason,
        )
        for proposal in suggestion.proposals
        if proposal.rule.column not in REASON_COLUMNS
    )
    mapping = replace(
        mapping, columns=tuple(rule for rule in mapping.columns if rule.column not in REASON_COLUMNS)
    )
    return Draft(
        table.name,
        table.layout.value,
        table.notes,
        tuple(drifted),
        saved.version if saved else 0,
        looked.is_order_open,
        columns,
        mapping,
    )


def choose(rule: ColumnRule, column: DraftColumn, target: str) -> ColumnRule | None:
    """The rule of a column after a person has typed where it goes; None where no such item can be filled.

    Args:
        rule: as it stands.
        column: what the column holds.
        target: name of an item or key; empty to leave the column out. `race:1` names a box of the item `race`.
    """
    target = target.strip().lower()
    if target == shown_target(rule):
        return rule
    blank = ColumnRule(rule.column, seen=column.glance.seen())
    if not target:
        return blank
    if target in KEY_WORDS:
        return replace(blank, use=Use.KEY, target=target)
    name, mark, code = target.partition(":")
    item = load().items.get(name)
    if item is None or not item.may_cross:
        return None
    named = replace(blank, target=name, seen=column.glance.seen(item))
    if mark:
        codes = {one.code.lower(): one.code for one in item.code_list} | {
            word.value: word.value for word in Missing
        }
        answer = codes.get(code)
        if item.kind is not ItemKind.CODES or answer is None:
            return None
        return replace(named, use=Use.CHECKBOX, code=answer)
    if is_interval(item) and column.glance.looks is Looks.DATE:
        return replace(blank, use=Use.INTERVAL, target=name)
    values = propose_values(item, column.glance) if item.code_list or item.kind is ItemKind.YES_NO else {}
    return with_unit(replace(named, use=Use.ITEM, values=values), header_unit(rule.column)[1])


def shown_target(rule: ColumnRule) -> str:
    """Where a column goes, as a person types it."""
    if rule.use is Use.LEAVE_OUT:
        return ""
    return f"{rule.target}:{rule.code.lower()}" if rule.use is Use.CHECKBOX else rule.target


def with_unit(rule: ColumnRule, unit: str) -> ColumnRule:
    """The rule with another unit of the column; an unknown unit changes nothing."""
    item = load().items.get(rule.target)
    way = conversion(item, unit) if item and unit else None
    if way is None or way.factor == 1.0:
        return replace(rule, unit="", factor=1.0, offset=0.0)
    return replace(rule, unit=way.unit, factor=way.factor, offset=0.0)


def with_words(rule: ColumnRule, meant: dict[str, str]) -> ColumnRule:
    """The rule with other meanings of its words.

    Args:
        rule: as it stands.
        meant: word -> answer, missing code, `-` for nothing, or empty to leave the word to itself.
    """
    values = {word: value for word, value in rule.values.items() if word not in meant}
    values |= {word: SAYS_NOTHING if value == "-" else value for word, value in meant.items() if value}
    return replace(rule, values=values)


def _adapted(saved: Mapping, suggested: Mapping, table: Table, *, is_same: bool) -> Mapping:
    """The saved mapping for a table: its rules stay; new columns go where they are suggested.

    A table that has not drifted changes nothing of it, so that no new version is made of every table.
    """
    columns_now = tuple(name for name in table.columns if name not in REASON_COLUMNS)
    if is_same and columns_now == tuple(rule.column for rule in saved.columns):
        return saved
    kept = {(rule.target, rule.code) for rule in saved.columns if rule.column in table.columns}
    columns = []
    for rule in suggested.columns:
        known = saved.rule(rule.column)
        if known is not None:
            columns.append(replace(known, seen=rule.seen))
        elif (rule.target, rule.code) in kept:
            columns.append(ColumnRule(rule.column, seen=rule.seen))
        else:
            columns.append(rule)
    return replace(saved, columns=tuple(columns), dictionary_version=suggested.dictionary_version)


def _guess(proposal: Proposal) -> str:
    return shown_target(proposal.rule) if proposal.confidence > 0 else ""


def _some(looked: Looked, column: str) -> tuple[str, ...]:
    cells = dict.fromkeys(row.cells[column][:_LONGEST] for row in looked.first if row.cells[column])
    return tuple(cells)[:_SAMPLES]


def _cut(glance: Glance) -> Glance:
    words = dict(list(glance.counts.items())[:_MOST_WORDS])
    return replace(glance, counts=words, is_complete=glance.is_complete and len(words) == len(glance.counts))
