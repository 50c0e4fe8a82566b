"""What leaves a hospital: the rule of `Item.may_cross` and the grammar of technique words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_dictionary import ItemKind, Transfer, load
from cmr_dictionary.technique import is_technique, vocabulary

ITEMS = list(load().items.values())
STAYS = {
    Transfer.CENTER_ONLY,
    Transfer.KEYED_HASH,
    Transfer.SHIFTED_DATE,
    Transfer.INTERVAL_DAYS,
    Transfer.INTERVAL_HOURS,
    Transfer.SCRUBBED_TEXT,
    Transfer.REMAPPED_UID,
    Transfer.OBJECT_REF,
    Transfer.EVENT_FIELD,
}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_no_identifier_date_file_or_free_text_crosses(item):
    if item.transfer in STAYS or item.kind in (
        ItemKind.DATE,
        ItemKind.TIME,
        ItemKind.DATETIME,
        ItemKind.FILE,
    ):
        assert not item.may_cross
    elif item.kind == ItemKind.TEXT:
        assert item.may_cross == (item.transfer == Transfer.ALLOW_LIST_TEXT)
    else:
        assert item.may_cross


def test_the_texts_that_may_cross_are_the_six_of_the_allow_list():
    texts = {item.name for item in ITEMS if item.may_cross and item.kind == ItemKind.TEXT}
    assert texts == set(vocabulary())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t1_scheme", "MOLLI 5(3)3"),
        ("t1_scheme", "ShMOLLI"),
        ("t1_scheme", "MOLLI 5s(3s)3s"),
        ("t1_scheme", "MOLLI 4(1)3(1)2"),
        ("scanner_model", "MAGNETOM Vida"),
        ("scanner_model", "SIGNA Artist"),
        ("scanner_model", "Ingenia 3.0T"),
        ("scanner_model", "DISCOVERY MR750w"),
        ("software_version", "syngo MR XA50"),
        ("software_version", "5.7.1"),
        ("lv_software", "cvi42 5.13"),
        ("strain_software", "Medis QStrain 4.1"),
        ("indication_icd10", "I42.0"),
        ("indication_icd10", "I25"),
    ],
)
def test_technique_words_cross(name, text):
    assert is_technique(name, text)


@pytest.mark.parametrize("name", sorted(vocabulary()))
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Smith",
        "cvi42 Smith",
        "Doe^John",
        "1950-02-19",
        "19500219",
        "19.02.50",
        "cvi42 123 456 789",
        "MRN 1234567",
        "12345",
        "12 34 56",
        "555-0199",
        "https://example.org",
        "MOLLI\nSmith",
        "a" * 65,
        "I42.0 Smith",
    ],
)
def test_names_dates_and_numbers_do_not_cross(name, text):
    assert not is_technique(name, text)


@given(st.text(st.characters(categories=["L"], max_codepoint=0x17F), min_size=3, max_size=20))
def test_a_single_word_crosses_only_when_it_is_listed(word):
    for name, words in vocabulary().items():
        assert not is_technique(name, word) or word.lower() in words


@given(st.text("0123456789 ._/-", max_size=30))
def test_no_text_of_digits_alone_carries_more_than_four(text):
    for name in set(vocabulary()) - {"t1_scheme"}:
        if is_technique(name, text):
            assert sum(character.isdigit() for character in text) <= 4 or "3t" in text


def test_an_item_without_words_has_no_text_that_crosses():
    assert not is_technique("report_text", "MOLLI")
