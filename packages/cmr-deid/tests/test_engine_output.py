"""What stands at last in an output: pixels where they belong, what an image needs, dummies where a value must stand."""

import pytest

from cmr_deid.engine import Engine
from cmr_deid.errors import InstanceRejected
from cmr_deid.profile import default_profile
from cmr_deid.reading import IMPLICIT_LITTLE_ENDIAN, read_raw
from cmr_deid.verify import inspect


def test_pixel_data_inside_a_sequence_goes_and_is_stopped(mr, engine, nested):
    def plant(dataset):
        dataset.ReferencedImageSequence = nested({"ReferencedSOPInstanceUID": "1.2.3"})
        dataset.ReferencedImageSequence[0].add_new(0x7FE00010, "OB", b"Fnordvexil")

    result = engine.deidentify(mr(edit=plant))
    assert b"Fnordvexil" not in result.data
    assert any(change.rule == "pixel data inside a sequence" for change in result.changes)
    assert "identifying_attribute" in {f.reason_code for f in inspect(mr(edit=plant)).findings}


def test_an_output_without_what_an_image_needs_is_refused(mr, engine):
    with pytest.raises(InstanceRejected, match="screen_save"):
        engine.deidentify(mr(PhotometricInterpretation="MONOCHROME"))
    for place, code in (
        (b"\x08\x00\x60\x00CS", "not_mr"),
        (b"\x20\x00\x0e\x00UI", "missing_uid"),
        (b"\x28\x00\x11\x00US", "pixel_length"),
    ):
        data = mr()
        assert data.count(place) == 1
        with pytest.raises(InstanceRejected, match=code):
            engine.deidentify(data.replace(place, place[:4] + (b"UL" if place[4:] == b"US" else b"SH")))


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x00180020, "CS", b"GR\\" * 400),
        (0x0008103E, "LO", b"cine " * 300),
        (0x00200052, "UI", b"1.2.3\\" * 200),
        (0x00180080, "DS", b"40.5\\" * 20_000),
    ],
)
def test_values_of_absurd_length_go(mr, engine, tag, vr, value):
    def plant(dataset):
        dataset.add_new(tag, "UT" if vr == "LO" else vr, value.decode())

    result = engine.deidentify(mr(edit=plant, syntax=IMPLICIT_LITTLE_ENDIAN))
    after = read_raw(result.data).data_set.get(tag)
    assert after is None or len(after.value) == 0
    assert inspect(result.data).findings == ()


def enhanced_with_label(mr, nested, label):
    mapping = nested({"LUTExplanation": "for Fnordvexil", "LUTLabel": label})
    group = nested({"RealWorldValueMappingSequence": mapping})
    return mr(SOPClassUID="1.2.840.10008.5.1.4.1.1.4.1", SharedFunctionalGroupsSequence=group)


def test_a_dummy_stands_where_a_value_must_and_stays_when_run_again(mr, identities, nested):
    engine = Engine(identities, default_profile().strengthened(remove=["LUTLabel"]))
    seen = []
    for label, action in (("Zebulonia", "replaced"), ("REMOVED", "kept")):
        result = engine.deidentify(enhanced_with_label(mr, nested, label))
        assert b"zebulonia" not in result.data.lower()
        assert b"fnordvexil" not in result.data.lower()
        assert inspect(result.data).findings == ()
        assert {c.action for c in result.changes if c.path.endswith(" LUTLabel")} == {action}
        seen.append(result.data)
    assert seen[0] == seen[1]
    assert seen[0].count(b"REMOVED ") == 1
