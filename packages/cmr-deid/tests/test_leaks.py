import struct

import pytest

from cmr_deid.leaks import search
from cmr_deid.reading import read_raw
from cmr_deid.removed import identity_words


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
