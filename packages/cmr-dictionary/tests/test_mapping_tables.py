"""Tables as people bring them are read without a silent guess."""

import codecs
import importlib.util
import io
import zipfile
from pathlib import Path

import pytest

from cmr_dictionary.mapping import Layout, TableRejected, read_table
from cmr_dictionary.mapping import excel as excel_module

_spec = importlib.util.spec_from_file_location("workbooks", Path(__file__).with_name("workbooks.py"))
workbooks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(workbooks)

TEXT = "patient;Größe;EF\r\nA1;1,80;54\r\nA2;1,65;61\r\n"


def with_last_row(book, row):
    """The workbook with one more row at the end of its sheet, as it is given."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).decode().replace("</sheetData>", f"{row}</sheetData>"))
    return out.getvalue()


def cells(table):
    return [list(row.cells.values()) for row in table.rows()]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("latin-1") + b"A3;\x81;55\r\n", "latin-1"),
    ],
)
def test_it_tells_the_encoding(data, encoding):
    table = read_table(data)
    assert table.encoding == encoding
    assert table.columns == ("patient", "Größe", "EF")
    assert cells(table)[1] == ["A2", "1,65", "61"]


def test_it_says_that_a_table_is_not_utf_8():
    [note] = read_table(TEXT.encode("cp1252")).notes
    assert "Latin-1" in note


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_it_tells_the_delimiter_and_keeps_quoted_newlines(delimiter):
    lines = [["id", "text", "n"], ["1", f'a "b"{delimiter}c\nd', "2"], ["2", "e", "3"]]
    quoted = "\r\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in lines)
    table = read_table(quoted.encode())
    assert (table.delimiter, table.n_rows) == (delimiter, 2)
    assert cells(table) == lines[1:]
    assert [row.number for row in table.rows()] == [2, 3]


def test_a_line_of_excel_that_names_the_delimiter_is_no_header():
    assert read_table(b"sep=;\r\na;b\r\n1;2\r\n").columns == ("a", "b")


def test_duplicate_and_empty_headers_get_numbers_and_a_note():
    table = read_table(b"EF,EF,,EF\n1,2,3,4\n")
    assert table.columns == ("EF", "EF (2)", "column 3", "EF (3)")
    assert len(table.notes) == 3
    assert cells(table) == [["1", "2", "3", "4"]]


def test_ragged_and_blank_rows_are_reported_by_row():
    table = read_table(b"a,b,c\n1,2,3\n\n , ,\n1,2\n1,2,3,4\n1,2,3,\n")
    assert [(row.number, row.n_short, row.n_extra) for row in table.rows()] == [
        (2, 0, 0),
        (5, 1, 0),
        (6, 0, 1),
        (7, 0, 0),
    ]
    assert table.n_rows == 4
    assert "3 rows have more or fewer cells" in table.notes[0]


@pytest.mark.parametrize(
    "data",
    [b"", b" \n\n", b'a,b\n1,"2\n3,4', b"1,2\n3,4\n", bytes(range(256)) * 20, b"a,b\n" + b'"x"y,1\n'],
)
def test_what_is_no_table_is_refused_without_repeating_it(data):
    with pytest.raises(TableRejected) as refused:
        read_table(data)
    assert "x" not in str(refused.value).split()


def test_redcap_exports_are_known_by_their_columns():
    raw = read_table(b"record_id,redcap_event_name,race___1,race___2\n1,cmr_arm_1,1,0\n")
    label = read_table(b'Record ID,Event Name,"Race (choice=White)"\n1,CMR,Checked\n')
    assert raw.layout is Layout.REDCAP_RAW
    assert label.layout is Layout.REDCAP_LABEL
    assert read_table(b"a,b\n1,2\n").layout is Layout.PLAIN


def test_a_workbook_is_the_same_table_as_its_csv():
    rows = [["id", "EF", "date", "word"], ["A1", 54.0, workbooks.Day(45000), "a\nb"], ["A2", 54.5, "", "c"]]
    table = read_table(workbooks.workbook(rows), "table.xlsx")
    assert table.columns == ("id", "EF", "date", "word")
    assert cells(table) == [["A1", "54", "2023-03-15", "a\nb"], ["A2", "54.5", "", "c"]]


def test_a_workbook_that_is_broken_is_refused():
    for data in (b"PK\x03\x04" + b"x" * 100, b"\xd0\xcf\x11\xe0" + b"x" * 600):
        with pytest.raises(TableRejected):
            read_table(data, "table.xlsx")


def test_without_the_extra_a_workbook_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(excel_module, "_calamine", None)
    assert not excel_module.is_installed()
    with pytest.raises(TableRejected, match="CSV"):
        read_table(workbooks.workbook([["a", "b"], [1, 2]]), "table.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(excel_module, "MOST_UNPACKED", 1000)
    with pytest.raises(TableRejected, match="too large"):
        read_table(workbooks.workbook([["a", "b"], [1, 2]]), "table.xlsx")


@pytest.mark.parametrize(
    "far",
    ['<c r="XFD1048576"><v>1</v></c>', "<c r='xfd20000'><v>1</v></c>", "<c/>" * 5000 + "<c><v>1</v></c>"],
)
def test_a_workbook_whose_cells_lie_far_apart_is_refused_before_memory_is_asked_for(far):
    with pytest.raises(TableRejected, match="too far apart"):
        read_table(with_last_row(workbooks.workbook([["a", "b"], [1, 2]]), f'<row r="1048576">{far}</row>'))


def test_a_workbook_whose_writer_names_no_places_is_read():
    unnamed = with_last_row(workbooks.workbook([["a", "b"]]), "<row><c><v>1</v></c><c><v>2</v></c></row>")
    assert [row.cells for row in read_table(unnamed).rows()] == [{"a": "1", "b": "2"}]


def test_a_header_that_says_the_same_two_thousand_times_is_numbered_at_once():
    data = (",".join(["a", "a (3)"] + ["a"] * 1998) + "\n" + "1," * 2000).encode()
    columns = read_table(data).columns
    assert columns[:4] == ("a", "a (3)", "a (2)", "a (4)")
    assert len(set(columns)) == 2000


@pytest.mark.parametrize("part", ["content.xml", "xl/worksheets/sheet1.bin"])
def test_a_workbook_in_another_form_is_refused_and_told_the_way(part):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(part, "<x/>")
    with pytest.raises(TableRejected, match=r"form \.xlsx"):
        read_table(out.getvalue(), "values.ods")


def test_a_workbook_of_the_old_form_is_refused():
    with pytest.raises(TableRejected, match="older form"):
        read_table(b"\xd0\xcf\x11\xe0" + bytes(600), "values.xls")
