"""What only a private element said is written into the standard's attribute, where the IOD has one."""

import io
import struct

import pydicom
import pytest

from cmr_deid.facts import FACT_WRITTEN, standard_elements
from cmr_deid.reading import read_raw
from cmr_deid.verify import inspect
from cmr_exchange.facts import AcquisitionFacts
from cmr_testkit.csa import csa_header, phoenix_protocol

ENHANCED = "1.2.840.10008.5.1.4.1.1.4.1"
MR = "1.2.840.10008.5.1.4.1.1.4"


def siemens(dataset):
    block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    image = [("TriggerTime", "DS", ["88.25"]), ("InversionTime", "DS", ["320"])]
    block.add_new(0x10, "OB", csa_header(image))
    protocol = [("sPhysioImaging.lMethod1", "8"), ("sPhysioImaging.lRetroGatedImages", "25")]
    block.add_new(0x20, "OB", csa_header([("MrPhoenixProtocol", "UN", [phoenix_protocol(protocol)])]))


def output_of(engine, mr, **values):
    result = engine.deidentify(mr(edit=siemens, **values))
    return result, pydicom.dcmread(io.BytesIO(result.data))


def test_a_classic_image_gets_what_its_private_header_said(engine, mr):
    result, out = output_of(
        engine, mr, TriggerTime=None, ScanningSequence=["GR", "IR"], ScanOptions=["CG", "IR"]
    )
    assert (out.TriggerTime, out.InversionTime, out.CardiacNumberOfImages) == (88.25, 320, 25)
    written = {change.path for change in result.changes if change.rule == FACT_WRITTEN}
    assert written == {
        "(0018,0082) InversionTime",
        "(0018,1060) TriggerTime",
        "(0018,1090) CardiacNumberOfImages",
    }
    assert inspect(result.data).findings == ()


def test_writing_facts_twice_changes_nothing(engine, mr):
    result, _ = output_of(engine, mr, TriggerTime=None, ScanOptions="CG")
    assert engine.deidentify(result.data).data == result.data


def test_what_the_image_says_stays(engine, mr):
    _, out = output_of(engine, mr, TriggerTime="88.3", CardiacNumberOfImages="25", ScanOptions="CG")
    assert (out.TriggerTime, out.CardiacNumberOfImages) == (88.3, 25)


def test_an_image_that_is_not_gated_and_does_not_invert_gets_nothing(engine, mr):
    result, out = output_of(engine, mr, TriggerTime=None, ScanOptions="PFP", ScanningSequence="GR")
    assert not {"TriggerTime", "InversionTime", "CardiacNumberOfImages"} & set(out.dir())
    assert not [change for change in result.changes if change.rule == FACT_WRITTEN]


FACTS = AcquisitionFacts(b_value_s_mm2=500.0, venc_cm_s=150.0, inversion_time_ms=300.0)
VELOCITY, DIFFUSION, MODIFIER = 0x00189197, 0x00189117, 0x00189115


@pytest.fixture
def groups_of(mr, nested):
    """Elements of an Enhanced image with these functional groups, of this image type."""

    def made(shared=None, frame=None, kind="ORIGINAL"):
        return read_raw(
            mr(
                SOPClassUID=ENHANCED,
                ImageType=[kind, "PRIMARY", "VELOCITY", "NONE"],
                SharedFunctionalGroupsSequence=nested(shared) if shared is not None else None,
                PerFrameFunctionalGroupsSequence=nested(frame, frame) if frame is not None else None,
            )
        ).data_set

    return made


def inside(elements, place, group):
    return [item[group].items[0] for item in elements[place].items]


def numbers(item, tag):
    return struct.unpack("<d", item[tag].value)[0]


def test_functional_groups_are_filled_where_they_stand(groups_of, nested):
    velocity = nested({"VelocityEncodingDirection": [0.0, 0.0, 1.0]})
    data_set = groups_of(
        {"MRVelocityEncodingSequence": velocity},
        {"MRDiffusionSequence": nested({"DiffusionDirectionality": "NONE"})},
    )
    made = standard_elements(FACTS, ENHANCED, data_set)
    [shared] = inside(made, 0x52009229, VELOCITY)
    assert (numbers(shared, 0x00189091), numbers(shared, 0x00189217)) == (-150.0, 150.0)
    assert [numbers(item, 0x00189087) for item in inside(made, 0x52009230, DIFFUSION)] == [500.0, 500.0]
    assert 0x00189217 not in data_set[0x52009229].items[0][VELOCITY].items[0]


def test_functional_groups_that_say_something_stay(groups_of, nested):
    velocity = nested({"VelocityEncodingMaximumValue": 80.0, "VelocityEncodingMinimumValue": -80.0})
    assert standard_elements(FACTS, ENHANCED, groups_of({"MRVelocityEncodingSequence": velocity})) == {}


def test_a_velocity_group_begins_only_where_no_direction_is_asked_for(groups_of):
    assert standard_elements(FACTS, ENHANCED, groups_of({})) == {}
    made = standard_elements(FACTS, ENHANCED, groups_of({}, kind="DERIVED"))
    [velocity] = inside(made, 0x52009229, VELOCITY)
    assert set(velocity) == {0x00189091, 0x00189217}
    assert DIFFUSION not in made[0x52009229].items[0]


@pytest.mark.parametrize(("inverts", "expected"), [("YES", True), ("NO", False)])
def test_inversion_times_are_written_where_the_frame_inverts(groups_of, nested, inverts, expected):
    made = standard_elements(
        FACTS, ENHANCED, groups_of({"MRModifierSequence": nested({"InversionRecovery": inverts})})
    )
    assert bool(made) is expected
    if made:
        assert numbers(inside(made, 0x52009229, MODIFIER)[0], 0x00189079) == 300.0


def test_nothing_known_and_other_classes_get_nothing(groups_of, nested):
    data_set = groups_of({"MRModifierSequence": nested({"InversionRecovery": "YES"})})
    assert standard_elements(AcquisitionFacts(), ENHANCED, data_set) == {}
    assert standard_elements(FACTS, "1.2.840.10008.5.1.4.1.1.4.4", data_set) == {}
    assert standard_elements(FACTS, ENHANCED, groups_of()) == {}
