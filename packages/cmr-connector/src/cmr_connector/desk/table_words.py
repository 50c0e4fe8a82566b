"""Words in which the desk speaks of tables, mappings and rows."""

from typing import Any

from cmr_connector.desk.words import Said
from cmr_connector.tables.drafts import KEY_WORDS, Draft, DraftColumn
from cmr_connector.tables.matching import Fit
from cmr_connector.tables.states import ImportState, Outcome
from cmr_dictionary import Item, ItemKind, Missing, Value, ValueRejected, display, load, parse_value
from cmr_dictionary.mapping import ColumnRule, Use

IMPORT: dict[ImportState, Said] = {
    ImportState.MAPPING: Said("being mapped", "warn", "Nothing is taken in before somebody accepts it."),
    ImportState.HELD: Said("held", "bad", "Its template is not the one that its mapping knows."),
    ImportState.RUNNING: Said("being taken in", "", "It goes on by itself, also after a restart."),
    ImportState.DONE: Said("taken in", "ok", "Every row has its result."),
    ImportState.FAILED: Said("failed", "bad", "What was taken in before stays."),
}
OUTCOME: dict[Outcome, Said] = {
    Outcome.TAKEN: Said("taken", "ok", "Every cell that goes anywhere was taken."),
    Outcome.QUESTIONED: Said(
        "taken, with a question", "warn", "All was taken; something should be looked at."
    ),
    Outcome.PARTLY: Said("taken in part", "warn", "Some cells were refused, the others were taken."),
    Outcome.REFUSED: Said("refused", "bad", "Nothing of it was taken."),
    Outcome.LEFT_OUT: Said("left out", "", "It says nothing, or is of an event that is not read."),
}
FIT: dict[str, str] = {
    Fit.FOUND: "exam is here",
    Fit.WAITS: "waits for its exam",
    Fit.AMBIGUOUS: "more than one exam fits",
    Fit.OTHER_PATIENT: "another patient's exam",
    Fit.NO_KEY: "names no exam",
}
FITS: dict[str, str] = {
    Fit.FOUND: "with their exam here",
    Fit.WAITS: "waiting for their exam",
    Fit.AMBIGUOUS: "that fit more than one exam",
    Fit.OTHER_PATIENT: "of another patient than their exam",
    Fit.NO_KEY: "that name no exam",
}
SOURCES = {"desk": "this desk", "folder": "drop folder"}
LAYOUTS = {
    "plain": "plain table",
    "redcap_raw": "REDCap export, raw data",
    "redcap_label": "REDCap export with labels",
}
DATES = {
    "ymd": "Year first (2021-03-04)",
    "dmy": "Day first (04.03.2021)",
    "mdy": "Month first (03/04/2021)",
}
TABLE_WORDS: dict[str, Any] = {
    "said_import": IMPORT,
    "said_outcome": OUTCOME,
    "said_fit": FIT,
    "said_fits": FITS,
    "table_sources": SOURCES,
    "layouts": LAYOUTS,
    "date_orders": DATES,
}


def targets() -> list[tuple[str, str]]:
    """Everything that a column can go to, and its words; items that a table can fill, boxes of lists among them."""
    found = list(KEY_WORDS.items())
    for item in load().items.values():
        if not item.may_cross:
            continue
        found.append((item.name, _label(item)))
        if item.kind is ItemKind.CODES:
            found += [
                (f"{item.name}:{code.code.lower()}", f"{item.label}: {code.label}") for code in item.code_list
            ]
    return found


def target_words(target: str) -> str:
    """What a target is, in words; empty for a column that is left out."""
    if not target:
        return ""
    if target in KEY_WORDS:
        return KEY_WORDS[target]
    name, _, code = target.partition(":")
    item = load().items.get(name)
    if item is None:
        return ""
    return (
        f"{item.label}: {item.label_of(code) or item.label_of(code.upper()) or code}"
        if code
        else _label(item)
    )


def shown_value(name: str, value: Value | Missing) -> str:
    """A value as it would be taken, for a person."""
    if isinstance(value, Missing):
        return value.label
    return display(load().items[name], value)


def answers_of(item: Item) -> list[tuple[str, str]]:
    """What a word of a column can mean: answers of the item, missing codes, nothing."""
    codes = [(code.code, code.label) for code in item.code_list]
    if item.kind is ItemKind.YES_NO:
        codes = [("1", "Yes"), ("0", "No")]
    return [
        *codes,
        *((reason.value, f"missing: {reason.label}") for reason in Missing),
        ("-", "says nothing"),
    ]


def stands_for(item: Item, word: str) -> str:
    """What a word of a column is taken for when nobody says what it means."""
    try:
        value = parse_value(item, word)
    except ValueRejected:
        return "refused"
    if isinstance(value, str) and value in set(Missing):
        return Missing(value).label
    return display(item, value)


def is_doubtful(rule: ColumnRule, column: DraftColumn) -> bool:
    """Whether 0 and 1 stand for answers of a longer list, and nobody has said what they mean."""
    item = load().items.get(rule.target)
    if item is None or rule.use is not Use.ITEM or len(item.code_list) <= 2 or item.kind is not ItemKind.CODE:
        return False
    return set(column.glance.words) <= {"0", "1"} and bool(column.glance.n) and not rule.values


def n_used(draft: Draft) -> tuple[int, int, int]:
    """How many columns go to items, how many are keys, how many are left out."""
    uses = [rule.use for rule in draft.mapping.columns]
    return (
        sum(use not in (Use.KEY, Use.LEAVE_OUT) for use in uses),
        uses.count(Use.KEY),
        uses.count(Use.LEAVE_OUT),
    )


def _label(item: Item) -> str:
    return f"{item.label} ({item.unit})" if item.unit else item.label
