"""Places outside of the data set's plain values where an identifier once passed the second look."""

import struct
import uuid

import pytest
from pydicom.uid import UID_dictionary

from cmr_deid.identities import WELL_KNOWN_UID
from cmr_deid.reading import read_raw
from cmr_deid.verify import inspect
from cmr_deid.verify.amounts import is_sensible_private
from cmr_deid.verify.values import value_finding
from cmr_deid.writing import LONG_VRS

NAME = b"FNORDVEXIL ZEBULONIA"
DATA_SET = 0x00080005


def codes(data):
    return {finding.reason_code for finding in inspect(data).findings}


@pytest.fixture(scope="module")
def output(mr, engine):
    return engine.deidentify(mr()).data


@pytest.fixture(scope="module")
def pieces(output):
    """The bytes of each attribute of an output by tag, file meta included."""
    found, position = {}, 132
    while position < len(output):
        group, number, vr, length = struct.unpack_from("<HH2sH", output, position)
        end = position + 8 + length
        if vr.decode() in LONG_VRS:
            end = position + 12 + struct.unpack_from("<L", output, position + 8)[0]
        found[group << 16 | number] = output[position:end]
        position = end
    return found


@pytest.fixture
def with_pieces(pieces):
    """The output with some attributes replaced or added, in ascending order."""

    def made(changes):
        together = {**pieces, **changes}
        return bytes(128) + b"DICM" + b"".join(together[tag] for tag in sorted(together))

    return made


def test_the_pieces_of_an_output_make_it_again(output, with_pieces):
    assert with_pieces({}) == output


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x00020000, "OB", NAME),
        (0x00020001, "OB", NAME),
        (0x00020001, "UN", b"\0\1"),
        (0x00020012, "UI", NAME),
        (0x00020013, "SH", b"JANE SMITHSON "),
    ],
)
def test_a_name_in_the_file_meta_is_stopped(with_pieces, raw_element, tag, vr, value):
    assert codes(with_pieces({tag: raw_element(tag, vr, value, long=vr in LONG_VRS)})) & {
        "identifying_value",
        "identifying_attribute",
    }


@pytest.mark.parametrize("name", [b"OFFIS_DCMTK_366 ", b"PYDICOM 3.0.2 ", b"dcm4che-2.0 ", b"CMR_DEID_1"])
def test_the_software_that_wrote_a_file_may_be_named(with_pieces, raw_element, name):
    assert codes(with_pieces({0x00020013: raw_element(0x00020013, "SH", name)})) == set()


def test_an_attribute_of_the_file_meta_that_stands_twice_is_stopped(pieces):
    meta = [pieces[tag] for tag in sorted(pieces) if tag >> 16 == 2]
    rest = [pieces[tag] for tag in sorted(pieces) if tag >> 16 != 2]
    twice = bytes(128) + b"DICM" + b"".join([*meta, meta[-1], *rest])
    assert codes(twice) == {"hidden_bytes"}


@pytest.mark.parametrize("tag", [0x00120064, 0x7FE00010])
def test_letters_in_the_reserved_bytes_of_a_header_are_stopped(pieces, with_pieces, tag):
    assert codes(with_pieces({tag: pieces[tag][:6] + b"JS" + pieces[tag][8:]})) == {"hidden_bytes"}


def test_an_extended_offset_table_goes_and_is_stopped(mr, engine, with_pieces, raw_element):
    text = raw_element(0x7FE00001, "OV", NAME + b"    ", long=True)
    assert codes(with_pieces({0x7FE00001: text})) == {"identifying_attribute"}
    source = mr()
    place = source.index(struct.pack("<HH", 0x7FE0, 0x0010))
    assert NAME not in engine.deidentify(source[:place] + text + source[place:]).data


def test_text_under_another_vr_in_place_of_a_number_is_removed_and_stopped(
    mr, engine, with_pieces, raw_element
):
    text = raw_element(0x00280106, "OW", NAME, long=True)
    assert codes(with_pieces({0x00280106: text})) == {"identifying_attribute"}
    source = mr()
    place = source.index(struct.pack("<HH", 0x7FE0, 0x0010))
    cleaned = read_raw(engine.deidentify(source[:place] + text + source[place:]).data)
    assert 0x00280106 not in cleaned.data_set


@pytest.mark.parametrize(
    "uid",
    [
        "1.2.840.10008.42177",
        "1.2.840.10008.1944.8.17",
        "1.2.840.10008.19.61.3.12",
        "1.2.840.10008.5.1.4.61.3.12",
        "1.2.840.10008.5.1.4.1.1.61.3.12",
        "1.2.840.10008.1.4.1.19",
        "1.2.840.10008.1.4.1.61",
        "1.2.840.10008.6.1.4217",
    ],
)
def test_a_number_under_the_root_of_the_standard_is_no_uid_of_the_standard(identities, uid):
    assert identities.uid(uid).startswith("2.25.")
    assert value_finding(0x00200052, "UI", uid.encode()) == "original_uid"


