"""Suggestions: where each column of a table probably goes, how sure that is, and why. A person decides.

Only suggestions of at least `APPLIED` stand in the suggested mapping; the others are shown and left out. Nothing about
an answer or a unit is assumed that the table does not say: `0` and `1` are not taken for codes of a longer list, and
numbers of another size are not converted without a person's word.
"""

import functools
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace

from cmr_dictionary.dictionary import Dictionary, load
from cmr_dictionary.errors import ValueRejected
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.mapping.cells import NUMBERS
from cmr_dictionary.mapping.documents import (
    AGE,
    SAYS_NOTHING,
    ColumnRule,
    Key,
    Looks,
    Mapping,
    Use,
    is_interval,
)
from cmr_dictionary.mapping.looking import Glance, Looked, look
from cmr_dictionary.mapping.tables import Layout, Table, checkbox_of
from cmr_dictionary.mapping.units import conversion, conversions, header_unit, unit_of
from cmr_dictionary.mapping.words import ANSWERS_OF, LANGUAGES, MISSING, NOTHING, YES_NO, column_words, plain
from cmr_dictionary.missing import Missing
from cmr_dictionary.values import parse_value, unit_words

APPLIED = 0.6
_KEYS = {"local_mrn": Key.PATIENT, **{key.value: key for key in Key}}
_EVENTS = {
    "redcap_event_name": Key.EVENT,
    "event name": Key.EVENT,
    "redcap_repeat_instance": Key.REPEAT,
    "repeat instance": Key.REPEAT,
}
_REPORTED = {
    "lv_ef_pct": "lv_ef_reported_pct",
    "ecv_pct": "ecv_reported_pct",
    "ar_rf_pct": "ar_rf_reported_pct",
    "pr_rf_pct": "pr_rf_reported_pct",
    "mr_rf_pct": "mr_rf_reported_pct",
}
"""A label of a computed item in somebody's table means the number that was reported."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one column.

    Attributes:
        rule: the rule as it would be, whether it stands in the mapping or not.
        confidence: 0 to 1.
        reason: a sentence; it holds no cell.
    """

    rule: ColumnRule = field(repr=False)
    confidence: float
    reason: str

    @property
    def is_applied(self) -> bool:
        """Whether it stands in the suggested mapping."""
        return self.confidence >= APPLIED and self.rule.use is not Use.LEAVE_OUT


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mapping to look at, and per column why.

    Attributes:
        mapping: holds what is sure enough; the other columns are left out.
        proposals: one per column, in the table's order.
        looked: what the columns hold.
    """

    mapping: Mapping
    proposals: tuple[Proposal, ...]
    looked: Looked = field(repr=False)


def suggest(table: Table, dictionary: Dictionary | None = None, name: str = "table") -> Suggestion:
    """Suggest a mapping.

    Args:
        table: the table.
        dictionary: the dictionary, the shipped one where none is given.
        name: id of the mapping.
    """
    looked, known = look(table), _shipped() if dictionary is None else _Known(dictionary)
    dictionary = dictionary or load()
    proposals = [
        _with_values(known, looked, column, _target(known, table, column)) for column in table.columns
    ]
    proposals = _once(proposals)
    columns = tuple(
        p.rule if p.is_applied else ColumnRule(p.rule.column, seen=p.rule.seen) for p in proposals
    )
    missing = {
        word: MISSING.get(word, SAYS_NOTHING)
        for glance in looked.columns.values()
        for word in glance.words
        if word in MISSING or (word in NOTHING and word)
    }
    mapping = Mapping(name, 1, dictionary.version, columns, missing, {}, looked.decimal, looked.dates)
    return Suggestion(mapping, tuple(proposals), looked)


@functools.cache
def _shipped() -> "_Known":
    return _Known(load())


def propose_values(item: Item, glance: Glance) -> dict[str, str]:
    """Words of a coded column -> answers of the item, as far as they are known; a code stands for itself."""
    found = {}
    for word in glance.words:
        meant = _meant(item, word)
        if meant is not None and meant != word:
            found[word] = meant
    return found


_Target = tuple[ColumnRule, float, str]


class _Known:
    """What the dictionary's items are called; made once per suggestion."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.items = dictionary.items
        self.labels = _labels(dictionary)
        self.words = column_words()
        self.phrases = {
            frozenset(label.split()): item.name for label, item in self.labels.items() if item.may_cross
        } | {frozenset(phrase.split()): target for phrase, (target, _) in self.words.items()}


