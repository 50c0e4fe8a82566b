"""Every row of the standard's table has an action here, and the layers only strengthen it."""

import csv
import re
import runpy
import sys
from pathlib import Path

import pytest
from pydicom.datadict import tag_for_keyword

from cmr_deid import mr_layer
from cmr_deid.elements import vr_of_tag
from cmr_deid.profile import NO_RULE, Act, default_profile, tags_of
from cmr_deid.safe_private import SAFE_PRIVATE, fits
from cmr_deid.safe_private_rows import ALIASES, CARRIERS
from cmr_deid.standard.table_e1_1 import EDITION
from cmr_deid.tables import E1_1, E1_1_PATTERNS, E3_10_1, TCIA_KEPT
from cmr_exchange.reading import CODE, DIGEST

SCRIPTS = Path(__file__).parents[1] / "scripts"
SOURCES = [
    "ps3_15_table_e1_1.csv",
    "ps3_15_table_e3_10_1_safe_private.csv",
    "tcia_private_tag_kb_and_midi/docs/TCIAPrivateTagKB-02-01-2024-formatted.csv",
]


def test_the_profile_has_a_name_and_a_digest_of_the_contract():
    profile = default_profile()
    assert CODE.fullmatch(profile.id)
    assert DIGEST.fullmatch(profile.digest)
    assert profile.edition == EDITION == "2026c/2024e"
    assert default_profile() is profile


def test_every_row_of_the_table_has_a_rule():
    rules = default_profile().rules
    assert len(E1_1) == 652
    assert [tag for tag in E1_1 if tag not in rules] == []


@pytest.mark.parametrize("keyword", ["OverlayData", "PatientMotherBirthName", "NameToUse", "StationName"])
def test_what_the_table_removes_is_removed(keyword):
    tag = tag_for_keyword(keyword)
    if tag is None or tag not in E1_1:
        assert default_profile().rule(tag or 0x00100012).act is Act.REMOVE
    else:
        assert default_profile().rule(tag).act is Act.REMOVE


def test_no_row_that_the_table_removes_outright_is_kept():
    ours = {0x00181000, 0x00100010, 0x00100020, 0x0018A001}
    options = {"clean_descriptors", "modified_dates", "patient_characteristics"}
    for tag, row in E1_1.items():
        act = default_profile().rule(tag).act
        if not options & row.options.keys() and row.basic not in ("U", "X/Z/U*") and tag not in ours:
            assert act in (Act.REMOVE, Act.EMPTY), f"{tag:08X}"


def test_a_date_of_the_table_is_never_kept_unshifted():
    for tag, rule in default_profile().rules.items():
        if vr_of_tag(tag) in ("DA", "DT"):
            assert rule.act in (Act.SHIFT, Act.REMOVE, Act.EMPTY), f"{tag:08X}"


def test_every_uid_is_remapped_or_removed_and_every_name_replaced_or_gone():
    for tag, rule in default_profile().rules.items():
        if vr_of_tag(tag) == "UI":
            assert rule.act in (Act.REMAP, Act.REMOVE)
        if vr_of_tag(tag) == "PN":
            assert rule.act in (Act.SUBJECT, Act.REMOVE, Act.EMPTY)


def test_an_attribute_outside_all_layers_has_no_rule():
    rule = default_profile().rule(0x00089999)
    assert (rule.act, rule.why) == (Act.REMOVE, NO_RULE)


def test_every_keyword_of_the_mr_layer_is_a_word_of_the_dictionary_and_stands_once():
    words = " ".join([*mr_layer.KEPT.values(), *mr_layer.RETAINED_BY_OPTION.values()]).split()
    assert len(tags_of(" ".join(words))) == len(words)
    assert [word for word in set(words) if words.count(word) > 1] == []


def test_nothing_of_the_mr_layer_is_ruled_by_the_table():
    for keywords in mr_layer.KEPT.values():
        assert not set(tags_of(keywords)) & E1_1.keys()


def test_the_generated_tables_are_what_the_generator_writes(shared_data, tmp_path, monkeypatch):
    folder = shared_data("deid")
    module = runpy.run_path(str(SCRIPTS / "build_standard_tables.py"))
    kept = {p.name: p.read_text() for p in module["TARGET"].glob("table_*.py")}
    monkeypatch.setitem(module["main"].__globals__, "TARGET", tmp_path)
    monkeypatch.setattr(sys, "argv", ["x", *(str(folder / name) for name in SOURCES)])
    assert module["main"]() == 0
    assert {p.name: p.read_text() for p in tmp_path.glob("*.py")} == kept


