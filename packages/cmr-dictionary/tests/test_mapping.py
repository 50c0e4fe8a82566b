"""Suggesting, applying, freezing and drift of mappings."""

import dataclasses
import datetime
import json

import jsonschema
import pytest

from cmr_dictionary import Missing
from cmr_dictionary.mapping import (
    ColumnRule,
    DateOrder,
    DriftKind,
    Key,
    Mapping,
    MappingRejected,
    Sample,
    Use,
    apply,
    checked,
    drift,
    freeze,
    overlap,
    read_table,
    regress,
    schema,
    suggest,
)

GERMAN = (
    "Patientennummer;Untersuchungsdatum;Geburtsdatum;Geschlecht;Größe (m);LV enddiastolisches Volumen (ml);"
    "LV endsystolisches Volumen (ml);Ejektionsfraktion;Kreatinin (µmol/l);Diabetes;NYHA;Bemerkung\n"
    "4711;15.03.2021;02.01.1960;weiblich;1,68;154,5;70;54,7;88,42;ja;II;ruhig\n"
    "4712;16.03.2021;20.11.1950;männlich;1,80;160;80;50;keine Angabe;nein;III;-\n"
    "4713;17.03.2021;20.11.1949;männlich;1,75;70;160;;>400;nein;V;-\n"
).encode()


def suggested(data, name=""):
    table = read_table(data, name)
    return table, suggest(table)


def rule(**fields):
    return ColumnRule("c", Use.ITEM, **fields)


def mapping_of(*rules, **fields):
    return checked(Mapping("t", 1, "2.0", rules, **fields))


def test_a_german_table_is_suggested_whole():
    _, found = suggested(GERMAN)
    mapping = checked(found.mapping)
    targets = {rule.column: (rule.use.value, rule.target) for rule in mapping.columns}
    assert list(targets.values()) == [
        ("key", "patient_id"),
        ("key", "exam_date"),
        ("interval", "age_at_exam_years"),
        ("item", "sex"),
        ("item", "height_cm"),
        ("item", "lv_edv_ml"),
        ("item", "lv_esv_ml"),
        ("item", "lv_ef_reported_pct"),
        ("leave_out", ""),
        ("item", "hx_dm"),
        ("item", "nyha"),
        ("leave_out", ""),
    ]
    assert (mapping.decimal, mapping.dates) == (",", DateOrder.DAY_FIRST)
    assert mapping.columns[4].factor == 100.0
    assert all(0 <= p.confidence <= 1 and p.reason for p in found.proposals)
    creatinine = found.proposals[8]
    assert not creatinine.is_applied
    assert creatinine.rule.target == "creatinine_mg_dl"


def test_each_cell_is_taken_questioned_or_refused_by_itself():
    table, found = suggested(GERMAN)
    results = [apply(found.mapping, row) for row in table.rows()]
    assert results[0].values == {
        "age_at_exam_years": 61.0,
        "sex": "F",
        "height_cm": 168.0,
        "lv_edv_ml": 154.5,
        "lv_esv_ml": 70.0,
        "lv_ef_reported_pct": 54.7,
        "hx_dm": 1,
        "nyha": "2",
    }
    assert results[0].keys.patient == "4711"
    assert results[0].keys.exam_date == datetime.date(2021, 3, 15)
    assert not results[0].refused
    refused = {said.item: said.code for said in results[2].refused}
    assert set(refused) == {"lv_edv_ml", "lv_esv_ml", "nyha"}
    assert refused["nyha"] == "Selection"
    assert results[2].values["age_at_exam_years"] == 71.0
    assert all(said.sentence and said.who for said in results[2].refused)


def test_a_unit_that_a_person_names_is_computed():
    way = ColumnRule("Kreatinin (µmol/l)", Use.ITEM, "creatinine_mg_dl", "umol/L", 1 / 88.42)
    mapping = suggested(GERMAN)[1].mapping.with_rule(way)
    result = apply(mapping, {"Kreatinin (µmol/l)": "88,42"})
    assert result.values == {"creatinine_mg_dl": 1.0}