def _target(known: _Known, table: Table, column: str) -> _Target:
    """Where a column goes by its name alone."""
    lower = column.lower()
    if lower in _EVENTS:
        return ColumnRule(column, Use.KEY, _EVENTS[lower]), 1.0, "The event or repetition of a REDCap export."
    box = checkbox_of(column)
    if box is not None:
        return _box(known, column, *box)
    if lower in _KEYS:
        return ColumnRule(column, Use.KEY, _KEYS[lower]), 1.0, "The name says whose row it is."
    item = known.items.get(lower)
    if item is not None:
        if item.name == "birth_date":
            return ColumnRule(column, Use.INTERVAL, AGE), 0.9, "The age is counted from it here."
        if not item.may_cross:
            return ColumnRule(column), 1.0, "This item stays at the center."
        return ColumnRule(column, Use.ITEM, item.name), 1.0, "The column has the name of the item."
    if table.layout is not Layout.PLAIN and column == table.columns[0]:
        return (
            ColumnRule(column, Use.KEY, Key.PATIENT),
            0.5,
            "The record of a REDCap export: whose number is it?",
        )
    return _by_words(known, column)


def _box(known: _Known, column: str, name: str, answer: str) -> _Target:
    item = known.items.get(name.lower()) or known.labels.get(plain(name))
    if item is None or item.kind is not ItemKind.CODES:
        return ColumnRule(column), 1.0, "No item has boxes of this name."
    for code in item.code_list:
        if answer.lower() in (code.code.lower(), code.label.lower()):
            return ColumnRule(column, Use.CHECKBOX, item.name, code=code.code), 1.0, "A box of the item."
    if answer.lower() in Missing._value2member_map_:
        return (
            ColumnRule(column, Use.CHECKBOX, item.name, code=answer.lower()),
            1.0,
            "Why the answer is absent.",
        )
    return ColumnRule(column), 1.0, "The item has no such answer."


def _by_words(known: _Known, column: str) -> _Target:
    header, unit = _split_unit(column)
    phrase = plain(header)
    if phrase in known.labels:
        return _to(known, column, known.labels[phrase].name, unit, 0.95, "The label of the item.")
    if phrase in known.words:
        target, language = known.words[phrase]
        return _to(known, column, target, unit, 0.9, f"A usual {LANGUAGES[language]} name of it.")
    best, likeness = "", 0.0
    for words, target in known.phrases.items():
        alike = _alike(frozenset(phrase.split()), words)
        if alike > likeness:
            best, likeness = target, alike
    if likeness >= 0.5:
        return _to(known, column, best, unit, 0.2 + 0.5 * likeness, "The name is similar.")
    return ColumnRule(column, unit=unit), 0.0, "No item with such a name is known."


def _to(known: _Known, column: str, target: str, unit: str, sure: float, why: str) -> _Target:
    target = _REPORTED.get(target, target)
    if target in _KEYS:
        return ColumnRule(column, Use.KEY, _KEYS[target]), sure, why
    if target == "birth_date":
        return ColumnRule(column, Use.INTERVAL, AGE), sure, "The age is counted from it here."
    item = known.items.get(target)
    if item is None or not item.may_cross:
        return ColumnRule(column), 1.0, "This item stays at the center."
    return ColumnRule(column, Use.ITEM, target, unit=unit), sure, why


def _split_unit(column: str) -> tuple[str, str]:
    header, unit = header_unit(column)
    if unit and (unit_of(unit) is not None or len(plain(header)) > 1):
        return header, unit
    words = column.replace("_", " ").split()
    for n in (2, 1):
        tail = "/".join(words[-n:])
        if len(words) > n and unit_of(tail) is not None and len(tail) > 1:
            return " ".join(words[:-n]), tail
    return column.replace("_", " "), ""


def _with_values(known: _Known, looked: Looked, column: str, target: _Target) -> Proposal:
    """The proposal after a look at the cells."""
    rule, sure, why = target
    glance = looked.columns[column]
    item = known.items.get(rule.target) if rule.use in (Use.ITEM, Use.CHECKBOX) else None
    rule = replace(rule, seen=glance.seen(item))
    if (
        rule.use is Use.KEY
        and rule.target == Key.EXAM_DATE
        and looked.is_order_open
        and glance.looks is Looks.DATE
    ):
        return Proposal(rule, sure, f"{why} Say whether day or month stands first.")
    if rule.use is not Use.ITEM or item is None:
        return Proposal(rule, sure, why)
    if glance.looks is Looks.DATE and is_interval(item):
        return Proposal(
            replace(rule, use=Use.INTERVAL), min(sure, 0.8), f"{why} Days are counted from the date."
        )
    if item.kind in NUMBERS:
        return _with_numbers(item, glance, rule, sure, why)
    if item.kind is ItemKind.TEXT:
        return Proposal(rule, sure, why)
    return _with_answers(item, glance, rule, sure, why)


