"""Tables at the hospital: mapped, taken in row by row, repeatable, resumable, held when their template changes."""

import dataclasses
import datetime
import importlib.util
import json
import sqlite3
from pathlib import Path

import pytest

from cmr_connector.errors import StoreError, TransitionError
from cmr_connector.handover import take_all
from cmr_connector.intake import Source
from cmr_connector.reports_csv import ReportFolder
from cmr_connector.states import ReportState
from cmr_connector.tables import checking as checking_module
from cmr_connector.tables import work as work_module
from cmr_connector.tables.drafts import choose, shown_target, with_unit, with_words
from cmr_connector.tables.states import ImportState, Outcome
from cmr_connector.tables.work import TableWork
from cmr_dictionary import Dictionary, load
from cmr_dictionary.mapping import TableRejected, Use, read_table, write_rows
from cmr_exchange.manifest import ValueSource

_BOOKS = Path(__file__).parents[2] / "cmr-dictionary" / "tests" / "workbooks.py"
_spec = importlib.util.spec_from_file_location("workbooks", _BOOKS)
workbooks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(workbooks)

HEADER = "MRN,Exam date,LVEDV (ml),LVESV (ml),EF,NYHA"
ROWS = ["P1,2020-01-01,150,70,53.3,2", "P2,2020-01-01,160,x,50,2", "P3,2020-01-01,170,90,47,7"]


def table_of(rows=ROWS, header=HEADER):
    return ("\n".join([header, *rows]) + "\n").encode()


@pytest.fixture
def tables(workplace):
    return workplace.tables


def run(tables):
    while tables.step():
        pass


def import_table(tables, data, **options):
    number = tables.bring(data, "exams.csv", "jane")
    tables.accept(number, "jane", **options)
    run(tables)
    return number


def totals(workplace, number):
    found = workplace.store.tables.totals(number)
    return {outcome.value: n for outcome, n in found.rows.items() if n} | {"new": found.n_new}


def said_of(workplace, number):
    rows, _ = workplace.store.tables.rows(number, tuple(Outcome), 100)
    return {row.done.number: [one["code"] for one in row.done.said] for row in rows}


def values_of(workplace, report_id):
    row = workplace.store.reports._db.one("SELECT content_hash, box FROM report WHERE id = ?", report_id)
    return workplace.store.local.open(row["box"], f"report {row['content_hash']}")["values"]


def test_every_row_is_taken_in_part_or_refused_by_itself(workplace, tables):
    number = import_table(tables, table_of())
    assert workplace.store.tables.get(number).state is ImportState.DONE
    assert totals(workplace, number) == {"taken": 1, "partly": 2, "new": 3}
    assert said_of(workplace, number) == {2: [], 3: ["Type"], 4: ["Selection"]}
    [first, *_] = workplace.store.tables.rows(number, (Outcome.TAKEN,), 10)[0]
    assert values_of(workplace, first.done.report_id)["lv_edv_ml"] == {"source": "table", "value": 150.0}


def test_the_same_table_again_changes_nothing(workplace, tables):
    first = import_table(tables, table_of())
    again = import_table(tables, table_of())
    assert totals(workplace, again) == totals(workplace, first) | {"new": 0}
    assert len(workplace.store.reports.listed()) == 3
    assert workplace.store.mappings.newest_version(workplace.store.tables.get(first).name) == 1


def test_a_mended_row_takes_the_place_of_the_former(workplace, tables):
    first = import_table(tables, table_of())
    refused = tables.refused_rows(first).decode("utf-8-sig").splitlines()
    assert refused[0] == f"{HEADER},cmr_row,cmr_reasons"
    assert [line.split(",")[0] for line in refused[1:]] == ["P2", "P3"]
    assert refused[1].endswith(",3,LVESV (ml): A number is expected.")
    mended = "\n".join(refused).replace(",x,", ",80,").replace(",7,4,", ",3,4,")
    again = import_table(tables, mended.encode())
    assert totals(workplace, again) == {"taken": 2, "new": 2}
    states = [row.state for row in workplace.store.reports.listed()]
    assert states.count(ReportState.WAITING) == 3
    assert states.count(ReportState.REJECTED) == 2
    back = import_table(tables, table_of())
    assert totals(workplace, back) == {"taken": 1, "partly": 2, "new": 2}