@pytest.mark.parametrize(
    "header", ["LVEDV (ml)", "lv_edv_ml", "LVEDV_ml", "LV End-Diastolic Volume", "VTDVI [mL]"]
)
def test_names_labels_and_units_in_headers_lead_to_the_item(header):
    [proposal] = suggest(read_table(f"{header}\n150\n160\n".encode())).proposals
    assert (proposal.rule.target, proposal.is_applied) == ("lv_edv_ml", True)


@pytest.mark.parametrize(
    ("header", "cells", "says"),
    [
        ("smoking", "0 1 0 1", "say what they mean"),
        ("height", "1.80 1.65 1.71", "which unit is it"),
        ("LVEDV (mV)", "150 160 140", "its unit is not one"),
        ("heart rate", "regular irregular fast", "no numbers"),
        ("Referring physician", "Miller Smith Doe", "not answers"),
        ("Favorite color", "red green blue", "No item"),
    ],
)
def test_what_the_table_does_not_say_is_not_applied(header, cells, says):
    data = "\n".join([f'"{header}"', *cells.split()]).encode()
    found = suggest(read_table(data))
    assert not found.proposals[0].is_applied
    assert says in found.proposals[0].reason
    assert found.mapping.columns[0].use is Use.LEAVE_OUT


@pytest.mark.parametrize("cell", ["1.80", ""])
def test_a_unit_in_the_header_is_computed_also_where_the_column_is_still_empty(cell):
    mapping = suggest(read_table(f"n,Height (m)\n1,{cell}\n2,{cell}\n".encode())).mapping
    assert apply(mapping, {"Height (m)": "1.75"}).values == {"height_cm": 175.0}


def test_a_mapping_keeps_no_number_date_or_name_of_the_table():
    table = read_table(GERMAN)
    document = json.dumps(suggest(table).mapping.to_document(), ensure_ascii=False)
    for kept in ("4711", "2021", "1960", "154,5", "ruhig", "1,68"):
        assert kept not in document
    assert "weiblich" in document


def test_two_columns_for_one_item_are_not_both_applied():
    found = suggest(read_table(b"lv_edv_ml,LVEDV\n150,150\n"))
    assert [proposal.is_applied for proposal in found.proposals] == [True, False]


def test_day_and_month_are_not_guessed():
    open_order = suggest(read_table(b"exam date,EF\n03/04/2021,50\n05/06/2021,60\n"))
    assert open_order.looked.is_order_open
    assert "day or month" in open_order.proposals[0].reason
    refused = apply(open_order.mapping, {"exam date": "03/04/2021", "EF": "50"}).refused
    assert refused[0].code == "Type"
    told = suggest(read_table(b"exam date,EF\n03/14/2021,50\n05/06/2021,60\n"))
    assert told.mapping.dates is DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("word", "decimal", "value"),
    [
        ("54.5", ".", 54.5),
        ("54,5", ",", 54.5),
        ("54,5", ".", "Type"),
        ("54.5", ",", "Type"),
        ("1,234.5", ".", "Range"),
        ("5.45e1", ".", 54.5),
        ("54 %", ".", 54.0),
        ("54 mmHg", ".", "Type"),
        ("<54", ".", "Type"),
        ("n/a", ".", None),
        ("not_reported", ".", Missing.NOT_REPORTED),
        ("540", ".", "Range"),
        ("nan", ".", "Type"),
        ("inf", ".", "Type"),
    ],
)
def test_numbers_are_read_strictly(word, decimal, value):
    mapping = mapping_of(rule(target="lv_ef_reported_pct"), decimal=decimal, missing={"n/a": ""})
    result = apply(mapping, {"c": word})
    if isinstance(value, str) and not isinstance(value, Missing):
        assert [said.code for said in result.refused] == [value]
        assert word not in result.refused[0].sentence
    else:
        assert result.values.get("lv_ef_reported_pct") == value


