"""Every invariant of the table, each broken once in an otherwise sound copy."""

import csv
import io

import pytest

from cmr_dictionary import DictionaryError, ItemKind, Transfer, load
from cmr_dictionary.dictionary import read_dictionary
from cmr_dictionary.table import (
    BRANCHING,
    CHOICES,
    COLUMNS,
    FORM,
    HARD_MAX,
    HARD_MIN,
    IDENTIFIER,
    LABEL,
    MATRIX,
    NAME,
    REQUIRED,
    SECTION,
    TYPE,
    VALIDATION,
)


def row(name, **cells):
    base = dict.fromkeys(COLUMNS, "")
    base |= {NAME: name, FORM: "lv", TYPE: "text", LABEL: name, "x_transfer": "as_is", VALIDATION: "number"}
    return base | cells


def coded(name, **cells):
    return row(name, **{TYPE: "radio", VALIDATION: "", CHOICES: "1, Yes | 0, No", **cells})


def table(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def test_the_shipped_dictionary_holds_all_invariants():
    dictionary = load()
    assert len(dictionary.items) == 422
    assert len(dictionary.forms()) == 23
    assert dictionary.version == "2.1"
    assert len(dictionary.digest) == 64
    assert load() is dictionary


def test_the_digest_changes_with_the_table():
    assert read_dictionary(table(row("a"))).digest != read_dictionary(table(row("b"))).digest


def test_an_item_carries_what_its_row_says():
    item = load().items["lv_edv_ml"]
    assert (item.form, item.kind, item.unit) == ("lv", ItemKind.NUMBER, "mL")
    assert (item.hard_min, item.soft_min, item.soft_max, item.hard_max) == (1, 50, 350, 900)
    assert item.transfer == Transfer.AS_IS
    assert item.concept == "LN:18026-5"
    derived = load().items["lv_ef_pct"]
    assert derived.kind == ItemKind.DERIVED
    assert derived.calculation.startswith("round(")
    assert load().items["rhythm"].answer_concepts["2"] == "SCT:49436004"
    assert load().items["rhythm"].label_of("1") == "Sinus"
    assert load().items["rhythm"].label_of("77") is None


def test_a_section_runs_to_the_end_of_its_form():
    rows = [row("a", **{SECTION: "Size"}), row("b"), row("c", **{FORM: "rv"})]
    items = read_dictionary(table(*rows)).items
    assert [item.section for item in items.values()] == ["Size", "Size", ""]


def test_the_items_cannot_be_changed():
    with pytest.raises(TypeError):
        load().items["new"] = load().items["sex"]


BROKEN = {
    "name with capitals": ([row("Lv")], 2, NAME),
    "name of 27 characters": ([row("a" * 27)], 2, NAME),
    "name twice": ([row("a"), row("a")], 3, NAME),
    "unit not in the name": ([row("lv_edv", x_unit="mL")], 2, "x_unit"),
    "unit unknown": ([row("lv_edv_pt", x_unit="pt")], 2, "x_unit"),
    "choice without a label": ([coded("a", **{CHOICES: "1 | 0, No"})], 2, CHOICES),
    "choice twice": ([coded("a", **{CHOICES: "1, Yes | 1, No"})], 2, CHOICES),
    "one choice": ([coded("a", **{CHOICES: "1, Yes"})], 2, TYPE),
    "branching to nowhere": ([row("a", **{BRANCHING: '[b]="1"'})], 2, BRANCHING),
    "branching to a code that is not there": ([coded("a"), row("b", **{BRANCHING: '[a]="7"'})], 3, BRANCHING),
    "branching to a tick that is not there": (
        [coded("a", **{TYPE: "checkbox"}), row("b", **{BRANCHING: "[a(7)]='1'"})], 3, BRANCHING,
    ),
    "branching to itself": ([coded("a", **{BRANCHING: '[a]="1"'})], 2, BRANCHING),
    "branching in a circle": (
        [coded("a", **{BRANCHING: '[b]="1"'}), coded("b", **{BRANCHING: '[a]="1"'})], 2, BRANCHING,
    ),
    "formula to nowhere": ([row("a", **{TYPE: "calc", CHOICES: "[b]+1"})], 2, CHOICES),
    "formula in a circle": (
        [row("a", **{TYPE: "calc", CHOICES: "[b]"}), row("b", **{TYPE: "calc", CHOICES: "[a]"})], 2, CHOICES,
    ),
    "no formula": ([row("a", **{TYPE: "calc"})], 2, CHOICES),
    "soft outside hard": ([row("a", **{HARD_MIN: "10"}, x_soft_min="5")], 2, HARD_MIN),
    "soft limits crossed": ([row("a", x_soft_min="5", x_soft_max="1")], 2, HARD_MIN),
    "limits of a code": ([coded("a", **{HARD_MAX: "9"})], 2, HARD_MIN),
    "limit no number": ([row("a", **{HARD_MAX: "many"})], 2, HARD_MAX),
    "matrix torn": (
        [coded("a", **{MATRIX: "m"}), coded("b"), coded("c", **{MATRIX: "m"})], 4, MATRIX,
    ),
    "matrix with unequal choices": (
        [coded("a", **{MATRIX: "m"}), coded("b", **{MATRIX: "m", CHOICES: "1, Yes | 2, No"})], 3, CHOICES,
    ),
    "form torn": ([row("a"), row("b", **{FORM: "rv"}), row("c")], 4, SECTION),
    "date that is no identifier": ([row("a", **{VALIDATION: "date_ymd"})], 2, IDENTIFIER),
    "moment that is no identifier": ([row("a", **{VALIDATION: "datetime_ymd"})], 2, IDENTIFIER),
    "identifier that leaves as it is": ([row("a", **{IDENTIFIER: "y"})], 2, "x_transfer"),
    "concept of no choice": ([coded("a", x_value_codes="7=SCT:1")], 2, "x_value_codes"),
    "concept without a code": ([coded("a", x_value_codes="SCT:1")], 2, "x_value_codes"),
    "expression that is none": ([row("b"), row("a", **{TYPE: "calc", CHOICES: "[b]+"})], 3, CHOICES),
    "answer that means unknown": ([coded("a", **{CHOICES: "1, Yes | 9, Unknown"})], 2, CHOICES),
    "missing code that is an answer": ([coded("a", x_missing_codes="1, Yes=unknown")], 2, "x_missing_codes"),
    "missing code without a reason": ([coded("a", x_missing_codes="9, Odd=perhaps")], 2, "x_missing_codes"),
    "missing code without a label": ([coded("a", x_missing_codes="9, =unknown")], 2, "x_missing_codes"),
    "missing code of a number": ([row("a", x_missing_codes="9, Odd=unknown")], 2, "x_missing_codes"),
    "unknown type": ([row("a", **{TYPE: "slider"})], 2, TYPE),
    "unknown validation": ([row("a", **{VALIDATION: "phone"})], 2, VALIDATION),
    "unknown transfer": ([row("a", x_transfer="gladly")], 2, "x_transfer"),
    "flag that is neither y nor empty": ([row("a", **{REQUIRED: "n"})], 2, REQUIRED),
    "text without words": ([row("a", **{VALIDATION: ""}, x_transfer="allow_list_text")], 2, "x_transfer"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_it_refuses_a_broken_table_and_names_the_place(name):
    rows, number, column = BROKEN[name]
    with pytest.raises(DictionaryError) as caught:
        read_dictionary(table(*rows))
    assert (caught.value.row, caught.value.column) == (number, column)
    assert column in str(caught.value)


def test_it_refuses_a_missing_column():
    text = table(row("a")).decode().replace("x_basis", "basis", 1)
    with pytest.raises(DictionaryError, match="header"):
        read_dictionary(text.encode())
    with pytest.raises(DictionaryError, match="header"):
        read_dictionary(b"")


@pytest.mark.parametrize("line", [b"a,b\n", b"\n"])
def test_it_refuses_a_short_row(line):
    with pytest.raises(DictionaryError, match="row 3"):
        read_dictionary(table(row("a")) + line)


def test_yes_no_answers_may_be_compared():
    items = read_dictionary(
        table(row("a", **{TYPE: "yesno", VALIDATION: ""}), row("b", **{BRANCHING: '[a]="1" and [a]<>""'}))
    ).items
    assert items["a"].kind == ItemKind.YES_NO


def test_a_chain_of_conditions_is_no_circle():
    rows = [coded("a"), coded("b", **{BRANCHING: '[a]="1"'}), coded("c", **{BRANCHING: '[b]="1" or [a]="1"'})]
    rows.append(row("d", **{BRANCHING: '[c]="1" and [b]="1"'}))
    assert len(read_dictionary(table(*rows)).items) == 4


def test_items_can_be_kept_in_sets():
    items = load().items.values()
    assert len(set(items)) == len(items)