def test_rows_with_questions_are_taken_or_left_out_as_a_person_says(workplace, tables):
    data = table_of(["P1,2020-01-01,150,140,6.7,2", "P2,2020-01-01,700,600,14,2"])
    with_them = import_table(tables, data)
    assert totals(workplace, with_them)["questioned"] == 2
    without = import_table(tables, data, with_questions=False)
    found = workplace.store.tables.totals(without)
    assert found.n_questions == 0
    assert found.rows[Outcome.PARTLY] == 2


def test_rows_find_their_exam_by_number_day_or_the_patients_one_exam(workplace, tables, admit):
    one, _ = admit(workplace, "P1", "20200101")
    first, _ = admit(workplace, "P2", "20200101")
    second, _ = admit(workplace, "P2", "20210101")
    twin, _ = admit(workplace, "P3", "20200101")
    admit(workplace, "P3", "20200101")
    rows = [
        "ACC1,,,150",
        ",P2,2021-01-01,151",
        ",P1,,152",
        ",P2,,153",
        ",P3,2020-01-01,154",
        ",P9,2020-01-01,155",
        "ACC1,P2,,156",
        ",,2020-01-01,157",
        ",P2,someday,158",
        "ACC77,,,159",
    ]
    number = tables.bring(table_of(rows, "accession number,MRN,exam date,LVEDV"), "t.csv", "jane")
    preview = tables.preview(number)
    fits = [(row.match.fit.value, row.match.exam_id) for row in preview.rows]
    assert fits == [
        ("found", one),
        ("found", second),
        ("found", one),
        ("ambiguous", None),
        ("ambiguous", None),
        ("waits", None),
        ("other_patient", None),
        ("no_key", None),
        ("ambiguous", None),
        ("waits", None),
    ]
    assert {first, second, twin} != {one}
    tables.accept(number, "jane")
    run(tables)
    codes = said_of(workplace, number)
    assert [codes[n] for n in (5, 6, 8, 9)] == [["Ambiguous"], ["Ambiguous"], ["OtherPatient"], ["NoKey"]]
    assert codes[10][0] == "Type"
    assert totals(workplace, number) == {"taken": 5, "refused": 5, "new": 5}


def test_a_row_that_waited_travels_with_its_exam_and_its_days_are_counted_here(
    workplace, registry, cmr_exam, few, deliver, tables
):
    exam = few(cmr_exam(), 3)
    take_all(workplace, exam.root, Source.COMMAND)
    deliver(workplace)
    entry = workplace.store.crosswalk.entry(1)
    day = datetime.date(
        *map(int, (entry.study.study_date[:4], entry.study.study_date[4:6], entry.study.study_date[6:]))
    )
    echo = day - datetime.timedelta(days=3)
    header = "MRN,exam date,LVEDV,echo_offset_days"
    data = table_of([f"{entry.patient.patient_id},{day},151,{echo}"], header)
    number = tables.bring(data, "t.csv", "jane")
    draft = tables.draft(number)
    assert draft.rule(4).use is Use.INTERVAL
    tables.accept(number, "jane")
    run(tables)
    deliver(workplace)
    newest = registry.accepted()[-1]
    assert newest.version == 2
    assert newest.values["lv_edv_ml"].value == 151.0
    assert newest.values["lv_edv_ml"].source is ValueSource.TABLE
    assert newest.values["echo_offset_days"].value == -3
    mended = import_table(tables, data.replace(b",151,", b",152,"))
    deliver(workplace)
    assert totals(workplace, mended)["new"] == 1
    assert registry.accepted()[-1].values["lv_edv_ml"].value == 152.0
    assert registry.accepted()[-1].version == 3


