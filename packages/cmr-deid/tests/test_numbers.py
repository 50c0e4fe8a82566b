"""Numbers: text written into them and patient numbers in counts go and are stopped."""

import struct

import pytest

from cmr_deid.mr_layer import RANGES
from cmr_deid.numbers import is_plausible
from cmr_deid.profile import Act, default_profile, tags_of
from cmr_deid.reading import read_raw
from cmr_deid.verify import inspect
from cmr_deid.verify.amounts import LARGEST, is_sensible

LAWFUL = [
    (0x00180080, "DS", b"2.7"),
    (0x00200032, "DS", b"-120.5\\20\\3e-05 "),
    (0x00200011, "IS", b"14001 "),
    (0x00281050, "DS", b"300\\40"),
    (0x00180084, "DS", b"85255980"),
    (0x00181310, "US", struct.pack("<4H", 0, 256, 192, 0)),
    (0x00280107, "US", struct.pack("<H", 65535)),
    (0x00189098, "FD", struct.pack("<d", 63.683)),
    (0x00189089, "FD", struct.pack("<3d", 0, -0.6, 0.8)),
    (0x00209157, "UL", struct.pack("<3L", 1, 2, 25)),
    (0x00209165, "AT", struct.pack("<HH", 0x0020, 0x9057)),
    (0x00181088, "IS", b""),
    (0x00281051, "DS", b"65536 "),
    (0x00281053, "DS", b"123456.75 "),
    (0x00189220, "FD", struct.pack("<d", 229000)),
]
ABSURD = [
    (0x00189089, "FD", b"SmithsonJane Smithson   "),
    (0x00189098, "FD", b"Smithson"),
    (0x00189082, "FD", struct.pack("<2d", 1, 2)),
    (0x00209157, "UL", b"Smithson"),
    (0x00209165, "AT", b"Smithson"),
    (0x00181310, "US", b"Smithson"),
    (0x00200011, "IS", b"4217712 "),
    (0x00181088, "IS", b"42177 "),
    (0x00180050, "DS", b"42177 "),
    (0x00180050, "DS", b"8\\8 "),
    (0x00200032, "DS", b"1\\2 "),
    (0x00200037, "DS", b"1\\0\\0\\0\\1\\17 "),
    (0x00180050, "DS", b"1-2 "),
    (0x00209248, "FL", b"Smit"),
    (0x00189073, "FD", struct.pack("<d", 1615939200)),
    (0x00189073, "FD", b"VICTORIA"),
    (0x00189073, "FD", b"SMITH, A"),
    (0x00281052, "DS", b"4217712 "),
    (0x00189087, "FD", struct.pack("<d", 19440817)),
    (0x00209157, "UL", struct.pack("<L", 19440817)),
    (0x00209157, "UL", struct.pack("<L", 610312)),
    (0x00209057, "UL", struct.pack("<L", 123456)),
    (0x00209128, "UL", struct.pack("<L", 123456)),
    (0x00281053, "DS", b"610312"),
    (0x00281050, "DS", b"-123456 "),
    (0x00409225, "FD", struct.pack("<d", 610312)),
]


@pytest.mark.parametrize(("tag", "vr", "value"), LAWFUL)
def test_numbers_of_measurements_stay(tag, vr, value):
    assert is_plausible(tag, vr, value)
    assert is_sensible(tag, vr, value)


@pytest.mark.parametrize(("tag", "vr", "value"), ABSURD)
def test_text_and_patient_numbers_in_numbers_go_and_are_stopped(engine, mr, raw_element, tag, vr, value):
    assert not is_plausible(tag, vr, value)
    assert not is_sensible(tag, vr, value)
    source = mr(SliceThickness=None, ImagePositionPatient=None, SamplesPerPixel=None)
    place = next(at for at in range(132, len(source)) if source[at : at + 4] == b"\x28\0\x04\0")
    dirty = source[:place] + raw_element(tag, vr, value) + source[place:]
    result = engine.deidentify(dirty)
    assert value not in result.data
    assert inspect(result.data).findings == ()


def test_both_looks_agree_on_ranges():
    assert {tag: limit for limit, keywords in RANGES.items() for tag in tags_of(keywords)} == LARGEST


def test_every_range_belongs_to_an_attribute_that_is_kept():
    rules = default_profile().rules
    assert {rules[tag].act for tag in LARGEST} == {Act.KEEP}


@pytest.mark.parametrize(("tag", "value"), [(0x00101020, b"4217712 "), (0x00101030, b"42177 ")])
def test_a_patient_number_as_height_or_weight_is_stopped(tag, value):
    assert not is_sensible(tag, "DS", value)
    assert is_sensible(tag, "DS", b"1.75")


GE, PHILIPS = "GEMS_PARM_01", "Philips Imaging DD 001"


