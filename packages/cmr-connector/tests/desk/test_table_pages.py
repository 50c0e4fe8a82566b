"""The import of tables at the desk: bring, map, look, accept, mend; nothing is taken before a person accepts."""

import json

import pytest

from cmr_connector.tables.states import ImportState
from cmr_dictionary.mapping import schema

HEADER = "MRN,Exam date,LVEDV (ml),LVESV (ml),Sex,Remark"
ROWS = [
    "P1,2020-01-01,150,70,m,a",
    "P2,2020-01-01,160,x,w,b",
    "P3,2020-01-01,170,90,?,c",
    "P4,2020-01-01,99999,90,m,d",
]
DATA = ("\n".join([HEADER, *ROWS]) + "\n").encode()


def bring(person, data=DATA, name="Miller exams.csv"):
    files = {"table": (name, data, "text/csv")}
    return person.request("POST", "/reports/import", data={"csrf": person.csrf}, files=files)


def brought(person, data=DATA):
    answer = bring(person, data)
    assert answer.status_code == 303
    return answer.headers["location"]


def run(desk):
    while desk.workplace.tables.step():
        pass


def targets(page):
    """What stands in the fields of the page, by their names."""
    found = {}
    for part in page.split('<input class="form-control')[1:]:
        tag = part.partition(">")[0]
        if 'name="c-' in tag:
            found[tag.partition('name="')[2].partition('"')[0]] = tag.partition('value="')[2].partition('"')[
                0
            ]
    return found


def test_a_table_is_brought_mapped_looked_at_and_taken_in(person, desk):
    where = brought(person)
    page = person.get(where).text
    assert "Miller exams.csv" in page
    assert targets(page) == {
        "c-1": "patient_id",
        "c-2": "exam_date",
        "c-3": "lv_edv_ml",
        "c-4": "lv_esv_ml",
        "c-5": "sex",
        "c-6": "",
    }
    kept = person.post(
        where,
        {**targets(page), "name": "volumes", "decimal": ".", "dates": "ymd", "constants": "lv_method = 1"},
    )
    assert kept.headers["location"] == f"{where}/preview"
    seen = person.get(f"{where}/preview").text
    assert "Nothing is taken in yet" in seen
    assert "LV end-diastolic volume: <strong>150 mL</strong>" in seen
    assert "A number is expected." in seen
    assert desk.workplace.store.reports.listed() == []
    done = person.post(f"{where}/accept", {"questions": "yes", "sample": "2"})
    assert done.headers["location"] == f"{where}/rows"
    assert "data-over" not in person.get(f"{where}/part").text
    run(desk)
    assert "data-over" in person.get(f"{where}/part").text
    rows = person.get(f"{where}/rows").text
    assert "4 rows, numbered as in a spreadsheet" in rows
    assert "waiting" in rows
    refused = person.get(f"{where}/rows?outcome=partly").text
    assert "LVESV (ml):" in refused
    mend = person.get(f"{where}/rows-to-mend.csv").text
    assert mend.splitlines()[0].endswith("Remark,cmr_row,cmr_reasons")
    mapping = person.get("/reports/import/mappings/volumes").text
    assert "1 golden sample: every value is as it was frozen" in mapping
    document = person.get("/reports/import/mappings/volumes/1.json").json()
    assert set(document) == set(schema()["required"])
    assert document["constants"] == {"lv_method": "1"}
    assert "volumes" in person.get("/reports/import").text


def test_the_same_layout_is_known_again_and_a_changed_mapping_says_what_it_changes(person, desk):
    where = brought(person)
    person.post(where, {"name": "volumes"})
    person.post(f"{where}/accept", {"sample": "2"})
    run(desk)
    again = brought(person)
    assert "it is used as it was saved" in person.get(again).text
    person.post(f"{again}/columns/3", {"target": "lv_edv_ml", "unit": "L"})
    assert "from L" in person.get(again).text
    seen = person.get(f"{again}/preview").text
    assert "lv_edv_ml is refused now (Range)." in seen
    assert person.post(f"{again}/accept", {}).status_code == 409
    assert person.post(f"{again}/accept", {"seen": "yes"}).status_code == 303
    run(desk)
    assert "Version 2" in person.get("/reports/import/mappings/volumes").text
    person.get("/reports/import/mappings/volumes")
    assert person.post("/reports/import/mappings/volumes/confirm").status_code == 303
    person.post("/reports/import/mappings/volumes/drop-samples")
    assert "No golden samples" in person.get("/reports/import/mappings/volumes").text


