"""JSON Schema (2020-12) of case-report documents: one per form, and one of a whole exam.

A document holds an entry for each item that it states: `{"value": ..., "source": ...}` or `{"missing": ..., "source":
...}` (R14). A schema says what one entry may hold: type, hard limits, codes. What concerns several items (branching,
volumes, dates) is said by the checks; the usual range, the unit and the branching stand beside as `x-` words.
"""

import functools
from collections.abc import Mapping
from typing import Any

from cmr_dictionary.dictionary import load
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.missing import Missing
from cmr_dictionary.values import LONGEST_WORD

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLLOW_UP = "followup"
"""The form whose values stand in events, not in the case report of an exam."""
SOURCE = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "title": "Where the value came from"}

Schema = dict[str, Any]


def form_schema(form: str) -> Schema:
    """The schema of one form's document.

    Args:
        form: name of the form, as `Dictionary.forms()` lists them.

    Raises:
        KeyError: the dictionary has no such form.
    """
    return {"$schema": DIALECT, "$id": _address(form)} | _form(form)


@functools.cache
def report_schema() -> Mapping[str, Any]:
    """The schema of a whole exam: form -> its document. Follow-up is a document of its own and not among them."""
    forms = [form for form in load().forms() if form != FOLLOW_UP]
    return {
        "$schema": DIALECT,
        "$id": _address("report"),
        "title": f"Case report of a CMR exam, data dictionary {load().version}",
        "type": "object",
        "additionalProperties": False,
        "properties": {form: {"$ref": f"#/$defs/{form}"} for form in forms},
        "$defs": {form: _form(form) for form in forms},
    }


def value_schema(item: Item) -> Schema:
    """The schema of a plain value of an item that may cross."""
    if item.kind == ItemKind.YES_NO:
        return {"enum": [0, 1]}
    if item.kind == ItemKind.CODE:
        return {"enum": [code.code for code in item.code_list]}
    if item.kind == ItemKind.CODES:
        codes = {"enum": [code.code for code in item.code_list]}
        return {"type": "array", "uniqueItems": True, "items": codes}
    if item.kind == ItemKind.TEXT:
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_WORD}
    limits = {"minimum": item.hard_min, "maximum": item.hard_max}
    known = {word: limit for word, limit in limits.items() if limit is not None}
    return {"type": "integer" if item.kind == ItemKind.INTEGER else "number"} | known


def _form(form: str) -> Schema:
    items = [item for item in load().forms()[form] if item.may_cross]
    return {
        "title": form,
        "type": "object",
        "additionalProperties": False,
        "properties": {item.name: _entry(item) for item in items},
    }


def _entry(item: Item) -> Schema:
    words = {
        "title": item.label,
        "description": item.definition,
        "x-unit": item.unit,
        "x-usual-range": [item.soft_min, item.soft_max]
        if (item.soft_min, item.soft_max) != (None, None)
        else None,
        "x-asked-if": item.branching,
        "x-codes": {code.code: code.label for code in item.code_list},
    }
    return {word: text for word, text in words.items() if text} | {
        "type": "object",
        "additionalProperties": False,
        "required": ["source"],
        "oneOf": [{"required": ["value"]}, {"required": ["missing"]}],
        "properties": {
            "value": value_schema(item),
            "missing": {"enum": [reason.value for reason in Missing]},
            "source": SOURCE,
        },
    }


def _address(name: str) -> str:
    return f"urn:cmr-dictionary:{load().version}:{name}"
