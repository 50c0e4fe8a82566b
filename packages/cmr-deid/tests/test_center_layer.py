"""A center may remove, empty or clean more; every attempt to do less is refused with the attribute's name."""

import io

import pydicom
import pytest

from cmr_deid.engine import Engine
from cmr_deid.errors import UsageError
from cmr_deid.profile import SOP_CLASSES, Act, default_profile
from cmr_deid.verify import inspect

MR, ENHANCED, _ = SOP_CLASSES
PROTOCOL, SOFTWARE, MANUFACTURER, AGE, COIL = 0x00181030, 0x00181020, 0x00080070, 0x00101010, 0x00181250


def test_what_a_center_removes_goes_where_the_image_can_spare_it():
    strict = default_profile().strengthened(remove=["ProtocolName", "SoftwareVersions", "(0008,0070)"])
    classic, enhanced = strict.rules_at(MR, ()), strict.rules_at(ENHANCED, ())
    assert classic[PROTOCOL].act is Act.REMOVE
    assert (classic[SOFTWARE].act, enhanced[SOFTWARE].act) == (Act.REMOVE, Act.DUMMY)
    assert (classic[MANUFACTURER].act, enhanced[MANUFACTURER].act) == (Act.EMPTY, Act.DUMMY)
    assert classic[PROTOCOL].why.startswith("center: remove; ")


def test_what_a_center_empties_or_cleans_is_emptied_or_cleaned():
    strict = default_profile().strengthened(empty=["00101010", "SoftwareVersions"], words=["ReceiveCoilName"])
    assert strict.rules[AGE].act is Act.EMPTY
    assert strict.rules[COIL].act is Act.CLEAN_WORDS
    assert strict.rules_at(ENHANCED, ())[SOFTWARE].act is Act.DUMMY


def test_a_sequence_that_a_center_removes_is_empty_where_it_must_stand():
    strict = default_profile().strengthened(
        remove=["DimensionOrganizationSequence", "MRTimingAndRelatedParametersSequence"]
    )
    assert strict.rules_at(ENHANCED, ())[0x00209221].act is Act.EMPTY
    assert strict.rules_at(ENHANCED, (0x52009229,))[0x00189112].act is Act.EMPTY
    assert strict.rules_at(MR, ())[0x00189112].act is Act.REMOVE


def test_rules_of_a_center_add_up_and_the_stronger_wins():
    first = default_profile().strengthened(words=["SoftwareVersions"], empty=["PatientAge"])
    second = first.strengthened(empty=["SoftwareVersions"], remove=["PatientAge"])
    assert (second.rules[SOFTWARE].act, second.rules[AGE].act) == (Act.EMPTY, Act.REMOVE)
    digests = {default_profile().digest, first.digest, second.digest}
    assert len(digests) == 3
    assert second.id == default_profile().id
    assert first.strengthened() is first
    assert (
        default_profile().strengthened(words=["SoftwareVersions"], empty=["PatientAge"]).digest
        == first.digest
    )


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ({"remove": ["NoSuchWord"]}, "NoSuchWord"),
        ({"empty": ["(0010,1040"]}, r"\(0010,1040"),
        ({"empty": ["PatientAddress"]}, "PatientAddress"),
        ({"words": ["PatientAddress"]}, "PatientAddress"),
        ({"words": ["PatientAge"]}, "PatientAge"),
        ({"words": ["SeriesDescription"]}, None),
        ({"empty": ["00089999"]}, "00089999"),
        ({"remove": ["(0019,100C)"]}, "0019,100C"),
        ({"remove": ["PixelData"]}, "PixelData"),
        ({"remove": ["PatientID"]}, "PatientID"),
        ({"empty": ["Rows"]}, "Rows"),
        ({"remove": ["DeidentificationMethod"]}, "DeidentificationMethod"),
        ({"words": ["PatientBirthDate"]}, "PatientBirthDate"),
    ],
)
def test_a_wish_that_weakens_or_breaks_is_refused_by_name(wish, name):
    if name is None:
        assert default_profile().strengthened(**wish).rules[0x0008103E].act is Act.CLEAN_WORDS
        return
    with pytest.raises(UsageError, match=name):
        default_profile().strengthened(**wish)


def test_removing_what_goes_anyway_changes_no_rule():
    strict = default_profile().strengthened(remove=["PatientAddress", "PatientBirthDate"])
    assert strict.rules[0x00101040] == default_profile().rules[0x00101040]
    assert strict.rules[0x00100030] == default_profile().rules[0x00100030]


def test_the_engine_writes_what_the_center_wants_and_the_second_look_takes_it(mr, identities):
    strict = default_profile().strengthened(
        remove=["SoftwareVersions", "ManufacturerModelName", "Manufacturer"], empty=["PatientAge"]
    )
    engine = Engine(identities, strict)
    for sop_class in (MR, ENHANCED):
        result = engine.deidentify(mr(SOPClassUID=sop_class, SoftwareVersions="syngo MR E11"))
        assert inspect(result.data).findings == ()
        out = pydicom.dcmread(io.BytesIO(result.data))
        assert out.PatientAge == ""
        expected = {MR: (None, ""), ENHANCED: ("REMOVED", "REMOVED")}[sop_class]
        assert (out.get("SoftwareVersions"), out.Manufacturer) == expected
