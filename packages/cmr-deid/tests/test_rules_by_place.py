"""What every row of Table E.1-1 leads to at every place of every accepted IOD, stated here apart from the engine.

The statement is read from the text of the table with a parser of its own; what is retained by an option, and what
is written anew, is typed here once more. Each row is then flipped to every other action and option: the comparison
must notice each flip.
"""

import functools
import re

import pytest
from pydicom.datadict import dictionary_has_tag, dictionary_VR

from cmr_deid.layers import standard_rule
from cmr_deid.profile import NO_RULE, SOP_CLASSES, Act, default_profile
from cmr_deid.standard import table_e1_1
from cmr_deid.tables import Row, Type, places_of, types_at

MR, ENHANCED, LEGACY = SOP_CLASSES
SHIFTED = {
    *(0x00080012, 0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x0008002A, 0x00189074, 0x00189151),
    *(0x00400244, 0x00400250),
}
TIMES = {
    *(0x00080013, 0x00080030, 0x00080031, 0x00080032, 0x00080033, 0x00181042, 0x00181043),
    *(0x00400245, 0x00400251),
}
DESCRIPTORS = {
    *(0x00081030, 0x0008103E, 0x00181030, 0x00180010, 0x00082111, 0x00204000, 0x00209158, 0x00400254),
    *(0x00321060, 0x00189185, 0x00189424),
}
UIDS = {
    *(0x00080018, 0x0020000D, 0x0020000E, 0x00200052, 0x00081155, 0x00200200, 0x00209161, 0x00209164),
    *(0x00083010, 0x00080017, 0x30060024, 0x00640003),
}
REFERENCES = {0x00081111}
ANEW = {
    0x00100040: Act.SEX,
    0x00101010: Act.AGE,
    0x00101020: Act.SIZE,
    0x00101030: Act.WEIGHT,
    0x00181000: Act.DEVICE,
}
PSEUDONYMS = {0x00100010, 0x00100020}
CLAIMED = {6: "modified dates", 0: "clean descriptors", 7: "patient characteristics"}
ACTIONS = ("X", "Z", "D", "U", "X/Z", "X/D", "X/Z/D", "Z/D", "X/Z/U*")


def rows():
    """Tag, basic action and columns of the options, read anew from the text."""
    found = re.findall(r"^([0-9A-F]{8}) (\S+) ([KC.]{10}) .+$", table_e1_1.ROWS, re.MULTILINE)
    return {int(tag, 16): (basic, options) for tag, basic, options in found}


ROWS = rows()


def vr_of(tag):
    return dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"


def line(tag):
    """The row in the words of a rule."""
    basic, options = ROWS[tag]
    order = (0, 6, 7)
    return f"E.1-1 {basic}" + "".join(f", {options[i]}: {CLAIMED[i]}" for i in order if options[i] != ".")


def expected(tag, kind):
    """The act that our options lead to, for an attribute of this type (None: not of the IOD)."""
    basic, _ = ROWS[tag]
    needed = kind is not None and not kind.optional and kind.number in "12"
    if tag in ANEW:
        return ANEW[tag]
    for tags, act in ((SHIFTED, Act.SHIFT), (TIMES, Act.KEEP), (DESCRIPTORS, Act.CLEAN_WORDS)):
        if tag in tags:
            return act
    if basic == "X":
        return Act.REMOVE
    if basic == "U":
        return Act.REMAP if needed or tag in UIDS else Act.REMOVE
    if basic == "X/Z/U*":
        return Act.REMOVE if kind is None else Act.RECURSE
    if not needed:
        return Act.REMOVE
    if tag in PSEUDONYMS:
        return Act.SUBJECT
    if vr_of(tag) == "SQ":
        return Act.RECURSE if tag in REFERENCES else Act.EMPTY
    return Act.EMPTY if kind.number == "2" else Act.DUMMY


def agrees(rule, tag, kind):
    """True if a rule does what the statement says, for the row that it stands on."""
    return rule.act is expected(tag, kind) and re.split(r";|, (?:90|to)", rule.why)[0] == line(tag)


@functools.cache
def kinds_of(tag):
    """All types that an attribute has at the places of the accepted IODs, and that of a foreign place."""
    tables = {id(t): t for uid in SOP_CLASSES for p in places_of(uid) if (t := types_at(uid, p)) is not None}
    return {None, *(table.get(tag) for table in tables.values())}


