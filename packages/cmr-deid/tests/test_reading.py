import struct
import warnings
import zlib
from pathlib import Path

import pytest

from cmr_deid import elements
from cmr_deid.elements import Memory, Walker, vr_of_tag
from cmr_deid.errors import DeidRefusal, InstanceRejected
from cmr_deid.reading import read_raw, read_source

IMPLICIT = "1.2.840.10008.1.2"
END = struct.pack("<HHL", 0xFFFE, 0xE00D, 0)
SEQUENCE_END = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
OPEN_ITEM = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)


def reason_of(data):
    with pytest.raises(InstanceRejected) as caught:
        read_raw(data)
    with pytest.raises(InstanceRejected) as again:
        read_source(data)
    assert again.value.reason is caught.value.reason
    return caught.value.reason.code


def test_a_good_file_is_read(mr):
    dataset = read_source(mr())
    assert dataset.PatientID == "MRN-0042177"
    assert dataset.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert len(dataset.PixelData) == 48


def test_it_converts_only_the_groups_that_are_asked_for(mr):
    dataset = read_source(mr(), frozenset({0x0010}))
    assert {element.tag.group for element in dataset} == {0x0010}
    assert dataset.PatientID == read_source(mr()).PatientID
    assert dataset.file_meta.TransferSyntaxUID


def test_implicit_encoding_gives_the_same_elements(mr):
    one, other = read_raw(mr()), read_raw(mr(syntax=IMPLICIT))
    assert {t: (e.vr, bytes(e.value)) for t, e in one.data_set.items()} == {
        t: (e.vr, bytes(e.value)) for t, e in other.data_set.items()
    }


def test_a_transfer_syntax_that_lies_about_vrs_is_seen_through(mr):
    lying = mr(syntax=IMPLICIT).replace(b"1.2.840.10008.1.2\0", b"1.2.840.10008.1.2.1\0")
    lying = lying.replace(b"UI\x12\x00" + b"1.2.840.10008.1.2.1\0", b"UI\x14\x00" + b"1.2.840.10008.1.2.1\0")
    assert read_source(lying).PatientID == "MRN-0042177"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "zero_length"),
        (b"D", "not_dicom"),
        (b"a report about a DICM file " * 20, "not_dicom"),
        (bytes(132), "not_dicom"),
        (bytes(128) + b"DICM", "truncated"),
        (bytes(128) + b"DICM" + b"\x02\x00\x10\x00UI\x14\x00", "truncated"),
        (bytes(128) + b"DICM" + b"\x08\x00\x10\x00UI\x04\x001.2\0xxxx", "unreadable"),
    ],
)
def test_a_file_that_is_no_dicom_file_has_a_reason(data, code):
    assert reason_of(data) == code


def test_three_hundred_megabytes_of_zeros_are_refused_from_the_first_bytes():
    assert reason_of(bytes(300_000_000)) == "not_dicom"


def test_a_file_cut_anywhere_is_refused_or_read_but_never_crashes(mr):
    data = mr()
    for cut in range(len(data)):
        try:
            read_raw(data[:cut])
        except InstanceRejected as refusal:
            assert refusal.reason.code in {"zero_length", "not_dicom", "truncated", "unreadable"}  # noqa: PT017


def test_a_file_cut_in_its_pixels_is_truncated(mr):
    assert reason_of(mr()[:-4]) == "truncated"


def test_a_file_that_ends_after_its_meta_is_truncated(mr):
    data = mr()
    end = 144 + struct.unpack_from("<L", data, 140)[0]
    assert reason_of(data[:end]) == "truncated"


def test_an_over_declared_length_is_refused(mr):
    data = bytearray(mr())
    place = data.index(b"LO\x0c\x00MRN-0042177")
    data[place + 2 : place + 4] = b"\xff\xff"
    assert reason_of(bytes(data)) == "truncated"


def test_an_under_declared_length_is_refused(mr):
    data = bytearray(mr())
    place = data.index(b"LO\x0c\x00MRN-0042177")
    data[place + 2 : place + 4] = b"\x04\x00"
    assert reason_of(bytes(data)) == "unreadable"


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.100", "1.2.3", ""])
def test_other_transfer_syntaxes_are_refused(mr, syntax):
    data = mr().replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x14\x00" + syntax.encode().ljust(20, b"\0"))
    if len(syntax) > 20:
        data = mr().replace(
            b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI" + struct.pack("<H", len(syntax)) + syntax.encode()
        )
    assert reason_of(data) == "transfer_syntax"


def test_native_pixels_under_a_compressed_syntax_are_refused(mr):
    data = mr().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0")
    assert reason_of(data) == "transfer_syntax"


def test_a_file_over_the_limit_is_refused(mr, monkeypatch):
    monkeypatch.setattr("cmr_deid.reading.MAX_BYTES", 500)
    assert reason_of(mr()) == "too_large"


def test_bytes_after_the_pixels_are_passed_over_and_counted(mr):
    for tail in (b"x", b"a name, a name, a name", bytes(64), b"\x08\x00\x80\x00LO\x04\x00Name"):
        source = read_raw(mr(tail=tail))
        assert source.trailing == len(tail)


