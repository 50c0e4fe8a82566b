"""The invariants of the whole table (cmr.md section 2); each check names row, item and column."""

import itertools
from collections.abc import Callable, Mapping, Sequence

from cmr_dictionary.errors import ExpressionError
from cmr_dictionary.expressions import parsed
from cmr_dictionary.items import Item, ItemKind, Transfer
from cmr_dictionary.logic import compared_codes, cycle_in, variables
from cmr_dictionary.table import (
    BRANCHING,
    CHOICES,
    HARD_MIN,
    IDENTIFIER,
    MATRIX,
    MISSING_CODES,
    NAME,
    SECTION,
    TYPE,
    Row,
)
from cmr_dictionary.technique import vocabulary

Table = Sequence[tuple[Row, Item]]
UNIT_TOKENS = {
    "%": "pct", "% LV mass": "pct_lv", "% of dynamic range": "pct", "years": "years", "T": "t", "cm": "cm",
    "kg": "kg", "m2": "m2", "kg/m2": "kg_m2", "/min": "bpm", "mm[Hg]": "mmhg", "mg/dL": "mg_dl",
    "mL/min/1.73m2": "ml_min_173m2", "pg/mL": "pg_ml", "x p99": "x_p99", "min": "min", "ms": "ms", "mm": "mm",
    "mmol/kg": "mmol_kg", "mL": "ml", "mL/m2": "ml_m2", "g": "g", "g/m2": "g_m2", "L/min": "l_min",
    "L/min/m2": "l_min_m2", "cm2": "cm2", "cm/s": "cm_s", "mL/min/g": "ml_min_g", "d": "days", "h": "hours",
    "mg/L": "mg_l", "mL/min/kg": "ml_min_kg", "[MET]": "mets",
}  # fmt: skip
"""Unit -> how it stands at the end of an item's name."""
DATE_KINDS = (ItemKind.DATE, ItemKind.DATETIME)
CODED = (ItemKind.CODE, ItemKind.CODES, ItemKind.YES_NO)
UNKNOWN_WORDS = frozenset({"unknown", "not assessable", "not assessed", "indeterminate", "not known"})
"""Labels of answers that say nothing."""
NUMBERS = (ItemKind.NUMBER, ItemKind.INTEGER, ItemKind.DERIVED)


def check_table(table: Table) -> None:
    """Check everything that needs more than one cell.

    Raises:
        DictionaryError: the first invariant that does not hold.
    """
    for check in CHECKS:
        check(table)


def _names_are_unique(table: Table) -> None:
    seen: set[str] = set()
    for row, item in table:
        if item.name in seen:
            raise row.error(NAME, "the name stands twice.")
        seen.add(item.name)


def _units_stand_in_names(table: Table) -> None:
    for row, item in table:
        if not item.unit:
            continue
        if item.unit not in UNIT_TOKENS:
            raise row.error("x_unit", "a unit without a token for names.")
        if not item.name.endswith(f"_{UNIT_TOKENS[item.unit]}"):
            raise row.error("x_unit", f"the name must end in _{UNIT_TOKENS[item.unit]}.")


def _limits_are_ordered(table: Table) -> None:
    for row, item in table:
        limits = [item.hard_min, item.soft_min, item.soft_max, item.hard_max]
        known = [limit for limit in limits if limit is not None]
        if known != sorted(known):
            raise row.error(HARD_MIN, "hard min <= soft min <= soft max <= hard max does not hold.")
        if known and item.kind not in NUMBERS:
            raise row.error(HARD_MIN, "only numbers have limits.")


def _references_exist(table: Table) -> None:
    items = {item.name: item for _, item in table}
    for row, item in table:
        for column, expression in ((BRANCHING, item.branching), (CHOICES, item.calculation)):
            _check_expression(row, column, expression, items)


def _check_expression(row: Row, column: str, expression: str, items: Mapping[str, Item]) -> None:
    if any(name not in items for name in variables(expression)):
        raise row.error(column, "refers to an item that does not exist.")
    try:
        _ = parsed(expression) if expression else None
    except ExpressionError as error:
        raise row.error(column, f"is no expression. {error}") from error
    for name, code in compared_codes(expression):
        if code not in _answers(items[name]):
            raise row.error(column, "refers to a code that does not exist.")


