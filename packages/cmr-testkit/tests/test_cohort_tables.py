"""A cohort as snapshot tables: the layout of the contract, the meaning of the dictionary."""

import pyarrow.parquet as pq
import pytest

from cmr_dictionary import ItemKind, load
from cmr_dictionary.logic_eval import derive, not_asked
from cmr_exchange.censoring import RULE, follow_up
from cmr_exchange.release import MISSING_SUFFIX, TABLES
from cmr_testkit.cohort import make_cohort
from cmr_testkit.cohort.tables import TYPES, TableWriter


@pytest.fixture(scope="module")
def cohort():
    return make_cohort(500, seed=21)


@pytest.fixture(scope="module")
def tables(cohort, tmp_path_factory):
    paths = TableWriter(cohort, tmp_path_factory.mktemp("tables")).write()
    return {path.stem: pq.read_table(path) for path in paths}


def test_every_table_begins_with_its_fixed_columns(tables):
    assert set(tables) == set(TABLES)
    for name, fixed in TABLES.items():
        assert tuple(tables[name].column_names[: len(fixed)]) == fixed


def test_each_item_that_may_cross_has_its_value_and_its_missing_code(tables):
    schema = tables["measurements"].schema
    items = [item for item in load().items.values() if item.may_cross and item.form != "followup"]

    assert len(schema) == 2 + 2 * len(items)
    for item in items:
        assert schema.field(item.name).type == TYPES[item.kind]
        assert schema.field(item.name + MISSING_SUFFIX).type == "string"


def test_a_value_is_present_exactly_where_no_missing_code_stands(tables):
    table = tables["measurements"]
    for name in load().items:
        if name in table.column_names:
            assert table[name].is_valid().equals(table[name + MISSING_SUFFIX].is_null())


def plain(item, value):
    if item.kind == ItemKind.YES_NO:
        return int(value)
    return value


def test_derived_items_and_silence_mean_what_the_dictionary_says(tables, cohort):
    items = load().items
    stated = {name for name in cohort.sheet.columns if name in items}
    for position, row in enumerate(tables["measurements"].slice(0, 250).to_pylist()):
        told = {
            name: plain(items[name], row[name])
            for name in stated
            if row[name] is not None
            and (cohort.sheet[name].is_stated is None or cohort.sheet[name].is_stated[position])
        }
        found = derive(told)
        unasked = not_asked(told | found)
        asked = {name: value for name, value in found.items() if name not in unasked or row[name] is not None}
        shown = {name: plain(items[name], row[name]) for name in asked}
        assert shown == pytest.approx(asked) or shown == asked
        for name, item in items.items():
            if item.may_cross and item.form != "followup" and name not in told and name not in found:
                assert row[name] is None, name
                if name not in stated:
                    wanted = "not_applicable" if name in unasked else "not_reported"
                    assert row[name + MISSING_SUFFIX] == wanted, name


def test_follow_up_is_the_default_rule_from_each_exam(tables, cohort):
    statuses = list(cohort.statuses())
    for row, subject in zip(tables["followup"].to_pylist(), cohort.exams.subject.tolist(), strict=True):
        expected = follow_up(statuses[subject], row["time_zero_day"])
        assert (row["follow_up_days"], row["died"], row["rule"]) == (expected.days, expected.died, RULE)
        assert row["end"] == expected.end.value


def test_rows_of_all_tables_belong_together(tables):
    subjects = set(tables["subjects"]["subject"].to_pylist())
    exams = set(tables["exams"]["exam"].to_pylist())

    assert sum(tables["subjects"]["n_exams"].to_pylist()) == len(exams)
    assert set(tables["measurements"]["exam"].to_pylist()) == exams
    assert set(tables["series"]["exam"].to_pylist()) <= exams
    for name in ("exams", "series", "events", "vital_status", "followup"):
        assert set(tables[name]["subject"].to_pylist()) <= subjects


def test_late_enhancement_series_exist_only_where_it_was_done(tables, cohort):
    done = set(
        tables["exams"]["exam"]
        .filter([bool(flag) for flag in cohort.sheet["lge_performed"].is_yes()])
        .to_pylist()
    )
    rows = tables["series"].to_pylist()

    assert {row["exam"] for row in rows if row["kind"] == "lge"} <= done
