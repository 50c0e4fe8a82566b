from cmr_deid.changes import Change
from cmr_deid.explain import SENTENCES, before_after, sentence


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
    assert rows["(0008,1140)"].before == "2 item(s)"
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