def _answers(item: Item) -> set[str]:
    return {"0", "1"} if item.kind == ItemKind.YES_NO else {code.code for code in item.code_list}


def _no_cycles(table: Table) -> None:
    for column, expression_of in ((BRANCHING, _branching), (CHOICES, _calculation)):
        name = cycle_in({item.name: variables(expression_of(item)) for _, item in table})
        row = next((row for row, item in table if item.name == name), None)
        if row is not None:
            raise row.error(column, "the item depends on itself.")


def _branching(item: Item) -> str:
    return item.branching


def _calculation(item: Item) -> str:
    return item.calculation


def _derived_items_have_a_formula(table: Table) -> None:
    for row, item in table:
        if item.kind == ItemKind.DERIVED and not variables(item.calculation):
            raise row.error(CHOICES, "a derived item needs a formula.")


def _matrices_hang_together(table: Table) -> None:
    closed: set[str] = set()
    for (_, before), (row, item) in itertools.pairwise(table):
        if before.matrix and before.matrix != item.matrix:
            closed.add(before.matrix)
        if item.matrix and item.matrix in closed:
            raise row.error(MATRIX, "the rows of a matrix are not adjacent.")
        if item.matrix and item.matrix == before.matrix and item.code_list != before.code_list:
            raise row.error(CHOICES, "the rows of a matrix have different choices.")


def _dates_are_identifiers(table: Table) -> None:
    for row, item in table:
        if item.kind in DATE_KINDS and not item.identifier:
            raise row.error(IDENTIFIER, "a date is an identifier.")


def _answer_concepts_name_answers(table: Table) -> None:
    for row, item in table:
        if not set(item.answer_concepts) <= _answers(item):
            raise row.error("x_value_codes", "refers to a choice that does not exist.")


def _texts_that_cross_have_a_vocabulary(table: Table) -> None:
    for row, item in table:
        if item.transfer == Transfer.ALLOW_LIST_TEXT and item.name not in vocabulary():
            raise row.error("x_transfer", "no technique words are declared for this text.")


def _identifiers_do_not_cross_unchanged(table: Table) -> None:
    for row, item in table:
        if item.identifier and item.may_cross and item.transfer == Transfer.AS_IS:
            raise row.error("x_transfer", "an identifier cannot leave as it is.")


def _forms_are_whole(table: Table) -> None:
    closed: set[str] = set()
    for (_, before), (row, item) in itertools.pairwise(table):
        if before.form != item.form:
            closed.add(before.form)
        if item.form in closed:
            raise row.error(SECTION, "the rows of a form are not adjacent.")


def _coded_items_have_answers(table: Table) -> None:
    for row, item in table:
        if item.kind in (ItemKind.CODE, ItemKind.CODES) and len(item.code_list) < 2:
            raise row.error(TYPE, "a coded item needs two choices or more.")


def _unknown_is_no_answer(table: Table) -> None:
    for row, item in table:
        if any(code.label.lower() in UNKNOWN_WORDS for code in item.code_list):
            raise row.error(CHOICES, "a code that means unknown is a missing code.")


def _missing_codes_are_no_answers(table: Table) -> None:
    for row, item in table:
        if item.missing_codes and item.kind not in CODED:
            raise row.error(MISSING_CODES, "only coded items and yes/no have old codes.")
        if {code.lower() for code in _answers(item)} & set(item.missing_codes):
            raise row.error(MISSING_CODES, "an answer cannot mean that the value is absent.")


CHECKS: tuple[Callable[[Table], None], ...] = (
    _names_are_unique,
    _units_stand_in_names,
    _limits_are_ordered,
    _references_exist,
    _no_cycles,
    _derived_items_have_a_formula,
    _matrices_hang_together,
    _dates_are_identifiers,
    _answer_concepts_name_answers,
    _texts_that_cross_have_a_vocabulary,
    _identifiers_do_not_cross_unchanged,
    _forms_are_whole,
    _coded_items_have_answers,
    _unknown_is_no_answer,
    _missing_codes_are_no_answers,
)
