"""The dictionary in people's words."""

import csv
import io

import pytest

from cmr_dictionary import load
from cmr_dictionary.codebook import (
    CODEBOOK_COLUMNS,
    KIND_WORDS,
    LEVEL_WORDS,
    SENSITIVITY_WORDS,
    SOURCE_WORDS,
    TRANSFER_WORDS,
    codebook_csv,
    codebook_entry,
    concept_words,
    data_source,
    item_changes,
)
from cmr_dictionary.items import ItemKind, Sensitivity, Transfer


def test_every_word_of_the_table_has_words_for_people():
    assert set(KIND_WORDS) == set(ItemKind)
    assert set(SENSITIVITY_WORDS) == set(Sensitivity)
    assert set(TRANSFER_WORDS) == set(Transfer)
    assert {item.level for item in load().items.values()} <= set(LEVEL_WORDS)
    assert {path.kind for item in load().items.values() for path in item.paths} <= set(SOURCE_WORDS)


def test_an_entry_says_what_the_table_says():
    entry = codebook_entry("lv_edv_ml")
    assert (entry.form, entry.kind, entry.unit) == ("Left ventricle", "number", "mL")
    assert (entry.valid_range, entry.usual_range) == ("1 to 900 mL", "50 to 350 mL")
    assert ("Registry", "short form") in entry.modules
    assert [item.name for item in codebook_entry("lv_ef_pct").parents] == ["lv_edv_ml", "lv_esv_ml"]
    assert codebook_entry("lge_present").condition == "“LGE performed” is Yes"
    with pytest.raises(KeyError):
        codebook_entry("made_up")


def test_a_concept_is_told_with_its_system():
    assert concept_words("LN:8811-2") == "LOINC 8811-2"
    assert concept_words("OWN:1") == "OWN 1"
    assert concept_words("") == ""


def test_an_item_tells_which_versions_changed_it():
    assert [version for version, _ in item_changes("sex")] == ["2.0"]
    assert [version for version, _ in item_changes("cov_status")] == ["2.1"]
    assert [version for version, _ in item_changes("lv_edv_ml")] == ["2.1"]


def test_it_says_who_fills_an_item():
    assert data_source(load().items["field_strength_t"]) == "automatic"
    assert data_source(load().items["scmr_class"]) == "user"


def test_the_codebook_has_a_row_for_every_item_and_leaves_no_cell_unsaid():
    rows = list(csv.DictReader(io.StringIO(codebook_csv())))
    assert [row["item"] for row in rows] == list(load().items)
    assert tuple(rows[0]) == CODEBOOK_COLUMNS
    always = (
        "form",
        "label",
        "definition",
        "target",
        "type",
        "sources",
        "sensitivity",
        "transfer",
        "level",
        "since",
    )
    assert [(row["item"], column) for row in rows for column in always if not row[column]] == []