def test_a_person_says_what_words_and_numbers_mean(person, desk):
    where = brought(person)
    page = person.get(f"{where}/columns/5").text
    assert "w means" in page
    words = {tag.partition('"')[0]: tag for tag in page.split('name="')[1:] if tag.startswith("w-")}
    assert len(words) == 3
    place = next(name for name, tag in words.items() if 'aria-label="? means"' in tag)
    person.post(f"{where}/columns/5", {"target": "sex", place: "withheld"})
    assert desk.workplace.tables.draft(1).rule(5).values["?"] == "withheld"
    person.post(f"{where}/columns/5", {"target": "lv_mass_g"})
    assert desk.workplace.tables.draft(1).rule(5).target == "lv_mass_g"
    bad = person.post(f"{where}/columns/5", {"target": "birth_date"})
    assert bad.status_code == 400
    assert "stays at the center" in bad.text
    twice = person.post(f"{where}/columns/5", {"target": "lv_edv_ml"})
    assert twice.status_code == 400


def test_a_column_that_goes_nowhere_is_said_beside_its_field(person):
    where = brought(person)
    answer = person.post(where, {"c-6": "no_such_item"})
    assert answer.status_code == 400
    assert 'aria-describedby="wrong-6"' in answer.text
    assert "Two columns" in person.post(where, {"c-6": "lv_edv_ml"}).text


@pytest.mark.parametrize("data", [b"", b"only,a,header\n", b"\x00\x01\x02" * 99])
def test_what_is_no_table_is_refused_with_the_way_out(person, data):
    person.get("/reports/import")
    answer = bring(person, data)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_a_held_table_shows_why_and_is_taken_in_as_a_new_version(person, desk):
    where = brought(person)
    person.post(f"{where}/accept", {})
    run(desk)
    assert desk.workplace.tables.offer(DATA.replace(b"Sex", b"Gender"), "next.csv")
    held = person.get("/reports/import/2").text
    assert "The column “Sex” is gone." in held
    assert person.post("/reports/import/2/accept", {}).status_code == 303
    run(desk)
    assert desk.workplace.store.tables.get(2).state is ImportState.DONE


def test_an_import_is_mapped_again_or_forgotten(person, desk):
    where = brought(person)
    person.post(f"{where}/accept", {})
    assert person.post(where, {}).status_code == 409
    assert person.post(f"{where}/discard").status_code == 409
    assert person.get(f"{where}/rows-to-mend.csv").status_code == 409
    run(desk)
    assert person.get(where).status_code == 303
    person.get(f"{where}/rows")
    assert person.post(f"{where}/again").status_code == 303
    assert person.get(f"{where}/rows").status_code == 303
    assert person.get(where).status_code == 200
    assert person.post(f"{where}/discard").status_code == 303
    assert person.get(where).status_code == 404
    for path in ("/reports/import/77", "/reports/import/mappings/none", "/reports/import/x/preview"):
        assert person.get(path).status_code == 404


def test_a_file_that_was_taken_away_is_said(person, desk):
    where = brought(person)
    (desk.workplace.config.data_dir / "tables" / "1.box").unlink()
    answer = person.get(f"{where}/preview")
    assert answer.status_code == 409
    assert "Bring it again" in answer.text


def test_strangers_see_nothing_and_bring_nothing(stranger):
    assert stranger.get("/reports/import").status_code == 303
    answer = stranger.request("POST", "/reports/import", files={"table": ("a.csv", DATA, "text/csv")})
    assert answer.status_code == 401


def test_what_people_do_with_tables_leaves_lines_without_names(person, desk, log_lines):
    where = brought(person)
    person.get(f"{where}/preview")
    person.post(f"{where}/accept", {})
    run(desk)
    acts = [row.act.value for row in desk.acts.listed()]
    assert {"brought_table", "saw_table", "accepted_table"} <= set(acts)
    assert "Miller" not in json.dumps(log_lines())