def test_the_generated_types_are_what_the_generator_writes(tmp_path, monkeypatch):
    pytest.importorskip("highdicom")
    module = runpy.run_path(str(SCRIPTS / "build_attribute_types.py"))
    monkeypatch.setitem(module["main"].__globals__, "TARGET", tmp_path)
    assert module["main"]() == 0
    written = (tmp_path / "attribute_types.py").read_text()
    assert written == (module["TARGET"] / "attribute_types.py").read_text()


def test_the_tables_have_all_their_rows():
    assert (len(E1_1), len(E1_1_PATTERNS), len(E3_10_1)) == (652, 4, 479)
    assert len(TCIA_KEPT) == 1032
    assert {row.basic for row in E1_1_PATTERNS.values()} == {"X"}
    assert E3_10_1["SIEMENS MR HEADER", 0x0019, 0x0C] == ("IS", "1")
    assert TCIA_KEPT["GEMS_ACQU_01", 0x0019, 0xCC] == ("OB", "SS", "UN")
    assert ("GEMS_IDEN_01", 0x0009, 0x27) not in TCIA_KEPT


def test_the_table_is_the_one_of_the_standard_row_by_row(shared_data):
    with (shared_data("deid") / "ps3_15_table_e1_1.csv").open() as file:
        rows = [
            row for row in csv.DictReader(file) if re.fullmatch(r"\([0-9A-F]{4},[0-9A-F]{4}\)", row["tag"])
        ]
    assert len(rows) == len(E1_1)
    for row in rows:
        tag = int(row["tag"][1:5] + row["tag"][6:10], 16)
        assert E1_1[tag].basic == (row["basic_2026c"] or row["basic_2024e"])
        assert sorted(E1_1[tag].options.values()) == sorted(row[c] for c in row if "Opt" in c and row[c])


def test_safe_private_places_are_chosen_from_the_standard_and_the_knowledge_base():
    for (creator, group, number), safe in SAFE_PRIVATE.items():
        place = (ALIASES.get(creator, creator), group, number)
        if place in CARRIERS:
            continue
        assert safe.vr in (*TCIA_KEPT.get(place, ()), *E3_10_1.get(place, ("",))[:1])
    assert ("GEMS_ACQU_01", 0x0019, 0xCC) in SAFE_PRIVATE
    assert ("Philips Imaging DD 001", 0x2001, 0x1A) in SAFE_PRIVATE
    assert ("GEMS_IDEN_01", 0x0009, 0x27) not in SAFE_PRIVATE
    assert ("SIEMENS MR SDS 01", 0x0021, 0x01) not in SAFE_PRIVATE


@pytest.mark.parametrize(
    ("place", "vr", "value", "expected"),
    [
        (("GEMS_ACQU_01", 0x0019, 0xCC), "SS", b"\x01\x00", True),
        (("GEMS_ACQU_01", 0x0019, 0xCC), "US", b"\x01\x00", True),
        (("GEMS_ACQU_01", 0x0019, 0xCC), "UN", b"\x01\x00", True),
        (("GEMS_ACQU_01", 0x0019, 0xCC), "SS", b"\x01\x00\x02\x00", False),
        (("GEMS_ACQU_01", 0x0019, 0xCC), "SS", b"\x01", False),
        (("GEMS_ACQU_01", 0x0019, 0xCC), "LO", b"\x01\x00", False),
        (("GEMS_ACQU_01", 0x0019, 0x2F), "DS", b"1.5 ", True),
        (("GEMS_ACQU_01", 0x0019, 0x2F), "DS", b"20210304", False),
        (("GEMS_ACQU_01", 0x0019, 0x2F), "DS", b"Smith", False),
        (("GEMS_ACQU_01", 0x0019, 0x2F), "DS", b"1_5", False),
        (("GEMS_PARM_01", 0x0043, 0x39), "IS", b"1\\2\\3\\4", True),
        (("GEMS_PARM_01", 0x0043, 0x39), "IS", b"1\\2", False),
        (("GEMS_SERS_01", 0x0025, 0x07), "SL", b"\x14\0\0\0", True),
        (("GEMS_SERS_01", 0x0025, 0x07), "SL", (1614844800).to_bytes(4, "little"), False),
        (("GEMS_SERS_01", 0x0025, 0x07), "SL", b"\xff\xff\xff\xff", True),
        (("Philips Imaging DD 001", 0x2001, 0x1A), "FL", bytes(12), True),
    ],
)
def test_a_private_value_must_have_its_declared_form(place, vr, value, expected):
    assert fits(SAFE_PRIVATE[place], vr, value) is expected