def test_the_statement_knows_every_row():
    assert len(ROWS) == 652
    assert ROWS.keys() >= SHIFTED | TIMES | DESCRIPTORS | ANEW.keys() | PSEUDONYMS | REFERENCES
    assert {basic for basic, _ in ROWS.values()} == set(ACTIONS)


@pytest.mark.parametrize("sop_class", SOP_CLASSES)
def test_every_row_at_every_place_of_every_iod_is_resolved_as_stated(sop_class):
    profile, looked, wrong = default_profile(), set(), []
    places = [*places_of(sop_class), (0x00081140, 0x00081140), (0x00091001,)]
    for path in places:
        rules, types = profile.rules_at(sop_class, path), types_at(sop_class, path) or {}
        if id(rules) not in looked:
            looked.add(id(rules))
            wrong += [(path, tag) for tag in ROWS if not agrees(rules[tag], tag, types.get(tag))]
    assert wrong == []
    assert len(places) > 300


@pytest.mark.parametrize("tag", sorted(ROWS), ids="{:08X}".format)
def test_flipping_a_row_is_noticed(tag):
    basic, columns = ROWS[tag]
    options = dict(zip(table_e1_1.OPTIONS, columns, strict=True))
    options = {name: sign for name, sign in options.items() if sign != "."}
    flips = [Row(action, options, "") for action in ACTIONS if action != basic]
    for name in ("clean_descriptors", "modified_dates", "patient_characteristics"):
        other = {key: sign for key, sign in options.items() if key != name}
        flips.append(Row(basic, other if name in options else {**options, name: "C"}, ""))
    as_it_is = [standard_rule(tag, Row(basic, options, ""), kind) for kind in kinds_of(tag)]
    assert all(agrees(rule, tag, kind) for rule, kind in zip(as_it_is, kinds_of(tag), strict=True))
    for flipped in flips:
        assert not all(agrees(standard_rule(tag, flipped, kind), tag, kind) for kind in kinds_of(tag))


@pytest.mark.parametrize(
    ("sop_class", "path", "keyword", "number"),
    [
        (MR, (), 0x00080023, "2"),
        (ENHANCED, (), 0x00080023, "1"),
        (MR, (), 0x0008002A, "3"),
        (ENHANCED, (), 0x0008002A, "1"),
        (MR, (), 0x00181000, "3"),
        (ENHANCED, (), 0x00181000, "1"),
        (MR, (), 0x00080070, "2"),
        (ENHANCED, (), 0x00080070, "1"),
        (MR, (), 0x00180010, "2"),
        (ENHANCED, (0x52009230, 0x00209111), 0x00189074, "1"),
        (ENHANCED, (0x00400555,), 0x0040A123, "1"),
        (MR, (0x00400555,), 0x0040A123, "3"),
        (LEGACY, (0x52009230, 0x00209170), 0x00080018, "3"),
    ],
)
def test_a_rule_tells_the_type_where_it_stands(sop_class, path, keyword, number):
    assert default_profile().rules_at(sop_class, path)[keyword].type == number


def test_what_is_needed_at_home_is_removed_elsewhere():
    profile, acquisition_context = default_profile(), 0x00400555
    assert profile.rules_at(ENHANCED, ())[acquisition_context].act is Act.EMPTY
    assert profile.rules_at(MR, ())[acquisition_context].act is Act.REMOVE
    version, codes = 0x00080106, (0x00082218,)
    assert profile.rules_at(MR, codes)[version].act is Act.DUMMY
    assert profile.rules_at(MR, ())[version].act is Act.REMOVE


def test_a_module_that_a_file_may_spare_goes_as_a_whole():
    sponsor = 0x00120010
    assert types_at(MR, ())[sponsor] == Type("1", True)
    assert default_profile().rules_at(MR, ())[sponsor].act is Act.REMOVE


def test_places_with_the_same_attributes_share_their_rules():
    profile = default_profile()
    assert profile.rules_at(MR, (1, 2, 3)) is profile.rules_at(ENHANCED, (0x00091001,))
    assert profile.rules_at(MR, ()) is profile.rules_at(MR, ())


@pytest.mark.parametrize(
    "tag", [0x00090010, 0x00080001, 0x00089999, 0x50001001, 0x60003000, 0x00010010, 0x40000010]
)
def test_what_no_layer_knows_has_no_rule_at_any_place(tag):
    profile = default_profile()
    assert profile.rule(tag).why == NO_RULE or tag in ROWS
    for sop_class in SOP_CLASSES:
        for path in ((), (0x52009230,), (0x00081140,)):
            rule = profile.rules_at(sop_class, path).get(tag)
            assert rule is None or rule.act is Act.REMOVE
