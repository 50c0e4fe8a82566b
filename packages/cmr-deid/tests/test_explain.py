import pytest

from cmr_deid.changes import ACTIONS, Change
from cmr_deid.explain import SENTENCES, before_after, rule_in_words, sentence
from cmr_deid.profile import default_profile


def rows_of(mr, engine, **values):
    source = mr(**values)
    result = engine.deidentify(source)
    return {row.path: row for row in before_after(source, result.data, result.changes)}, result


def test_every_attribute_stands_side_by_side_with_its_reason(mr, engine, nested):
    rows, result = rows_of(
        mr,
        engine,
        ReferencedImageSequence=nested(
            {"ReferencedSOPInstanceUID": "1.2.3"}, {"ReferencedSOPInstanceUID": "1.2.4"}
        ),
        RequestAttributesSequence=nested({"RequestedProcedureID": "X12345"}),
        PatientComments="long " * 100,
    )
    name = rows["(0010,0010)"]
    assert (name.keyword, name.before, name.after) == ("PatientName", "Fnordvexil^Zebulonia", result.subject)
    assert name.action == "replaced"
    assert name.why.startswith(SENTENCES["replaced"])
    assert rows["(0008,0020)"].action == "shifted"
    assert rows["(0008,0050)"].action == "emptied"
    assert rows["(0008,0080)"].after is None
    assert rows["(0008,103E)"].action == "cleaned"
    assert rows["(0008,1140)"].before == "2 items"
    assert rows["(0008,1140)[2]/(0008,1155)"].before == "1.2.4"
    assert rows["(0008,1140)[2]/(0008,1155)"].action == "remapped"
    assert rows["(0040,0275)[1]/(0040,1001)"].action == "removed"
    assert rows["(0012,0062)"].action == "added"
    assert rows["(0028,0010)"].before == "4"
    assert rows["(7FE0,0010)"].before == rows["(7FE0,0010)"].after == "pixels, 48 bytes"
    assert rows["(0010,4000)"].before.endswith(" ...")
    assert {row.action for row in rows.values()} <= SENTENCES.keys()


def test_without_the_record_the_action_is_read_off_the_values(mr, engine):
    source = mr(ReferencedFrameNumber=None)
    rows = {row.keyword: row for row in before_after(source, engine.deidentify(source).data)}
    assert rows["PatientName"].action == "replaced"
    assert rows["Modality"].action == "kept"
    assert rows["AccessionNumber"].action == "emptied"
    assert rows["InstitutionName"].action == "removed"
    assert rows["PatientIdentityRemoved"].action == "added"
    assert rows["StudyDate"].action == "shifted"
    assert rows["StudyInstanceUID"].action == "remapped"
    assert rows["SeriesDescription"].action == "cleaned"
    assert rows["InstitutionName"].rule.startswith("DICOM PS3.15 Table E.1-1")
    assert rows["MediaStorageSOPInstanceUID"].action == "replaced"
    assert rows["MediaStorageSOPInstanceUID"].rule == "the head of the file is written anew"


def test_every_action_of_the_record_has_its_sentence():
    assert set(ACTIONS) <= SENTENCES.keys()


def test_what_stands_inside_a_removed_sequence_goes_with_it_and_says_so(mr, engine, nested):
    inner = {"RequestedProcedureID": "X12345"}
    rows, _ = rows_of(mr, engine, RequestAttributesSequence=nested(inner, inner))
    row = rows["(0040,0275)[2]/(0040,1001)"]
    assert (row.action, row.after, row.depth, row.kind) == ("removed", None, 1, "nested")
    assert row.rule.startswith("goes with the sequence that holds it: DICOM PS3.15 Table E.1-1")
    assert rows["(0040,0275)"].before == "2 items"


def test_private_attributes_say_why_they_go_or_stay(mr, engine):
    def plant(dataset):
        block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
        block.add_new(0x0C, "IS", "800")
        block.add_new(0x77, "LO", "Fnordvexil")

    source = mr(edit=plant)
    result = engine.deidentify(source)
    rows = {row.path: row for row in before_after(source, result.data, result.changes)}
    kept, gone = rows["(0019,100C)"], rows["(0019,1077)"]
    assert (kept.action, kept.creator, kept.kind) == ("kept", "SIEMENS MR HEADER", "private")
    assert "safe list (DICOM PS3.15 E.3.10)" in kept.rule
    assert gone.action == "removed"
    assert "manufacturer's own" in gone.rule
    assert "SIEMENS" not in repr(gone)


def test_binary_values_of_one_length_that_differ_are_not_kept(mr, engine):
    source = mr()
    output = engine.deidentify(source).data
    pixels = next(row for row in before_after(source, output[:-1] + b"\x7f") if row.keyword == "PixelData")
    assert pixels.action == "replaced"
    assert pixels.kind == "top"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("no rule", "no rule allows it"),
        ("E.1-1 X", "DICOM PS3.15 Table E.1-1, X: remove"),
        ("E.1-1 Z: Type 2", "DICOM PS3.15 Table E.1-1, Z: empty; Type 2"),
        ("E.1-1 X/Z/U*", "DICOM PS3.15 Table E.1-1, X/Z/U*: remove, empty, another UID"),
        (
            "E.1-1 X/D, C: clean descriptors",
            "DICOM PS3.15 Table E.1-1, X/D: remove, dummy value; an option keeps it cleaned; clean descriptors",
        ),
        (
            "E.1-1 D, stricter than the table; value not of the declared form",
            "DICOM PS3.15 Table E.1-1, D: dummy value; stricter than the table; value not of the declared form",
        ),
        ("MR layer: geometry", "needed for MR: geometry"),
        ("mark of de-identification", "mark of de-identification"),
    ],
)
def test_rules_are_said_in_words(rule, words):
    assert rule_in_words(rule) == words


def test_every_rule_of_the_profile_can_be_said():
    assert all(rule_in_words(rule.why) for rule in default_profile().rules.values())


def test_binary_values_are_named_not_shown(mr, engine):
    def plant(dataset):
        dataset.private_block(0x0029, "SIEMENS X", create=True).add_new(1, "OB", b"abcd")
        dataset.add_new(0x00280010, "US", 4)

    source = mr(edit=plant)
    rows = {row.path: row for row in before_after(source, engine.deidentify(source).data)}
    assert rows["(0029,1001)"].before == "binary, 4 bytes"


def test_values_are_hidden_in_the_repr_of_a_row(mr, engine):
    rows, _ = rows_of(mr, engine)
    assert "Fnordvexil" not in repr(list(rows.values()))


def test_a_line_of_the_record_is_a_sentence():
    assert sentence(Change("(0010,0010) PatientName", "replaced", "E.1-1 Z")) == (
        "(0010,0010) PatientName is replaced by a pseudonym or a statement of ours (E.1-1 Z)."
    )


def test_where_the_record_speaks_of_the_sequence_alone_the_profile_names_the_rule(mr, engine, nested):
    source = mr(ReferencedImageSequence=nested({"ReferencedSOPInstanceUID": "1.2.3"}))
    result = engine.deidentify(source)
    above = tuple(change for change in result.changes if " / " not in change.path)
    rows = {row.path: row for row in before_after(source, result.data, above)}
    inner = rows["(0008,1140)[1]/(0008,1155)"]
    assert inner.action == "remapped"
    assert inner.rule.startswith("DICOM PS3.15 Table E.1-1, U: another UID")