def test_padding_attributes_after_the_pixels_are_read(mr, raw_element):
    source = read_raw(mr(tail=raw_element(0xFFFCFFFC, "OB", b"name", long=True)))
    assert source.trailing == 0
    assert 0xFFFCFFFC in source.data_set


def test_of_an_attribute_that_stands_twice_the_first_counts(mr, raw_element):
    data = mr()
    place = data.index(b"\x10\x00\x20\x00LO")
    source = read_raw(data[:place] + raw_element(0x00100020, "LO", b"OTHER!") + data[place:])
    assert bytes(source.data_set[0x00100020].value) == b"OTHER!"
    assert source.repeated == [0x00100020]


def deep(mr, depth):
    inner = b""
    for _ in range(depth):
        item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
        inner = b"\x40\x00\x75\x02SQ\0\0" + struct.pack("<L", len(item)) + item
    data = mr()
    place = data.index(b"\xe0\x7f\x10\x00")
    return data[:place] + inner + data[place:]


def test_thirty_two_levels_are_read_and_ten_thousand_refused(mr):
    assert 0x00400275 in read_raw(deep(mr, 32)).data_set
    assert reason_of(deep(mr, 33)) == "too_deep"
    assert reason_of(deep(mr, 10_000)) == "too_deep"


def test_more_elements_than_the_limit_are_refused(mr, monkeypatch):
    monkeypatch.setattr(elements, "MAX_ELEMENTS", 20)
    assert reason_of(mr()) == "too_deep"


def walk(data, explicit=True):
    return Walker(memoryview(data)).walk(0, explicit).data_set


SEQUENCE = b"\x40\x00\x75\x02SQ\0\0\xff\xff\xff\xff"
INNER = b"\x08\x00\x50\x00SH\x02\x00ab"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (SEQUENCE, "truncated"),
        (SEQUENCE + OPEN_ITEM, "truncated"),
        (SEQUENCE + OPEN_ITEM + INNER, "truncated"),
        (SEQUENCE + OPEN_ITEM + INNER + b"\xfe\xff", "truncated"),
        (SEQUENCE + b"\xfe\xff", "truncated"),
        (SEQUENCE + INNER, "unreadable"),
        (SEQUENCE + struct.pack("<HHL", 0xFFFE, 0xE000, 99), "truncated"),
        (SEQUENCE + OPEN_ITEM + b"\xfe\xff\x00\xe0LO\0\0" + END, "unreadable"),
        (b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff" + INNER, "unreadable"),
        (b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff" + OPEN_ITEM, "unreadable"),
        (b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff", "truncated"),
        (b"\xe0\x7f\x10\x00OB\0\0", "truncated"),
        (b"\x08\x00\x50\x00??\x02\x00ab", "unreadable"),
        (b"\x08\x00\x50\x00SH\x02", "truncated"),
        (b"\x08\x00\x50\x00ZZ\0\0\xff\xff\xff\xff", "unreadable"),
        (b"\x08\x00\x50\x00UT\0\0\xff\xff\xff\xff", "unreadable"),
    ],
)
def test_broken_structures_have_a_reason(data, code):
    with pytest.raises(InstanceRejected) as caught:
        walk(data)
    assert caught.value.reason.code == code


def test_delimited_and_counted_sequences_give_the_same():
    delimited = walk(SEQUENCE + OPEN_ITEM + INNER + END + SEQUENCE_END)
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(INNER)) + INNER
    counted = walk(SEQUENCE[:-4] + struct.pack("<L", len(item)) + item)
    assert delimited == counted


def test_an_unknown_vr_of_undefined_length_is_read_as_an_implicit_sequence():
    inner = b"\x08\x00\x50\x00\x02\x00\x00\x00ab"
    data = walk(b"\x09\x00\x10\x10UN\0\0\xff\xff\xff\xff" + OPEN_ITEM + inner + END + SEQUENCE_END)
    assert bytes(data[0x00091010].items[0][0x00080050].value) == b"ab"


def test_a_known_sequence_that_hides_as_unknown_is_opened():
    inner = b"\x08\x00\x50\x00\x02\x00\x00\x00ab"
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
    data = walk(b"\x40\x00\x75\x02UN\0\0" + struct.pack("<L", len(item)) + item)
    assert data[0x00400275].vr == "SQ"


def test_a_known_attribute_of_unknown_vr_gets_its_vr():
    data = walk(b"\x10\x00\x20\x00UN\0\0\x02\0\0\0ab")
    assert data[0x00100020].vr == "LO"


def counted(tag, vr, value):
    return struct.pack("<HH2sHL", tag >> 16, tag & 0xFFFF, vr, 0, len(value)) + value


def test_a_vr_of_a_later_edition_is_read_by_its_length_and_gets_the_dictionarys_vr():
    data = walk(counted(0x00100020, b"ZZ", b"ab") + counted(0x00119999, b"ZZ", b"abcd"))
    assert [(e.vr, bytes(e.value)) for e in data.values()] == [("LO", b"ab"), ("UN", b"abcd")]


