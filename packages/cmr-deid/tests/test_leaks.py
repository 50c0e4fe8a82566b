import struct

import pytest
from pydicom.encaps import encapsulate

from cmr_deid.leaks import search
from cmr_deid.reading import read_raw
from cmr_deid.removed import identity_words
from cmr_deid.spellings import spellings
from cmr_testkit.vendors import VENDORS


@pytest.fixture(scope="module")
def output(mr, engine):
    return engine.deidentify(mr()).data


def with_text(output, value, place=b"\x08\x00\x60\x00CS"):
    """The output with a private element of this value put in before the modality."""
    at = output.index(place)
    padded = value + b" " * (len(value) % 2)
    return output[:at] + b"\x08\x00\x55\x00LO" + struct.pack("<H", len(padded)) + padded + output[at:]


def test_nothing_is_found_in_a_clean_output(output):
    assert search(output, ["Fnordvexil", "MRN-0042177", "19440817"]) == []


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("value", ["Fnordvexil", "MRN-0042177", "19440817", "1.3.12.2.1107.5"])
def test_a_value_is_found_in_every_encoding_and_case(output, value, encoding):
    for written in (value, value.upper(), value.lower()):
        assert search(with_text(output, written.encode(encoding)), ["absent1", value]) == [1]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le"])
def test_a_name_outside_ascii_is_found(output, encoding):
    assert search(with_text(output, "Müller".encode(encoding)), ["Müller"]) == [0]
    assert search(with_text(output, "müller".encode(encoding)), ["Müller"]) == [0]


def test_a_kanji_name_is_found_in_its_old_encoding(output):
    assert search(with_text(output, "山田太郎".encode("shift_jis")), ["山田太郎"]) == [0]


def test_chance_inside_a_longer_word_or_number_is_no_finding(output):
    assert search(with_text(output, b"xFnordvexilx 5194408175"), ["Fnordvexil", "19440817"]) == []


def test_short_numbers_count_in_texts_and_not_in_numbers(output):
    assert search(output, ["120.5", "1200"]) == [0]
    data = output.replace(b"120.5 ", b"1200  ")
    assert search(data, ["1200"]) == []
    assert search(with_text(output, b"1200"), ["1200"]) == [0]


def test_what_is_shorter_than_four_characters_is_passed_over(output):
    assert search(with_text(output, b"Lee"), ["Lee"]) == []


def test_pixels_are_not_searched(mr, engine):
    def plant(dataset):
        dataset.PixelData = b"Fnordvexil".ljust(48, b"\0")
        dataset.BitsStored, dataset.HighBit = 16, 15

    assert search(engine.deidentify(mr(edit=plant)).data, ["Fnordvexil"]) == []


def test_preamble_meta_trailing_and_nested_bytes_are_searched(mr, nested, output):
    assert search(b"Fnordvexil" + output[10:], ["Fnordvexil"]) == [0]
    assert search(output + b" Fnordvexil", ["Fnordvexil"]) == [0]
    inner = mr(
        PatientName="x",
        SeriesDescription="x",
        RequestAttributesSequence=nested({"RequestedProcedureID": "Fnordvexil"}),
    )
    assert search(inner, ["Fnordvexil"]) == [0]


def test_a_file_that_cannot_be_read_is_searched_as_a_whole():
    assert search(b"no dicom, but Fnordvexil", ["Fnordvexil"]) == [0]


def test_removed_values_hold_what_identifies_and_not_what_technique_says(mr, engine):
    result = engine.deidentify(mr(StudyDescription="cine sax", ProtocolName="LGE Plyxquor"))
    removed = set(result.removed_values)
    assert {
        "Fnordvexil",
        "Zebulonia",
        "MRN-0042177",
        "19440817",
        "20210304",
        "ACC778812",
        "77441199",
    } <= removed
    assert {"Plyxquor^Jorvin", "Plyxquor", "Jorvin", "Wexandra Clinic", "AWP774411"} <= removed
    assert not removed & {"cine", "sax", "SIEMENS", "Aera", "1.2.840.10008.5.1.4.1.1.4"}


def test_words_that_private_and_public_elements_share_are_not_searched(mr, engine):
    def plant(dataset):
        block = dataset.private_block(0x0029, "SIEMENS X", create=True)
        block.add_new(1, "LO", "RETRO")
        block.add_new(2, "LO", "Aera")
        block.add_new(3, "LO", "Zebulonia Private")
        block.add_new(4, "LT", "x" * 9000)

    result = engine.deidentify(mr(edit=plant))
    assert "Zebulonia Private" in result.removed_values
    assert not {"RETRO", "Aera"} & set(result.removed_values)
    assert search(result.data, result.removed_values) == []


