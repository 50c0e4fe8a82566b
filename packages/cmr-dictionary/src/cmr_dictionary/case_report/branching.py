"""Conditions as JSON, so that the page's script evaluates the very trees that `cmr_dictionary.expressions` parsed."""

import functools
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cmr_dictionary.expressions import Arithmetic, Call, Comparison, Constant, Logic, Node, Reference, parsed
from cmr_dictionary.form_plan import entered_forms, form_plan


def node_document(node: Node) -> list[Any]:
    """A tree as nested lists, the kind of node first: `["=", ["item", "sex", null], ["constant", "M"]]`."""
    if isinstance(node, Constant):
        return ["constant", node.constant]
    if isinstance(node, Reference):
        return ["item", node.name, node.code]
    if isinstance(node, Logic):
        return [node.word, node_document(node.left), node_document(node.right)]
    if isinstance(node, Comparison | Arithmetic):
        return [node.sign, node_document(node.left), node_document(node.right)]
    if isinstance(node, Call):
        return [node.name, *(node_document(argument) for argument in node.arguments)]
    raise TypeError("A node of the language is expected.")


@functools.cache
def conditions() -> Mapping[str, int]:
    """Every condition of the form -> its number, as `data-asked` of a field names it."""
    found = dict.fromkeys(
        planned.item.branching
        for form in entered_forms()
        for planned in form_plan(form).items()
        if planned.item.branching
    )
    return MappingProxyType({expression: number for number, expression in enumerate(found)})


@functools.cache
def conditions_json() -> str:
    """All conditions in the order of their numbers."""
    return json.dumps(
        [node_document(parsed(expression)) for expression in conditions()], separators=(",", ":")
    )
