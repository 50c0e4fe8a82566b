"""Branching in words, for forms that show every item: "if LGE present is Yes"."""

from cmr_dictionary.dictionary import load
from cmr_dictionary.expressions import Comparison, Constant, Logic, Node, Reference, parsed
from cmr_dictionary.items import Item, ItemKind
from cmr_dictionary.values import display

ORDER_WORDS = {"<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}


def condition_words(item: Item) -> str:
    """When the item is asked, as a clause that follows "Asked if"; empty for always."""
    return expression_words(item.branching)


def expression_words(expression: str) -> str:
    """A condition as a clause that follows "if"; empty for none.

    Raises:
        ExpressionError: it is not of the language.
    """
    return _words(parsed(expression)) if expression else ""


def _words(node: Node) -> str:
    if isinstance(node, Logic):
        sides = [_words(node.left), _words(node.right)]
        if node.word == "and" and isinstance(node.left, Comparison) and _is_known(node.left, node.right):
            return sides[1]
        if node.word == "and":
            sides = [f"({side})" if " or " in side else side for side in sides]
        return f" {node.word} ".join(dict.fromkeys(sides))
    if isinstance(node, Comparison) and isinstance(node.left, Reference) and isinstance(node.right, Constant):
        return _comparison(node.left, node.sign, node.right.constant)
    return "a calculation applies"


def _is_known(left: Comparison, right: Node) -> bool:
    """Whether `left` only says that the item of `right` is known, which `right` implies in people's words."""
    return (
        isinstance(right, Comparison)
        and left.left == right.left
        and left.sign != "="
        and left.right == Constant("")
    )


def _comparison(reference: Reference, sign: str, constant: float | str) -> str:
    item = load().items[reference.name]
    name = f"“{item.label}”"
    if reference.code is not None:
        verb = "includes" if (sign == "=") == (str(constant) == "1") else "does not include"
        return f"{name} {verb} {item.label_of(reference.code)}"
    if constant == "":
        return f"{name} is not known" if sign == "=" else f"{name} is known"
    if sign in ORDER_WORDS:
        return f"{name} {ORDER_WORDS[sign]} {constant:g}" if isinstance(constant, float) else name
    answer = display(item, constant) if item.kind != ItemKind.TEXT else str(constant)
    return f"{name} is {answer}" if sign == "=" else f"{name} is not {answer}"
