"""Every item says what it means, as of when, and where its value comes from; every answer says where it ends."""

import re
from collections import Counter

import pytest
from pydicom.datadict import dictionary_has_tag

from cmr_dictionary import load
from cmr_dictionary.annotations import shipped_annotations
from cmr_dictionary.items import ItemKind

ITEMS = tuple(load().items.values())
LINES = shipped_annotations().lines
TARGETS = frozenset(
    {
        "at inclusion",
        "before the exam",
        "at the exam",
        "within 24 hours of the exam",
        "nearest to the exam",
        "since birth up to the exam",
        "at the reading of the exam",
        "after the exam",
        "at any time",
        "in follow-up",
    }
)
PATHS = {
    "dicom": re.compile(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)"),
    "hl7": re.compile(r"[A-Z][A-Z0-9]{2}-\d{1,2}(\.\d)?"),
    "fhir": re.compile(r"[A-Z][A-Za-z]+(\.[a-z][A-Za-z]+(:[a-z-]+)?)+"),
    "report": re.compile(r"text|TID \d{4}"),
    "center_profile": re.compile(r"[a-z0-9_]+"),
    "manual": re.compile(r""),
    "derived": re.compile(r".{8,}"),
}
BRITISH = re.compile(
    r"isation|aemia|oedema|haemo|fibre|centre|\bgrey|colour|tumour|ischaem|paediatr|\blitre|\bmetre|licence|labelled"
)
TYPOGRAPHIC = frozenset("\u2013\u2014\u2018\u2019\u201c\u201d")
PROSE = [
    (line.cells["item"], line.cells["definition"])
    for file in ("definitions.csv", "code_definitions.csv")
    for line in LINES[file]
]


def test_every_item_has_a_definition_of_a_readable_length():
    assert [item.name for item in ITEMS if not 20 <= len(item.definition) <= 400] == []


def test_every_item_says_as_of_when_it_holds():
    assert [item.name for item in ITEMS if item.target not in TARGETS] == []


def test_every_item_says_which_version_brought_it():
    assert {line.cells["since"] for line in LINES["definitions.csv"]} <= {"1.0", "2.0", "2.1"}


def test_no_two_definitions_are_the_same():
    texts = Counter(line.cells["definition"] for line in LINES["definitions.csv"])
    assert [text for text, number in texts.items() if number > 1] == []


def test_every_answer_says_what_it_means():
    thin = [(item.name, code.code) for item in ITEMS for code in item.code_list if len(code.definition) < 20]
    assert thin == []


def test_answers_of_one_list_mean_different_things():
    same = [
        item.name
        for item in ITEMS
        if len({code.definition for code in item.code_list}) != len(item.code_list)
    ]
    assert same == []


def test_equal_lists_are_explained_alike_where_they_ask_for_the_same_kind_of_thing():
    for names in (
        ("pretest_diagnosis", "final_diagnosis"),
        ("nyha", "fu_nyha"),
        ("wm_rest_01", "wm_stress_17"),
    ):
        lists = {load().items[name].code_list for name in names}
        assert len(lists) == 1, names


def test_every_item_has_a_source():
    assert [item.name for item in ITEMS if not item.paths] == []


def test_every_path_is_well_formed():
    wrong = [
        (item.name, path)
        for item in ITEMS
        for path in item.paths
        if PATHS[path.kind].fullmatch(path.path) is None
    ]
    assert wrong == []


def test_every_dicom_tag_stands_in_the_standard():
    tags = {path.path for item in ITEMS for path in item.paths if path.kind == "dicom"}
    assert [tag for tag in sorted(tags) if not dictionary_has_tag(int(tag[1:5] + tag[6:10], 16))] == []


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("field_strength_t", "(0018,0087)"),
        ("scanner_vendor", "(0008,0070)"),
        ("scanner_model", "(0008,1090)"),
        ("weight_kg", "(0010,1030)"),
        ("sax_thickness_mm", "(0018,0050)"),
        ("lge_ti_ms", "(0018,0082)"),
        ("gbca_volume_ml", "(0018,1041)"),
        ("ao_venc_cm_s", "(0018,9217)"),
    ],
)
def test_what_the_scanner_writes_is_taken_from_its_header_first(name, tag):
    first = load().items[name].paths[0]
    assert (first.kind, first.path) == ("dicom", tag)


def test_a_habit_of_the_center_is_named_after_its_item():
    habits = {item.name: path.path for item in ITEMS for path in item.paths if path.kind == "center_profile"}
    assert {"lv_method", "lv_papillary", "lge_method", "t1_scheme", "ar_flow_plane"} <= set(habits)
    assert all(name == path for name, path in habits.items())


def test_a_computed_item_names_only_items_that_exist():
    for item in ITEMS:
        if item.kind == ItemKind.DERIVED:
            inputs = {name for path in item.paths for name in re.split(r", | to ", path.path)}
            assert inputs <= set(load().items), item.name


def test_a_computed_item_is_never_typed():
    assert [
        item.name
        for item in ITEMS
        if item.kind == ItemKind.DERIVED and {path.kind for path in item.paths} != {"derived"}
    ] == []


def test_words_are_plain_american_sentences():
    def is_plain(text):
        starts_and_ends = (text[0].isupper() or text[0].isdigit()) and text.endswith(".")
        return starts_and_ends and not TYPOGRAPHIC & set(text) and BRITISH.search(text.lower()) is None

    assert [line for line in PROSE if not is_plain(line[1])] == []
