import pytest

from cmr_imaging.kinds import SeriesKind, View
from cmr_imaging.text import normalized, read_text, rules

EXAMPLES = {
    101: "InlineVF results",
    102: "Liver R2*",
    103: "TI Scout",
    104: "3-plane localizer",
    105: "T2* septum",
    106: "ECV",
    107: "MOLLI native",
    108: "T2 map SAX",
    109: "4D Flow",
    110: "SPAMM tagging",
    111: "First pass perfusion",
    112: "PSIR delayed",
    113: "Phase contrast AO",
    114: "CE MRA",
    115: "STIR",
    116: "Realtime",
    117: "cine_trufi_retro",
    201: "RV 2CH",
    202: "RVOT",
    203: "LVOT",
    204: "4CH",
    205: "2-CH",
    206: "Short Axis",
    207: "aortic root",
    208: "MPA",
    209: "AX",
    210: "Coronal",
    211: "SAG",
}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule.order))
def test_every_rule_is_the_first_to_match_its_example(rule):
    reading = read_text(EXAMPLES[rule.order])
    assert str(rule.order) in reading.rule.split("+")
    assert rule.kind is None or reading.kind == rule.kind
    assert rule.view is None or reading.view == rule.view


@pytest.mark.parametrize(
    ("text", "kind", "view"),
    [
        ("cine_trufi_retro 4CH", SeriesKind.CINE, View.FOUR_CHAMBER),
        ("TI Scout SAX", SeriesKind.TI_SCOUT, View.SAX),
        ("Cine IR", SeriesKind.TI_SCOUT, View.UNKNOWN),
        ("de_overview_tfi_PSIR_MOCO_AVG", SeriesKind.LGE, View.UNKNOWN),
        ("DE PSIR AVG", SeriesKind.DERIVED, View.UNKNOWN),
        ("FIESTA CINE LVOT", SeriesKind.CINE, View.THREE_CHAMBER),
        ("RV 2 Ch cine", SeriesKind.CINE, View.RV_TWO_CHAMBER),
        ("ShortAxisCine", SeriesKind.CINE, View.SAX),
        ("4ch", SeriesKind.UNKNOWN, View.FOUR_CHAMBER),
        ("", SeriesKind.UNKNOWN, View.UNKNOWN),
    ],
)
def test_descriptions_are_read_as_readers_read_them(text, kind, view):
    reading = read_text(text)
    assert (reading.kind, reading.view) == (kind, view)


def test_camel_case_is_split_and_the_asterisk_kept():
    assert normalized("cineTruFISP_T2*-map") == " cine tru fisp t2* map "


def test_the_protocol_name_speaks_where_the_description_is_silent():
    reading = read_text("4CH", "cine_retro_2ch")
    assert (reading.kind, reading.view) == (SeriesKind.CINE, View.FOUR_CHAMBER)


def test_a_view_without_a_class_is_a_candidate_only():
    assert read_text("SAX 5").rule == "cine_candidate+206"


def test_every_kind_and_view_has_a_label():
    assert all(kind.label for kind in SeriesKind)
    assert all(view.label for view in View)


def test_every_class_of_the_rules_is_a_kind_and_every_kind_has_a_rule():
    assert {rule.kind for rule in rules() if rule.kind} == set(SeriesKind) - {SeriesKind.UNKNOWN}
    assert {rule.view for rule in rules() if rule.view} == set(View) - {View.UNKNOWN}