@pytest.mark.parametrize(
    ("creator", "group", "number", "vr", "value"),
    [
        ("GEMS_ACQU_01", 0x19, 0x23, "DS", "4217712"),
        (GE, 0x43, 0x39, "IS", ["4217712", "8", "0", "0"]),
        (GE, 0x43, 0x39, "IS", ["610312", "8", "0", "0"]),
        (GE, 0x43, 0x39, "IS", ["1000061031", "8", "0", "0"]),
        ("GEMS_PARM_01", 0x43, 0x34, "IS", "1000000050"),
        ("GEMS_SERS_01", 0x25, 0x07, "SL", 123456),
        ("SIEMENS MR HEADER", 0x19, 0x12, "SL", [0, 0, -610312]),
        ("SIEMENS MR HEADER", 0x19, 0x17, "DS", "123456"),
        ("SIEMENS MR SDI 02", 0x21, 0x42, "IS", "610312"),
        *((PHILIPS, 0x2001, number, "IS", "123456") for number in (0x08, 0x0A, 0x81)),
        *((PHILIPS, 0x2001, number, "SL", 610312) for number in (0x14, 0x17, 0x18, 0x60)),
        ("Philips MR Imaging DD 001", 0x2005, 0x0E, "FL", 123456.0),
        (PHILIPS, 0x2001, 0x76, "UL", 123456),
        (PHILIPS, 0x2001, 0x01, "FL", struct.unpack("<f", b"Smit")[0]),
        (PHILIPS, 0x2001, 0x1A, "FL", list(struct.unpack("<3f", b"ANNA SARA VA"))),
    ],
)
def test_text_and_patient_numbers_in_private_numbers_go_and_are_stopped(
    engine, mr, creator, group, number, vr, value
):
    def plant(dataset):
        dataset.private_block(group, creator, create=True).add_new(number, vr, value)

    result = engine.deidentify(mr(edit=plant))
    assert not [tag for tag in read_raw(result.data).data_set if tag >> 16 & 1]
    source = inspect(mr(edit=plant))
    assert "private_attribute" in {finding.reason_code for finding in source.findings}


def test_a_b_value_of_ge_stays(engine, mr):
    def plant(dataset):
        dataset.private_block(0x43, GE, create=True).add_new(0x39, "IS", ["1000000050", "8", "0", "0"])

    result = engine.deidentify(mr(edit=plant))
    assert b"1000000050" in result.data
    assert inspect(result.data).findings == ()


def test_rounding_errors_of_orientations_are_numbers_and_digits_read_as_a_number_are_none():
    orientation = b"0.99\\0.01\\0.02\\-1.734723e-18\\0.88\\-0.45"
    assert is_plausible(0x00200037, "DS", orientation)
    assert is_sensible(0x00200037, "DS", orientation)
    assert not is_plausible(0x00189087, "FD", b"77441199")
    assert not is_sensible(0x00189087, "FD", b"77441199")


SIEMENS = "SIEMENS MR SDI 02"


def own_number_everywhere(number):
    def plant(dataset):
        dataset.ImagingFrequency = str(number)
        dataset.private_block(0x0021, SIEMENS, create=True).add_new(0x03, "DS", str(number))

    return plant


@pytest.mark.parametrize("patient_id", ["0612345", "612345", "61 2345", "612-345"])
def test_the_patients_own_number_is_no_measurement(engine, mr, patient_id):
    plant = own_number_everywhere(612345)
    kept = read_raw(engine.deidentify(mr(edit=plant)).data).data_set
    assert 0x00180084 in kept
    assert 0x00211003 in kept
    own = read_raw(engine.deidentify(mr(edit=plant, PatientID=patient_id)).data).data_set
    assert 0x00180084 not in own
    assert 0x00211003 not in own


def test_the_patients_own_number_goes_from_private_sequences(engine, mr, nested):
    def plant(dataset):
        inner = nested({})
        inner[0].private_block(0x0021, SIEMENS, create=True).add_new(0x03, "DS", "612345")
        inner[0].private_block(0x0021, SIEMENS, create=True).add_new(0x05, "IS", "3")
        dataset.private_block(0x0021, SIEMENS, create=True).add_new(0xFE, "SQ", inner)

    def of(patient_id):
        items = read_raw(engine.deidentify(mr(edit=plant, PatientID=patient_id)).data).data_set
        return items[0x002110FE].items[0]

    assert {0x00211003, 0x00211005} <= of("4217712").keys()
    assert 0x00211003 not in of("612345")
    assert 0x00211005 in of("612345")


@pytest.mark.parametrize("patient_id", ["8", "12345", "9" * 60])
def test_a_number_that_a_measurement_can_be_takes_nothing(engine, mr, patient_id):
    data_set = read_raw(engine.deidentify(mr(edit=own_number_everywhere(12345), PatientID=patient_id)).data)
    assert {0x00180050, 0x00180084, 0x00211003} <= data_set.data_set.keys()