@pytest.mark.parametrize("vr", [b"SQ", b"UN"])
def test_a_private_sequence_that_is_none_stays_bytes(vr):
    inner = b"SMITH^JOHN and no item"
    data = walk(counted(0x00291010, vr, inner) + counted(0x00400275, b"UN", inner))
    assert all((e.vr, e.items, bytes(e.value)) == ("UN", None, inner) for e in data.values())


def test_a_private_sequence_that_is_too_deep_stays_bytes_and_a_deep_one_of_the_standard_is_refused():
    inner = b""
    for _ in range(1000):
        item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
        inner = counted(0x00291010, b"SQ", item)
    outermost = walk(inner)[0x00291010]
    depth = 0
    while outermost.items:
        outermost, depth = outermost.items[0][0x00291010], depth + 1
    assert outermost.vr == "UN"
    assert depth == elements.MAX_DEPTH


def items_of(count):
    return counted(0x00291010, b"SQ", struct.pack("<HHL", 0xFFFE, 0xE000, 0) * count)


@pytest.mark.parametrize(
    "data",
    [
        b"\x09\x00\x00\x00UL\0\0" * 300_000,
        items_of(300_000),
        b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff" + struct.pack("<HHL", 0xFFFE, 0xE000, 0) * 300_000,
    ],
    ids=["elements", "items", "fragments"],
)
def test_a_small_file_of_endless_parts_is_refused(data):
    for memory in (None, Memory()):
        with pytest.raises(InstanceRejected, match=r"too_deep|pixel_length"):
            Walker(memoryview(data), memory).walk(0, True)


def test_compressed_pixels_inside_a_sequence_are_read():
    pixels = b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff" + struct.pack("<HHL", 0xFFFE, 0xE000, 2) + b"ab"
    inner = pixels + SEQUENCE_END
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
    data = walk(counted(0x00880200, b"SQ", item))
    assert data[0x00880200].items[0][0x7FE00010].undefined


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (b"", "truncated"),
        (b"no deflate stream", "unreadable"),
        (zlib.compress(bytes(99), wbits=-15)[:-2], "truncated"),
        (zlib.compress(bytes(1 << 26), wbits=-15), "too_large"),
        (zlib.compress(b"Fnordvexil" * 99, wbits=-15), "truncated"),
    ],
)
def test_a_deflated_file_that_does_not_end_or_never_ends_is_refused(mr, stream, code):
    data = mr()
    place = data.index(b"\x02\x00\x10\x00UI")
    length = struct.unpack_from("<H", data, place + 6)[0]
    meta = data[:place] + b"\x02\x00\x10\x00UI\x16\x001.2.840.10008.1.2.1.99"
    end = 144 + struct.unpack_from("<L", data, 140)[0]
    assert reason_of(meta + data[place + 8 + length : end] + (stream or b"\0")) == code


def test_vrs_are_found_for_every_kind_of_tag():
    assert [
        vr_of_tag(t) for t in (0x00100010, 0x00280106, 0x00290010, 0x00291010, 0x00090000, 0x00089999)
    ] == [
        "PN",
        "US",
        "LO",
        "UN",
        "UL",
        "UN",
    ]


def test_no_odd_file_crashes_and_no_value_is_warned_about(shared_data, engine):
    root = shared_data("dicom_odd")
    outcomes = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in sorted(p for p in Path(root).rglob("*") if p.is_file()):
            data = path.read_bytes()
            try:
                dataset = read_source(data)
                for element in dataset:
                    assert element.tag
                outcome = "read"
                engine.deidentify(data)
            except DeidRefusal as refusal:
                outcome = refusal.reason.code
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert sum(outcomes.values()) > 150
    assert outcomes["read"] > 20
    assert {"not_dicom", "transfer_syntax", "truncated", "secondary_capture", "not_mr"} <= outcomes.keys()


def test_a_value_that_cannot_be_converted_does_not_hide_the_others(mr, raw_element):
    data = mr()
    place = data.index(b"\x10\x00\x10\x00PN")
    dataset = read_source(data[:place] + raw_element(0x00089459, "FL", b"abc") + data[place:])
    assert 0x00089459 not in dataset
    assert dataset.PatientID == "MRN-0042177"


def test_text_of_any_character_set_is_read(mr):
    dataset = read_source(
        mr(SpecificCharacterSet="ISO_IR 144", PatientName="Люк^Ян", StudyDescription="сердце")
    )
    assert str(dataset.PatientName) == "Люк^Ян"
    assert dataset.StudyDescription == "сердце"
    broken = mr(SpecificCharacterSet="ISO_IR 192").replace(b"Fnordvexil^Z", b"Fnordvexil^\xff")
    assert "\ufffd" in str(read_source(broken).PatientName)


def test_pydicom_never_raises_through_the_reader(mr, monkeypatch):
    def broken(*_):
        raise MemoryError

    monkeypatch.setattr("cmr_deid.reading._converted", broken)
    with pytest.raises(InstanceRejected) as caught:
        read_source(mr())
    assert caught.value.reason.code == "unreadable"