def test_words_of_the_patient_are_taken_from_name_and_numbers(mr):
    source = read_raw(mr())
    assert identity_words(source.data_set, ["iso8859"]) >= {"fnordvexil", "zebulonia", "mrn", "0042177"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("19440817", "1944-08-17"),
        ("19440817", "17.08.1944"),
        ("19440817", "08/17/1944"),
        ("19440817", "17AUG1944"),
        ("19440817", "17-Aug-1944"),
        ("19440817", "17081944"),
        ("MRN-0042177", "MRN0042177"),
        ("MRN-0042177", "0042177"),
        ("MRN 00421779", "421779"),
        ("555-123-4567", "5551234567"),
        ("Fnordvexil^Zebulonia", "FnordvexilZebulonia"),
        ("Fnordvexil Zebulonia", "fnordvexilzebulonia"),
    ],
)
def test_a_value_is_found_in_its_other_spellings(output, value, written):
    assert search(with_text(output, written.encode()), [value]) == [0]
    assert search(with_text(output, written.encode("utf-16-le")), [value]) == [0]


def test_what_is_no_date_no_number_and_no_name_has_one_spelling():
    for value in ("1.3.12.2.1107.5", "20210304081500.250000", "12.345678", "19441317", "Müller^Jörg"):
        assert spellings(value) == (value.casefold(),)
    assert spellings("Ward-000000") == ("ward-000000", "ward000000")


def test_a_value_before_an_attribute_whose_number_begins_with_a_letter_is_found(output, raw_element):
    place = output.index(b"\x08\x00\x60\x00CS")
    for group in (0x3232, 0x0032, 0x0054):
        put = raw_element(0x00080055, "LO", b"Fnordvexil") + raw_element(group << 16 | 0x1060, "LO", b"ab")
        assert search(output[:place] + put + output[place:], ["Fnordvexil"]) == [0]


def test_a_date_whose_year_stands_there_by_chance_is_no_finding(output):
    assert search(with_text(output, b"slab 1944"), ["19440817", "19440817101500.5", "1944"]) == [2]


def test_pixel_data_that_do_not_reach_the_end_are_no_border(output, raw_element):
    fake = raw_element(0x7FE00010, "OW", b"ab", long=True)
    assert search(fake + with_text(output, b"Fnordvexil"), ["Fnordvexil"]) == [0]


def test_the_header_before_compressed_pixels_is_searched(mr, engine):
    def compress(dataset):
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.70"
        scan = b"\xff\xc3\0\x0b" + bytes(9) + b"\xff\xda\0\2" + bytes(10)
        dataset.PixelData = encapsulate([b"\xff\xd8" + scan + b"\xff\xd9"])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    data = engine.deidentify(mr(edit=compress)).data
    assert search(data, ["Fnordvexil", "19440817"]) == []
    assert search(with_text(data, b"Fnordvexil"), ["Fnordvexil"]) == [0]


@pytest.mark.parametrize("vendor", list(VENDORS))
def test_no_removed_value_is_found_in_the_output_of_any_vendor(cmr_exam, engine, vendor):
    for path in cmr_exam(vendor=vendor, size="tiny", seed=4).files[::7]:
        result = engine.deidentify(path.read_bytes())
        assert len(result.removed_values) > 50
        assert search(result.data, result.removed_values) == []
        for value in ("Fnordvexil", result.removed_values[0]):
            at = result.data.index(b"\x08\x00\x60\x00CS")
            padded = value.encode() + b" " * (len(value) % 2)
            put = b"\x08\x00\x55\x00LO" + struct.pack("<H", len(padded)) + padded
            assert search(result.data[:at] + put + result.data[at:], [value]) == [0]


def test_words_of_the_hospital_and_its_scanner_are_taken_unless_they_are_technique(mr):
    source = read_raw(mr(InstitutionName="Heart Center of Wexandra 150", StationName="AWP7 Aera 12 MR1"))
    words = identity_words(source.data_set, ["iso8859"])
    assert {"wexandra", "awp7", "mr1"} <= words
    assert not {"heart", "center", "of", "150", "aera", "12"} & words
