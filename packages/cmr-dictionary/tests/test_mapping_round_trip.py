"""Any record that the dictionary allows survives writing, suggesting and reading, in every dialect (house: R13)."""

import dataclasses
import importlib.util
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cmr_dictionary import ItemKind, Missing, Transfer, load
from cmr_dictionary.checks import check_values, is_rejected
from cmr_dictionary.mapping import Dialect, RowReader, checked, read_table, suggest, write_rows
from cmr_dictionary.mapping.writing import columns_of, text_of
from cmr_dictionary.technique import vocabulary

_spec = importlib.util.spec_from_file_location("workbooks", Path(__file__).with_name("workbooks.py"))
workbooks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(workbooks)

ITEMS = [item for item in load().items.values() if item.may_cross]
DIALECTS = {
    "comma": Dialect(),
    "semicolon with decimal comma": Dialect(";", ",", "utf-8-sig"),
    "tab in UTF-16": Dialect("\t", ".", "utf-16"),
    "bar in Latin-1": Dialect("|", ",", "latin-1"),
    "REDCap raw": Dialect(is_redcap=True),
}
NAMES = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, blacklist_categories=["Cc"]), min_size=1, max_size=12
).map(str.strip)


def values_of(item):
    """Values that the item allows, as coarse as they cross."""
    codes = [code.code for code in item.code_list]
    if item.kind is ItemKind.CODE:
        return st.sampled_from(codes)
    if item.kind is ItemKind.CODES:
        return st.lists(st.sampled_from(codes), min_size=1, unique=True).map(
            lambda found: sorted(found, key=codes.index)
        )
    if item.kind is ItemKind.YES_NO:
        return st.sampled_from([0, 1])
    if item.kind is ItemKind.TEXT:
        fixed = {"indication_icd10": ["I42.0", "I50.9"], "t1_scheme": ["5(3)3", "MOLLI 5s(3s)3s"]}
        return st.sampled_from(fixed.get(item.name) or sorted(vocabulary()[item.name]))
    low = item.hard_min if item.hard_min is not None else -1e6
    high = item.hard_max if item.hard_max is not None else 1e6
    if item.kind is ItemKind.INTEGER:
        return st.integers(int(low), int(high))
    if item.transfer is Transfer.ROUNDED:
        return st.integers(int(low * 2), int(high * 2)).map(lambda n: n / 2)
    return st.floats(low, high, allow_nan=False, allow_subnormal=False)


@st.composite
def records(draw):
    """A few rows over the same few items, missing codes among them."""
    items = draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=8, unique_by=lambda item: item.name))
    missing = st.sampled_from(list(Missing))
    rows = []
    for number in range(draw(st.integers(1, 3))):
        values = {}
        for item in items:
            if draw(st.booleans()):
                values[item.name] = draw(st.one_of(values_of(item), missing))
        plain = {name: value for name, value in values.items() if not isinstance(value, Missing)}
        for problem in check_values(plain):
            if is_rejected((problem,)):
                values.pop(problem.item, None)
        rows.append(({"accession_number": f"A{number}", "patient_id": draw(NAMES)}, values))
    return rows


def read_back(data, dialect, name=""):
    table = read_table(data, name)
    suggestion = suggest(table)
    rules = {proposal.rule.column: proposal.rule for proposal in suggestion.proposals}
    # what a person confirms: every column goes where its name says
    columns = tuple(dataclasses.replace(rule, unit="", factor=1.0, values={}) for rule in rules.values())
    mapping = checked(dataclasses.replace(suggestion.mapping, columns=columns, decimal=dialect.decimal))
    reader = RowReader(mapping)
    return [reader.read(row) for row in table.rows()]


def assert_unchanged(rows, results):
    assert [result.values for result in results] == [values for _, values in rows]
    assert [result.keys.accession for result in results] == [keys["accession_number"] for keys, _ in rows]
    assert [result.keys.patient for result in results] == [keys["patient_id"] for keys, _ in rows]
    assert all(not result.refused for result in results)


@pytest.mark.parametrize("name", DIALECTS)
@given(rows=records())
@settings(max_examples=40)
def test_a_valid_record_survives_a_table_unchanged(name, rows):
    dialect = DIALECTS[name]
    data = write_rows(rows, dialect)
    # bytes of Latin-1 that are UTF-8 by chance are read as UTF-8: nobody can tell
    assume(dialect.encoding != "latin-1" or data.isascii() or not _is_utf_8(data))
    assert_unchanged(rows, read_back(data, dialect))


@given(rows=records())
@settings(max_examples=40)
def test_a_valid_record_survives_a_workbook_unchanged(rows):
    columns = columns_of(rows)
    lines = [columns]
    for keys, values in rows:
        cells = {**keys, **{name: _native(value) for name, value in values.items()}}
        lines.append([cells.get(column, "") for column in columns])
    assert_unchanged(rows, read_back(workbooks.workbook(lines), Dialect(), "table.xlsx"))


def _is_utf_8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _native(value):
    """A value as a spreadsheet keeps it: numbers as numbers."""
    return value if isinstance(value, int | float) else text_of(value)
