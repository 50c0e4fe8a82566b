"""The registry's door for tables: what may name somebody is refused in every disguise, what is clean passes."""

import random
from collections import Counter

import pytest

from cmr_dictionary import load
from cmr_dictionary.items import ItemKind
from cmr_dictionary.mapping.words import MISSING, YES_NO
from cmr_dictionary.missing import Missing
from cmr_dictionary.technique import vocabulary
from cmr_registry.intake.errors import TableHoldsRejected
from cmr_registry.intake.table_screening import screen
from cmr_registry.intake.tests.table_disguises import DATES, NUMBERS, TEXTS, disguises
from cmr_registry.intake.tests.table_factories import as_csv, as_xlsx, rows_of, valid_text, wide_rows

CROSSING = [item for item in load().items.values() if item.may_cross]


def screened(data):
    rows = []
    columns = screen(data, 2026, rows.append)
    return columns, rows


def refused(data):
    with pytest.raises(TableHoldsRejected) as rejected:
        screened(data)
    return rejected.value


@pytest.fixture(scope="module")
def refusals():
    """Name of the disguise -> how it was refused, None where it passed."""

    def tried(data):
        try:
            screened(data)
        except TableHoldsRejected as rejected:
            return rejected
        return None

    return {what: tried(data) for what, data in disguises()}


def test_every_disguise_is_refused(refusals):
    assert [what for what, rejected in refusals.items() if rejected is None] == []
    assert len(refusals) >= 400


def test_no_refusal_repeats_what_stands_in_the_table(refusals):
    """Neither cells nor columns that are no items are told: the refusal is shown, logged and answered to machines."""
    own = {word for item in load().items.values() for word in (item.name, item.label)}
    for what, rejected in refusals.items():
        said = " ".join(f"{one.kind} {one.sentence} {one.item}" for one in rejected.findings)
        for text in (*DATES, *TEXTS, *NUMBERS, "Jane Doe", "DOE", "1953-04-12"):
            assert len(text) < 6 or text not in said, what
        assert all(finding.item in own or not finding.item for finding in rejected.findings)


def test_a_refusal_says_where_and_why():
    rows = rows_of()
    rows[3]["lv_edv_ml"] = "1953-04-12"
    (finding,) = refused(as_csv(rows)).findings
    assert (finding.row, finding.column, finding.item, finding.kind) == (5, 7, "lv_edv_ml", "date")
    (finding,) = refused(as_csv([{**row, "Geburtsdatum": "x"} for row in rows_of()])).findings
    assert (finding.row, finding.column, finding.item, finding.kind) == (1, 12, "", "birth")
    (finding,) = refused(as_csv([{**row, "Jane Doe": "x"} for row in rows_of()])).findings
    assert finding.sentence == "The name of the column is no item of the dictionary that a table may hold."


def test_a_hopeless_table_is_not_read_to_its_end():
    rows = [{**row, "lv_edv_ml": "Doe"} for row in rows_of(700)]
    rejected = refused(as_csv(rows))
    assert rejected.n == 500
    assert len(rejected.findings) == 50


def clean_tables():
    """(what it is, the table, cells that are refused by themselves)."""
    rows = rows_of(8)
    for delimiter in ",;\t|":
        yield f"delimited by {delimiter!r}", as_csv(rows, delimiter), 0
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        yield f"in {encoding}", as_csv(rows, encoding=encoding), 0
    yield "a workbook", as_xlsx(rows), 0
    yield "a workbook of numbers", as_xlsx([{**row, "lv_edv_ml": 148.25, "day": 3} for row in rows]), 0
    yield "with the delimiter in its first line", b"sep=,\r\n" + as_csv(rows), 0
    yield "with empty lines", as_csv(rows).replace(b"\r\n", b"\r\n\r\n"), 0
    yield "one row", as_csv(rows[:1]), 0
    yield (
        "columns in capitals",
        as_csv([{name.upper(): cell for name, cell in row.items()} for row in rows]),
        0,
    )
    yield (
        "no days and years",
        as_csv([{k: v for k, v in row.items() if k not in ("day", "exam_year")} for row in rows]),
        0,
    )
    comma = [{**row, "lv_edv_ml": row["lv_edv_ml"].replace(".", ",")} for row in rows]
    yield (
        "decimal commas",
        as_csv([{**row, "lv_esv_ml": row["lv_esv_ml"].replace(".", ",")} for row in comma], ";"),
        0,
    )
    yield (
        "long decimals",
        as_csv([{**row, "lv_edv_ml": repr(float(row["lv_edv_ml"]) / 3 * 3.1)} for row in rows]),
        0,
    )
    yield "years with a decimal", as_csv([{**row, "exam_year": row["exam_year"] + ".0"} for row in rows]), 0
    yield "an exam of 1999 days later", as_csv([{**row, "day": "1999"} for row in rows]), 0
    for cell, what in (
        ("0.4", "too small"),
        ("1482", "a point forgotten"),
        ("<50", "a comparison"),
        ("50%", "a percentage"),
    ):
        yield what, as_csv([{**row, "lv_edv_ml": cell} if n == 3 else row for n, row in enumerate(rows)]), 1
    yield (
        "an unknown code",
        as_csv([{**row, "final_diagnosis": "577"} if n == 3 else row for n, row in enumerate(rows)]),
        1,
    )
    for word in sorted({*MISSING, *Missing, "", "n/a", "NaN", "?", "-"}):
        changed = [
            {**row, "final_diagnosis": word, "lv_edv_ml": word} if n == 3 else row
            for n, row in enumerate(rows)
        ]
        yield f"{word!r} for a missing value", as_csv(changed), 0
    for word in sorted(YES_NO):
        if word.isascii() or word == "sí":
            yield f"{word!r} for yes or no", as_csv([{**row, "lge_present": word} for row in rows]), 0
    for seed in range(12):
        yield f"40 items, seed {seed}", as_csv(list(wide_rows(60, seed=seed))), 0


