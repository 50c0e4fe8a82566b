"""Report cells become case-report values: only dictionary items, only those that may cross, never free text.

What is refused is listed by item and code, without its value, so that a person can correct the report (L4).
"""

from collections.abc import Iterable
from typing import Any

from cmr_dictionary import (
    Dictionary,
    Item,
    Missing,
    RejectReason,
    ValueRejected,
    coarsened,
    load,
    parse_value,
    top_coded,
)
from cmr_dictionary.checks import check_values, is_rejected
from cmr_exchange.manifest import MissingCode, ReportValue, ValueSource

MISSING_WORDS = {code.value: code for code in MissingCode}


def read_cells(
    cells: Iterable[tuple[str, str]], source: ValueSource
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Read named cells of one report.

    Args:
        cells: item name and text; an empty text says nothing, a word of `MissingCode` says why it is absent.
        source: where the report came from.

    Returns:
        Value documents by item, and problems: `{"item", "code", "sentence"}`.
    """
    dictionary: Dictionary = load()
    values: dict[str, Any] = {}
    problems: list[dict[str, str]] = []
    for name, text in cells:
        word = text.strip()
        if not word:
            continue
        item = dictionary.items.get(name)
        if item is None or not item.may_cross:
            problems.append(_not_taken(name, item))
            continue
        try:
            values[name] = _document(item, word, source)
        except ValueRejected as rejected:
            problems.append({"item": name, "code": rejected.code, "sentence": str(rejected)})
    return values, problems


def _document(item: Item, word: str, source: ValueSource) -> dict[str, Any]:
    missing = MISSING_WORDS.get(word.lower())
    if missing is not None:
        return ReportValue(source, missing=missing).to_document()
    value = coarsened(item, parse_value(item, top_coded(item, word)))
    if isinstance(value, Missing):
        return ReportValue(source, missing=MissingCode(value.value)).to_document()
    found = check_values({item.name: value})
    if is_rejected(found):
        raise ValueRejected(found[0].code, found[0].sentence)
    return ReportValue(source, value).to_document()


def _not_taken(name: str, item: Item | None) -> dict[str, str]:
    if item is None:
        # the name is not repeated: a column may be called after a patient
        return {
            "item": "?",
            "code": RejectReason.UNKNOWN_ITEM.value,
            "sentence": "The dictionary has no such item.",
        }
    code = RejectReason.NOT_TRANSFERABLE.value
    return {"item": name, "code": code, "sentence": "This item stays at the center."}
