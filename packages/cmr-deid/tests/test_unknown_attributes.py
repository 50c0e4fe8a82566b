"""What no table knows is removed and reported: unknown, retired, private and odd attributes, at any depth."""

import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cmr_deid.verify import inspect

NAME = "Fnordvexil"
ODD = {
    "unknown attribute of an even group": (0x00089999, "LO"),
    "attribute of a later edition": (0x00100012, "LO"),
    "unknown group": (0x00660001, "LO"),
    "retired attribute": (0x00080041, "LO"),
    "retired group of curves": (0x50002500, "LO"),
    "overlay comment": (0x60004000, "LT"),
    "group of media directories": (0x00041130, "CS"),
    "group of a visit": (0x00380010, "LO"),
    "private attribute without a creator": (0x00091010, "LO"),
    "private attribute of a group below nine": (0x00071010, "LO"),
    "group of padding": (0xFFFCFFFC, "OB"),
}


def planted(kind):
    tag, vr = ODD[kind]
    return DataElement(tag, vr, NAME.encode() + b"\0\0" if vr == "OB" else NAME.upper())


@pytest.mark.parametrize("kind", ODD)
def test_what_no_table_knows_goes_and_is_reported(engine, mr, kind):
    tag = ODD[kind][0]

    def edit(dataset):
        dataset.add(planted(kind))

    result = engine.deidentify(mr(edit=edit))
    number = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    assert [c.action for c in result.changes if c.path.startswith(number)] == ["removed"]
    assert NAME.encode() not in result.data
    assert NAME.upper().encode() not in result.data
    assert inspect(result.data).findings == ()


@pytest.mark.parametrize(
    "kind", [kind for kind in ODD if "directories" not in kind and "padding" not in kind]
)
def test_it_goes_from_a_sequence_that_stays_too(engine, mr, kind):
    tag = ODD[kind][0]

    def edit(dataset):
        item = Dataset()
        item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
        item.ReferencedSOPInstanceUID = "1.2.3.4"
        item.add(planted(kind))
        dataset.ReferencedImageSequence = Sequence([item])

    result = engine.deidentify(mr(edit=edit))
    number = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    assert any(number in c.path and c.action == "removed" and " / " in c.path for c in result.changes)
    assert NAME.upper().encode() not in result.data
    assert inspect(result.data).findings == ()


def test_a_private_sequence_with_standard_attributes_goes_as_a_whole(engine, mr):
    def edit(dataset):
        item = Dataset()
        item.PatientName = NAME
        block = dataset.private_block(0x0029, "SIEMENS MEDCOM HEADER", create=True)
        block.add_new(0x60, "SQ", Sequence([item]))

    result = engine.deidentify(mr(edit=edit))
    assert NAME.encode() not in result.data
    assert any(c.path.startswith("(0029,1060)") and c.action == "removed" for c in result.changes)