def test_clean_tables_pass():
    """False refusals are counted: there are none."""
    n, wrong = 0, []
    for what, data, n_refused in clean_tables():
        n += 1
        try:
            _, rows = screened(data)
        except TableHoldsRejected as rejected:
            wrong.append((what, rejected.findings[0]))
            continue
        if sum(len(row.refused) for row in rows) != n_refused:
            wrong.append((what, [row.refused for row in rows if row.refused]))
    assert wrong == []
    assert n > 90


def test_every_item_that_may_cross_takes_its_own_values():
    chance = random.Random(7)
    kinds = Counter()
    for item in CROSSING:
        if item.kind is ItemKind.TEXT:
            texts = (
                sorted(vocabulary().get(item.name, ()))[:8]
                or {"indication_icd10": ["I42.0"], "t1_scheme": ["5(3)3"]}[item.name]
            )
        elif item.kind is ItemKind.CODES:
            texts = [";".join(code.code for code in item.code_list[:3]), item.code_list[-1].label]
        else:
            texts = [valid_text(item, chance) for _ in range(6)]
            texts += [code.label for code in item.code_list if "," not in code.label][:2]
            texts += [
                f"{edge:g}" for edge in (item.hard_min, item.hard_max) if edge is not None and abs(edge) < 1e6
            ]
        rows = [{**row, item.name: text} for row, text in zip(rows_of(len(texts)), texts, strict=True)]
        _, found = screened(as_csv(rows))
        kinds[item.kind] += 1
        assert not [row.refused for row in found if row.refused], item.name
        assert all(item.name in row.values for row in found), item.name
    assert kinds.total() > 350


def test_values_are_typed_and_what_is_wrong_is_forgotten():
    row = rows_of(1)[0] | {
        "sex": "weiblich",
        "lge_present": "ja",
        "lv_edv_ml": "0.5",
        "lv_esv_ml": "nicht gemessen",
    }
    columns, (found,) = screened(as_csv([row]))
    assert found.values["sex"] == "F"
    assert found.values["lge_present"] in (1, "1")
    assert found.values["lv_esv_ml"] is Missing.NOT_ACQUIRED
    assert found.refused == (("lv_edv_ml", "Range"),)
    assert columns[:2] == ("sex", "age_at_exam_years")


def test_the_second_row_of_an_exam_is_refused_by_itself():
    rows = rows_of(3)
    _, found = screened(as_csv([*rows, rows[0] | {"lv_edv_ml": "150"}]))
    assert found[3].refused == (("", "DuplicateExam"),)
    assert found[3].values == {}


def test_an_age_above_ninety_is_not_kept():
    row = rows_of(1)[0] | {"age_at_exam_years": "97"}
    _, (found,) = screened(as_csv([row]))
    assert found.refused == (("age_at_exam_years", "Range"),)


def test_a_broken_file_is_refused_and_breaks_nothing():
    """Bytes changed, lost and added, in text, in the ZIP of a workbook and inside its parts."""
    chance = random.Random(4)
    whole = [as_csv(rows_of()), as_csv(rows_of(), encoding="utf-16"), as_xlsx(rows_of())]
    n_refused = 0
    for n in range(300):
        data = bytearray(whole[n % 3])
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(data))
            data[place : place + chance.choice((1, 1, 20))] = bytes(
                chance.choices(range(256), k=chance.randint(0, 5))
            )
        try:
            screened(bytes(data))
        except TableHoldsRejected:
            n_refused += 1
    assert n_refused > 250


@pytest.mark.parametrize(
    "cells", ['<row r="1"><c r="A1" t="s"><v>9</v></c></row>', '<row r="1"><c r="A1"><w/></c></row>', "<row"]
)
def test_a_workbook_with_broken_cells_is_refused(cells):
    assert refused(as_xlsx(rows_of(), cells=cells)).n