def test_codes_in_one_cell_and_in_boxes_give_the_same():
    joined = mapping_of(ColumnRule("r", Use.ITEM, "race", split="/", values={"weiß": "1"}))
    boxes = mapping_of(
        ColumnRule("a", Use.CHECKBOX, "race", code="1"), ColumnRule("b", Use.CHECKBOX, "race", code="3")
    )
    assert apply(joined, {"r": "weiß / Asian"}).values == {"race": ["1", "3"]}
    assert apply(boxes, {"a": "Checked", "b": "1"}).values == {"race": ["1", "3"]}
    assert apply(boxes, {"a": "0", "b": ""}).values == {}
    assert apply(boxes, {"a": "maybe", "b": "1"}).refused[0].code == "Selection"


def test_constants_hold_for_every_row_and_a_refused_cell_leaves_no_constant_behind():
    mapping = mapping_of(rule(target="lv_method"), constants={"lv_method": "1", "lv_papillary": "2"})
    assert apply(mapping, {"c": ""}).values == {"lv_method": "1", "lv_papillary": "2"}
    assert apply(mapping, {"c": "77"}).values == {"lv_papillary": "2"}


def test_days_need_the_date_of_the_exam():
    mapping = mapping_of(ColumnRule("echo", Use.INTERVAL, "echo_offset_days"), dates=DateOrder.MONTH_FIRST)
    assert apply(mapping, {"echo": "2/28/2021"}).refused[0].code == "NoExamDate"
    assert apply(mapping, {"echo": "2/28/2021"}, datetime.date(2021, 3, 3)).values == {"echo_offset_days": -3}


def test_a_shifted_row_is_refused_whole_and_other_events_are_left_out():
    table = read_table(b"redcap_event_name,lv_edv_ml\ncmr,150\nfollow,151\ncmr,152,7\n")
    found = suggest(table).mapping
    found = dataclasses.replace(found, events=("cmr",))
    first, second, third = (apply(found, row) for row in table.rows())
    assert first.values == {"lv_edv_ml": 150.0}
    assert second.is_left_out
    assert third.refused[0].code == "Shifted"
    assert not third.values


def test_values_with_a_question_can_be_left_out():
    mapping = mapping_of(rule(target="creatinine_mg_dl"), ColumnRule("d", Use.ITEM, "lv_edv_ml"))
    result = apply(mapping, {"c": "9", "d": "150"})
    assert [said.code for said in result.questions] == ["Unusual"]
    assert result.values == {"creatinine_mg_dl": 9.0, "lv_edv_ml": 150.0}
    assert result.without_questions().values == {"lv_edv_ml": 150.0}


def test_a_mapping_survives_its_document_and_fits_its_schema():
    mapping = suggested(GERMAN)[1].mapping
    document = json.loads(json.dumps(mapping.to_document()))
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert Mapping.from_document(document) == mapping
    assert dataclasses.replace(mapping, version=7).digest() == mapping.digest()


@pytest.mark.parametrize(
    "rules",
    [
        (rule(target="birth_date"),),
        (rule(target="no_such_item"),),
        (rule(target="sex", values={"m": "X"}),),
        (rule(target="lv_edv_ml", factor=0.0),),
        (rule(target="lv_edv_ml"), ColumnRule("d", Use.ITEM, "lv_edv_ml")),
        (ColumnRule("c", Use.CHECKBOX, "race", code="77"),),
        (ColumnRule("c", Use.INTERVAL, "lv_edv_ml"),),
        (ColumnRule("c", Use.KEY, "lv_edv_ml"),),
    ],
)
def test_a_mapping_that_cannot_be_right_is_refused(rules):
    with pytest.raises((MappingRejected, ValueError)):
        checked(Mapping("t", 1, "2.0", rules))


@pytest.mark.parametrize("document", [None, [], {}, {"schema": 2}, {"schema": 1, "columns": [1]}])
def test_a_document_that_is_no_mapping_is_refused(document):
    with pytest.raises(MappingRejected):
        Mapping.from_document(document)