def test_two_rows_of_one_exam_in_a_table_are_not_both_taken(workplace, tables):
    number = import_table(tables, table_of([ROWS[0], ROWS[0], ROWS[0].replace("150", "151")]))
    assert said_of(workplace, number) == {2: [], 3: [], 4: ["Twice"]}
    assert totals(workplace, number) == {"taken": 2, "refused": 1, "new": 1}


def test_a_kill_loses_nothing_and_the_next_start_goes_on(workplace, tables, monkeypatch):
    monkeypatch.setattr(work_module, "BATCH", 10)
    rows = [f"P{n},2020-01-01,{150 + n % 50},70,50,2" for n in range(45)]
    number = tables.bring(table_of(rows), "t.csv", "jane")
    tables.accept(number, "jane")
    tables.step()
    tables.step()
    real = workplace.store.reports.replace
    calls = []

    def dies(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(workplace.store.reports, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        tables.step()
    monkeypatch.undo()
    assert workplace.store.tables.get(number).n_done == 20
    again = TableWork(workplace.store, workplace.config.data_dir)
    run(again)
    found = workplace.store.tables.totals(number)
    assert (sum(found.rows.values()), found.n_new) == (45, 45)
    assert len(workplace.store.reports.listed()) == 45


def test_nothing_of_a_table_lies_readable_on_the_disk(workplace, tables, home):
    data = table_of(["SECRET-4711,2020-01-01,151.25,70,50,2"], HEADER.replace("EF", "EF of Mrs Secretname"))
    number = tables.bring(data, "Secretname exams.csv", "jane")
    tables.accept(number, "jane", samples=[2])
    run(tables)
    workplace.store.setting_put("checkpoint", "1")
    files = [path for path in workplace.config.data_dir.rglob("*") if path.is_file()]
    stored = b"".join(path.read_bytes() for path in files)
    for word in (b"SECRET-4711", b"Secretname", b"151.25"):
        assert word not in stored
    assert (workplace.config.data_dir / "tables" / f"{number}.box").stat().st_mode & 0o077 == 0
    tables.discard(number)
    assert not list((workplace.config.data_dir / "tables").iterdir())


def test_what_is_no_table_is_refused(tables, monkeypatch):
    for data in (b"", b"a,b\n", b"\0\1\2" * 50):
        with pytest.raises(TableRejected):
            tables.bring(data, "t.csv", "jane")
    monkeypatch.setattr(work_module, "MAX_BYTES", 10)
    with pytest.raises(TableRejected, match="larger"):
        tables.bring(table_of(), "t.csv", "jane")


def test_a_person_changes_where_a_column_goes_its_unit_and_its_words(tables):
    number = tables.bring(table_of(["P1,2020-01-01,0.15,70,53,leicht"]), "t.csv", "jane")
    draft = tables.draft(number)
    edv = with_unit(choose(draft.rule(3), draft.columns[2], "lv_edv_ml"), "L")
    assert (edv.unit, edv.factor) == ("L", 1000.0)
    assert with_unit(edv, "parsec").factor == 1.0
    nyha = with_words(draft.rule(6), {"leicht": "2"})
    assert nyha.values == {"leicht": "2"}
    assert with_words(nyha, {"leicht": ""}).values == {}
    assert with_words(nyha, {"leicht": "-"}).values == {"leicht": ""}
    column = draft.columns[4]
    for target, use in (
        ("", Use.LEAVE_OUT),
        ("patient_id", Use.KEY),
        ("LV_MASS_G", Use.ITEM),
        ("race:3", Use.CHECKBOX),
    ):
        assert choose(draft.rule(5), column, target).use is use
    assert choose(draft.rule(5), column, "race:unknown").code == "unknown"
    meters = dataclasses.replace(draft.rule(5), column="Size (m)")
    assert (choose(meters, column, "height_cm").unit, choose(meters, column, "height_cm").factor) == (
        "m",
        100.0,
    )
    for target in ("birth_date", "no_such_item", "race:77", "sex:m"):
        assert choose(draft.rule(5), column, target) is None
    assert shown_target(choose(draft.rule(5), column, "race:3")) == "race:3"


def test_a_new_version_says_what_it_changes_of_the_golden_samples(workplace, tables):
    number = tables.bring(table_of(), "t.csv", "jane")
    tables.accept(number, "jane", samples=[2, 3])
    run(tables)
    name = workplace.store.tables.get(number).name
    assert workplace.store.mappings.n_samples(name) == 2
    again = tables.bring(table_of(), "t.csv", "jane")
    draft = tables.draft(again)
    assert (draft.base, draft.drift) == (1, ())
    mapping = draft.mapping.with_rule(with_unit(draft.rule(3), "L"))
    tables.draft_put(again, dataclasses.replace(draft, mapping=mapping))
    differences = tables.preview(again).differences
    assert {one.item for one in differences} == {"lv_edv_ml"}
    assert tables.accept(again, "jane") == 2
    assert tables.preview(again).differences == ()
    assert [version.version for version in workplace.store.mappings.versions(name)] == [2, 1]


def test_next_months_table_makes_no_new_version(workplace, tables):
    first = tables.bring(table_of(), "t.csv", "jane")
    tables.accept(first, "jane", samples=[2])
    run(tables)
    assert tables.accept(tables.bring(table_of(["P9,2020-02-01,190,95,50,1"]), "t.csv", "jane"), "jane") == 1


def test_a_workbook_is_taken_in_as_its_csv_would_be(workplace, tables):
    book = workbooks.workbook([HEADER.split(","), ["P1", "2020-01-01", 150.0, 70.0, 53.3, 2.0]])
    number = tables.bring(book, "exams.xlsx", "jane")
    tables.accept(number, "jane")
    run(tables)
    again = import_table(tables, table_of(["P1,2020-01-01,150,70,53.3,2"]))
    assert totals(workplace, number) == {"taken": 1, "new": 1}
    assert totals(workplace, again) == {"taken": 1, "new": 0}


def test_a_new_dictionary_runs_the_golden_samples_at_the_next_start(
    workplace, tables, monkeypatch, log_lines
):
    number = tables.bring(table_of(), "t.csv", "jane")
    tables.accept(number, "jane", samples=[2])
    run(tables)
    assert tables.checks.check_all() == 0
    name = workplace.store.tables.get(number).name
    [sample] = workplace.store.mappings.samples(name)
    older = dict(sample.values) | {"lv_edv_ml": 149.0}
    workplace.store.mappings.sample_put(name, dataclasses.replace(sample, values=older))
    newer = Dictionary("9.9", "0" * 64, load().items)
    monkeypatch.setattr(checking_module, "load", lambda: newer)
    assert tables.checks.check_all() == 1
    assert log_lines()[-1]["n_changed"] == 1
    found = workplace.store.mappings.checked(name, 1, newer.digest)
    assert found.said == ("lv_edv_ml becomes another value.",)
    assert not tables._store.tables.count(ImportState.HELD)
    assert tables.offer(table_of(["P9,2020-01-01,150,70,53.3,2"]), "next.csv")
    assert tables._store.tables.count(ImportState.HELD) == 1
    tables.checks.confirm(name)
    assert tables.checks.check_all() == 0


def test_the_drop_folder_uses_the_mapping_that_fits_and_stops_when_the_template_changed(
    workplace, tables, tmp_path
):
    import_table(tables, table_of())
    folder = tmp_path / "drop"
    folder.mkdir()
    source = ReportFolder(workplace.store, workplace.reports, folder, 0.0, tables)
    (folder / "next.csv").write_bytes(table_of(["P7,2020-02-01,155,70,54.8,2"]))
    assert source.poll() == []
    run(tables)
    newest = workplace.store.tables.listed(1)[0]
    assert (newest.state, newest.source, newest.n_done) == (ImportState.DONE, "folder", 1)
    (folder / "changed.csv").write_bytes(
        table_of(["P8,2020-02-01,155,70,54.8,2"], HEADER.replace("EF", "EF new"))
    )
    source.poll()
    source.poll()
    held = workplace.store.tables.listed(1)[0]
    assert held.state is ImportState.HELD
    assert tables.draft(held.id).drift == ("The column “EF” is gone.", "The column “EF new” is new.")
    assert not tables.step()
    assert len(workplace.store.reports.listed()) == 4
    tables.draft_put(held.id, tables.draft(held.id))
    tables.accept(held.id, "jane")
    run(tables)
    assert workplace.store.tables.get(held.id).state is ImportState.DONE


def test_a_table_that_no_mapping_knows_goes_the_way_of_item_names(workplace, tables, tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    source = ReportFolder(workplace.store, workplace.reports, folder, 0.0, tables)
    (folder / "plain.csv").write_bytes(b"accession_number,lv_edv_ml\nA1,150\n")
    assert [row.n_values for row in source.poll()] == [1]
    assert workplace.store.tables.count() == 0


def test_states_are_kept(workplace, tables):
    number = tables.bring(table_of(), "t.csv", "jane")
    tables.accept(number, "jane")
    with pytest.raises(TransitionError):
        tables.accept(number, "jane")
    with pytest.raises(StoreError):
        tables.discard(number)
    (workplace.config.data_dir / "tables" / f"{number}.box").unlink()
    run(tables)
    row = workplace.store.tables.get(number)
    assert row.state is ImportState.FAILED
    assert "Bring it again" in row.said[0]


def test_a_fault_of_ours_ends_one_import_and_not_the_others(workplace, tables, monkeypatch):
    number = tables.bring(table_of(), "t.csv", "jane")
    tables.accept(number, "jane")
    monkeypatch.setattr(workplace.store.matcher, "row_key", lambda *_: 1 / 0)
    run(tables)
    assert workplace.store.tables.get(number).state is ImportState.FAILED
    monkeypatch.undo()
    other = tables.bring(table_of([ROWS[0].replace("P1", "P5")]), "t.csv", "jane")
    tables.accept(other, "jane")

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(workplace.store.matcher, "row_key", full)
    with pytest.raises(sqlite3.OperationalError):
        tables.step()
    monkeypatch.undo()
    run(tables)
    assert workplace.store.tables.get(other).state is ImportState.DONE


def test_the_heart_failure_table_is_taken_in_once_its_rows_have_a_number(workplace, tables, shared_data):
    folder = shared_data("survival/uci_heart_failure")
    text = (folder / "heart_failure_clinical_records_dataset.csv").read_text()
    lines = text.splitlines()
    bare = tables.bring(text.encode(), "uci.csv", "jane")
    tables.accept(bare, "jane")
    run(tables)
    assert totals(workplace, bare) == {"refused": 299, "new": 0}
    assert said_of(workplace, bare)[2][0] == "NoKey"
    numbered = [f"accession_number,{lines[0]}", *(f"UCI{n},{line}" for n, line in enumerate(lines[1:], 1))]
    number = import_table(tables, "\n".join(numbered).encode())
    found = workplace.store.tables.totals(number)
    assert found.rows[Outcome.TAKEN] + found.rows[Outcome.QUESTIONED] == 299
    assert (found.n_values, found.n_questions, found.n_refused) == (1495, 5, 0)


def test_what_the_desk_exports_it_takes_in(workplace, tables):
    values = {"lv_edv_ml": 151.5, "race": ["1", "3"], "sex": "F"}
    data = write_rows([({"accession_number": "A1"}, values)])
    assert read_table(data).n_rows == 1
    number = import_table(tables, data)
    [row], _ = workplace.store.tables.rows(number, (Outcome.TAKEN,), 10)
    stored = values_of(workplace, row.done.report_id)
    assert {name: entry["value"] for name, entry in stored.items()} == values
    assert json.dumps(stored).count("table") == 3
