"""The language of branching and formulas, compared with Python's own arithmetic and logic."""

import contextlib
import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_dictionary import load
from cmr_dictionary.errors import ExpressionError
from cmr_dictionary.expressions import Node, parsed, rounded


def value(expression, **values):
    return parsed(expression).value(values.get)


NUMBERS = st.floats(0, 1e6, allow_nan=False).map(lambda number: f"{number:.4f}")
SUMS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: f"({''.join(parts)})")
        | inner.map(lambda text: f"-{text}")
        | inner.map(lambda text: f"abs({text})")
    ),
    max_leaves=12,
)


@given(SUMS)
def test_arithmetic_is_that_of_python(expression):
    try:
        expected = eval(expression)  # the text is drawn above
    except ZeroDivisionError:
        expected = None
    found = value(expression)
    if expected is None or not math.isfinite(expected):
        assert found is None
    else:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(st.lists(st.tuples(NUMBERS, st.sampled_from(["+", "-", "*"])), min_size=1, max_size=8), NUMBERS)
def test_precedence_is_that_of_python(pairs, last):
    expression = " ".join(f"{number} {sign}" for number, sign in pairs) + f" {last}"
    assert value(expression) == pytest.approx(eval(expression), rel=1e-9, abs=1e-6)


CONDITIONS = st.recursive(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="]), st.integers(0, 3)
    ).map(lambda parts: "{}{}{}".format(*parts)),
    lambda inner: st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(
        lambda p: f"({''.join(p)})"
    ),
    max_leaves=10,
)


@given(CONDITIONS)
def test_conditions_are_those_of_python(expression):
    python = expression.replace("<>", "!=").replace("<=", "≤").replace(">=", "≥").replace("!=", "≠")
    python = python.replace("=", "==").replace("≤", "<=").replace("≥", ">=").replace("≠", "!=")
    assert value(expression) is eval(python)


@given(st.text('[]()"0123456789abc_ <>=+-*/,andorif', max_size=40))
def test_any_text_is_an_expression_or_refused(text):
    with contextlib.suppress(ExpressionError):
        assert isinstance(parsed(text), Node)


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_halves_are_rounded_away_from_zero(number, digits):
    exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert rounded(number, digits) == float(exact)


@pytest.mark.parametrize(
    ("expression", "values", "result"),
    [
        ("round(2.5)", {}, 3.0),
        ("round(2.345, 2)", {}, 2.35),
        ("round(1000000000000000000000.5, 1)", {}, 1e21),
        ("sqrt(16)", {}, 4.0),
        ("sqrt(0-1)", {}, None),
        ("1/0", {}, None),
        ("1/[a]", {"a": 0}, None),
        ("[a]+1", {}, None),
        ("[a]+1", {"a": "2"}, 3.0),
        ("[a]+1", {"a": "x"}, None),
        ("[a]+1", {"a": True}, 2.0),
        ("[a]+1", {"a": float("nan")}, None),
        ("1e", None, None),
        ("if([a]>=7,1,2)", {"a": 8}, 1.0),
        ("if([a]>=7,1,2)", {"a": 6}, 2.0),
        ("if([a]>=7,1,2)", {}, None),
        ('if([a]="","",1)', {}, ""),
        ("if([a],1,2)", {"a": 0}, 2.0),
        ("if('x',1,2)", {}, None),
        ('[a]="1"', {"a": 1}, True),
        ('[a]="1"', {"a": "1"}, True),
        ('[a]="1"', {"a": "01"}, True),
        ('[a]<>""', {}, False),
        ('[a]<>""', {"a": 0}, True),
        ('[a]=""', {"a": []}, True),
        ('[a]<>""', {"a": ["1", "3"]}, True),
        ("[a(3)]='1'", {"a": ["1", "3"]}, True),
        ("[a(2)]='1'", {"a": ["1", "3"]}, False),
        ("[a(2)]='1'", {}, False),
        ("[a]>1 or 1=1", {}, True),
        ("[a]>1 or 1=2", {}, None),
        ("[a]>1 and 1=2", {}, False),
        ("[a]>1 and 1=1", {}, None),
        ("1/[a]=1", {"a": 0}, None),
        ("abs([a]-[b])", {"a": 1, "b": 3}, 2.0),
        ("2*3+4", {}, 10.0),
        ("2+3*4", {}, 14.0),
        ("10-2-3", {}, 5.0),
        ("--2", {}, 2.0),
        ("  1 + 1  ", {}, 2.0),
    ],
)  # fmt: skip
def test_missing_and_odd_values_give_no_value_and_never_a_wrong_one(expression, values, result):
    if values is None:
        with pytest.raises(ExpressionError):
            parsed(expression)
        return
    found = value(expression, **values)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    "expression",
    [
        "", "1 +", "1 2", "(1", "[a", "sqrt 4", "sqrt(1,2)", "if(1,2)", "round()", "print(1)", "1 ; 2", ")", "and",
        "1 = 2 = 3",
    ],
)  # fmt: skip
def test_it_refuses_what_is_not_of_the_language(expression):
    with pytest.raises(ExpressionError):
        parsed(expression)


@pytest.mark.parametrize("item", load().items.values(), ids=lambda item: item.name)
def test_every_expression_of_the_table_is_read_and_gives_nothing_without_values(item):
    if item.branching:
        assert parsed(item.branching).value({}.get) in (True, False, None)
    if item.calculation:
        assert parsed(item.calculation).value({}.get) in (None, "")


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("2^3", 8.0),
        ("2*3^2", 18.0),
        ("(1+1)^0.5", 2**0.5),
        ("-2^2", -4.0),
        ("4^-1", 0.25),
        ("(0-8)^0.5", None),
        ("10^999", None),
    ],
)
def test_a_power_binds_closer_than_a_product(expression, result):
    assert parsed(expression).value({}.get) == result