def test_golden_samples_say_what_a_new_version_changes():
    table, found = suggested(GERMAN)
    samples = [freeze(found.mapping, row.cells) for row in table.rows()]
    assert [Sample.from_document(json.loads(json.dumps(one.to_document()))) for one in samples] == samples
    assert regress(found.mapping, samples) == ()
    meters = found.mapping.rule("Größe (m)")
    changed = found.mapping.with_rule(dataclasses.replace(meters, factor=1.0))
    differences = regress(changed, samples)
    assert {one.sample for one in differences} == {0, 1, 2}
    assert {one.item for one in differences} == {"height_cm"}
    assert differences[0].sentence == "height_cm is refused now (Range)."
    assert "168" not in repr(differences)


def test_the_table_that_a_mapping_was_made_for_has_not_drifted():
    table, found = suggested(GERMAN)
    assert drift(found.mapping, table) == ()
    odd = read_table(b"MRN,LVEDV\n1,150\n2,<170\n3,180\n4,190\n")
    assert drift(suggest(odd).mapping, odd) == ()


def changed_table(old, new):
    return read_table(GERMAN.decode().replace(old, new).encode())


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("Geschlecht;", "Sex;", {DriftKind.GONE, DriftKind.NEW}),
        (";Bemerkung", "", set()),
        (";Bemerkung\n", ";Bemerkung;Neu\n", {DriftKind.NEW}),
        ("154,5", "groß", {DriftKind.TYPE}),
        (";54,7;", ";gut;", {DriftKind.TYPE}),
        ("männlich", "x", {DriftKind.CODE}),
        ("männlich", "weiblich", set()),
    ],
)
def test_a_changed_template_is_told_and_never_guessed(old, new, kinds):
    mapping = suggested(GERMAN)[1].mapping
    found = drift(mapping, changed_table(old, new))
    assert {one.kind for one in found} == kinds
    assert all("“" in one.sentence for one in found)


def test_numbers_of_another_size_are_told_as_another_unit():
    rows = "".join(f"{n},{150 + n}\n" for n in range(10))
    mapping = suggest(read_table(f"patient_id,lv_edv_ml\n{rows}".encode())).mapping
    liters = "".join(f"{n},{0.15 + n / 1000}\n" for n in range(10))
    assert drift(mapping, read_table(f"patient_id,lv_edv_ml\n{rows}".encode())) == ()
    [found] = drift(mapping, read_table(f"patient_id,lv_edv_ml\n{liters}".encode()))
    assert found.kind is DriftKind.UNIT


def test_the_mapping_of_a_header_is_found_by_its_overlap():
    mapping = suggested(GERMAN)[1].mapping
    assert overlap(mapping, read_table(GERMAN).columns) == 1.0
    assert overlap(mapping, ("a", "b")) == 0.0


def test_keys_stay_out_of_texts():
    table, found = suggested(GERMAN)
    row = next(iter(table.rows()))
    assert "4711" not in repr(apply(found.mapping, row))
    assert found.mapping.key_column(Key.PATIENT) == "Patientennummer"


def test_a_redcap_export_with_labels_gives_the_same_as_the_raw_one():
    raw = b"record_id,redcap_event_name,sex,hx_htn,race___1,race___3,lv_edv_ml\n7,cmr_arm_1,F,1,1,1,150\n"
    label = (
        b"Record ID,Event Name,Sex (as recorded in the source),Hypertension,"
        b'"Race (multi; categories of OMB 1997) (choice=White)",'
        b'"Race (multi; categories of OMB 1997) (choice=Asian)",LV end-diastolic volume\n'
        b"7,CMR,Female,Yes,Checked,Checked,150\n"
    )
    found = []
    for data in (raw, label):
        table = read_table(data)
        mapping = checked(suggest(table).mapping)
        found.append(apply(mapping, next(iter(table.rows()))).values)
    assert found[0] == found[1] == {"sex": "F", "hx_htn": 1, "race": ["1", "3"], "lv_edv_ml": 150.0}
