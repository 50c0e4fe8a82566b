"""Drift: what of a table is no longer as its mapping knows it. A changed template stops; it is never guessed (F18)."""

import enum
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from cmr_dictionary.dictionary import load
from cmr_dictionary.items import ItemKind
from cmr_dictionary.mapping.documents import ColumnRule, Looks, Mapping, Use
from cmr_dictionary.mapping.looking import Glance, glance_of, look
from cmr_dictionary.mapping.tables import Table
from cmr_dictionary.mapping.words import NOTHING
from cmr_dictionary.missing import Missing
from cmr_dictionary.values import ANSWERS

UNIT_RATIO = 4.0
MOST_NEW_WORDS = 0.05
MOST_OF_ANOTHER = 0.2
_LEAST_CELLS = 5
_CODED = frozenset({ItemKind.CODE, ItemKind.YES_NO})


class DriftKind(enum.StrEnum):
    """What changed."""

    GONE = "gone"
    NEW = "new"
    TYPE = "type"
    UNIT = "unit"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Drift:
    """One change.

    Attributes:
        kind: what changed.
        column: where; only inside the hospital.
        sentence: for a person; it names the column and holds no cell.
    """

    kind: DriftKind
    column: str = field(repr=False)
    sentence: str


def drift(mapping: Mapping, table: Table, ignored: Collection[str] = ()) -> tuple[Drift, ...]:
    """What changed since the mapping was made; empty when the table may be read by it.

    Args:
        mapping: the mapping.
        table: the table.
        ignored: columns that are no part of the template, such as reasons that were written beside refused rows.
    """
    known = {rule.column: rule for rule in mapping.columns}
    found = [
        Drift(DriftKind.GONE, name, f"The column “{name}” is gone.")
        for name, rule in known.items()
        if name not in table.columns and rule.use is not Use.LEAVE_OUT
    ]
    found += [
        Drift(DriftKind.NEW, name, f"The column “{name}” is new.")
        for name in table.columns
        if name not in known and name not in ignored
    ]
    glances = look(table).columns
    for name in table.columns:
        rule = known.get(name)
        if rule is not None and rule.use is not Use.LEAVE_OUT:
            changed = _changed(mapping, rule, glances[name])
            found += [changed] if changed else []
    return tuple(found)


def overlap(mapping: Mapping, columns: tuple[str, ...]) -> float:
    """How far a header is the one of the mapping: 1 when it is, 0 when nothing is shared."""
    own, theirs = {rule.column for rule in mapping.columns}, set(columns)
    return len(own & theirs) / len(own | theirs) if own | theirs else 0.0


def _changed(mapping: Mapping, rule: ColumnRule, glance: Glance) -> Drift | None:
    """What changed in one column, words that the mapping knows left aside."""
    known = {*rule.values, *mapping.missing, *NOTHING, *Missing}
    counts = Counter({word: n for word, n in glance.counts.items() if word not in known})
    if not counts:
        return None
    name, was, now = rule.column, rule.seen.looks, glance_of(counts, mapping.decimal, 1 - MOST_OF_ANOTHER)
    if rule.use is Use.KEY:
        return None
    if rule.use is Use.ITEM and load().items[rule.target].kind in _CODED:
        return _new_words(rule, now)
    looks = _unseen(rule, counts, mapping.decimal)
    if was not in (Looks.EMPTY, looks):
        sentence = f"The column “{name}” held {_WORDS[was]} and holds {_WORDS[looks]} now."
        return Drift(DriftKind.TYPE, name, sentence)
    return _other_unit(rule, now) if rule.use is Use.ITEM else None


_WORDS = {Looks.NUMBER: "numbers", Looks.DATE: "dates", Looks.TEXT: "texts", Looks.EMPTY: "nothing"}


def _unseen(rule: ColumnRule, counts: Counter[str], decimal: str) -> Looks:
    """What the cells look like that did not stand in the column when the mapping was made."""
    new = Counter({word: n for word, n in counts.items() if word not in rule.seen.words})
    return glance_of(new, decimal, 1 - MOST_OF_ANOTHER).looks if new else rule.seen.looks


def _new_words(rule: ColumnRule, glance: Glance) -> Drift | None:
    """Words of a coded column that neither the mapping nor the code list knows."""
    item = load().items[rule.target]
    listed = {word.lower() for code in item.code_list for word in (code.code, code.label)}
    yes_no = set(ANSWERS) if item.kind is ItemKind.YES_NO else set()
    known = {*rule.seen.words, *listed, *yes_no, *item.missing_codes}
    new = [word for word in glance.counts if word not in known]
    if sum(glance.counts[word] for word in new) <= MOST_NEW_WORDS * glance.n:
        return None
    what = "a word" if len(new) == 1 else f"{len(new)} words"
    sentence = f"The column “{rule.column}” holds {what} that the mapping does not know."
    return Drift(DriftKind.CODE, rule.column, sentence)


def _other_unit(rule: ColumnRule, glance: Glance) -> Drift | None:
    """Numbers of another size: most likely another unit."""
    before, now = rule.seen.median, glance.median
    if not before or not now or glance.n < _LEAST_CELLS or before * now < 0:
        return None
    if 1 / UNIT_RATIO < now / before < UNIT_RATIO:
        return None
    sentence = f"The numbers of the column “{rule.column}” are of another size; its unit may have changed."
    return Drift(DriftKind.UNIT, rule.column, sentence)
