"""The REDCap expressions of the table, read by a small parser and evaluated without `eval`.

What the language knows: numbers, texts in quotes, `[item]`, `[item(code)]` (1 where a list holds the code, else 0),
`= <> != < <= > >=`, `and`, `or`, `+ - * / ^`, parentheses, and `round(x, digits)`, `sqrt(x)`, `abs(x)`,
`if(condition, then, else)`.

An absent value is the empty text, as in REDCap. Arithmetic with it, a division by zero and the root of a negative
number give None, "no value"; so does an order between things that are no numbers. `and` and `or` know None: false
and anything is false, true or anything is true.
"""

import functools
import math
import operator
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cmr_dictionary.errors import ExpressionError

Result = float | str | bool | None
Lookup = Callable[[str], object]

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<text>"[^"]*"|'[^']*')
    |\[(?P<item>[a-z0-9_]+)(?:\((?P<code>[A-Za-z0-9_]+)\))?\]
    |(?P<word>[a-z]+)|(?P<sign><=|>=|<>|!=|[=<>+\-*/^(),]))""",
    re.VERBOSE,
)
ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
EQUALITIES = ("=", "<>", "!=")


class Node(ABC):
    """One node of a parsed expression."""

    @abstractmethod
    def value(self, lookup: Lookup) -> Result:
        """Evaluate.

        Args:
            lookup: gives the plain value of an item by name, None where it is absent.
        """


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A number or a text."""

    constant: float | str

    def value(self, lookup: Lookup) -> Result:
        """Itself."""
        return self.constant


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """An item, or one answer of a list."""

    name: str
    code: str | None

    def value(self, lookup: Lookup) -> Result:
        """A number as it is, a code as text, a list as 1 or 0 for the answer asked for, absent as empty."""
        found = lookup(self.name)
        codes = found if isinstance(found, list | tuple) else [found]
        if self.code is not None:
            return "1" if self.code in [str(code) for code in codes] else "0"
        if isinstance(found, list | tuple):
            return ",".join(str(code) for code in found)
        if found is None:
            return ""
        if isinstance(found, bool):
            return float(found)
        return float(found) if isinstance(found, int | float) else str(found)


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` or `or` of two conditions."""

    word: str
    left: Node
    right: Node

    def value(self, lookup: Lookup) -> Result:
        """True, False, or None where an unknown side decides."""
        sides = (_truth(self.left.value(lookup)), _truth(self.right.value(lookup)))
        decisive = self.word == "or"
        if decisive in sides:
            return decisive
        return None if None in sides else not decisive


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """An equality or an order."""

    sign: str
    left: Node
    right: Node

    def value(self, lookup: Lookup) -> Result:
        """True, False, or None where the sides have no order."""
        left, right = self.left.value(lookup), self.right.value(lookup)
        numbers = _number(left), _number(right)
        if self.sign in EQUALITIES:
            if left is None or right is None:
                return None
            same = left == right if None in numbers else numbers[0] == numbers[1]
            return same if self.sign == "=" else not same
        if numbers[0] is None or numbers[1] is None:
            return None
        return ORDERS[self.sign](numbers[0], numbers[1])


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """One of the four operations, or a power."""

    sign: str
    left: Node
    right: Node

    def value(self, lookup: Lookup) -> Result:
        """The number; None without both numbers, for a division by zero and for a power that is no real number."""
        left, right = _number(self.left.value(lookup)), _number(self.right.value(lookup))
        if left is None or right is None or (self.sign == "/" and right == 0):
            return None
        return _finite(OPERATIONS[self.sign](left, right))


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of its arguments."""

    name: str
    arguments: tuple[Node, ...]

    def value(self, lookup: Lookup) -> Result:
        """The function's value; None where an argument that counts has none."""
        if self.name == "if":
            condition = _truth(self.arguments[0].value(lookup))
            return None if condition is None else self.arguments[1 if condition else 2].value(lookup)
        numbers = [_number(argument.value(lookup)) for argument in self.arguments]
        known = [number for number in numbers if number is not None]
        return _finite(FUNCTIONS[self.name](*known)) if len(known) == len(numbers) else None


def rounded(number: float, digits: float = 0) -> float:
    """Round halves away from zero, as REDCap and people do.

    Args:
        number: what to round.
        digits: decimals, a whole number.
    """
    step = Decimal(1).scaleb(-int(digits))
    return float(Decimal(repr(number)).quantize(step, ROUND_HALF_UP)) if abs(number) < 1e15 else number


def _root(number: float) -> float:
    return math.sqrt(number) if number >= 0 else math.nan


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except (ValueError, OverflowError):
        return math.nan


OPERATIONS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": _power,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {"round": rounded, "sqrt": _root, "abs": abs}
ARGUMENTS: Mapping[str, tuple[int, ...]] = {"round": (1, 2), "sqrt": (1,), "abs": (1,), "if": (3,)}


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _number(result: Result) -> float | None:
    if isinstance(result, str):
        try:
            return _finite(float(result))
        except ValueError:
            return None
    return None if result is None else float(result)


def _truth(result: Result) -> bool | None:
    if result is None or isinstance(result, bool):
        return result
    number = _number(result)
    return None if number is None else number != 0


@functools.cache
def parsed(expression: str) -> Node:
    """The expression as a tree; the same text is parsed once per process.

    Raises:
        ExpressionError: it is not of the language.
    """
    return _Parser(expression).whole()


class _Parser:
    """Recursive descent over the tokens of one expression; a level per precedence."""

    def __init__(self, expression: str) -> None:
        self.tokens = _tokens(expression)
        self.at = 0

    def whole(self) -> Node:
        node = self.disjunction()
        if self.at != len(self.tokens):
            raise ExpressionError("Something stands behind the end of the expression.")
        return node

    def disjunction(self) -> Node:
        node = self.conjunction()
        while self._takes("word", "or"):
            node = Logic("or", node, self.conjunction())
        return node

    def conjunction(self) -> Node:
        node = self.comparison()
        while self._takes("word", "and"):
            node = Logic("and", node, self.comparison())
        return node

    def comparison(self) -> Node:
        node = self.sum()
        sign = self._taken("sign", (*EQUALITIES, *ORDERS))
        return Comparison(sign, node, self.sum()) if sign else node

    def sum(self) -> Node:
        node = self.product()
        while sign := self._taken("sign", ("+", "-")):
            node = Arithmetic(sign, node, self.product())
        return node

    def product(self) -> Node:
        node = self.signed()
        while sign := self._taken("sign", ("*", "/")):
            node = Arithmetic(sign, node, self.signed())
        return node

    def power(self) -> Node:
        node = self.primary()
        return Arithmetic("^", node, self.signed()) if self._takes("sign", "^") else node

    def signed(self) -> Node:
        if self._takes("sign", "-"):
            return Arithmetic("-", Constant(0.0), self.signed())
        return self.power()

    def primary(self) -> Node:
        if self._takes("sign", "("):
            node = self.disjunction()
            self._require(")")
            return node
        kind, text = self._next()
        if kind == "number":
            return Constant(float(text))
        if kind == "text":
            return Constant(text[1:-1])
        if kind == "item":
            name, _, code = text.partition("(")
            return Reference(name, code or None)
        if kind == "word" and text in ARGUMENTS:
            return self._call(text)
        raise ExpressionError("A number, text, item or function is expected.")

    def _call(self, name: str) -> Node:
        self._require("(")
        arguments = [self.disjunction()]
        while self._takes("sign", ","):
            arguments.append(self.disjunction())
        self._require(")")
        if len(arguments) not in ARGUMENTS[name]:
            raise ExpressionError("A function has another number of arguments.")
        return Call(name, tuple(arguments))

    def _next(self) -> tuple[str, str]:
        if self.at == len(self.tokens):
            raise ExpressionError("The expression ends too early.")
        self.at += 1
        return self.tokens[self.at - 1]

    def _taken(self, kind: str, texts: tuple[str, ...]) -> str:
        if (
            self.at < len(self.tokens)
            and self.tokens[self.at][0] == kind
            and self.tokens[self.at][1] in texts
        ):
            return self._next()[1]
        return ""

    def _takes(self, kind: str, text: str) -> bool:
        return bool(self._taken(kind, (text,)))

    def _require(self, sign: str) -> None:
        if not self._takes("sign", sign):
            raise ExpressionError(f"'{sign}' is expected.")


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens, at, end = [], 0, len(expression.rstrip())
    while at < end:
        match = TOKEN.match(expression, at, end)
        if match is None:
            raise ExpressionError("A sign that the language does not know.")
        if match["item"]:
            tokens.append(("item", f"{match['item']}({match['code']}" if match["code"] else match["item"]))
        else:
            tokens += [(kind, match[kind]) for kind in ("number", "text", "word", "sign") if match[kind]]
        at = match.end()
    return tokens