def _with_numbers(item: Item, glance: Glance, rule: ColumnRule, sure: float, why: str) -> Proposal:
    if glance.looks not in (Looks.NUMBER, Looks.EMPTY):
        return Proposal(rule, 0.3 * sure, f"{why} But its cells are no numbers.")
    if rule.unit:
        way = conversion(item, rule.unit)
        if way is None:
            sentence = (
                f"{why} But its unit is not one that {unit_words(item) or 'the item'} can be computed from."
            )
            return Proposal(replace(rule, unit=""), 0.3 * sure, sentence)
        rule = replace(rule, unit="" if way.factor == 1.0 else way.unit, factor=way.factor)
        said = f" Computed from {way.unit} to {unit_words(item)}." if way.factor != 1.0 else ""
        if _is_possible(item, glance.median, way.factor):
            return Proposal(rule, sure, why + said)
    elif _is_possible(item, glance.median):
        return Proposal(rule, sure, why)
    for way in conversions(item)[1:]:
        if _is_possible(item, glance.median, way.factor):
            sentence = (
                f"{why} But its numbers would fit {way.unit}, not {unit_words(item)}: which unit is it?"
            )
            return Proposal(replace(rule, unit=way.unit, factor=way.factor), min(sure, 0.5), sentence)
    return Proposal(rule, 0.3 * sure, f"{why} But its numbers do not fit the item.")


def _with_answers(item: Item, glance: Glance, rule: ColumnRule, sure: float, why: str) -> Proposal:
    words = [word for word in glance.words if word not in NOTHING]
    rule = replace(rule, values=propose_values(item, glance))
    known = sum(_meant(item, word) is not None or word in MISSING for word in words)
    if set(words) <= {"0", "1"} and words and item.kind is not ItemKind.YES_NO and len(item.code_list) > 2:
        sentence = (
            f"{why} But 0 and 1 may mean no and yes, and the item has other answers: say what they mean."
        )
        return Proposal(replace(rule, values={}), min(sure, 0.5), sentence)
    if known == len(words):
        return Proposal(rule, sure, why)
    sentence = f"{why} {len(words) - known} of its {len(words)} words are not answers of the item: say what they mean."
    return Proposal(rule, sure * (0.75 if known else 0.3) if sure < 1.0 else 0.7, sentence)


def _meant(item: Item, word: str) -> str | None:
    """The answer that a word means: a code, a missing code, or None where nobody can know."""
    own = ANSWERS_OF.get(item.name, {}).get(word)
    if own is not None:
        return own
    if item.kind is ItemKind.YES_NO and word in YES_NO:
        return YES_NO[word]
    if word in MISSING:
        return MISSING[word]
    try:
        parse_value(item, word)
    except ValueRejected:
        return None
    return word


def _is_possible(item: Item, number: float | None, factor: float = 1.0) -> bool:
    """Whether a number of the table may be one of the item; an empty column speaks against nothing."""
    if number is None:
        return True
    low = item.hard_min if item.hard_min is not None else float("-inf")
    high = item.hard_max if item.hard_max is not None else float("inf")
    return low <= number * factor <= high


def _once(proposals: list[Proposal]) -> list[Proposal]:
    """Let the surest column keep an item that several want."""
    best: dict[tuple[str, str], Proposal] = {}
    for proposal in proposals:
        place = proposal.rule.target, proposal.rule.code
        if proposal.is_applied and (place not in best or proposal.confidence > best[place].confidence):
            best[place] = proposal
    found = []
    for proposal in proposals:
        keeper = best.get((proposal.rule.target, proposal.rule.code))
        if proposal.is_applied and keeper is not proposal:
            proposal = Proposal(proposal.rule, 0.4, "Another column fits this item better.")
        found.append(proposal)
    return found


def _labels(dictionary: Dictionary) -> MappingOf[str, Item]:
    """Items by the plain words of their labels, where a label means one item."""
    found: dict[str, Item] = {}
    twice = set()
    for item in dictionary.items.values():
        label = plain(header_unit(item.label)[0])
        if label in found:
            twice.add(label)
        found[label] = item
    return {label: item for label, item in found.items() if label not in twice}


def _alike(own: frozenset[str], theirs: frozenset[str]) -> float:
    return len(own & theirs) / len(own | theirs) if own | theirs else 0.0
