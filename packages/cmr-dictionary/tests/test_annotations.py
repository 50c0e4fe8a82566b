"""What stands beside the table reaches its items; every fault names file, row, item and column."""

import pytest

from cmr_dictionary import DictionaryError, load
from cmr_dictionary.annotations import FILES, annotated, annotations_of
from cmr_dictionary.items import Sensitivity

ITEMS = tuple(load().items.values())


def lines(file, *rows):
    return {file: "\n".join([",".join(FILES[file]), *rows]) + "\n"}


def read(file, *rows):
    return {item.name: item for item in annotated(ITEMS, annotations_of(lines(file, *rows)))}


def test_a_definition_of_a_matrix_holds_for_its_items_unless_they_have_their_own():
    items = read(
        "definitions.csv", "wm17_rest,How the wall moves.,at rest,2.0", "wm_rest_17,The tip.,at rest,"
    )
    assert items["wm_rest_01"].definition == "How the wall moves."
    assert (items["wm_rest_17"].definition, items["wm_rest_17"].since) == ("The tip.", "1.0")
    assert items["wm_rest_01"].since == "2.0"
    assert items["lv_edv_ml"].definition == ""


def test_codes_carry_their_definitions():
    items = read("code_definitions.csv", "lge_present,2,Insertion points.", "lge17,0,No enhancement.")
    assert items["lge_present"].code_list[2].definition == "Insertion points."
    assert items["lge_aha_05"].code_list[0].definition == "No enhancement."


def test_paths_stand_best_first():
    rows = ('field_strength_t,dicom,"(0018,0087)"', "field_strength_t,manual,")
    assert [path.kind for path in read("source_paths.csv", *rows)["field_strength_t"].paths] == [
        "dicom",
        "manual",
    ]


def test_sensitivity_follows_from_the_table_and_the_list():
    items = load().items
    assert items["birth_date"].sensitivity == Sensitivity.DIRECT
    assert items["reader_id"].sensitivity == Sensitivity.DIRECT
    assert items["age_at_exam_years"].sensitivity == Sensitivity.QUASI
    assert items["lv_edv_ml"].sensitivity == Sensitivity.NONE
    assert all(item.sensitivity == Sensitivity.DIRECT for item in items.values() if item.identifier)


@pytest.mark.parametrize(
    ("file", "rows", "place"),
    [
        ("definitions.csv", ["nothing,A.,,"], "row 2 (nothing), column 'item of definitions.csv'"),
        ("definitions.csv", ["sex,A.,,", "sex,B.,,"], "row 3 (sex), column 'item of definitions.csv'"),
        ("definitions.csv", ["sex,A.,,new"], "row 2 (sex), column 'since of definitions.csv'"),
        ("definitions.csv", ["sex,A."], "row 2 (sex), column 'all of definitions.csv'"),
        ("code_definitions.csv", ["sex,X,A."], "row 2 (sex), column 'code of code_definitions.csv'"),
        (
            "code_definitions.csv",
            ["sex,M,A.", "sex,M,B."],
            "row 3 (sex), column 'code of code_definitions.csv'",
        ),
        ("source_paths.csv", ["sex,guess,"], "row 2 (sex), column 'kind of source_paths.csv'"),
        ("source_paths.csv", ["sex,dicom,PatientSex"], "row 2 (sex), column 'path of source_paths.csv'"),
        (
            "source_paths.csv",
            ["sex,manual,", "sex,manual,"],
            "row 3 (sex), column 'path of source_paths.csv'",
        ),
        (
            "quasi_identifiers.csv",
            ["birth_date,A."],
            "row 2 (birth_date), column 'item of quasi_identifiers.csv'",
        ),
        ("quasi_identifiers.csv", ["sex,"], "row 2 (sex), column 'reason of quasi_identifiers.csv'"),
    ],
)
def test_it_refuses(file, rows, place):
    with pytest.raises(DictionaryError) as error:
        read(file, *rows)
    assert str(error.value).startswith(place)


def test_it_refuses_another_header():
    with pytest.raises(DictionaryError, match="header"):
        annotations_of({"definitions.csv": "item,text\n"})
