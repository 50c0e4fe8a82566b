"""REDCap's data dictionary: what is written and read again is the same."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmr_dictionary import Missing, load
from cmr_dictionary.errors import RedcapError
from cmr_dictionary.redcap import (
    CHOICE_TYPES,
    FIELD_TYPES,
    LONGEST_CELL,
    MOST_FIELDS,
    RedcapField,
    dictionary_fields,
    items_of_fields,
    missing_data_codes,
    read_redcap,
    redcap_csv,
    write_redcap,
)
from cmr_dictionary.table import REDCAP_COLUMNS

LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="|")
TEXTS = st.text(LETTERS | st.sampled_from(",\"\n;'[]<>="), max_size=30).map(str.strip)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,25}", fullmatch=True)
CODES = st.text(st.sampled_from("abcXYZ0189_-"), min_size=1, max_size=8)
CHOICES = st.lists(st.tuples(CODES, TEXTS), min_size=1, max_size=6, unique_by=lambda pair: pair[0]).map(tuple)


TEXT_CELLS = (
    "form", "section", "label", "note", "validation", "minimum", "maximum", "branching", "alignment",
    "question_number", "matrix", "annotation",
)  # fmt: skip


@st.composite
def redcap_fields(draw):
    field_type = draw(st.sampled_from(sorted(FIELD_TYPES)))
    has_choices = field_type in CHOICE_TYPES
    texts = {name: draw(TEXTS) for name in TEXT_CELLS}
    return RedcapField(
        name=draw(NAMES),
        field_type=field_type,
        choices=draw(CHOICES) if has_choices else (),
        calculation="" if has_choices else draw(TEXTS),
        is_identifier=draw(st.booleans()),
        is_required=draw(st.booleans()),
        is_ranked=draw(st.booleans()),
        **texts,
    )


DICTIONARIES = st.lists(redcap_fields(), max_size=6, unique_by=lambda field: field.name).map(tuple)


@given(DICTIONARIES)
@settings(max_examples=60, deadline=None)
def test_reading_what_was_written_is_the_identity(fields):
    assert read_redcap(write_redcap(fields)) == fields


def test_our_dictionary_goes_to_redcap_and_back():
    assert read_redcap(redcap_csv()) == dictionary_fields()
    assert [field.name for field in dictionary_fields()] == list(load().items)
    assert write_redcap(read_redcap(redcap_csv())) == redcap_csv()


def test_what_redcap_holds_of_our_items_comes_back_whole():
    items = items_of_fields(read_redcap(redcap_csv()))
    assert list(items) == list(load().items)
    for name, item in load().items.items():
        back = items[name]
        codes = tuple(replace(code, definition="") for code in item.code_list)
        assert (back.form, back.section, back.label, back.note, back.kind, back.matrix) == (
            item.form,
            item.section,
            item.label,
            item.note,
            item.kind,
            item.matrix,
        )
        assert (back.code_list, back.branching, back.calculation) == (codes, item.branching, item.calculation)
        assert (back.hard_min, back.hard_max, back.required, back.identifier, back.read_only) == (
            item.hard_min,
            item.hard_max,
            item.required,
            item.identifier,
            item.read_only,
        )


def test_what_comes_from_redcap_may_not_cross():
    assert not any(item.may_cross for item in items_of_fields(dictionary_fields()).values())


def test_the_columns_are_those_of_redcap():
    header = next(csv.reader(io.StringIO(redcap_csv())))
    assert tuple(header) == REDCAP_COLUMNS
    assert len(header) == 18


def test_missing_codes_are_a_setting_of_the_project():
    assert missing_data_codes().startswith("not_acquired, Not acquired | ")
    assert missing_data_codes().count("|") == len(Missing) - 1
    assert not any(code in set(Missing) for field in dictionary_fields() for code, _ in field.choices)


def test_a_byte_order_mark_and_empty_lines_are_no_trouble():
    assert read_redcap("\ufeff" + redcap_csv() + "\r\n") == dictionary_fields()


def changed(**cells):
    """One good row with some cells changed, as CSV."""
    row = dict.fromkeys(REDCAP_COLUMNS, "") | {REDCAP_COLUMNS[0]: "a", REDCAP_COLUMNS[3]: "text"}
    row |= {REDCAP_COLUMNS[int(place[1:])]: cell for place, cell in cells.items()}
    text = io.StringIO()
    csv.writer(text).writerows([REDCAP_COLUMNS, list(row.values())])
    return text.getvalue()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "row 1, column 'all'"),
        ("name,form\n", "row 1, column 'all'"),
        (changed() + "b,c\n", "row 3, column 'all'"),
        (changed(c0="Big"), "row 2, column 'Variable / Field Name'"),
        (changed() + changed().splitlines()[1], "row 3, column 'Variable / Field Name'"),
        (changed(c3="picture"), "row 2, column 'Field Type'"),
        (changed(c3="radio", c5="1, Yes | No"), "row 2, column 'Choices, Calculations, OR Slider Labels'"),
        (changed(c3="radio", c5="1, Yes | 1, No"), "row 2, column 'Choices, Calculations, OR Slider Labels'"),
        (changed(c10="x"), "row 2, column 'Identifier?'"),
        (changed(c4="x" * (LONGEST_CELL + 1)), "row 2, column 'Field Label'"),
        (changed() + "\n" * MOST_FIELDS, f"row {MOST_FIELDS}, column 'all'"),
        (changed(c4="x" * 200_000), "column 'all': is no CSV."),
    ],
)
def test_it_refuses(text, place):
    with pytest.raises(RedcapError) as error:
        read_redcap(text)
    assert place in str(error.value)