@pytest.mark.parametrize(
    "uid",
    [
        "2.25.19440817",
        "2.25.42177",
        "2.25.0",
        f"2.25.0{uuid.UUID(int=7, version=4).int}",
        f"2.25.{uuid.UUID('6ba7b810-9dad-11d1-80b4-00c04fd430c8').int}",
        f"2.25.{uuid.UUID('6ba7b810-9dad-41d1-00b4-00c04fd430c8').int}",
        f"2.25.{uuid.UUID(int=7 << 120, version=4).int | 1 << 128}",
        f"2.25.{uuid.UUID(int=7 << 120, version=4).int}.1944",
    ],
)
def test_a_uid_of_ours_that_is_no_random_uuid_is_stopped(uid):
    assert value_finding(0x00200052, "UI", uid.encode()) == "original_uid"


def test_every_uid_that_the_engine_makes_passes(identities):
    made = [identities.uid(f"1.2.3.{n}") for n in range(3000)]
    assert [uid for uid in made if value_finding(0x00200052, "UI", uid.encode()) is not None] == []


def test_every_uid_of_the_standard_stays(identities):
    own = [uid for uid in UID_dictionary if uid.startswith("1.2.840.10008.")]
    assert len(own) > 400
    assert [uid for uid in own if not WELL_KNOWN_UID.fullmatch(uid)] == []
    assert [uid for uid in own if value_finding(0x00080016, "UI", uid.encode()) is not None] == []


def test_a_meaning_without_a_public_code_is_removed(engine, mr, nested):
    free_text = nested({"CodeMeaning": "seen by Dr. Fnordvexil"})
    cleaned = engine.deidentify(mr(AnatomicRegionSequence=free_text))
    assert b"Fnordvexil" not in cleaned.data
    assert 0x00082218 not in read_raw(cleaned.data).data_set


@pytest.mark.parametrize(
    "value", [b"18991231", b"20211301", b"20210432", b"21210304", b"2021-3", b"2021.03.04"]
)
def test_what_is_no_day_of_these_two_centuries_is_stopped(value):
    assert value_finding(0x00080020, "DA", value) == "identifying_value"
    assert value_finding(0x0008002A, "DT", value + b"0815") == "identifying_value"


def test_days_and_the_dummy_pass():
    for value in (b"20210304", b"19700101", b"19000101", b"", b"        "):
        assert value_finding(0x00080020, "DA", value) is None


@pytest.mark.parametrize(
    ("creator", "number", "vr", "value", "sensible"),
    [
        (b"GEMS_ACQU_01", 0xCC, "SS", b"\x96\0", True),
        (b"GEMS_ACQU_01", 0xCC, "SS", b"Fnordvexil", False),
        (b"GEMS_PARM_01", 0x39, "IS", b"1000000050\\8\\0\\0", True),
        (b"GEMS_PARM_01", 0x39, "IS", b"1\\2", False),
        (b"Philips Imaging DD 001", 0x1A, "FL", bytes(12), True),
        (b"PHILIPS IMAGING DD 001", 0x1A, "FL", bytes(8), False),
        (b"SIEMENS MR HEADER", 0x0E, "FD", bytes(24), True),
        (b"SIEMENS MR HEADER", 0x0E, "FD", b"", True),
        (b"GEMS_ACQU_01", 0x2F, "DS", b"19310817", False),
    ],
)
def test_a_private_number_has_as_many_values_as_its_element(creator, number, vr, value, sensible):
    assert is_sensible_private(creator, number, vr, value) is sensible


@pytest.mark.parametrize("name", [b"Q0X8Z1K9W0", b"PYDICOM 194408"])
def test_a_number_in_the_name_of_the_writer_is_stopped(name):
    assert value_finding(0x00020013, "SH", name) == "identifying_value"


@pytest.mark.parametrize("text", [b"CG\\Q0X8Z1K9W0", b"A1B2C3D4"])
def test_letters_and_digits_in_turn_in_a_code_string_are_stopped(text):
    assert value_finding(0x00180022, "CS", text) == "identifying_value"


@pytest.mark.parametrize("value", [b"1-2", b"..", b"e5", b"1+2+3 "])
def test_signs_that_make_no_number_are_stopped(value):
    assert value_finding(0x00180050, "DS", value) == "identifying_value"
